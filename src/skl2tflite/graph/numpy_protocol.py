"""NumPy's own functions, called by converters and by users' code, recorded on tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import DType, Tensor, refusal

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.absolute: xp.abs,
    np.fabs: xp.abs,
    np.add: xp.add,
    np.arctan2: xp.atan2,
    np.bitwise_and: lambda x, y: x & y if isinstance(x, Tensor) else y & x,
    np.bitwise_or: lambda x, y: x | y if isinstance(x, Tensor) else y | x,
    np.bitwise_xor: lambda x, y: x ^ y if isinstance(x, Tensor) else y ^ x,
    np.ceil: xp.ceil,
    np.cos: xp.cos,
    np.deg2rad: lambda x: xp.multiply(x, np.pi / 180),
    np.degrees: lambda x: xp.multiply(x, 180 / np.pi),
    np.divide: xp.divide,
    np.equal: xp.equal,
    np.exp: xp.exp,
    np.exp2: lambda x: xp.pow(2.0, x),
    np.expm1: xp.expm1,
    np.floor: xp.floor,
    np.floor_divide: xp.floor_divide,
    np.greater: xp.greater,
    np.greater_equal: xp.greater_equal,
    np.invert: lambda x: ~x,
    np.isfinite: lambda x: xp.less(xp.abs(x), np.inf),
    np.isinf: lambda x: xp.equal(xp.abs(x), np.inf),
    np.isnan: xp.isnan,
    np.less: xp.less,
    np.less_equal: xp.less_equal,
    np.log: xp.log,
    np.log10: xp.log10,
    np.log1p: xp.log1p,
    np.log2: xp.log2,
    np.logical_and: xp.logical_and,
    np.logical_not: xp.logical_not,
    np.logical_or: xp.logical_or,
    np.logical_xor: lambda x, y: xp.not_equal(xp.astype(x, bool), xp.astype(y, bool)),
    np.matmul: xp.matmul,
    np.maximum: xp.maximum,
    np.minimum: xp.minimum,
    np.multiply: xp.multiply,
    np.negative: xp.negative,
    np.not_equal: xp.not_equal,
    np.positive: lambda x: x,
    np.power: xp.pow,
    np.float_power: xp.pow,
    np.rad2deg: lambda x: xp.multiply(x, 180 / np.pi),
    np.radians: lambda x: xp.multiply(x, np.pi / 180),
    np.reciprocal: lambda x: xp.divide(1.0, x),
    np.remainder: xp.remainder,
    np.rint: xp.round,
    np.sign: xp.sign,
    np.sin: xp.sin,
    np.sqrt: xp.sqrt,
    np.square: xp.square,
    np.subtract: xp.subtract,
    np.tanh: xp.tanh,
    np.trunc: lambda x: xp.where(xp.less(x, 0), xp.ceil(x), xp.floor(x)),
    special.erf: xp.erf,
    special.expit: xp.expit,
    special.log_expit: xp.log_expit,
}

REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: xp.sum,
    np.maximum: xp.max,
    np.minimum: xp.min,
    np.multiply: xp.prod,
    np.logical_or: xp.any,
    np.logical_and: xp.all,
}


def record_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[object, ...], kwargs: dict[str, Any]) -> Tensor:
    """Record a NumPy ufunc, or its ``reduce``, on tensors."""
    name = f"{'numpy' if hasattr(np, ufunc.__name__) else 'scipy.special'}.{ufunc.__name__}"
    if kwargs.pop("out", None) is not None:
        raise refusal(f"{name} was asked to write into an array; tensors are immutable, assign the result instead")
    dtype = kwargs.pop("dtype", None)
    table = UFUNCS if method == "__call__" else REDUCTIONS if method == "reduce" else {}
    function = table.get(ufunc)
    allowed = ("casting", "order", "subok") if method == "__call__" else ("axis", "keepdims")
    unknown = [key for key in _said(kwargs) if key not in allowed]
    if function is None or unknown:
        suffix = ("" if method == "__call__" else f".{method}") + "".join(f" with {key}=" for key in unknown[:1])
        raise refusal(f"{name}{suffix} cannot be recorded in a graph")
    result = function(*inputs) if method == "__call__" else function(*inputs, **{"axis": 0, **kwargs})
    assert isinstance(result, Tensor)
    if dtype is not None and DType.of(np.empty(0, dtype)) != result.dtype:
        raise refusal(f"{name} with dtype={np.dtype(dtype)} of {result.dtype} values cannot be recorded")
    return result


def _said(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords that say something: not None, no sentinel, no ``where=True``."""
    silent = (None, np._NoValue, True)
    return {
        key: value
        for key, value in kwargs.items()
        if not (key in ("out", "dtype", "where", "initial") and any(value is nothing for nothing in silent))
    }


def _select(conditions: list[Any], choices: list[Any], default: Any = 0) -> Any:
    if len(conditions) != len(choices):
        raise refusal(f"numpy.select has {len(conditions)} conditions and {len(choices)} choices")
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = xp.where(condition, choice, result)
    return result


def _dot(a: Any, b: Any) -> Any:
    if 0 in (np.ndim(a), np.ndim(b)):
        return xp.multiply(a, b)
    if np.ndim(b) > 2:
        raise refusal("numpy.dot with more than two axes on the right cannot be recorded; use @")
    return xp.matmul(a, b)


def _flat(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function along an axis that takes the array flat where none is given, as NumPy's do."""

    def call(a: Any, axis: int | None = None) -> Any:
        return function(xp.reshape(a, (-1,)), axis=0) if axis is None else function(a, axis=axis)

    return call


def _position(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return argmax or argmin as NumPy's: the first NaN where there is one."""

    def call(x: Any, axis: int) -> Any:
        position = function(x, axis=axis)
        if xp.dtype_of(x) != DType.FLOAT:
            return position
        missing = xp.isnan(x)
        return xp.where(xp.any(missing, axis=axis), xp.argmax(missing, axis=axis), position)

    return _flat(call)


def _concatenate(arrays: Any, axis: int | None = 0) -> Any:
    return xp.concat([xp.reshape(a, (-1,)) for a in arrays]) if axis is None else xp.concat(arrays, axis=axis)


def _round(a: Any, decimals: int = 0) -> Any:
    scale = 10.0 ** abs(decimals)
    if decimals >= 0 and xp.dtype_of(a) == DType.INT:
        return a
    if decimals == 0:
        return xp.round(a)
    if decimals < 0:
        return xp.multiply(xp.round(xp.divide(a, scale)), scale)
    return xp.divide(xp.round(xp.multiply(a, scale)), scale)


def _like(value: int) -> Callable[..., Any]:
    kinds = {DType.FLOAT: float, DType.INT: int, DType.BOOL: bool}
    return lambda a, *, subok=True: xp.broadcast_rows(np.full(a.shape[1:], value, dtype=kinds[a.dtype]), a)


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.all: xp.all,
    np.amax: xp.max,
    np.amin: xp.min,
    np.any: xp.any,
    np.argmax: _position(xp.argmax),
    np.argmin: _position(xp.argmin),
    np.clip: lambda a, a_min=None, a_max=None, *, min=None, max=None: xp.clip(
        a, a_min if min is None else min, a_max if max is None else max
    ),
    np.column_stack: xp.column_stack,
    np.concatenate: _concatenate,
    np.cumsum: _flat(xp.cumulative_sum),
    np.dot: _dot,
    np.expand_dims: xp.expand_dims,
    np.hstack: lambda arrays: xp.concat(arrays, axis=0 if arrays[0].ndim == 1 else 1),
    np.max: xp.max,
    np.mean: xp.mean,
    np.min: xp.min,
    np.prod: xp.prod,
    np.ravel: lambda a: xp.reshape(a, (-1,)),
    np.reshape: lambda a, shape: xp.reshape(a, shape if isinstance(shape, tuple | list) else (shape,)),
    np.ndim: lambda a: a.ndim,
    np.ones_like: _like(1),
    np.round: _round,
    np.select: _select,
    np.shape: lambda a: a.shape,
    np.squeeze: xp.squeeze,
    np.stack: xp.stack,
    np.sum: xp.sum,
    np.take: lambda a, indices, axis=None: xp.take(
        a if axis is not None else xp.reshape(a, (-1,)), indices, axis=axis or 0
    ),
    np.take_along_axis: xp.take_along_axis,
    np.transpose: lambda a, axes=None: xp.permute_dims(a, axes or tuple(reversed(range(a.ndim)))),
    np.where: xp.where,
    np.zeros_like: _like(0),
}


def record_function(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a NumPy function on tensors."""
    function = FUNCTIONS.get(func)
    if function is None:
        raise refusal(f"numpy.{func.__name__} cannot be recorded in a graph")
    try:
        return function(*args, **_said(kwargs))
    except (TypeError, ValueError) as error:
        if isinstance(error, GraphError):
            raise
        raise refusal(f"numpy.{func.__name__}: {error}") from None
