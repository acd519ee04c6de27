"""Operations that lose NaN on a target: where it may be, it is put back behind them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Constant, DType, Input, Node, Op, Tensor, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.registry import decomposes

_NEW_NAN = (
    ops.Log, ops.Log1p, ops.Sqrt, ops.Power, ops.Remainder, ops.FloorDivide, ops.WhileLoop,
)  # fmt: skip
"""Operations that give NaN for some numbers (of a loop, nothing is known)."""


_MOVES = (ops.Take, ops.Slice, ops.Reshape, ops.PermuteDims)


def may_be_nan(x: Tensor, known: dict[Tensor, bool] | None = None) -> bool:
    """Tell whether some element may be NaN, where numbers stay within float32.

    Parameters
    ----------
    x : Tensor
    known : dict, optional
        What was found before, which is given more.
    """
    known = {} if known is None else known
    stack = [x]
    while stack:
        tensor = stack[-1]
        if tensor in known:
            stack.pop()
            continue
        asked = _asked(tensor)
        unknown = [each for each in asked if each not in known]
        if unknown:
            stack += unknown
            continue
        known[tensor] = _makes_nan(tensor) or any(known[each] for each in asked)
        stack.pop()
    return known[x]


def passes_nan(node: Node, known: dict[Tensor, bool]) -> bool:
    """Tell whether NaN may reach an operation and is to come out of it; ``known`` as in :func:`may_be_nan`."""
    if getattr(node.op, "nan_undefined", False):
        return False
    return any(may_be_nan(x, known) for x in node.outputs) and any(may_be_nan(x, known) for x in node.inputs)


def _makes_nan(x: Tensor) -> bool:
    """Tell whether an element may be NaN though no operand is."""
    op = x.node.op
    if x.dtype != DType.FLOAT:
        return False
    if isinstance(op, Constant):
        return bool(np.isnan(np.asarray(op.value, dtype=np.float64)).any())
    if isinstance(op, Input):
        return op.allows_nan
    if isinstance(op, ops.Divide):
        return not _is_nonzero(x.node.inputs[1])
    if isinstance(op, ops.Sqrt) and _is_nonnegative(x.node.inputs[0]):
        return False
    return isinstance(op, _NEW_NAN)


def _is_nonzero(x: Tensor) -> bool:
    """Tell whether no element is zero: a constant, or where zeros have been replaced by a constant."""
    if x.constant is not None:
        return bool(np.all(x.constant))
    if not isinstance(x.node.op, ops.Where):
        return False
    condition, yes, no = x.node.inputs
    asks = condition.node
    if not isinstance(asks.op, ops.Equal) or yes.constant is None or not np.all(yes.constant):
        return False
    a, b = asks.inputs
    return a is no and b.constant is not None and not np.any(b.constant)


def _is_nonnegative(x: Tensor) -> bool:
    """Tell whether an element is never below zero: squares, what has a floor, and sums of these."""
    while isinstance(x.node.op, (ops.Sum, ops.Mean, *_MOVES)):
        x = x.node.inputs[0]
    if isinstance(x.node.op, ops.Maximum):
        return any(each.constant is not None and np.all(each.constant >= 0) for each in x.node.inputs)
    return isinstance(x.node.op, ops.Square | ops.SquaredDifference | ops.Abs)


def _asked(x: Tensor) -> tuple[Tensor, ...]:
    """Return the operands whose NaN becomes NaN of the result."""
    op, operands = x.node.op, x.node.inputs
    if x.dtype != DType.FLOAT or isinstance(op, TreeValues):
        return ()
    if isinstance(op, ops.Where):
        condition, yes, no = operands
        return (yes,) if _tells_nan(condition, no) else (yes, no)
    return operands


def _tells_nan(condition: Tensor, x: Tensor) -> bool:
    """Tell whether a condition is where x is NaN: asked of x, or of what both were moved from in the same way."""
    while not isinstance(condition.node.op, ops.IsNan):
        moved, others = condition.node, x.node
        if not isinstance(moved.op, _MOVES) or moved.op != others.op:
            return False
        pairs = zip(moved.inputs[1:], others.inputs[1:], strict=True)
        if not all(a is b or _equal(a.constant, b.constant) for a, b in pairs):
            return False
        condition, x = moved.inputs[0], others.inputs[0]
    return condition.node.inputs[0] is x


def _equal(a: NDArray[Any] | None, b: NDArray[Any] | None) -> bool:
    return a is not None and b is not None and np.array_equal(a, b)


def _extremum(kind: type[Op], x: Tensor, y: Tensor, nan_undefined: bool) -> Array:
    """The greater or lesser of two, and the operand that is NaN where one is."""
    result: Array = apply(kind(nan_undefined=True), x, y)  # type: ignore[call-arg]
    for operand in (y, x):
        if operand.constant is None or np.isnan(operand.constant).any():
            result = xp.where(xp.isnan(operand), operand, result)
    return result


def _register(decomposition: Callable[..., Array], *kinds: type[Op]) -> None:
    for kind in kinds:
        decomposes(kind, dtype=DType.FLOAT)(partial(decomposition, kind))


_register(_extremum, ops.Maximum, ops.Minimum)


@decomposes(ops.Elu)
def elu(x: Tensor, nan_undefined: bool) -> Array:
    """ELU, and NaN where it was."""
    return xp.where(xp.isnan(x), x, apply(ops.Elu(nan_undefined=True), x))


@decomposes(ops.Linear)
def linear(x: Tensor, weights: Tensor, bias: Tensor, activation: str | None, nan_undefined: bool) -> Array:
    """The layer, and NaN in every output of a row that holds NaN.

    Parameters
    ----------
    x : Tensor of shape (..., n_inputs)
    weights : Tensor of shape (n_inputs, n_outputs)
    bias : Tensor of shape (n_outputs,)
    activation : str, optional
    nan_undefined : bool

    Returns
    -------
    Tensor of shape (..., n_outputs)
    """
    result: Array = apply(ops.Linear(activation, nan_undefined=True), x, weights, bias)
    return xp.where(xp.any(xp.isnan(x), axis=-1, keepdims=True), np.nan, result)


@decomposes(ops.MatMul)
def matmul(x: Tensor, y: Tensor) -> Array:
    """A product with a constant matrix as a layer without bias."""
    assert y.constant is not None
    return linear(x, y, as_tensor(np.zeros(y.constant.shape[1])), None, False)
