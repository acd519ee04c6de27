"""Reductions and slices."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from skl2tflite.graph import DType, Op, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.magnitude import FLOAT_INTEGERS, magnitude
from skl2tflite.legalize.operands import as_float
from skl2tflite.legalize.registry import NoDecompositionError, decomposes

Bounds = tuple[int | None, int | None, int | None]
_ALL: Bounds = (None, None, None)


@decomposes(ops.Any)
def any_of(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Tell whether not all are false.

    Parameters
    ----------
    x : Tensor
    axes : tuple of int
        Not negative, sorted.
    keepdims : bool
        Whether these axes stay, with length 1.

    Returns
    -------
    Tensor
    """
    return ~xp.all(~x, axes, keepdims)


def _extreme(kind: type[Op], x: Tensor, axes: tuple[int, ...], keepdims: bool, nan_undefined: bool) -> Array:
    """The extreme value of an operation that passes over NaN, and NaN where there is one."""
    result: Array = apply(kind(axes=axes, keepdims=keepdims, nan_undefined=True), x)  # type: ignore[call-arg]
    return xp.where(xp.any(xp.isnan(x), axes, keepdims), np.nan, result)


def _counted(kind: type[Op], x: Tensor, **attributes: object) -> Array:
    """The sum of integers by float32, which must hold it."""
    length = math.prod(n or 1 for n in x.shape)
    if magnitude(x) * length > FLOAT_INTEGERS:
        raise NoDecompositionError("it has it for float32, which may not hold the sum")
    return xp.astype(apply(kind(**attributes), as_float(x)), DType.INT)


def _register(decomposition: Callable[..., Array], kinds: tuple[type[Op], ...], dtype: DType) -> None:
    for kind in kinds:
        decomposes(kind, dtype=dtype)(partial(decomposition, kind))


_register(_extreme, (ops.Max, ops.Min), DType.FLOAT)
_register(_counted, (ops.Sum, ops.CumulativeSum), DType.INT)


@decomposes(ops.Prod)
def prod(x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Array:
    """Multiply halves of each axis until one is left.

    Parameters
    ----------
    x : Tensor
    axes : tuple of int
        Not negative, sorted.
    keepdims : bool
        Whether these axes stay, with length 1.

    Returns
    -------
    Tensor
    """
    shape = [1 if axis in axes else n for axis, n in enumerate(x.shape)]
    result: Array = x
    for axis in axes:
        while (length := result.shape[axis] or 1) > 1:
            half = length // 2
            bounds = [(0, half), (half, 2 * half), (2 * half, length)]
            first, second, *rest = [_part(result, axis, start, stop) for start, stop in bounds if stop > start]
            result = xp.concat([first * second, *rest], axis)
    return xp.reshape(result, shape if keepdims else [n for axis, n in enumerate(shape) if axis not in axes])


def _part(x: Array, axis: int, start: int, stop: int) -> Array:
    slices = [_ALL] * len(x.shape)
    slices[axis] = (start, stop, None)
    return apply(ops.Slice(tuple(slices)), x)  # type: ignore[no-any-return]


@decomposes(ops.Slice)
def slice_axes(x: Tensor, slices: tuple[Bounds, ...]) -> Array:
    """Slice one axis after another, the others folded: for kernels that take few axes."""
    lengths = [n or 0 for n in x.shape]
    result: Array = x
    for axis, given in enumerate(slices):
        start, stop, step = slice(*given).indices(lengths[axis])
        if (start, stop, step) == (0, lengths[axis], 1):
            continue
        folded = xp.reshape(result, (math.prod(lengths[:axis]), lengths[axis], math.prod(lengths[axis + 1 :])))
        lengths[axis] = len(range(start, stop, step))
        result = apply(ops.Slice((_ALL, (start, None if stop < 0 else stop, step), _ALL)), folded)
    return xp.reshape(result, lengths)
