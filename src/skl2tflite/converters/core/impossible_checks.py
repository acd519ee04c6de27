"""What cannot be of the rows that a model takes: checks for NaN and infinity that they have passed already."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from skl2tflite.graph import Constant, DType, Tensor, ops
from skl2tflite.graph.op import Input

_PARTS = (ops.Slice, ops.Reshape, ops.Take, ops.Stack, ops.Concat, ops.PermuteDims, ops.BroadcastRows)
"""Operations that give some of the elements that they are given, elsewhere."""


def never(rows: Tensor, holds_nan: Callable[[str], bool]) -> bool:
    """Return whether something holds of no row that a model takes.

    Parameters
    ----------
    rows : Tensor
        Truth values.
    holds_nan : callable
        Says of an input, by its name, whether it may hold NaN; no input holds infinity.

    Returns
    -------
    bool
        False where that is not known, too.
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
    """Return how many operands give elements: the rest says how many, or which."""
    return 1 if isinstance(x.node.op, ops.Take | ops.BroadcastRows) else len(x.node.inputs)


def _finite(x: Tensor, holds_nan: Callable[[str], bool]) -> bool:
    """Return whether numbers are known not to be NaN; infinite ones neither, where no input holds NaN."""
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
