"""Comparisons of columns with two numbers each."""

from __future__ import annotations

import numpy as np

from skl2tflite.forest.float_keys import Floats
from skl2tflite.graph import Array, Tensor


def between(x: Tensor, least: Floats, greatest: Floats) -> Array:
    """Return whether each number lies in the interval of its column, of which both ends are included.

    Parameters
    ----------
    x : Tensor of shape (n_rows, n_columns)
    least, greatest : ndarray of float64, shape (n_columns,)
        Float32 numbers. An interval whose least is above its greatest is empty; NaN lies in none.
    """
    some = least <= greatest
    if not some.any():
        return x < (-np.inf)
    if np.all(least[some] == greatest[some]):
        return x == _shared(np.where(some, least, np.nan))
    if np.all(np.isposinf(greatest)):
        return x >= _shared(least)
    if np.all(np.isneginf(least)):
        return x <= _shared(greatest)
    return (x >= _shared(least)) & (x <= _shared(greatest))


def _shared(values: Floats) -> Floats:
    """Return a single number where all are the same, which then needs no constant for each column."""
    return values[:1] if np.all(values == values[:1]) else values
