"""Subtraction of means from features that are far from 0, without the loss of digits that float32 would bring."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array


def float32_shift(center: NDArray[Any], spread: NDArray[Any]) -> NDArray[np.float64]:
    """Return a constant to subtract from each feature before it is scaled and summed, so that float32 keeps its digits.

    For a feature whose center is farther from 0 than its spread, the constant is the center rounded to float32:
    subtracting it is exact for values near the center, and the formula takes the shift back in its own constants.
    For other features the constant is 0.

    Parameters
    ----------
    center, spread : ndarray of shape (n_features,)
        Mean and standard deviation (or range) of each feature.

    Returns
    -------
    ndarray of shape (n_features,)
    """
    with np.errstate(over="ignore"):
        near = np.asarray(center).astype(np.float32).astype(np.float64)
    return np.where(np.abs(center) > spread, near, 0.0)


def subtract_float64(X: Array, subtrahend: Any) -> Array:
    """Subtract float64 constants from float32 rows as exactly as scikit-learn, which computes in float64.

    The subtrahend is held as the sum of two float32 numbers. Subtracting the first is exact for values near it;
    subtracting the second removes the part of the constant that float32 could not hold.
    """
    high = np.asarray(subtrahend).astype(np.float32).astype(np.float64)
    low = subtrahend - high
    X = X - high
    return X - low if np.any(low) else X
