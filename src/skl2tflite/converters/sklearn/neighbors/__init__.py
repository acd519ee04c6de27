"""Nearest neighbours, and estimators built on them (:mod:`sklearn.neighbors`)."""
