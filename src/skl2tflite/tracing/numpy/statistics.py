"""NumPy's reductions and order statistics.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import normalize_axes
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.numpy.making import KINDS, Axis, ones_like
from skl2tflite.tracing.numpy.shapes import moveaxis


def mean(a: Array, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """Mean; ``dtype`` may be any float, as a graph knows no widths."""
    _check_kind("numpy.mean", dtype, DType.FLOAT)
    return xp.mean(a, axis=axis, keepdims=keepdims)


def total(a: Array, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """Sum, in another dtype if given."""
    return xp.sum(a if dtype is None else cast(a, dtype), axis=axis, keepdims=keepdims)


def product(a: Array, axis: Axis = None, dtype: Any = None, keepdims: bool = False) -> Array:
    """Product, in another dtype if given."""
    return xp.prod(a if dtype is None else cast(a, dtype), axis=axis, keepdims=keepdims)


def _check_kind(name: str, dtype: Any, kind: DType) -> None:
    if dtype is not None and DType.of(np.empty(0, dtype)) != kind:
        raise refusal(f"{name} with dtype={np.dtype(dtype)} cannot be recorded")


def var(
    a: Array, axis: Axis = None, dtype: Any = None, ddof: int = 0, keepdims: bool = False, correction: Any = None
) -> Array:
    """Variance; the parameters are those of ``numpy.var``."""
    _check_kind("numpy.var", dtype, DType.FLOAT)
    ddof = ddof if correction is None else correction
    squares = xp.square(a - xp.mean(a, axis=axis, keepdims=True))
    return xp.sum(squares, axis=axis, keepdims=keepdims) / max(_count(a, axis) - ddof, 0)


def std(a: Array, axis: Axis = None, **others: Any) -> Array:
    """Square root of the variance."""
    return xp.sqrt(var(a, axis, **others))


def _count(a: Array, axis: Axis) -> int:
    """Return how many elements are reduced into one."""
    lengths = [a.shape[i] for i in normalize_axes(axis, a.ndim)]
    if None in lengths:
        raise refusal("statistics over rows depend on the whole batch; name the axis of the features (axis=1)")
    return math.prod(n for n in lengths if n is not None)


def ptp(a: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Range: the maximum minus the minimum."""
    return xp.max(a, axis=axis, keepdims=keepdims) - xp.min(a, axis=axis, keepdims=keepdims)


def average(a: Array, axis: Axis = None, weights: Any = None, keepdims: bool = False) -> Array:
    """Mean, weighted if ``weights`` are given."""
    if weights is None:
        return xp.mean(a, axis=axis, keepdims=keepdims)
    if np.ndim(weights) != a.ndim:
        shape = [1] * a.ndim
        shape[normalize_axes(axis, a.ndim)[0]] = -1
        weights = xp.reshape(weights, shape)
    summed = xp.sum(a * weights, axis=axis, keepdims=keepdims)
    return summed / xp.sum(ones_like(a) * weights, axis=axis, keepdims=keepdims)


def count_nonzero(a: Array, axis: Axis = None, *, keepdims: bool = False) -> Array:
    """Number of elements that are not 0."""
    return xp.sum(a != 0, axis=axis, keepdims=keepdims)


def _without_nan(a: Array, value: float) -> tuple[Array, Array]:
    """Return an array with NaN replaced by a value, and booleans: where it was no NaN."""
    if xp.dtype_of(a) != DType.FLOAT:
        return a, ones_like(a, bool)
    missing = xp.isnan(a)
    return xp.where(missing, value, a), ~missing


def nansum(a: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Sum of the values that are not NaN."""
    return xp.sum(_without_nan(a, 0.0)[0], axis=axis, keepdims=keepdims)


def nanprod(a: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Product of the values that are not NaN."""
    return xp.prod(_without_nan(a, 1.0)[0], axis=axis, keepdims=keepdims)


def nanmean(a: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """Mean of the values that are not NaN."""
    values, present = _without_nan(a, 0.0)
    return xp.sum(values, axis=axis, keepdims=keepdims) / xp.sum(present, axis=axis, keepdims=keepdims)


def nanvar(a: Array, axis: Axis = None, ddof: int = 0, keepdims: bool = False) -> Array:
    """Variance of the values that are not NaN."""
    values, present = _without_nan(a, 0.0)
    centered = values - nanmean(a, axis, keepdims=True)
    squares = xp.where(present, xp.square(centered), 0.0)
    count = xp.sum(present, axis=axis, keepdims=keepdims) - ddof
    count = xp.where(count > 0, xp.astype(count, float), np.nan)
    return xp.sum(squares, axis=axis, keepdims=keepdims) / count


def nanstd(a: Array, axis: Axis = None, **others: Any) -> Array:
    """Standard deviation of the values that are not NaN."""
    return xp.sqrt(nanvar(a, axis, **others))


def _nan_extremum(function: Callable[..., Array], beyond: float) -> Callable[..., Array]:
    def call(a: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        values, present = _without_nan(a, beyond)
        result = function(values, axis=axis, keepdims=keepdims)
        if xp.dtype_of(a) != DType.FLOAT:
            return result
        return xp.where(xp.any(present, axis=axis, keepdims=keepdims), result, np.nan)

    return call


nanmax = _nan_extremum(xp.max, -np.inf)
nanmin = _nan_extremum(xp.min, np.inf)


def sort(a: Array, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Array:
    """Sort along an axis, ascending, NaN last."""
    if axis is None:
        a, axis = xp.reshape(a, (-1,)), -1
    a = xp.astype(a, float) if xp.dtype_of(a) == DType.BOOL else a
    axis = normalize_axes(axis, a.ndim)[0]
    length = a.shape[axis]
    if length is None:
        raise refusal("rows cannot be sorted: their order depends on the whole batch; name the axis of the features")
    if length < 2:
        return a
    rows = xp.astype(moveaxis(a, axis, -1), float)
    missing = xp.isnan(rows)
    ascending = -xp.topk(-xp.where(missing, np.inf, rows), length)[0]
    present = length - xp.sum(missing, axis=-1, keepdims=True)
    ascending = xp.where(np.arange(length) < present, ascending, np.nan)
    return xp.astype(moveaxis(ascending, -1, axis), KINDS[xp.dtype_of(a)])


def median(a: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    """Median; NaN where a value is NaN."""
    return quantile(a, 0.5, axis, keepdims=keepdims)


def percentile(a: Array, q: Any, axis: int | None = None, method: str = "linear", keepdims: bool = False) -> Array:
    """Percentiles; see :func:`quantile`."""
    return quantile(a, np.true_divide(q, 100), axis, method, keepdims)


def quantile(a: Array, q: Any, axis: int | None = None, method: str = "linear", keepdims: bool = False) -> Array:
    """Quantiles by linear interpolation; NaN where a value is NaN."""
    if method != "linear" or isinstance(axis, tuple):
        raise refusal(f"numpy.quantile with method={method!r}, axis={axis} cannot be recorded; only 'linear'")
    shape = [1] * a.ndim if axis is None else [1 if i == axis % a.ndim else n for i, n in enumerate(a.shape)]
    a, axis = (xp.reshape(a, (-1,)), 0) if axis is None else (a, axis)
    rows = moveaxis(xp.astype(a, float), axis, -1)
    length = rows.shape[-1]
    ordered = sort(rows)
    assert length is not None

    def at(share: float) -> Array:
        place = share * (length - 1)
        low = min(int(place), length - 1)
        lower, upper = ordered[..., low], ordered[..., min(low + 1, length - 1)]
        value = lower if place == low else lower + (upper - lower) * (place - low)
        value = xp.where(xp.any(xp.isnan(rows), axis=-1), np.nan, value)
        return xp.reshape(value, shape) if keepdims else value

    shares = np.asarray(q, dtype=float)
    if shares.ndim > 1 or ((shares < 0) | (shares > 1)).any():
        raise refusal("quantiles must be in [0, 1], in one list")
    return at(float(shares)) if shares.ndim == 0 else xp.stack([at(float(share)) for share in shares])
