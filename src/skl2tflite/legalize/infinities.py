"""Comparisons with infinity, for targets whose arithmetic stops at the greatest float32 number instead.

There 1 / 0 is that number. Sums, products and quotients of it are made as great again
(:mod:`skl2tflite.legalize.infinite_operands`), but its logarithm or root is no infinite number. Where such a result is
compared with infinity, the comparison is refused.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np

from skl2tflite.graph import Constant, DType, Graph, Node, Tensor, ops
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


CONVERTERS = str(Path(__file__).parents[1] / "converters")


class Reach(IntEnum):
    """How numbers leave float32: not at all, to infinity, to the greatest number, or to one that is less than that."""

    FINITE = 0
    INFINITE = 1
    STOPPED = 2
    LOST = 3


KEEPING = (
    ops.Abs, ops.Negative, ops.Maximum, ops.Minimum, ops.Reshape, ops.Take, ops.TakeAlongAxis, ops.Slice,
    ops.PermuteDims, ops.Concat, ops.Stack, ops.BroadcastTo, ops.BroadcastRows, ops.Max, ops.Min, ops.Square,
    ops.Note,
)  # fmt: skip
_BOUNDED = (ops.Tanh, ops.Expit, ops.Erf, ops.Sign)


def _check_reach(x: Tensor) -> None:
    """Refuse a user's comparison with infinity of what was computed of numbers that had stopped before it.

    Converters know where their own formulas can overflow, which cannot be told from the operations alone.
    """
    if x.node.source.filename.startswith(CONVERTERS):
        return
    reach: dict[Node, Reach] = {}
    for node in Graph("compared", {}, {"x": x}).nodes():
        reach[node] = reach_of(node, [reach[each.node] for each in node.inputs])
    if reach[x.node] == Reach.LOST:
        raise NoDecompositionError(
            "numbers are computed of others that may be infinite, and compared with infinity; this target's arithmetic "
            "stops at the greatest float32 number, so replace infinite numbers as soon as they are made, as behind a "
            "division by 0"
        )


def reach_of(node: Node, given: list[Reach]) -> Reach:
    """Return how far the results of a node reach.

    Parameters
    ----------
    node : Node
    given : list of Reach
        How far its operands reach.
    """
    op, most = node.op, max(given, default=Reach.FINITE)
    if node.outputs[0].dtype != DType.FLOAT or isinstance(op, _BOUNDED):
        return Reach.FINITE
    if isinstance(op, ops.Exp) and most != Reach.LOST:  # of the greatest number too it is infinite
        return min(most, Reach.INFINITE)
    if isinstance(op, Constant):
        return Reach.INFINITE if np.isinf(op.value).any() else Reach.FINITE
    if not given:
        return Reach.FINITE  # of the model's input, which is checked
    if isinstance(op, ops.Where):
        return max(given[1:])
    if isinstance(op, KEEPING) or most == Reach.LOST:
        return most
    if isinstance(op, ops.Log):
        return Reach.LOST if most == Reach.STOPPED else Reach.INFINITE
    if isinstance(op, ops.Divide):
        by = node.inputs[1].constant
        if given[0] == Reach.FINITE and (given[1] != Reach.FINITE or (by is not None and by.all())):
            return Reach.FINITE
        return Reach.STOPPED
    if most == Reach.STOPPED and not isinstance(op, ops.Multiply | ops.Add | ops.Subtract):
        return Reach.LOST
    return Reach.FINITE if most == Reach.FINITE else Reach.STOPPED


def _apart(x: Tensor, y: Tensor) -> tuple[Any, Any]:
    """Return the operand that is computed, and the constant that it is compared with."""
    for each in (x, y):
        _check_reach(each)
    if y.constant is not None and x.constant is None:
        return x, y.constant
    if x.constant is not None and y.constant is None:
        return y, x.constant
    raise NoDecompositionError("comparisons with infinity are of a constant with numbers")


def _bounds(held: Any, high: float, low: float) -> Any:
    """Return constants with other numbers for infinity and minus infinity."""
    return np.where(held == np.inf, high, np.where(held == -np.inf, low, held))
