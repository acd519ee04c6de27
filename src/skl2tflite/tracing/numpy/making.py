"""Arrays of one value, of the shape of another array or with its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array
from skl2tflite.tracing.numpy.casting import note_narrow

KINDS: dict[DType, Any] = {DType.FLOAT: float, DType.INT: int, DType.BOOL: bool}
"""NumPy's dtype for each dtype of a tensor of numbers."""

Axis = int | tuple[int, ...] | None


def like(value: Any) -> Callable[..., Array]:
    """Return ``zeros_like``, ``ones_like`` or the like for a value."""

    def call(a: Array, dtype: Any = None, order: Any = None, subok: bool = True, shape: Any = None) -> Array:
        kind = KINDS[xp.dtype_of(a)] if dtype is None else KINDS[DType.of(np.empty(0, dtype))]
        return filled(a, a.shape if shape is None else shape, value, kind)

    return call


def full_like(
    a: Array,
    fill_value: Any,
    dtype: Any = None,
    order: Any = None,
    subok: bool = True,
    shape: Any = None,
) -> Array:
    """Return an array of one value; the parameters are those of ``numpy.full_like``."""
    return like(fill_value)(a, dtype, order, subok, shape)


def filled(rows: Array, shape: Any, value: Any, dtype: Any = float) -> Array:
    """Return an array of one value with the rows of another.

    Parameters
    ----------
    rows : array of shape (n_rows, ...)
    shape : int or tuple
        Its first length must be that of ``rows``, which may be None (unknown).
    value : scalar or array
        Broadcasts to the rest of the shape.
    dtype : dtype, default=float
    """
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    if None in shape[1:] or (shape and shape[0] != rows.shape[0]):
        raise refusal(f"an array of shape {shape} lacks the rows of the input; make it with {(rows.shape[0], '...')}")
    kind = {"f": float, "i": int, "u": int, "b": bool}.get(np.dtype(dtype).kind)
    if kind is None:
        raise refusal(f"an array of dtype {np.dtype(dtype)} has no place in a graph")
    note_narrow(dtype)
    return xp.broadcast_rows(np.broadcast_to(np.asarray(value), shape[1:]).astype(kind), rows)


zeros_like = like(0)
ones_like = like(1)
