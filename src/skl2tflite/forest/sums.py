"""Double-float sums: sums of many numbers that are far more accurate than float32, for labels and for boosting.

A number ``v`` is stored as two float32 numbers, ``high + low``. ``high`` is ``v`` rounded to a grid so coarse that all
``high`` add up in float32 without rounding, in any order. ``low`` is the rest, less than one unit in the last place of
the sum, so that float32 holds a sum of them to about 2**-40 of the whole. Gathering two adjacent values of a leaf takes
about as long as gathering one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.forest.cached_per_forest import cached_per_forest
from skl2tflite.forest.op import TreeSums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply

Floats = NDArray[np.float64]

TIE_OF_ROUNDING = 4
"""Sums count as equal if they differ by no more than this multiple of the usual rounding error of a sum."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Double-float sums.

    Attributes
    ----------
    high : array of shape (n_rows, n_sums)
        Exact sums of the high parts.
    low : array of shape (n_rows, n_sums), or None
        Sums of the low parts; None where all of them are 0.
    tie : float
        Bound of the rounding error of ``low``: sums that differ by less count as equal.
    """

    high: Array
    low: Array | None
    tie: float

    @property
    def value(self) -> Array:
        """The sums, rounded once."""
        return self.high if self.low is None else self.high + self.low

    def columns(self, start: int, stop: int) -> Sums:
        """Return some of the sums."""
        low = None if self.low is None else self.low[:, start:stop]
        return replace(self, high=self.high[:, start:stop], low=low)

    def plus(self, x: Array) -> Sums:
        """Return the sums with another summand of the same shape, of float32 accuracy."""
        return replace(self, high=self.high + x)

    def positive(self, or_zero: bool = False) -> Array:
        """Whether each sum is above zero, or at least zero."""
        return self.value >= -self.tie if or_zero else self.value > self.tie

    def argmax(self) -> Array:
        """Position of each row's greatest sum, the first of equals."""
        if self.low is None:
            return xp.argmax(self.high, axis=1)
        # Exact differences of the high parts first: added to the large sums themselves, low parts would be lost.
        lead = self.high - xp.max(self.high, axis=1, keepdims=True) + self.low
        greatest = lead >= xp.max(lead, axis=1, keepdims=True) - self.tie
        return xp.argmax(xp.astype(greatest, float), axis=1)


def split(values: ArrayLike, total: ArrayLike, count: int) -> tuple[Floats, Floats | None, float]:
    """Split numbers into high parts, which float32 adds exactly, and low parts.

    Parameters
    ----------
    values : array_like of float64
        The numbers.
    total : float or array_like
        Bound of the sums of their magnitudes; one for each column where they have columns.
    count : int
        Number of summands of a sum.

    Returns
    -------
    high : ndarray of float64
        Multiples of a power of two; sums of `count` of them, and twice such a sum, are float32 numbers.
    low : ndarray of float64, or None
        ``values - high``; None where that is zero throughout.
    tie : float
        Bound of the difference of equal sums: `TIE_OF_ROUNDING` times the usual rounding error.
    """
    exact = np.asarray(values, dtype=np.float64)
    exponent = np.maximum(np.frexp(total)[1], -80)  # smaller grids would leave float32's range
    grid = np.ldexp(1.0, exponent - 22)
    high = np.rint(exact / grid) * grid
    low = exact - high
    return (high, low, count * float(np.max(grid)) * 2.0**-24) if np.any(low) else (high, None, 0.0)


def tree_sums(
    X: Array, forest: Forest, *, missing: bool = False, groups: int = 1, base: ArrayLike | None = None
) -> Sums:
    """Return the sums over trees of the values of the leaves that each row reaches.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    forest : Forest
    missing : bool
        Whether rows may hold NaN, which goes where the nodes' ``missing_left`` says.
    groups : int, default=1
        Tree ``t`` adds to group ``t % groups``: the classes of a boosted model, whose trees stand stage by stage.
    base : array_like of shape (groups * forest.n_outputs,), optional
        Constants to add to the sums. They are added in float64 to the leaves of the first trees, at no cost at run
        time.

    Returns
    -------
    Sums
        Of ``groups * forest.n_outputs`` columns, group by group.
    """
    split_forest = _double_float(forest, groups, None if base is None else tuple(np.ravel(base).tolist()))
    width = forest.n_outputs
    parts = split_forest.forest.n_outputs // width
    sums = apply(TreeSums(split_forest.forest, missing, groups, parts, split_forest.tie / TIE_OF_ROUNDING), X)

    def part(index: int) -> Array:
        return xp.reshape(sums[:, :, index * width : (index + 1) * width], (-1, groups * width))

    return Sums(part(0), part(1) if parts > 1 else None, split_forest.tie)


@dataclass(frozen=True, eq=False)
class _DoubleFloatForest:
    """A forest whose values are double-float numbers, high parts before low parts, and the tie of their sums."""

    forest: Forest
    tie: float


@cached_per_forest
def _double_float(forest: Forest, groups: int, base: tuple[float, ...] | None) -> _DoubleFloatForest:
    """Split the values of a forest's leaves, with a base added to those of the first trees, into high and low parts.

    Parameters
    ----------
    forest : Forest
    groups : int
        Tree ``t`` adds to group ``t % groups``.
    base : tuple of float of length groups * n_outputs, or None
    """
    values = np.where(forest.is_leaf[:, np.newaxis], forest.value, 0.0)
    if base is not None:
        first = np.flatnonzero(forest.is_leaf & (forest.tree < groups))
        offsets = np.reshape(base, (groups, forest.n_outputs))
        values[first] = offsets[forest.tree[first]] + values[first]
    stages = forest.n_trees // groups
    largest = np.maximum.reduceat(np.abs(values), forest.roots, axis=0)
    total = largest.reshape(stages, groups, forest.n_outputs).sum(axis=0).max(axis=0)
    high, low, tie = split(values, total, stages)
    parts = [high] if low is None else [high, low]
    return _DoubleFloatForest(forest.with_values(np.concatenate(parts, axis=1)), tie)


def vote_sums(votes: Array, weights: ArrayLike, largest: float = 1.0) -> Sums:
    """Return weighted sums of votes.

    Parameters
    ----------
    votes : array of shape (n_rows, n_voters, n_sums)
        Integers.
    weights : array_like of shape (n_voters,)
    largest : float, default=1.0
        Greatest magnitude of a vote.

    Returns
    -------
    Sums
    """
    weight = np.asarray(weights, dtype=np.float64)
    high, low, tie = split(weight, largest * np.abs(weight).sum(), len(weight))

    def counted(part: Floats) -> Array:
        return xp.sum(votes if np.all(part == 1) else votes * part[:, np.newaxis], axis=1)

    return Sums(counted(high), None if low is None else counted(low), largest * tie)
