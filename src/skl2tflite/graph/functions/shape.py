"""Functions that move or repeat elements without changing them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape
from skl2tflite.graph.functions.operands import Operand, normal_axis, promote, rank_of, shape_of
from skl2tflite.graph.op import apply, normalize_axes
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor


def reshape(x: Operand, shape: Sequence[int | None]) -> Array:
    """Give an array another shape; ``-1`` or ``None`` is the length that follows from the others."""
    if isinstance(x, Tensor) and None in shape and -1 in shape and x.shape.count(None) == 1:
        # As in X.reshape(X.shape[0], -1), where X.shape[0] is None: the batch stays, and -1 follows from the known
        # lengths.
        known = math.prod(n for n in shape if n not in (None, -1))
        rest, remainder = divmod(math.prod(n for n in x.shape if n is not None), known or 1)
        if remainder or not known:
            raise refusal(f"rows of shape {x.shape} do not fit shape {tuple(shape)}")
        shape = [rest if n == -1 else n for n in shape]
    target = tuple(-1 if n is None else int(n) for n in shape)
    if isinstance(x, Tensor) and target == tuple(-1 if n is None else n for n in x.shape):
        return x
    return apply(ops.Reshape(target), x)  # type: ignore[no-any-return]


def expand_dims(x: Operand, axis: int = 0) -> Array:
    """Insert an axis of length 1."""
    shape = list(shape_of(x))
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
    return reshape(x, shape)


def squeeze(x: Operand, axis: int | tuple[int, ...] | None = None) -> Array:
    """Drop axes of length 1."""
    shape = shape_of(x)
    axes = [a for a, n in enumerate(shape) if n == 1] if axis is None else normalize_axes(axis, len(shape))
    if [a for a in axes if shape[a] != 1]:
        raise refusal(f"cannot drop an axis of shape {shape} that is longer than 1")
    return reshape(x, [n for a, n in enumerate(shape) if a not in axes])


def permute_dims(x: Operand, axes: Sequence[int]) -> Array:
    """Reorder the axes."""
    rank = rank_of(x)
    return apply(ops.PermuteDims(tuple(a % rank for a in axes)), x)  # type: ignore[no-any-return]


def matrix_transpose(x: Operand) -> Array:
    """Swap the last two axes."""
    rank = rank_of(x)
    return permute_dims(x, [*range(rank - 2), rank - 1, rank - 2])


def concat(arrays: Sequence[Operand], axis: int = 0) -> Array:
    """Join arrays along an axis."""
    promoted = promote(*arrays)
    place = normal_axis(promoted[0], axis)
    promoted = [x for x in promoted if shape_of(x)[place] != 0] or promoted[:1]  # runtimes take no empty operands
    if len(promoted) == 1:
        return promoted[0]
    return apply(ops.Concat(place), *promoted)  # type: ignore[no-any-return]


def stack(arrays: Sequence[Operand], axis: int = 0) -> Array:
    """Join arrays along a new axis."""
    promoted = promote(*arrays)
    rank = rank_of(promoted[0]) + 1
    return apply(ops.Stack(axis % rank), *promoted)  # type: ignore[no-any-return]


def column_stack(arrays: Sequence[Operand]) -> Array:
    """Join columns, one-dimensional ones included, side by side."""
    return concat([expand_dims(a, 1) if rank_of(a) == 1 else a for a in arrays], axis=1)


def broadcast_to(x: Operand, shape: Shape) -> Array:
    """Repeat axes of length 1 up to a shape."""
    return apply(ops.BroadcastTo(tuple(shape)), x)  # type: ignore[no-any-return]


def broadcast_rows(row: Operand, like: Array) -> Array:
    """Repeat one constant row for every row of ``like``."""
    return apply(ops.BroadcastRows(), row, like)  # type: ignore[no-any-return]
