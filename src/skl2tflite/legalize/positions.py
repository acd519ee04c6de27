"""Finding elements by rank and positions by value."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import DType, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.registry import decomposes

MOST_COMPARED = 2048
"""Comparisons that a search may make at once; above, it halves the bounds step by step."""
MOST_RANKED = 64
"""Longest row that is ranked by comparing each two of its values."""
RANKING = 12
"""Operations that such a ranking takes; finding one maximum after another takes four for each."""


@decomposes(ops.OneHot)
def one_hot(x: Tensor, depth: int, dtype: DType) -> Array:
    """Compare with each class.

    Parameters
    ----------
    x : Tensor of int of any shape
    depth : int
        Number of classes.
    dtype : DType

    Returns
    -------
    Tensor of shape (*x.shape, depth)
    """
    return xp.astype(xp.expand_dims(x, -1) == np.arange(depth), dtype)


@decomposes(ops.TopK)
def topk(x: Tensor, k: int) -> tuple[Array, Array]:
    """Find the positions of the k greatest of each row, the first of equals first, and take the values there.

    Short rows are ranked as a whole: an element's place is the number of those that come before it. Of long
    ones, one maximum after another is found and taken out.
    """
    length = x.shape[-1]
    assert length is not None
    find = _ranked if RANKING < 4 * k and length <= MOST_RANKED else _one_by_one
    found = find(x, k)
    return xp.take_along_axis(x, found), found


def _one_by_one(x: Array, k: int) -> Array:
    length = x.shape[-1] or 1
    # What has been taken out must be less than all that is left.
    left = apply(ops.Maximum(nan_undefined=True), x, -xp.GREATEST) if k > 1 else x
    found: list[Array] = []
    for number in range(k):
        found.append(xp.expand_dims(xp.argmax(left, axis=-1), -1))
        if number + 1 < k:
            left = xp.where(found[-1] == np.arange(length), -np.inf, left)
    return xp.concat(found, axis=-1)


def _ranked(x: Array, k: int) -> Array:
    n = x.shape[-1] or 1
    own, others = xp.expand_dims(x, -1), xp.expand_dims(x, -2)
    is_greater = others > own
    is_earlier_equal = (others == own) & np.tril(np.ones((n, n), bool), -1)
    rank = xp.expand_dims(xp.sum(xp.astype(is_greater | is_earlier_equal, DType.FLOAT), axis=-1), -2)
    # Which element has rank 0, which 1, …: a row of a single 1 for each rank, times the positions.
    has_rank = rank == np.arange(float(k)).reshape(k, 1)
    return xp.astype(xp.sum(xp.astype(has_rank, DType.FLOAT) * np.arange(float(n)), axis=-1), DType.INT)


@decomposes(ops.SearchSorted)
def search_sorted(x: Tensor, bounds: tuple[float, ...], side: Literal["left", "right"]) -> Array:
    """Count the bounds at or below each value of float32, NaN lying beyond all.

    Few are compared one and all; among many, the place is found by halving.

    Parameters
    ----------
    x : Tensor of float of any shape
    bounds : tuple of float
        In ascending order.
    side : {"left", "right"}
        Whether a bound counts that is below each value, or at or below it.

    Returns
    -------
    Tensor of int of the shape of x
    """
    table = float32_bounds(bounds, side)
    if math.prod(n or 1 for n in x.shape) * len(table) > MOST_COMPARED:
        return _halving(x, table)
    is_above = xp.expand_dims(x, -1) < table
    return xp.astype(xp.sum(xp.astype(~is_above, DType.FLOAT), axis=-1), DType.INT)


def float32_bounds(bounds: tuple[float, ...], side: Literal["left", "right"]) -> NDArray[np.float32]:
    """Return the least float32 number that counts each bound as at or below it (``right``), or as below it."""
    exact = np.asarray(bounds, dtype=np.float64)
    with np.errstate(over="ignore"):
        rounded = exact.astype(np.float32)
    is_short = rounded <= exact if side == "left" else rounded < exact
    return np.where(is_short, np.nextafter(rounded, np.float32(np.inf)), rounded).astype(np.float32)


def _halving(x: Array, bounds: NDArray[np.float32]) -> Array:
    steps = len(bounds).bit_length()
    # Behind the last bound, infinity as often as needed: only what lies beyond all goes further.
    table = np.append(bounds, np.full(2**steps - 1 - len(bounds), np.inf, np.float32))
    place: Array | None = None
    for step in reversed(range(steps)):
        ahead = 2.0**step
        if place is None:
            bound: Array = table[2**step - 1]
        else:
            index = place + (ahead - 1) if step else place
            bound = xp.take(table, xp.astype(index, DType.INT))
        passed = xp.astype(~(x < bound), DType.FLOAT)
        if step:
            passed = passed * ahead
        place = passed if place is None else place + passed
    assert place is not None
    if len(table) > len(bounds):
        place = apply(ops.Minimum(nan_undefined=True), place, float(len(bounds)))
    return xp.astype(place, DType.INT)
