"""Rounding error of the weights with which components (or atoms of a dictionary) add up to a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT32_SUM_RESOLUTION = 2.0**-22
"""Smallest part of a float32 sum's greatest term that still changes the sum: four units in the last place."""


def invisible_weight_error(weights: NDArray[Any], parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the greatest error of each weight that does not change the weighted sum of the parts in float32.

    The weights of a row are found together, from the part of the row that their sum leaves unexplained. So a weight of
    1e-19 beside weights of 1 is scikit-learn's own rounding, and its column's magnitude is no scale for errors.

    Parameters
    ----------
    weights : ndarray of shape (n_rows, n_parts)
    parts : ndarray of shape (n_parts, n_features)
        Components, or atoms of a dictionary.

    Returns
    -------
    ndarray of shape (n_rows, n_parts)
    """
    sizes = np.maximum(np.abs(parts).max(axis=1), np.finfo(np.float32).tiny)
    terms = np.where(np.isfinite(weights), np.abs(weights), 0.0) * sizes
    return np.asarray(FLOAT32_SUM_RESOLUTION * terms.max(axis=1, keepdims=True, initial=0.0) / sizes)
