"""Compare what is at hand where transformers make of it what is compared with constants."""

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
class _Question:
    """Whether numbers of a tensor lie within an interval of each column, or do not."""

    x: Tensor
    low: Floats
    high: Floats
    narrow: bool = False
    negated: bool = False


def fold_comparison(node: Node, operands: Sequence[Tensor], notes: list[str]) -> list[Tensor] | None:
    """Return what stands for a comparison's output, None where it stays as it is.

    Float32 arithmetic that rounds a number to one side of a constant would answer otherwise than scikit-learn's. What
    a monotone function has made is compared in the rows, as exactly as thresholds of trees are folded.
    """
    if isinstance(node.op, ops.Sign):
        return _sign(operands[0], notes)
    question = _question(node, operands)
    if question is None:
        return None
    known = _Answer.of(question, notes)
    if known is None:
        return None
    if known.own.all():
        return [known.holds]
    seen = operands[1] if isinstance(node.op, ops.Within) else apply(node.op, *operands)
    there, elsewhere = xp.logical_and(known.holds, known.own), xp.logical_and(seen, ~known.own)
    return [as_tensor(xp.logical_or(there, elsewhere))]


def _sign(x: Tensor, notes: list[str]) -> list[Tensor] | None:
    """Return signs by comparisons with 0."""
    if not _may_fold(x):
        return None
    zero, infinity = np.zeros(x.shape[1] or 0), np.full(x.shape[1] or 0, np.inf)
    above = _Answer.of(_Question(x, np.nextafter(zero, 1.0), infinity), notes)
    below = _Answer.of(_Question(x, -infinity, np.nextafter(zero, -1.0)), notes)
    if above is None or below is None or not (above.own & below.own).all():
        return None
    return [as_tensor(xp.where(above.holds, 1.0, xp.where(below.holds, -1.0, xp.where(xp.isnan(x), np.nan, 0.0))))]


def _may_fold(x: Tensor) -> bool:
    return x.ndim == 2 and x.dtype == DType.FLOAT and x.shape[1] is not None and x.constant is None


def _question(node: Node, operands: Sequence[Tensor]) -> _Question | None:
    """Return what a comparison with constants asks."""
    op = node.op
    if isinstance(op, ops.Within):
        x = operands[0]
        return _asked(x, op.low, op.high, narrow=op.narrow) if _may_fold(x) else None
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
    return _asked(x, low, high, negated=kind is ops.NotEqual)


def _asked(x: Tensor, low: Any, high: Any, narrow: bool = False, negated: bool = False) -> _Question | None:
    """Return a question of single columns, None where the constants are of another shape."""
    width = x.shape[1] or 0
    ends = []
    for end in map(np.asarray, (low, high)):
        end = end[0] if end.ndim == 2 and len(end) == 1 else end
        if end.ndim > 1 or end.size not in (1, width):
            return None
        ends.append(np.broadcast_to(end, (width,)).astype(np.float64))
    return _Question(x, ends[0], ends[1], narrow, negated)


@dataclass(frozen=True, eq=False)
class _Answer:
    """Which numbers are within, as comparisons of what is at hand say it of the columns that are its own."""

    holds: Tensor
    own: Flags

    @classmethod
    def of(cls, question: _Question, notes: list[str]) -> _Answer | None:
        """Answer a question, None where no column follows from what is at hand."""
        x, way = question.x, Preprocessing()
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
            ends = preimages(features, at, question.low[at], question.high[at], question.narrow)
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
            holds = xp.logical_or(holds, xp.logical_and(xp.isnan(given), nan))
        notes.append(f"{names}: comparisons with constants are made in front")
        return cls(as_tensor(xp.logical_not(holds) if question.negated else holds), own)


def _given(way: Preprocessing, source: Ints) -> Tensor:
    """Return columns of what is at hand."""
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
