"""Angles ``X @ weights + offset`` reduced to one turn in float32, however many turns they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

TURN_UNIT = 2.0**-17
"""Unit of exact sums, in turns: multiples of it below 2**7 turns are exact in float32."""
FIRST_DIGIT_STEPS = 2.0**7
"""Ratio of the first digits' unit to the second digits'; sums of first digits are exact up to 2**14 turns."""
MAX_SECOND_DIGIT_TURNS = 2.0**6
"""Greatest sum of the second digits, in turns."""


def phase_without_turns(X: Array, weights: NDArray[np.float64], offset: NDArray[np.float64]) -> Array:
    """Return ``X @ weights + offset``, reduced to the interval from -π to π.

    Each feature is split into two digits and a remainder, each weight into a digit and a remainder. Float32 adds the
    products of digits exactly, in any order, and whole turns are dropped from each sum. The products with a remainder
    are small, and their rounding does not matter. The error is about 4e-7, whatever the angle, as long as the terms of
    a sum are below 1e5 radians altogether; beyond, it is that of a plain float32 product.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    weights : ndarray of shape (n_features, n_components)
        In radians per unit of a feature.
    offset : ndarray of shape (n_components,)
        In radians.

    Returns
    -------
    array of shape (n_rows, n_components)
        In radians, from -π to π.
    """
    matrix, start = np.asarray(weights, np.float64) / (2 * np.pi), np.asarray(offset, np.float64) / (2 * np.pi)
    start = start - np.round(start)
    with np.errstate(divide="ignore"):
        largest = np.ceil(np.log2(np.abs(matrix).sum(axis=0).max()))
    # Powers of two: scaling by them is exact.
    step = 2 * MAX_SECOND_DIGIT_TURNS / FIRST_DIGIT_STEPS / 2.0 ** np.clip(largest, -60, 60)
    digits = np.round(matrix * (step / TURN_UNIT))
    matrix_rest = matrix - digits * (TURN_UNIT / step)
    whole_start = np.round(start / TURN_UNIT)

    steps = X * (1 / step)
    coarse = xp.round(steps * (1 / FIRST_DIGIT_STEPS)) * FIRST_DIGIT_STEPS
    fine = xp.round(steps - coarse)
    rest = steps - coarse - fine
    unit = np.array([TURN_UNIT])
    turns = _without_whole(xp.linear(coarse, digits) * unit)
    turns = _without_whole(turns + xp.linear(fine, digits, whole_start) * unit)
    small = xp.linear(rest, digits * TURN_UNIT, start - whole_start * TURN_UNIT) + xp.linear(X, matrix_rest)
    return _without_whole(turns + small) * (2 * np.pi)


def _without_whole(turns: Array) -> Array:
    return turns - xp.round(turns)
