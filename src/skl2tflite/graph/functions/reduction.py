"""Reductions over axes, and functions along one axis."""

from __future__ import annotations

from typing import Any

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.functions.elementwise import add, clip, exp, log, subtract
from skl2tflite.graph.functions.operands import (
    GREATEST,
    Operand,
    apply_to_floats,
    apply_to_numbers,
    as_kind,
    normal_axis,
    promote,
    rank_of,
)
from skl2tflite.graph.functions.shape import squeeze
from skl2tflite.graph.op import apply, normalize_axes
from skl2tflite.graph.tensor import Array


def _reduce(op: type[ops.Reduction], x: Any, axis: Any, keepdims: bool, least: DType) -> Array:
    (x,) = promote(x, least=least)
    result: Array = apply(op(normalize_axes(axis, rank_of(x)), keepdims), x)
    return result


def sum(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Sum over axes.

    Parameters
    ----------
    x : array
    axis : int or tuple of int, optional
        Axes to reduce; all by default.
    keepdims : bool, default=False
        Whether the axes stay, with length 1.
    """
    return _reduce(ops.Sum, x, axis, keepdims, DType.INT)


def mean(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Mean over axes.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    return _reduce(ops.Mean, x, axis, keepdims, DType.FLOAT)


def max(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Greatest value over axes.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    return _reduce(ops.Max, x, axis, keepdims, DType.INT)


def min(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Least value over axes.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    return _reduce(ops.Min, x, axis, keepdims, DType.INT)


def prod(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Product over axes.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    return _reduce(ops.Prod, x, axis, keepdims, DType.INT)


def any(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Whether any is true.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    x = as_kind(x, DType.BOOL)
    return apply(ops.Any(normalize_axes(axis, rank_of(x)), keepdims), x)  # type: ignore[no-any-return]


def all(x: Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Array:
    """Whether all are true.

    Parameters
    ----------
    x, axis, keepdims
        As in :func:`sum`.
    """
    x = as_kind(x, DType.BOOL)
    return apply(ops.All(normalize_axes(axis, rank_of(x)), keepdims), x)  # type: ignore[no-any-return]


def argmax(x: Operand, axis: int = -1) -> Array:
    """Position of the greatest value along an axis; the first of equals."""
    return apply_to_numbers(ops.ArgMax(normal_axis(x, axis)), x)


def argmin(x: Operand, axis: int = -1) -> Array:
    """Position of the least value along an axis; the first of equals."""
    return apply_to_numbers(ops.ArgMin(normal_axis(x, axis)), x)


def cumulative_sum(x: Operand, axis: int = -1, exclusive: bool = False) -> Array:
    """Running sum along an axis; if ``exclusive``, of the entries before each one.

    Parameters
    ----------
    x : array
    axis : int, default=-1
    exclusive : bool, default=False
        Whether each entry of the result is the sum of those before it, without itself.
    """
    return apply_to_numbers(ops.CumulativeSum(normal_axis(x, axis), exclusive=exclusive), x)


def softmax(x: Operand, axis: int = -1) -> Array:
    """``exp(x)`` divided by its sum along an axis (:func:`scipy.special.softmax`)."""
    return apply_to_floats(ops.Softmax(normal_axis(x, axis)), x)


def log_softmax(x: Operand, axis: int = -1) -> Array:
    """Logarithm of the softmax (:func:`scipy.special.log_softmax`)."""
    return apply_to_floats(ops.LogSoftmax(normal_axis(x, axis)), x)


def logsumexp(x: Operand, axis: int = -1, keepdims: bool = False) -> Array:
    """Logarithm of the sum of exponentials along an axis, the maximum taken out (:func:`scipy.special.logsumexp`).

    Parameters
    ----------
    x : array
    axis : int, default=-1
    keepdims : bool, default=False
        Whether the axis stays, with length 1.
    """
    # Where all values are infinite, the difference to an infinite maximum would be NaN.
    greatest = clip(max(x, axis=axis, keepdims=True), -GREATEST, GREATEST)
    total = add(log(sum(exp(subtract(x, greatest)), axis=axis, keepdims=True)), greatest)
    return total if keepdims else squeeze(total, axis)
