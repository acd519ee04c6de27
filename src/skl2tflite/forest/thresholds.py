"""float32 thresholds that send every float32 number the same way as the float64 thresholds do."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

ULPS = 8
"""Rounding error that :func:`clear_of_rounding` allows for, in units in the last place."""


def round_down_to_float32(threshold: ArrayLike) -> NDArray[np.float32]:
    """Return the largest float32 not above each threshold.

    For every float32 ``x``, ``x <= threshold`` and ``x <= round_down_to_float32(threshold)`` agree;
    rounding to nearest would not, where it rounds up onto a value that occurs.

    Parameters
    ----------
    threshold : array_like of float64
        Thresholds of tests ``x <= threshold``. A test ``x < t`` is ``x <= np.nextafter(t, -np.inf)``.

    Returns
    -------
    ndarray of float32
        Same shape. Infinities stay, a finite threshold above the float32 range becomes the largest
        float32, one below it becomes minus infinity, negative zero becomes zero, NaN stays NaN.
    """
    exact = np.asarray(threshold, dtype=np.float64)
    with np.errstate(over="ignore", under="ignore"):
        nearest = exact.astype(np.float32)
        lower = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest > exact, lower, nearest) + np.float32(0)


def clear_of_rounding(threshold: NDArray[np.float64], direction: ArrayLike = -1.0) -> NDArray[np.float64]:
    """Return thresholds moved by more than the rounding error of a few float32 operations.

    Parameters
    ----------
    threshold : ndarray of float64
        Infinite and NaN ones stay.
    direction : array_like of {-1, 1}
        -1 to lower them, 1 to raise them.

    Returns
    -------
    ndarray of float64
        Same shape.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        ulp = np.spacing(np.abs(threshold).astype(np.float32)).astype(np.float64)
        moved = np.where(np.isfinite(threshold), threshold + np.asarray(direction) * ULPS * ulp, threshold)
    # Products and exponentials that are too small for float32 are 0, and stay on their side.
    moved = np.where((threshold >= 0) & (moved < 0), 0.0, moved)
    return np.where((threshold < 0) & (moved >= 0), -float(np.finfo(np.float32).smallest_subnormal), moved)
