"""NumPy's own functions, called by converters and by users' code, recorded on tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import Source, Tensor

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.absolute: xp.abs,
    np.fabs: xp.abs,
    np.add: xp.add,
    np.arctan2: xp.atan2,
    np.ceil: xp.ceil,
    np.cos: xp.cos,
    np.divide: xp.divide,
    np.equal: xp.equal,
    np.exp: xp.exp,
    np.expm1: xp.expm1,
    np.floor: xp.floor,
    np.floor_divide: xp.floor_divide,
    np.greater: xp.greater,
    np.greater_equal: xp.greater_equal,
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
    np.matmul: xp.matmul,
    np.maximum: xp.maximum,
    np.minimum: xp.minimum,
    np.multiply: xp.multiply,
    np.negative: xp.negative,
    np.not_equal: xp.not_equal,
    np.positive: lambda x: x,
    np.power: xp.pow,
    np.float_power: xp.pow,
    np.reciprocal: lambda x: xp.divide(1.0, x),
    np.remainder: xp.remainder,
    np.rint: xp.round,
    np.sign: xp.sign,
    np.sin: xp.sin,
    np.sqrt: xp.sqrt,
    np.square: xp.square,
    np.subtract: xp.subtract,
    np.tanh: xp.tanh,
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
    kwargs = {key: value for key, value in kwargs.items() if key not in ("dtype", "casting", "order")}
    if kwargs.get("out") is not None:
        raise GraphError(
            f"numpy.{ufunc.__name__} was asked to write into an array; tensors are immutable, "
            f"assign the result instead [{Source.caller()}]"
        )
    kwargs.pop("out", None)
    table = UFUNCS if method == "__call__" else REDUCTIONS if method == "reduce" else {}
    function = table.get(ufunc)
    if function is None or (method == "__call__" and kwargs):
        suffix = "" if method == "__call__" else f".{method}"
        raise GraphError(f"numpy.{ufunc.__name__}{suffix} cannot be recorded in a graph [{Source.caller()}]")
    if method == "reduce":
        kwargs = {key: kwargs[key] for key in ("axis", "keepdims") if key in kwargs}
        kwargs.setdefault("axis", 0)
    result = function(*inputs, **kwargs)
    assert isinstance(result, Tensor)
    return result


def _drop_defaults(function: Callable[..., Any]) -> Callable[..., Any]:
    """Accept NumPy's ``out``, ``dtype`` and ``where`` arguments as long as they say nothing."""

    def call(*args: Any, **kwargs: Any) -> Any:
        for key in ("out", "dtype", "where", "initial"):
            if kwargs.get(key) is None or kwargs[key] is np._NoValue:
                kwargs.pop(key, None)
        return function(*args, **kwargs)

    return call


def _select(conditions: list[Any], choices: list[Any], default: Any = 0) -> Any:
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = xp.where(condition, choice, result)
    return result


def _dot(a: Any, b: Any) -> Any:
    return xp.matmul(a, b)


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.all: xp.all,
    np.any: xp.any,
    np.argmax: xp.argmax,
    np.argmin: xp.argmin,
    np.clip: lambda a, a_min=None, a_max=None, *, min=None, max=None: xp.clip(
        a, a_min if min is None else min, a_max if max is None else max
    ),
    np.column_stack: xp.column_stack,
    np.concatenate: xp.concat,
    np.cumsum: xp.cumulative_sum,
    np.dot: _dot,
    np.expand_dims: xp.expand_dims,
    np.hstack: lambda arrays: xp.concat(arrays, axis=0 if arrays[0].ndim == 1 else 1),
    np.max: xp.max,
    np.mean: xp.mean,
    np.min: xp.min,
    np.prod: xp.prod,
    np.ravel: lambda a: xp.reshape(a, (-1,)),
    np.reshape: lambda a, shape: xp.reshape(a, shape if isinstance(shape, tuple | list) else (shape,)),
    np.round: lambda a, decimals=0: (
        xp.round(a) if decimals == 0 else xp.divide(xp.round(xp.multiply(a, 10.0**decimals)), 10.0**decimals)
    ),
    np.select: _select,
    np.squeeze: xp.squeeze,
    np.stack: xp.stack,
    np.sum: xp.sum,
    np.take: lambda a, indices, axis=None: xp.take(
        a if axis is not None else xp.reshape(a, (-1,)), indices, axis=axis or 0
    ),
    np.take_along_axis: xp.take_along_axis,
    np.transpose: lambda a, axes=None: xp.permute_dims(a, axes or tuple(reversed(range(a.ndim)))),
    np.where: xp.where,
}


def record_function(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a NumPy function on tensors."""
    function = FUNCTIONS.get(func)
    if function is None:
        raise GraphError(f"numpy.{func.__name__} cannot be recorded in a graph [{Source.caller()}]")
    try:
        return _drop_defaults(function)(*args, **kwargs)
    except TypeError as error:
        if isinstance(error, GraphError):
            raise
        raise GraphError(f"numpy.{func.__name__}: {error} [{Source.caller()}]") from None
