"""Weights of fixed parts whose sum stands for a row, as those of components or of a dictionary's atoms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT32_SUM_RESOLUTION = 2.0**-22
"""Fraction of a sum's greatest term that float32 sums show: four of its units."""


def invisible_weight_error(weights: NDArray[Any], parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each weight may be off before the sum that it is a weight of shows it in float32.

    All weights of a row are found together, from what their sum leaves unexplained: one that comes out as 10⁻¹⁹ beside
    others of 1 is scikit-learn's rounding, and no magnitude to judge a column of few rows by.

    Parameters
    ----------
    weights : ndarray of shape (n_rows, n_parts)
    parts : ndarray of shape (n_parts, n_features)

    Returns
    -------
    ndarray of shape (n_rows, n_parts)
    """
    sizes = np.maximum(np.abs(parts).max(axis=1), np.finfo(np.float32).tiny)
    terms = np.where(np.isfinite(weights), np.abs(weights), 0.0) * sizes
    return np.asarray(FLOAT32_SUM_RESOLUTION * terms.max(axis=1, keepdims=True, initial=0.0) / sizes)
