"""Ensembles (:mod:`sklearn.ensemble`), one module for each of scikit-learn's."""

from skl2tflite.converters.ensemble import (
    bagging,
    forest,
    gradient_boosting,
    hist_gradient_boosting,
    isolation_forest,
    stacking,
    voting,
    weight_boosting,
)

__all__ = [
    "bagging",
    "forest",
    "gradient_boosting",
    "hist_gradient_boosting",
    "isolation_forest",
    "stacking",
    "voting",
    "weight_boosting",
]
