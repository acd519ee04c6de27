"""Nearest neighbours and what is made of them (:mod:`sklearn.neighbors`)."""
