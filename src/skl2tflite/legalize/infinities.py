"""Comparisons with infinity, for targets whose arithmetic stops at the greatest float32 number instead."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import DType, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Op
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.registry import NoDecompositionError, decomposes

GREATEST = float(np.finfo(np.float32).max)


def compares_with_infinity(op: Op, operands: tuple[Tensor, ...] | Any) -> bool:
    """Return whether an operation compares floats with a constant that holds infinity."""
    if not isinstance(op, ops.elementwise.Comparison) or operands[0].dtype != DType.FLOAT:
        return False
    return any(each.constant is not None and bool(np.isinf(each.constant).any()) for each in operands)


@decomposes(ops.Equal, dtype=DType.FLOAT)
def equal(x: Tensor, y: Tensor) -> Array:
    """What is as large as any number may be infinite, and all that is infinite is as large."""
    x, held = _apart(x, y)
    high, low = held == np.inf, held == -np.inf
    result: Any = None if (high | low).all() else x == np.where(high | low, np.nan, held)
    if high.any():
        above = x >= np.where(high, GREATEST, np.nan)
        result = above if result is None else result | above
    if low.any():
        below = x <= np.where(low, -GREATEST, np.nan)
        result = below if result is None else result | below
    return result  # type: ignore[no-any-return]


@decomposes(ops.NotEqual, dtype=DType.FLOAT)
def not_equal(x: Tensor, y: Tensor) -> Array:
    """The opposite; NaN equals nothing."""
    return xp.logical_not(equal(x, y))


@decomposes(ops.Less, dtype=DType.FLOAT)
def less(x: Tensor, y: Tensor) -> Array:
    """Less than infinity is what is less than the greatest number; nothing is less than minus infinity."""
    if x.constant is not None:
        return greater(y, x)
    return xp.less(x, _bounds(_apart(x, y)[1], GREATEST, np.nan))


@decomposes(ops.Greater, dtype=DType.FLOAT)
def greater(x: Tensor, y: Tensor) -> Array:
    """Greater than minus infinity is what is greater than the least number; nothing is greater than infinity."""
    if x.constant is not None:
        return less(y, x)
    return xp.greater(x, _bounds(_apart(x, y)[1], np.nan, -GREATEST))


@decomposes(ops.LessEqual, dtype=DType.FLOAT)
def less_equal(x: Tensor, y: Tensor) -> Array:
    """All numbers are at most infinity; NaN is not."""
    if x.constant is not None:
        return greater_equal(y, x)
    held = _apart(x, y)[1]
    below: Array = x <= _bounds(held, np.nan, -GREATEST)
    return below | ((x == x) & (held == np.inf)) if (held == np.inf).any() else below


@decomposes(ops.GreaterEqual, dtype=DType.FLOAT)
def greater_equal(x: Tensor, y: Tensor) -> Array:
    """All numbers are at least minus infinity; NaN is not."""
    if x.constant is not None:
        return less_equal(y, x)
    held = _apart(x, y)[1]
    above: Array = x >= _bounds(held, GREATEST, np.nan)
    return above | ((x == x) & (held == -np.inf)) if (held == -np.inf).any() else above


def _apart(x: Tensor, y: Tensor) -> tuple[Any, Any]:
    """Return the operand that is computed, and the constant that it is compared with."""
    if y.constant is not None and x.constant is None:
        return x, y.constant
    if x.constant is not None and y.constant is None:
        return y, x.constant
    raise NoDecompositionError("comparisons with infinity are of a constant with numbers")


def _bounds(held: Any, high: float, low: float) -> Any:
    """Return constants with other numbers for infinity and minus infinity."""
    return np.where(held == np.inf, high, np.where(held == -np.inf, low, held))
