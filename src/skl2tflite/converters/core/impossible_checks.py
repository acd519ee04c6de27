"""Conditions of user functions that no row can meet: checks for NaN and infinity, which models refuse beforehand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skl2tflite.graph import Constant, DType, Tensor, ops
from skl2tflite.graph.op import Input

_PARTS = (ops.Slice, ops.Reshape, ops.Take, ops.Stack, ops.Concat, ops.PermuteDims, ops.BroadcastRows)
"""Operations that select or move elements of their operands."""


def never(rows: Tensor, holds_nan: Callable[[str], bool]) -> bool:
    """Return whether a condition is false for every row that a model takes.

    Parameters
    ----------
    rows : Tensor
        Booleans: whether the condition holds of each row.
    holds_nan : callable
        Takes the name of an input, returns whether it may hold NaN. No input holds infinity.

    Returns
    -------
    bool
        False also where that is not known.
    """
    op, operands = rows.node.op, rows.node.inputs
    if isinstance(op, Constant):
        return rows.dtype == DType.BOOL and not op.value.any()
    if isinstance(op, ops.LogicalAnd):
        return any(never(each, holds_nan) for each in operands)
    if isinstance(op, (ops.LogicalOr, ops.Any, *_PARTS)):
        return bool(operands) and all(never(each, holds_nan) for each in operands[: _kept(rows)])
    if isinstance(op, ops.IsNan):
        return _finite(operands[0], holds_nan)
    if isinstance(op, ops.Equal):
        value = operands[1].constant
        infinite = value is not None and value.dtype.kind == "f" and bool(np.isinf(value).all())
        return infinite and _finite(operands[0], lambda _: False)
    if isinstance(op, ops.NotEqual):
        return operands[0] is operands[1] and _finite(operands[0], holds_nan)
    return False


def _kept(x: Tensor) -> int:
    """Return how many operands elements are taken from; the others are positions or give the number of rows."""
    return 1 if isinstance(x.node.op, ops.Take | ops.BroadcastRows) else len(x.node.inputs)


def _finite(x: Tensor, holds_nan: Callable[[str], bool]) -> bool:
    """Return whether numbers are known to be neither NaN nor infinite, given which inputs may hold NaN."""
    op, operands = x.node.op, x.node.inputs
    if x.dtype != DType.FLOAT:
        return x.dtype in (DType.INT, DType.BOOL)
    if isinstance(op, Input):
        return not holds_nan(op.key)
    if isinstance(op, Constant):
        return bool(np.isfinite(op.value).all())
    if isinstance(op, ops.Where):
        return all(_finite(each, holds_nan) for each in operands[1:])
    if isinstance(op, (ops.Abs, ops.Cast, *_PARTS)):
        return all(_finite(each, holds_nan) for each in operands[: _kept(x)])
    return False
