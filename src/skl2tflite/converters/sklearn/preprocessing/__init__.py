"""Scalers, encoders and other preprocessing (:mod:`sklearn.preprocessing`)."""
