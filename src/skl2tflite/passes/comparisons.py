"""Move comparisons with constants in front of the transformers that compute the numbers that are compared.

The comparison then tests a *source*: a tensor whose float32 numbers are given, which is the model's input or the result
of the last operation that mixes columns. So rounding in the float32 arithmetic in between cannot change its outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skl2tflite.forest.float_keys import Floats, Ints
from skl2tflite.forest.preimages import preimages
from skl2tflite.graph import Array, DType, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.passes.intervals import between
from skl2tflite.passes.preprocessing import Flags, Preprocessing, TransformError
from skl2tflite.passes.sources import Features

_TURNED = {
    ops.Less: ops.Greater, ops.LessEqual: ops.GreaterEqual, ops.Greater: ops.Less, ops.GreaterEqual: ops.LessEqual,
    ops.Equal: ops.Equal, ops.NotEqual: ops.NotEqual,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Interval:
    """What a comparison tests: whether the numbers of each column lie from ``low`` to ``high``, or do not."""

    x: Tensor
    low: Floats
    high: Floats
    narrow: bool = False
    negated: bool = False


def fold_comparison(node: Node, operands: Sequence[Tensor], notes: list[str]) -> list[Tensor] | None:
    """Return a comparison's output computed from the sources; None if the comparison stays as it is.

    Float32 arithmetic may round a number to the other side of a constant than scikit-learn's float64. If a monotone
    function of one source column computes the number, that column is compared with another constant instead, which
    gives scikit-learn's outcome. Thresholds of trees are folded in the same way.

    Parameters
    ----------
    node : Node
        Any node of a graph.
    operands : sequence of Tensor
        What it is applied to.
    notes : list of str
        Takes what was done, for ``skl2tflite inspect --passes``.
    """
    if isinstance(node.op, ops.Sign):
        return _sign(operands[0], notes)
    interval = _tested_interval(node, operands)
    if interval is None:
        return None
    known = _OnSources.of(interval, notes)
    if known is None:
        return None
    if known.own.all():
        return [known.holds]
    seen = operands[1] if isinstance(node.op, ops.Within) else apply(node.op, *operands)
    return [as_tensor((known.holds & known.own) | (seen & ~known.own))]


def _sign(x: Tensor, notes: list[str]) -> list[Tensor] | None:
    """Return signs by comparisons with 0."""
    if not _may_fold(x):
        return None
    zero, infinity = np.zeros(x.shape[1] or 0), np.full(x.shape[1] or 0, np.inf)
    above = _OnSources.of(_Interval(x, np.nextafter(zero, 1.0), infinity), notes)
    below = _OnSources.of(_Interval(x, -infinity, np.nextafter(zero, -1.0)), notes)
    if above is None or below is None or not (above.own & below.own).all():
        return None
    return [as_tensor(xp.where(above.holds, 1.0, xp.where(below.holds, -1.0, xp.where(xp.isnan(x), np.nan, 0.0))))]


def _may_fold(x: Tensor) -> bool:
    return x.ndim == 2 and x.dtype == DType.FLOAT and x.shape[1] is not None and x.constant is None


def _tested_interval(node: Node, operands: Sequence[Tensor]) -> _Interval | None:
    """Return the interval that a comparison with constants tests; None for any other operation."""
    op = node.op
    if isinstance(op, ops.Within):
        x = operands[0]
        return _by_column(x, op.low, op.high, narrow=op.narrow) if _may_fold(x) else None
    kind = type(op)
    if kind not in _TURNED:
        return None
    x, constant = operands[0], operands[1].constant
    if constant is None:
        x, constant, kind = operands[1], operands[0].constant, _TURNED[kind]
    if constant is None or not _may_fold(x) or constant.dtype.kind != "f" or not np.isfinite(constant).all():
        return None
    above, below = np.nextafter(constant, np.inf), np.nextafter(constant, -np.inf)
    ends: dict[type, tuple[Any, Any]] = {
        ops.Less: (-np.inf, below), ops.LessEqual: (-np.inf, constant), ops.Greater: (above, np.inf),
        ops.GreaterEqual: (constant, np.inf), ops.Equal: (constant, constant), ops.NotEqual: (constant, constant),
    }  # fmt: skip
    low, high = ends[kind]
    return _by_column(x, low, high, negated=kind is ops.NotEqual)


def _by_column(x: Tensor, low: Any, high: Any, narrow: bool = False, negated: bool = False) -> _Interval | None:
    """Return the interval of each column; None if the constants differ from row to row."""
    width = x.shape[1] or 0
    ends = []
    for end in map(np.asarray, (low, high)):
        end = end[0] if end.ndim == 2 and len(end) == 1 else end
        if end.ndim > 1 or end.size not in (1, width):
            return None
        ends.append(np.broadcast_to(end, (width,)).astype(np.float64))
    return _Interval(x, ends[0], ends[1], narrow, negated)


@dataclass(frozen=True, eq=False)
class _OnSources:
    """A comparison made of the sources.

    Attributes
    ----------
    holds : Tensor of bool, shape (n_rows, n_columns)
        Its result, in the columns that ``own`` marks.
    own : ndarray of bool, shape (n_columns,)
        Columns that are monotone functions of single source columns.
    """

    holds: Tensor
    own: Flags

    @classmethod
    def of(cls, interval: _Interval, notes: list[str]) -> _OnSources | None:
        """Return the comparison, None where no column is a monotone function of a source column."""
        x, way = interval.x, Preprocessing()
        columns = way.columns(x)
        if columns is None or not columns.moved.any():
            return None
        features = Features(way, x, columns)
        own = columns.moved & ~columns.mixed & ~features.rounded & ~columns.holes.astype(np.bool_)
        at = np.flatnonzero(own)
        if not at.size:
            return None
        names = ", ".join(dict.fromkeys(found.path for found in way.transformers(x)))
        try:
            ends = preimages(features, at, interval.low[at], interval.high[at], interval.narrow)
        except TransformError as error:
            notes.append(f"not compared in front of transformers: {error}")
            return None
        own[at] = ends.known
        if not own.any():
            return None
        least, greatest, nan = np.zeros(len(own)), np.zeros(len(own)), np.zeros(len(own), dtype=np.bool_)
        least[at], greatest[at], nan[at] = ends.least, ends.greatest, ends.nan
        given = _given(way, np.where(own, columns.source, 0))
        holds = between(given, least, greatest)
        if nan.any():
            holds = holds | (xp.isnan(given) & nan)
        notes.append(f"{names}: comparisons with constants are made in front")
        return cls(as_tensor(xp.logical_not(holds) if interval.negated else holds), own)


def _given(way: Preprocessing, source: Ints) -> Tensor:
    """Return columns of the sources, given their positions among the columns of all sources."""
    used: list[Tensor] = []
    place = np.zeros(len(source), dtype=np.int64)
    width = 0
    for tensor, first in way.sources.items():
        count = tensor.shape[1] or 0
        here = (source >= first) & (source < first + count)
        if here.any():
            place[here] = source[here] - first + width
            used.append(tensor)
            width += count
    joined: Array = xp.concat(used, axis=1)
    return as_tensor(joined if np.array_equal(place, np.arange(width)) else xp.take(joined, place, axis=1))
