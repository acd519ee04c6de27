"""Kernels and neighbours between rows and fitted points, including kernels, metrics and weights that are functions."""
