"""NumPy's functions along an axis: positions of extremes, running sums and products, differences.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import normalize_axes
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.numpy.shapes import cut, unstack


def flat(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function along an axis that flattens the array where ``axis`` is None, as NumPy's do."""

    def call(a: Any, axis: int | None = None, **others: Any) -> Any:
        return function(xp.reshape(a, (-1,)), axis=0, **others) if axis is None else function(a, axis=axis, **others)

    return call


def position(function: Callable[..., Array]) -> Callable[..., Any]:
    """Return ``argmax`` or ``argmin`` with NumPy's rule for NaN: the position of the first one."""

    def call(x: Any, axis: int, keepdims: bool = False) -> Any:
        place = function(x, axis=axis)
        if xp.dtype_of(x) == DType.FLOAT:
            missing = xp.isnan(x)
            place = xp.where(xp.any(missing, axis=axis), xp.argmax(missing, axis=axis), place)
        return xp.expand_dims(place, axis) if keepdims else place

    return flat(call)


def cumsum(a: Array, axis: int, dtype: Any = None) -> Array:
    """Running sum, in another dtype if given."""
    return xp.cumulative_sum(a if dtype is None else cast(a, dtype), axis)


def running(function: Callable[..., Array]) -> Callable[..., Array]:
    """Return a ufunc's ``accumulate``, along an axis of known length."""

    def call(a: Array, axis: int = 0) -> Array:
        (axis,) = normalize_axes(axis, a.ndim)
        slices = unstack(a, axis=axis)
        results = [slices[0]]
        for each in slices[1:]:
            results.append(function(results[-1], each))
        return xp.stack(results, axis=axis)

    return call


def diff(a: Array, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Array:
    """Differences of neighbouring entries along an axis."""
    if prepend is not None or append is not None:
        raise refusal("numpy.diff with prepend= or append= cannot be recorded; concatenate before")
    (axis,) = normalize_axes(axis, a.ndim)
    for _ in range(n):
        after, before = cut(a, axis, 1, None), cut(a, axis, None, -1)
        a = after != before if xp.dtype_of(a) == DType.BOOL else after - before
    return a


def trapezoid(y: Array, x: Any = None, dx: float = 1.0, axis: int = -1) -> Array:
    """Integral by the trapezoidal rule."""
    (axis,) = normalize_axes(axis, y.ndim)
    if x is not None and np.ndim(x) != 1:
        raise refusal("numpy.trapezoid takes points x of one axis")
    widths = dx if x is None else xp.reshape(np.diff(x), [-1 if i == axis else 1 for i in range(y.ndim)])
    middles = (cut(y, axis, 1, None) + cut(y, axis, None, -1)) * 0.5
    return xp.sum(middles * widths, axis=axis)
