"""Formulas that several converters share: kernels, distances, projections, codes; written to stay exact in float32."""
