"""Sums of many numbers that float32 does not spoil: what decides labels, and what boosting adds up.

A number ``v`` travels as two, ``high + low``. ``high`` is ``v`` rounded to a grid so coarse that all ``high``
add up in float32 without any rounding, in whatever order; ``low`` is the rest, less than one ulp of the sum,
so that float32 holds a sum of them to about 2**-40 of the whole. Gathering two adjacent values of a leaf costs
about as much as gathering one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.forest.cached_per_forest import once
from skl2tflite.forest.op import TreeSums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply

Floats = NDArray[np.float64]

TIE_OF_ROUNDING = 4
"""How many times the usual rounding of a sum counts as a tie."""


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums, each in two parts.

    Attributes
    ----------
    high : array of shape (n_rows, n_sums)
        Exact sums of the coarse parts.
    low : array of shape (n_rows, n_sums), or None
        Sums of what the coarse parts leave; None where they leave nothing.
    tie : float
        What rounding may add to ``low``: sums that differ by less are equal.
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
        """Return the sums with another summand of the same shape, known to no more than float32."""
        return replace(self, high=self.high + x)

    def positive(self, or_zero: bool = False) -> Array:
        """Whether each sum is above zero, or at least zero."""
        return self.value >= -self.tie if or_zero else self.value > self.tie

    def argmax(self) -> Array:
        """Position of each row's greatest sum, the first of equals."""
        if self.low is None:
            return xp.argmax(self.high, axis=1)
        # Exact differences first: beside the great sums themselves the low parts would be rounded away.
        lead = self.high - xp.max(self.high, axis=1, keepdims=True) + self.low
        greatest = lead >= xp.max(lead, axis=1, keepdims=True) - self.tie
        return xp.argmax(xp.astype(greatest, float), axis=1)


def split(values: ArrayLike, total: ArrayLike, count: int) -> tuple[Floats, Floats | None, float]:
    """Split numbers into coarse parts that float32 adds exactly, and the rest.

    Parameters
    ----------
    values : array_like of float64
        The numbers.
    total : float or array_like
        What no sum of their magnitudes exceeds, for each column where they have columns.
    count : int
        Summands of a sum.

    Returns
    -------
    high : ndarray of float64
        Multiples of a power of two; sums of `count` of them, and twice such a sum, are float32 numbers.
    low : ndarray of float64, or None
        ``values - high``; None where that is zero throughout.
    tie : float
        How far apart sums of equal numbers may come out: `TIE_OF_ROUNDING` times the rounding that is usual.
    """
    exact = np.asarray(values, dtype=np.float64)
    exponent = np.maximum(np.frexp(total)[1], -80)  # below, float32 runs out of small numbers
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
        Whether NaN is routed by the nodes' ``missing_left``; without, rows hold no NaN.
    groups : int, default=1
        Tree ``t`` adds to group ``t % groups``: the classes of a boosted model, whose trees stand stage by stage.
    base : array_like of shape (groups * forest.n_outputs,), optional
        Added to the sums: in float64, and to the first trees' leaves, where it costs nothing.

    Returns
    -------
    Sums
        Of ``groups * forest.n_outputs`` columns, group by group.
    """
    halves = _halves(forest, groups, None if base is None else tuple(np.ravel(base).tolist()))
    width = forest.n_outputs
    parts = halves.forest.n_outputs // width
    sums = apply(TreeSums(halves.forest, missing, groups, parts, halves.tie / TIE_OF_ROUNDING), X)

    def part(index: int) -> Array:
        return xp.reshape(sums[:, :, index * width : (index + 1) * width], (-1, groups * width))

    return Sums(part(0), part(1) if parts > 1 else None, halves.tie)


@dataclass(frozen=True, eq=False)
class _Halves:
    """A forest with both parts of its values side by side, and what their sums may be off by."""

    forest: Forest
    tie: float


@once
def _halves(forest: Forest, groups: int, base: tuple[float, ...] | None) -> _Halves:
    """Split a forest's values."""
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
    return _Halves(forest.with_values(np.concatenate(parts, axis=1)), tie)


def vote_sums(votes: Array, weights: ArrayLike, largest: float = 1.0) -> Sums:
    """Return weighted sums of votes.

    Parameters
    ----------
    votes : array of shape (n_rows, n_voters, n_sums)
        Whole numbers.
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
