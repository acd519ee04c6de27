"""Recording calls of NumPy's functions and ufuncs with tensors, made by converters or by user code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.functions import FUNCTIONS
from skl2tflite.tracing.numpy.ufuncs import ACCUMULATIONS, REDUCTIONS, UFUNCS
from skl2tflite.tracing.numpy.writable import Writable, handled, plain

SILENT = ("casting", "order", "subok")
"""Keywords of ufuncs that make no difference to a graph."""


def record_ufunc(ufunc: np.ufunc, method: str, inputs: tuple[object, ...], kwargs: dict[str, Any]) -> Any:
    """Record a call of a NumPy ufunc with tensors.

    Parameters
    ----------
    ufunc : numpy.ufunc
    method : {"__call__", "reduce", "accumulate", "outer"}
    inputs : tuple of object
        Tensors, handles of them, and constants.
    kwargs : dict
        Keywords of the call; ``out`` must be a handle that can be written to.
    """
    name = f"{'numpy' if hasattr(np, ufunc.__name__) else 'scipy.special'}.{ufunc.__name__}"
    outs = kwargs.pop("out", None) or ()
    outs = outs if isinstance(outs, tuple) else (outs,)
    mask = kwargs.pop("where", True)
    if any(not isinstance(out, Tensor) for out in outs) or len(outs) > 1:
        raise refusal(f"{name} was asked to write into an array; assign the result instead")
    if mask is not True and (method != "__call__" or not outs):
        raise refusal(f"{name} with where= leaves the other elements undefined; give out= too, or use numpy.where")
    dtype = kwargs.pop("dtype", None)
    operands = (plain(x) for x in inputs)
    # Lists have no arithmetic of their own.
    arrays = tuple(np.asarray(x) if isinstance(x, list | tuple) else x for x in operands)
    result = _ufunc(name, ufunc, method, arrays, kwargs)
    if dtype is not None and DType.of(np.empty(0, dtype)) != result.dtype:
        raise refusal(f"{name} with dtype={np.dtype(dtype)} of {result.dtype} values cannot be recorded")
    if not outs:
        return handled(result, *inputs)
    (out,) = outs
    if mask is not True:
        result = xp.where(mask, result, out)
    if not isinstance(out, Writable):
        raise refusal(f"{name} was asked to write into a tensor; tensors are immutable, assign the result instead")
    out[...] = result
    return out


def _ufunc(name: str, ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a call of a ufunc or of its methods, and return the tensor.

    Parameters
    ----------
    name : str
        The ufunc's name, for errors.
    ufunc, method, inputs, kwargs
        As in :func:`record_ufunc`, with tensors in place of handles, and without ``out``, ``where`` and ``dtype``.
    """
    tables = {"__call__": UFUNCS, "outer": UFUNCS, "reduce": REDUCTIONS, "accumulate": ACCUMULATIONS}
    function = tables.get(method, {}).get(ufunc)
    allowed = {"reduce": ("axis", "keepdims"), "accumulate": ("axis",)}.get(method, SILENT)
    if ufunc.signature is not None:
        allowed = ("axis", *allowed)
    unknown = [key for key in _said(kwargs) if key not in allowed]
    if function is None or unknown:
        suffix = ("" if method == "__call__" else f".{method}") + "".join(f" with {key}=" for key in unknown[:1])
        raise refusal(f"{name}{suffix} cannot be recorded in a graph")
    if method == "outer":
        first, second = inputs
        return function(xp.reshape(first, (*np.shape(first), *[1] * np.ndim(second))), second)
    options: dict[str, Any] = {} if method in ("__call__", "outer") else {"axis": 0}
    options |= {key: value for key, value in kwargs.items() if key not in SILENT}
    return function(*inputs, **options)


def _said(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the keywords that were set: without None, NumPy's ``_NoValue`` and ``where=True``."""
    silent = (None, np._NoValue, True)
    return {
        key: value
        for key, value in kwargs.items()
        if not (key in ("out", "dtype", "where", "initial") and any(value is nothing for nothing in silent))
    }


def record_function(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Record a call of a NumPy function with tensors.

    Parameters
    ----------
    func : callable
        The NumPy function.
    args : tuple
    kwargs : dict
        Arguments of the call.
    """
    if func is np.putmask and not kwargs and len(args) == 3 and isinstance(args[0], Writable):
        array, mask, values = args
        array[mask] = values
        return None
    function = FUNCTIONS.get(func)
    if function is None:
        raise refusal(f"numpy.{func.__name__} cannot be recorded in a graph")
    said = {key: value for key, value in _said(kwargs).items() if value is not np._NoValue}
    out = said.pop("out", None)
    try:
        result = function(*map(plain, args), **{key: plain(value) for key, value in said.items()})
    except (TypeError, ValueError) as error:
        if isinstance(error, GraphError):
            raise
        raise refusal(f"numpy.{func.__name__}: {error}") from None
    if out is None:
        return handled(result, *args, *said.values())
    if not isinstance(out, Writable):
        raise refusal(f"numpy.{func.__name__} was asked to write into an array; assign the result instead")
    out[...] = result
    return out
