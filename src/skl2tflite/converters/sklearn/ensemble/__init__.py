"""Ensembles (:mod:`sklearn.ensemble`)."""
