"""Arithmetic with two float32 numbers for each number, so that a result is rounded to float32 only once, at the end.

XGBoost then tests the numbers that scikit-learn computes in float64 and rounds to float32. The arithmetic is Dekker's:
the error of a float32 sum or product is itself a float32 number, which a few operations give exactly. A result of one
operation (a sum, product, quotient or root of float32 numbers) needs no second part: rounding it to float64 first and
then to float32 gives the same number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array, Constant, DType, Tensor, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply

SPLITTER = 2.0**12 + 1.0
"""Factor that splits a float32 number into two of 12 bits each, whose products are exact."""
LARGEST_SUM = 2**14
"""Largest number of terms of a sum that is computed in two parts."""
MOVED = (ops.BroadcastTo, ops.PermuteDims, ops.Reshape, ops.Slice)
"""Operations of one operand that move its numbers without changing them."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A number as ``high + low``.

    Attributes
    ----------
    high : Tensor
        The number, rounded to float32.
    low : Tensor, or None
        What rounding has taken away; None for 0.
    """

    high: Tensor
    low: Tensor | None = None

    @property
    def rest(self) -> Tensor:
        """The low part, 0 where there is none."""
        return as_tensor(0.0) if self.low is None else self.low


class NotKnownError(Exception):
    """An operation that cannot be computed in two parts."""


def rounded_once(x: Tensor) -> Tensor | None:
    """Return a tensor computed in two parts and rounded once; None where some operation cannot be computed so."""
    try:
        return in_parts(x, {}).high
    except NotKnownError:
        return None


def in_parts(x: Tensor, known: dict[Tensor, Parts]) -> Parts:
    """Return a tensor in two parts, with those of the tensors that it is computed from in ``known``.

    Raises
    ------
    NotKnownError
        If some operation cannot be computed in two parts.
    """
    if x not in known:
        known[x] = _in_parts(x, known)
    return known[x]


def _in_parts(x: Tensor, known: dict[Tensor, Parts]) -> Parts:
    node = x.node
    if isinstance(node.op, Constant):
        return _constant(node.op.value)
    if not any(tensor.dtype == DType.FLOAT for tensor in node.inputs):
        return Parts(x)
    constants = [tensor.constant for tensor in node.inputs if tensor.constant is not None]
    if len(constants) == len(node.inputs):
        return _constant(np.asarray(node.op.evaluate(*constants)))
    operands = [in_parts(each, known) for each in node.inputs if each.dtype == DType.FLOAT]
    match node.op:
        case ops.Where():
            condition, (a, b) = node.inputs[0], operands
            return _both(lambda p, q: _where(condition, p, q), a, b)
        case _ if isinstance(node.op, MOVED):
            (a,) = operands
            return Parts(apply(node.op, a.high), None if a.low is None else apply(node.op, a.low))
        case ops.Take() if node.inputs[0].dtype == DType.FLOAT:
            (a,) = operands
            positions = node.inputs[1]
            return Parts(apply(node.op, a.high, positions), None if a.low is None else apply(node.op, a.low, positions))
        case ops.Concat() | ops.Stack():
            return _joined(node.op, operands)
        case ops.Negative():
            return _negative(operands[0])
        case ops.Abs():
            return _magnitude(operands[0])
        case ops.Square():
            return _product(operands[0], operands[0])
        case ops.Sqrt():
            return _root(operands[0])
        case ops.Add() | ops.Subtract() | ops.Multiply() | ops.Divide() if not node.op.activation:
            return _BINARY[type(node.op)](*operands)
        case ops.Sum() if len(node.op.axes) == 1:
            return _sum(operands[0], node.op)
        case ops.Max() | ops.Min() if operands[0].low is None:
            return Parts(apply(node.op, operands[0].high))
    raise NotKnownError


def _constant(value: np.ndarray) -> Parts:
    with np.errstate(over="ignore", invalid="ignore"):
        high = value.astype(np.float32).astype(np.float64)
        low = np.where(np.isfinite(high), value - high, 0.0)
    return Parts(as_tensor(high), as_tensor(low) if np.any(low) else None)


def _both(function: Callable[[Tensor, Tensor], Tensor], a: Parts, b: Parts) -> Parts:
    """Apply a function to the high parts of two numbers, and to their low parts."""
    low = None if a.low is None and b.low is None else function(a.rest, b.rest)
    return Parts(function(a.high, b.high), low)


def _joined(op: ops.Concat | ops.Stack, parts: list[Parts]) -> Parts:
    high = apply(op, *(each.high for each in parts))
    if all(each.low is None for each in parts):
        return Parts(high)
    return Parts(high, apply(op, *(each.high * 0.0 if each.low is None else each.low for each in parts)))


def _negative(a: Parts) -> Parts:
    return Parts(-a.high, None if a.low is None else -a.low)


def _magnitude(a: Parts) -> Parts:
    low = None if a.low is None else _where(a.high < 0.0, -a.low, a.low)
    return Parts(as_tensor(xp.abs(a.high)), low)


def _normal(high: Tensor, low: Tensor) -> Parts:
    """Return two numbers of which the second is smaller as high and low parts; the first alone beyond float32."""
    total = _where(xp.isnan(low), high, high + low)
    return Parts(total, low - (total - high))


def _where(condition: Array, a: Tensor | float, b: Tensor | float) -> Tensor:
    return as_tensor(xp.where(condition, a, b))


def _sum_of_two(a: Parts, b: Parts) -> Parts:
    total = a.high + b.high
    of_b = total - a.high
    error = (a.high - (total - of_b)) + (b.high - of_b)
    if a.low is None and b.low is None:
        return Parts(total, error)
    return _normal(total, error + (a.rest + b.rest))


def _halves(x: Tensor) -> tuple[Tensor, Tensor]:
    """Split a number into two of 12 bits each; a constant at once, as folding it in float64 would not split it."""
    if x.constant is not None:
        coarse_constant = _twelve_bits(x.constant)
        return as_tensor(coarse_constant), as_tensor(x.constant - coarse_constant)
    scaled = x * SPLITTER
    coarse = scaled - (scaled - x)
    return coarse, x - coarse


def _twelve_bits(value: NDArray[np.float64]) -> NDArray[np.float64]:
    fraction, exponent = np.frexp(np.where(np.isfinite(value), value, 0.0))
    return np.where(np.isfinite(value), np.ldexp(np.rint(np.ldexp(fraction, 12)), exponent - 12), value)


def _exact_product(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    product = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return product, a2 * b2 - (((product - a1 * b1) - a2 * b1) - a1 * b2)


def _product(a: Parts, b: Parts) -> Parts:
    product, error = _exact_product(a.high, b.high)
    if a.low is None and b.low is None:
        return Parts(product, error)
    return _normal(product, error + (a.high * b.rest + a.rest * b.high))


def _quotient(a: Parts, b: Parts) -> Parts:
    quotient = a.high / b.high
    product, error = _exact_product(quotient, b.high)
    left = ((a.high - product) - error) + (a.rest - quotient * b.rest)
    low = left / b.high
    return Parts(quotient, low) if a.low is None and b.low is None else _normal(quotient, low)


def _root(a: Parts) -> Parts:
    root = as_tensor(xp.sqrt(a.high))
    product, error = _exact_product(root, root)
    left = ((a.high - product) - error) + a.rest
    return _normal(root, _where(root > 0.0, left / (root + root), 0.0))


def _sum(a: Parts, op: ops.Sum) -> Parts:
    """Add one half of the axis to the other until one term is left."""
    (axis,) = op.axes
    count = a.high.shape[axis]
    if not isinstance(count, int) or not 0 < count <= LARGEST_SUM:
        raise NotKnownError
    while count > 1:
        half = count // 2
        added = _sum_of_two(_some(a, axis, 0, half), _some(a, axis, half, 2 * half))
        a = _joined(ops.Concat(axis), [added, _some(a, axis, 2 * half, count)]) if count % 2 else added
        count -= half
    if op.keepdims:
        return a
    return Parts(as_tensor(xp.squeeze(a.high, axis)), None if a.low is None else as_tensor(xp.squeeze(a.low, axis)))


def _some(a: Parts, axis: int, start: int, stop: int) -> Parts:
    slices = tuple((start, stop, None) if i == axis else (None, None, None) for i in range(a.high.ndim))
    cut = ops.Slice(slices)
    return Parts(apply(cut, a.high), None if a.low is None else apply(cut, a.low))


_BINARY: dict[type[ops.Add | ops.Subtract | ops.Multiply | ops.Divide], Callable[[Parts, Parts], Parts]] = {
    ops.Add: _sum_of_two,
    ops.Subtract: lambda a, b: _sum_of_two(a, _negative(b)),
    ops.Multiply: _product,
    ops.Divide: _quotient,
}
