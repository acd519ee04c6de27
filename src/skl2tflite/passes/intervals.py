"""Comparisons of columns with two numbers each."""

from __future__ import annotations

import numpy as np

from skl2tflite.forest.float_keys import Floats
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp


def between(x: Tensor, least: Floats, greatest: Floats) -> Array:
    """Whether numbers lie from the least to the greatest of their column, of float32 numbers, both included.

    Columns whose least is above their greatest hold none. Neither does NaN.
    """
    some = least <= greatest
    if not some.any():
        return xp.less(x, -np.inf)
    if np.all(least[some] == greatest[some]):
        return xp.equal(x, _shared(np.where(some, least, np.nan)))
    if np.all(np.isposinf(greatest)):
        return xp.greater_equal(x, _shared(least))
    if np.all(np.isneginf(least)):
        return xp.less_equal(x, _shared(greatest))
    return xp.logical_and(xp.greater_equal(x, _shared(least)), xp.less_equal(x, _shared(greatest)))


def _shared(values: Floats) -> Floats:
    """Return one number where all are the same."""
    return values[:1] if np.all(values == values[:1]) else values
