"""How large the integers of a tensor can get, which decides whether float32 can stand in for them."""

from __future__ import annotations

import math

import numpy as np

from skl2tflite.graph import DType, Tensor, ops

FLOAT_INTEGERS = 2**24
"""Up to here float32 holds every integer."""
_MOVES = (
    ops.Reshape, ops.Take, ops.TakeAlongAxis, ops.Slice, ops.PermuteDims, ops.BroadcastTo, ops.BroadcastRows, ops.Wrap,
)  # fmt: skip
_CHOICES = (ops.Concat, ops.Stack, ops.Maximum, ops.Minimum)
_SUMS = (ops.Add, ops.Subtract)


def fits_float32(x: Tensor) -> bool:
    """Whether float32 holds every number that an integer tensor can have: it is small, or comes from float32."""
    return magnitude(x) <= FLOAT_INTEGERS or _is_moved_float(x)


def magnitude(x: Tensor, known: dict[Tensor, float] | None = None) -> float:
    """Return a bound of the absolute values of integers or booleans, infinite where nothing is known.

    Parameters
    ----------
    x : Tensor
    known : dict, optional
        Bounds found before, which is given more.
    """
    known = {} if known is None else known
    if x not in known:
        known[x] = _magnitude(x, known)
    return known[x]


def _magnitude(x: Tensor, known: dict[Tensor, float]) -> float:
    if x.dtype == DType.BOOL:
        return 1.0
    if x.dtype != DType.INT:
        return math.inf
    if x.constant is not None:
        return float(np.max(np.abs(x.constant.astype(np.float64)), initial=0.0))
    op, operands = x.node.op, x.node.inputs
    if isinstance(op, ops.ArgMax):
        return float(max(n or 1 for n in operands[0].shape))
    if isinstance(op, (*_MOVES, ops.Cast)):
        return magnitude(operands[0], known)
    if isinstance(op, _CHOICES):
        return max(magnitude(operand, known) for operand in operands)
    if isinstance(op, _SUMS):
        return sum(magnitude(operand, known) for operand in operands)
    if isinstance(op, ops.Multiply):
        return math.prod(magnitude(operand, known) for operand in operands)
    return math.inf


def _is_moved_float(x: Tensor) -> bool:
    """Whether the numbers were float32 before, and have only been moved since."""
    while isinstance(x.node.op, _MOVES):
        x = x.node.inputs[0]
    if x.constant is not None:
        return bool(np.all(x.constant.astype(np.float32).astype(np.float64) == x.constant))
    return isinstance(x.node.op, ops.Cast) and x.node.inputs[0].dtype == DType.FLOAT
