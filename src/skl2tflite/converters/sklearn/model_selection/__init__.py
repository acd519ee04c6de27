"""Searches over parameters, and decision thresholds (:mod:`sklearn.model_selection`)."""
