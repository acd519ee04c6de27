"""Subtractions that keep the digits of numbers far from 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array


def float32_shift(center: NDArray[Any], spread: NDArray[Any]) -> NDArray[np.float64]:
    """Return what to subtract from features before they are scaled and summed, so that float32 keeps their digits.

    A float32 number near the center of each feature that lies farther from 0 than it spreads, 0 for others:
    the subtraction is exact near the center, and the rest of the formula can take the shift into its constants.
    """
    with np.errstate(over="ignore"):
        near = np.asarray(center).astype(np.float32).astype(np.float64)
    return np.where(np.abs(center) > spread, near, 0.0)


def subtract_float64(X: Array, subtrahend: Any) -> Array:
    """``X - subtrahend`` with a float64 subtrahend, held in two float32 numbers: as scikit-learn does in place.

    Near the subtrahend the first difference is exact, and the second brings what float32 left out of it.
    """
    high = np.asarray(subtrahend).astype(np.float32).astype(np.float64)
    low = subtrahend - high
    X = X - high
    return X - low if np.any(low) else X
