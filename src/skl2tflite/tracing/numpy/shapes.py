"""NumPy's functions that reshape, slice and join arrays.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import Shape
from skl2tflite.graph.op import apply, normalize_axes
from skl2tflite.graph.ops import BroadcastTo
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor
from skl2tflite.tracing.numpy.making import KINDS, Axis, ones_like, zeros_like


def reshape(a: Array, shape: Any = None, order: str = "C", *, copy: Any = None) -> Array:
    """Give the array another shape."""
    if order not in ("C", "A", "K"):
        raise refusal(f"numpy.reshape with order={order!r} cannot be recorded; transpose before")
    return xp.reshape(a, shape if isinstance(shape, tuple | list) else (shape,))


def ravel(a: Array, order: str = "C") -> Array:
    """Flatten to one axis."""
    return reshape(a, -1, order)


def transpose(a: Array, axes: Any = None) -> Array:
    """Reorder the axes, reverse them by default."""
    return xp.permute_dims(a, axes or tuple(reversed(range(a.ndim))))


def moveaxis(a: Array, source: int, destination: int) -> Array:
    """Move one axis."""
    (start,), (end,) = normalize_axes(source, a.ndim), normalize_axes(destination, a.ndim)
    order = [i for i in range(a.ndim) if i != start]
    order.insert(end, start)
    return a if start == end else xp.permute_dims(a, order)


def swapaxes(a: Array, axis1: int, axis2: int) -> Array:
    """Exchange two axes."""
    order = list(range(a.ndim))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return xp.permute_dims(a, order)


def expand_dims(a: Array, axis: int | tuple[int, ...]) -> Array:
    """Insert axes of length 1."""
    if isinstance(axis, int):
        return xp.expand_dims(a, axis)
    for each in sorted(i % (a.ndim + len(axis)) for i in axis):
        a = xp.expand_dims(a, each)
    return a


def atleast(rank: int) -> Callable[..., Any]:
    """Return ``atleast_1d``, ``atleast_2d`` or ``atleast_3d``."""

    def one(a: Any) -> Any:
        if np.ndim(a) >= rank:
            return a
        # NumPy makes one row of a vector, whose length here is the unknown number of rows.
        raise refusal(f"numpy.atleast_{rank}d of {np.ndim(a)} axes would make a row of the batch; use X[:, np.newaxis]")

    return lambda *arrays: one(arrays[0]) if len(arrays) == 1 else tuple(map(one, arrays))


def broadcast_to(array: Any, shape: Any) -> Array:
    """Repeat axes of length 1 up to a shape."""
    shape = tuple(shape) if isinstance(shape, tuple | list) else (shape,)
    if not isinstance(array, Tensor):
        raise refusal("a constant cannot be broadcast to rows; add it to them instead")
    return array if array.shape == shape else apply(BroadcastTo(shape), array)


def broadcast_arrays(*args: Any) -> tuple[Array, ...]:
    """Bring arrays to their common shape."""
    tensors = [a for a in args if isinstance(a, Tensor)]
    total: Any = tensors[0]
    for a in args:
        total = xp.astype(total, float) * 0.0 + xp.astype(a, float) * 0.0
    shape: Shape = total.shape
    return tuple(
        broadcast_to(a, shape) if isinstance(a, Tensor) and a.ndim == len(shape) else _like(a, total) for a in args
    )


def _like(a: Any, other: Array) -> Array:
    return xp.where(ones_like(other, bool), a, a)


def flip(m: Array, axis: Axis = None) -> Array:
    """Reverse the order along axes."""
    axes = normalize_axes(axis, m.ndim)
    for each in axes:
        if m.shape[each] is None:
            raise refusal("the order of rows cannot be reversed; name the axis of the features (axis=1)")
        m = cut(m, each, None, None, -1)
    return m


def roll(a: Array, shift: int, axis: int | None = None) -> Array:
    """Shift elements along an axis cyclically."""
    if axis is None or not isinstance(shift, int | np.integer):
        raise refusal("numpy.roll needs one shift and the axis of the features (axis=1)")
    (axis,) = normalize_axes(axis, a.ndim)
    length = length_of(a, axis)
    return xp.take(a, (np.arange(length) - shift) % max(length, 1), axis=axis)


def cut(a: Array, axis: int, start: int | None, stop: int | None, step: int | None = None) -> Array:
    """Return a slice of one axis."""
    return xp.getitem(a, (*[slice(None)] * axis, slice(start, stop, step)))


def length_of(a: Array, axis: int) -> int:
    """Return the length of an axis; refuse the axis of the rows, whose length is unknown."""
    length = a.shape[axis]
    if length is None:
        raise refusal("rows cannot be selected or moved by position; name the axis of the features (axis=1)")
    return length


def tile(A: Array, reps: Any) -> Array:
    """Repeat the whole array along axes."""
    counts = [reps] if np.ndim(reps) == 0 else list(reps)
    if len(counts) > A.ndim:
        raise refusal("numpy.tile with more counts than axes would repeat the rows; reshape before")
    counts = [1] * (A.ndim - len(counts)) + counts
    for axis, count in enumerate(counts):
        if count != 1:
            A = xp.concat([A] * count, axis=axis)
    return A


def repeat(a: Array, repeats: Any, axis: int | None = None) -> Array:
    """Repeat each element along an axis."""
    if axis is None:
        raise refusal("numpy.repeat needs the axis of the features (axis=1)")
    (axis,) = normalize_axes(axis, a.ndim)
    return xp.take(a, np.repeat(np.arange(length_of(a, axis)), repeats), axis=axis)


def delete(arr: Array, obj: Any, axis: int | None = None) -> Array:
    """Remove positions of an axis."""
    if axis is None:
        raise refusal("numpy.delete needs the axis of the features (axis=1)")
    (axis,) = normalize_axes(axis, arr.ndim)
    return xp.take(arr, np.delete(np.arange(length_of(arr, axis)), obj), axis=axis)


def insert(arr: Array, obj: int, values: Any, axis: int | None = None) -> Array:
    """Insert values before one position of the last axis."""
    if axis is None or np.ndim(obj):
        raise refusal("numpy.insert needs one position and the axis of the features (axis=1)")
    (axis,) = normalize_axes(axis, arr.ndim)
    place = int(obj) + (length_of(arr, axis) if obj < 0 else 0)
    before, after = cut(arr, axis, None, place), cut(arr, axis, place, None)
    like = zeros_like(cut(arr, axis, 0, 1))
    if isinstance(values, Tensor) and values.ndim == arr.ndim - 1:
        values = xp.expand_dims(values, axis)
    block = xp.astype(like + values, KINDS[xp.dtype_of(arr)])
    return xp.concat([part for part in (before, block, after) if part.shape[axis]], axis=axis)


def append(arr: Array, values: Array, axis: int | None = None) -> Array:
    """Join two arrays along an axis."""
    return concatenate([arr, values], axis=axis)


def compress(condition: Any, a: Array, axis: int | None = None) -> Array:
    """Keep the positions of an axis where a constant mask holds."""
    if isinstance(condition, Tensor) or axis is None:
        raise refusal("numpy.compress takes a constant mask and the axis of the features (axis=1)")
    return xp.take(a, np.flatnonzero(condition), axis=axis)


def take(a: Array, indices: Any, axis: int | None = None) -> Array:
    """Entries at positions along an axis."""
    return xp.take(a if axis is not None else xp.reshape(a, (-1,)), indices, axis=axis or 0)


def unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    """Split an axis into its entries."""
    (axis,) = normalize_axes(axis, x.ndim)
    return tuple(xp.getitem(x, (*[slice(None)] * axis, i)) for i in range(length_of(x, axis)))


def split(ary: Array, indices_or_sections: Any, axis: int = 0, equal: bool = True) -> list[Array]:
    """Split an axis into parts."""
    (axis,) = normalize_axes(axis, ary.ndim)
    parts = np.split if equal else np.array_split
    return [xp.take(ary, part, axis=axis) for part in parts(np.arange(length_of(ary, axis)), indices_or_sections)]


def array_split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    """Split an axis into parts of nearly equal length."""
    return split(ary, indices_or_sections, axis, equal=False)


def pad(array: Array, pad_width: Any, mode: Any = "constant", constant_values: Any = 0) -> Array:
    """Add entries before and after those of axes."""
    widths = np.broadcast_to(pad_width, (array.ndim, 2))
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap") or np.ndim(constant_values):
        raise refusal(f"numpy.pad with mode={mode!r} and several values cannot be recorded")
    for axis, (before, after) in enumerate(widths):
        if not before and not after:
            continue
        length = length_of(array, axis)
        if mode == "constant":
            edge = zeros_like(cut(array, axis, 0, 1))
            block = edge + np.asarray(constant_values).astype(KINDS[xp.dtype_of(array)])
            array = xp.concat([*[block] * before, array, *[block] * after], axis=axis)
        else:
            array = xp.take(array, np.pad(np.arange(length), (before, after), mode=mode), axis=axis)
    return array


def triangle(keep: Callable[..., Any]) -> Callable[..., Array]:
    """Return ``tril`` or ``triu``."""

    def call(m: Array, k: int = 0) -> Array:
        mask = keep(np.ones([length_of(m, m.ndim - 2), length_of(m, m.ndim - 1)], dtype=bool), k)
        return xp.where(mask, m, zeros_like(m))

    return call


def diagonal(a: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Entries at equal positions of two axes."""
    first, second = normalize_axes(axis1, a.ndim)[0], normalize_axes(axis2, a.ndim)[0]
    m, n = length_of(a, first), length_of(a, second)
    rest = [i for i in range(a.ndim) if i not in (first, second)]
    a = xp.permute_dims(a, [*rest, first, second])
    a = xp.reshape(a, (*a.shape[:-2], m * n))
    return xp.take(a, np.diagonal(np.arange(m * n).reshape(m, n), offset), axis=-1)


def trace(a: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    """Sum of a diagonal."""
    return xp.sum(diagonal(a, offset, axis1, axis2), axis=-1)


def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Array:
    """Join arrays."""
    if axis is None:
        return xp.concat([xp.reshape(a, (-1,)) for a in arrays])
    return xp.concat(arrays, axis=axis)


def hstack(tup: Sequence[Any]) -> Array:
    """Join arrays along the second axis; vectors along their only one."""
    return concatenate(tup, axis=0 if np.ndim(tup[0]) == 1 else 1)


def vstack(tup: Sequence[Any]) -> Array:
    """Join arrays along the first axis; a vector is one row."""
    return xp.concat([xp.expand_dims(a, 0) if np.ndim(a) == 1 else a for a in tup], axis=0)


def dstack(tup: Sequence[Any]) -> Array:
    """Join arrays along a third axis."""
    if any(np.ndim(a) < 2 for a in tup):
        raise refusal("numpy.dstack of vectors would make a row of the batch; use numpy.stack")
    return xp.concat([xp.expand_dims(a, 2) if np.ndim(a) == 2 else a for a in tup], axis=2)


def columns(items: Any) -> Array:
    """Join columns and matrices side by side (``numpy.c_``)."""
    items = items if isinstance(items, tuple) else (items,)
    if any(np.ndim(a) == 0 or isinstance(a, str | slice) for a in items):
        raise refusal("numpy.c_ with numbers, slices or directives cannot be recorded; use numpy.column_stack")
    return xp.concat([xp.expand_dims(a, 1) if np.ndim(a) == 1 else a for a in items], axis=-1)
