"""Functions that pick elements by position, and find positions by value."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.functions.elementwise import add, multiply, subtract
from skl2tflite.graph.functions.operands import Operand, apply_to_floats, as_kind, normal_axis, rank_of, shape_of
from skl2tflite.graph.functions.shape import permute_dims, reshape
from skl2tflite.graph.op import apply
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor


def getitem(x: Array, key: Any) -> Array:
    """Index like NumPy: integers, slices, ``None``, ``...``, and one constant list or mask of positions."""
    if not isinstance(x, Tensor):
        result: Array = np.asarray(x)[key]
        return result
    keys = [_index(k) for k in (key if isinstance(key, tuple) else (key,))]
    taken = builtins.sum(k is not None and k is not Ellipsis for k in keys)
    if taken > x.ndim:
        raise refusal(f"too many indices for {x.ndim} axes")
    rest = [slice(None)] * (x.ndim - taken)
    at = next((i for i, k in enumerate(keys) if k is Ellipsis), len(keys))
    keys[at : at + 1] = rest
    if builtins.any(k is Ellipsis for k in keys):
        raise refusal("an index holds ... more than once")

    slices: list[tuple[int | None, int | None, int | None]] = []  # of each axis of the operand
    shape: list[int | None] = []  # of the result, before positions are taken
    picked: tuple[int, Any] | None = None  # axis of the result, positions
    for k in keys:
        if k is None:
            shape.append(1)
            continue
        length = x.shape[len(slices)]
        if isinstance(k, slice):
            slices.append((k.start, k.stop, k.step))
            shape.append(length if length is None else len(range(*k.indices(length))))
        elif isinstance(k, int):
            if length is None or not -length <= k < length:
                raise refusal(f"index {k} is out of range for an axis of length {length or 'unknown'}")
            slices.append((k % length, k % length + 1, None))
        else:
            if picked is not None:
                raise refusal("only one list of positions can be used in one index")
            picked = (len(shape), k if isinstance(k, Tensor) else _positions(k, length))
            slices.append((None, None, None))
            shape.append(length)
    whole = [
        (None, None, None) if n is not None and range(*slice(*bounds).indices(n)) == range(n) else bounds
        for n, bounds in zip(x.shape, slices, strict=True)
    ]
    result = x
    if builtins.any(bounds != (None, None, None) for bounds in whole):
        result = apply(ops.Slice(tuple(whole)), result)
    result = reshape(result, shape)
    if picked is None:
        return result
    axis, positions = picked
    result = apply(ops.Take(axis), result, positions)
    # NumPy's rule for advanced indexing: beside an array of positions, integers count as positions too. Where slices
    # lie between them, the axis of the positions comes first.
    places = [i for i, k in enumerate(keys) if k is not None and not isinstance(k, slice)]
    if axis and places[-1] - places[0] >= len(places):
        moved = list(range(axis, axis + rank_of(positions)))
        result = permute_dims(result, [*moved, *(a for a in range(rank_of(result)) if a not in moved)])
    return result


def _index(key: Any) -> Any:
    """Return one index as None, ``...``, int, slice, array of positions or mask, or tensor of positions."""
    if key is None or key is Ellipsis or isinstance(key, slice):
        return key
    if isinstance(key, Tensor):
        if key.dtype != DType.INT:
            raise refusal(f"an index of {key.dtype} values cannot be recorded; numpy.where keeps the shape")
        return key
    array = np.asarray(key) if np.size(key) else np.asarray(key, dtype=np.int64)
    if array.ndim == 0 and array.dtype.kind in "iu":
        return int(array)
    if array.dtype.kind not in "iub" or (array.dtype.kind == "b" and array.ndim != 1):
        raise refusal(f"{key!r} cannot be used as an index; give positions or a mask of one axis")
    return array


def _positions(key: Any, length: int | None) -> Any:
    """Return constant positions along an axis, negative ones counted from its end."""
    positions = np.asarray(key)
    if positions.dtype == bool:
        if len(positions) != length:
            raise refusal(f"a mask of {len(positions)} values does not fit an axis of length {length or 'unknown'}")
        return np.flatnonzero(positions)
    if positions.dtype.kind not in "iu":
        if positions.size:
            raise refusal(f"positions are {positions.dtype}, not int")
        positions = positions.astype(np.int64)
    if positions.size and (length is None and positions.min() < 0):
        raise refusal("positions from the end of an axis whose length is known only at run time")
    if length is None or not positions.size:
        return positions
    if not (-length <= positions.min() and positions.max() < length):
        raise refusal(f"positions {positions.min()} to {positions.max()} leave an axis of length {length}")
    return positions % length


def take(x: Operand, indices: Operand, axis: int = 0) -> Array:
    """Entries along an axis at integer positions.

    Parameters
    ----------
    x : array
    indices : array of int
        Negative constants count from the end.
    axis : int, default=0
        Replaced in the result by the axes of ``indices``.
    """
    axis = normal_axis(x, axis)
    positions = indices if isinstance(indices, Tensor) else _as_positions(indices, shape_of(x)[axis])
    return apply(ops.Take(axis), x, as_kind(positions, DType.INT))  # type: ignore[no-any-return]


def _as_positions(indices: Any, length: int | None) -> Any:
    """Return constant positions as integers; booleans are taken as the positions 0 and 1, not as a mask."""
    array = np.asarray(indices)
    return _positions(array.astype(np.int64) if array.dtype == bool else array, length)


def take_along_axis(x: Operand, indices: Operand, axis: int = -1) -> Array:
    """Entries of each row at that row's own positions.

    Parameters
    ----------
    x : array of shape (..., n)
    indices : array of int of shape (..., m)
    axis : int, default=-1
        Only the last axis is possible.
    """
    if normal_axis(x, axis) != rank_of(x) - 1:
        raise refusal("take_along_axis works on the last axis; move it there first")
    positions = indices if isinstance(indices, Tensor) else _as_positions(indices, shape_of(x)[-1])
    return apply(ops.TakeAlongAxis(), x, as_kind(positions, DType.INT))  # type: ignore[no-any-return]


def topk(x: Operand, k: int) -> tuple[Array, Array]:
    """Return the k greatest along the last axis, descending, and their positions."""
    return apply(ops.TopK(k), as_kind(x, DType.FLOAT))  # type: ignore[no-any-return]


def searchsorted(bounds: Sequence[float], x: Operand, side: Literal["left", "right"] = "right") -> Array:
    """Count the sorted constant bounds at or below (``right``), or below (``left``), each value.

    Parameters
    ----------
    bounds : sequence of float
        Ascending.
    x : array
    side : {"left", "right"}, default="right"
    """
    return apply_to_floats(ops.SearchSorted(tuple(np.asarray(bounds, dtype=np.float64).tolist()), side), x)


def interp(
    x: Operand, xp: Sequence[float], fp: Sequence[float], left: float | None = None, right: float | None = None
) -> Array:
    """Interpolate linearly between constant knots, constant outside (:func:`numpy.interp`).

    Tables hold for each segment the knot at which it starts, its slope and its first value. A knot that is no float32
    number is subtracted in two parts, so that steep segments stay in place.

    Parameters
    ----------
    x : array
    xp, fp : constants of shape (n_knots,)
        Knots, ascending, and values there.
    left, right : float, optional
        Values below the first and above the last knot; by default those at these knots.
    """
    knots, values = np.asarray(xp, dtype=np.float64), np.asarray(fp, dtype=np.float64)
    widths = np.diff(knots)
    slopes = np.divide(np.diff(values), widths, out=np.zeros_like(widths), where=widths > 0)
    bounds = [*knots, *([] if right is None else [np.nextafter(knots[-1], np.inf)])]
    # Below the first knot, the segments, at the last knot and (where that differs) above it.
    starts = np.array([knots[0], *knots, *([] if right is None else [knots[-1]])])
    slopes = np.array([0.0, *slopes, 0.0, *([] if right is None else [0.0])])
    values = np.array([values[0] if left is None else left, *values, *([] if right is None else [right])])
    segment = searchsorted(bounds, x, side="right")
    near = starts.astype(np.float32).astype(np.float64)
    offset = subtract(x, take(near, segment))
    if np.any(near != starts):
        offset = subtract(offset, take(starts - near, segment))
    return add(multiply(take(slopes, segment), offset), take(values, segment))


def one_hot(x: Operand, depth: int, dtype: DType = DType.FLOAT) -> Array:
    """Return a last axis that is 1 at each integer and 0 elsewhere.

    Parameters
    ----------
    x : array of int of shape (...)
    depth : int
        Length of the new axis; integers beyond it give zeros only.
    dtype : DType, default=DType.FLOAT
        Dtype of the result, of shape (..., depth).
    """
    return apply(ops.OneHot(depth, dtype), as_kind(x, DType.INT))  # type: ignore[no-any-return]
