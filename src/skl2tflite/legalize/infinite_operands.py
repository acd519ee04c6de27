"""Arithmetic of infinite numbers, for targets whose sums and products stop at the greatest float32 number instead.

There 1 / 0 is that number, times 0 it is 0, and less itself 0 too, where NumPy has NaN; a half of it is no longer as
great. So what users compute of such a result is given operands that lead to NumPy's answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import DType, Graph, Node, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.legalize.infinities import CONVERTERS, GREATEST, KEEPING, Reach, reach_of

FAR = 2.0**96
"""Factor by which an operand of an infinite number is multiplied, so that the result reaches the greatest number."""


def with_infinite_operands(graph: Graph) -> Graph:
    """Return a graph whose sums, products and quotients of infinite numbers are right where arithmetic stops early.

    Converters know where their own formulas can overflow, so only what they were called with is looked at: the
    operations of users' functions.
    """
    reach: dict[Tensor, Reach] = {}

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        given = [reach[each] for each in node.inputs]
        ours = node.source.filename.startswith(CONVERTERS)
        checked = ours and node.inputs and not isinstance(node.op, (*KEEPING, ops.Where))
        known = Reach.FINITE if checked else min(reach_of(node, given), Reach.STOPPED)
        reach.update(dict.fromkeys(node.outputs, known))
        if ours or node.outputs[0].dtype != DType.FLOAT or max(given, default=Reach.FINITE) == Reach.FINITE:
            return None
        if getattr(node.op, "activation", None):
            return None
        infinite = [each != Reach.FINITE for each in given]
        match node.op:
            case ops.Multiply():
                return [_product(operands, infinite)]
            case ops.Divide():
                return [_quotient(operands, infinite)]
            case ops.Add() | ops.Subtract() if all(infinite):
                a, b = operands
                both, product = _is_infinite(a) & _is_infinite(b), a * b
                undone = product <= -GREATEST if isinstance(node.op, ops.Add) else product >= GREATEST
                other = xp.where(both & undone, np.nan, b)
                return [a + other if isinstance(node.op, ops.Add) else a - other]
        return None

    return graph.rewrite(rule)


def _is_infinite(x: Tensor) -> Any:
    return xp.abs(x) >= GREATEST


def _product(operands: tuple[Tensor, ...], infinite: list[bool]) -> Any:
    """Return a product: NaN of infinity and 0, and infinity of infinity and any other number.

    ``infinite`` says which of the two operands may be infinite.
    """
    a, b = operands
    first = _factor(a, b) if infinite[1] else a
    second = _factor(b, a) if infinite[0] else b
    return first * second


def _factor(x: Tensor, other: Tensor) -> Any:
    """Return a factor that makes as much of an infinite number as that can be, and NaN where it is 0."""
    if x.constant is not None and (np.abs(x.constant) >= 1.0).all():
        return x
    return xp.where(_is_infinite(other), xp.where(x == 0.0, np.nan, x * FAR), x)


def _quotient(operands: tuple[Tensor, ...], infinite: list[bool]) -> Any:
    """Return a quotient: NaN of two infinite numbers, infinity of the first, 0 of the second.

    ``infinite`` says which of the two operands may be infinite.
    """
    a, b = operands
    above: Any = a
    below: Any = b
    if infinite[1]:
        small: Any = xp.where(_is_infinite(a), np.nan, a * 0.0) if infinite[0] else a * 0.0
        above = xp.where(_is_infinite(b), small, a)
    if infinite[0] and not (b.constant is not None and (np.abs(b.constant) <= 1.0).all()):
        below = xp.where(_is_infinite(a), b / FAR, b)
    return above / below
