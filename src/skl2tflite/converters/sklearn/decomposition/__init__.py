"""Projections, factorizations and dictionaries (:mod:`sklearn.decomposition`)."""
