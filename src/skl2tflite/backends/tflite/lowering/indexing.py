"""Spellings of operations that pick elements by position, and find positions by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering import micro_decompositions as substitutes
from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape, Spec

Bounds = tuple[int | None, int | None, int | None]


@lowers(ops.Slice)
def lower_slice(emit: Emitter, op: ops.Slice, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """STRIDED_SLICE: unlike SLICE it keeps a batch that is known only at run time static."""
    return strided_slice(emit, inputs[0], op.slices, outputs[0].shape)


def strided_slice(emit: Emitter, x: Operand, slices: Sequence[Bounds], shape: Shape) -> Value:
    """Write a STRIDED_SLICE with NumPy's bounds."""
    value = emit.materialize(x)
    if value.rank > emit.target.max_rank("STRIDED_SLICE", value.dtype) and None not in value.shape:
        return _slice_axes(emit, value, slices, shape)
    begin, end, strides = [], [], []
    begin_mask = end_mask = 0
    for axis, (length, bounds) in enumerate(zip(value.shape, slices, strict=True)):
        start, stop, step = (0, 0, 1) if length is None else slice(*bounds).indices(length)
        if length is None or (step > 0 and start == 0):
            begin_mask |= 1 << axis
        if length is None or (step > 0 and stop == length) or (step < 0 and stop < 0):
            end_mask |= 1 << axis
        begin.append(start)
        end.append(stop)
        strides.append(step)
    operands = [np.array(numbers, dtype=np.int32) for numbers in (begin, end, strides)]
    return emit.op("STRIDED_SLICE", [value, *operands], shape, value.dtype, beginMask=begin_mask, endMask=end_mask)


def _slice_axes(emit: Emitter, x: Value, slices: Sequence[Bounds], shape: Shape) -> Value:
    """Write a slice of more axes than the target takes: one axis after another, the others folded."""
    lengths = [n or 0 for n in x.shape]
    for axis, bounds in enumerate(slices):
        if (bounds := slice(*bounds).indices(lengths[axis])) == (0, lengths[axis], 1):
            continue
        ahead, behind = int(np.prod(lengths[:axis])), int(np.prod(lengths[axis + 1 :]))
        folded = emit.reshape(x, (ahead, lengths[axis], behind))
        stop = None if bounds[1] < 0 else bounds[1]
        lengths[axis] = len(range(*bounds))
        cut: list[Bounds] = [(None, None, None), (bounds[0], stop, bounds[2]), (None, None, None)]
        x = strided_slice(emit, folded, cut, (ahead, lengths[axis], behind))
    return emit.reshape(x, shape)


@lowers(ops.Take)
def lower_take(emit: Emitter, op: ops.Take, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """GATHER; a run of constant positions is a slice, which costs a copy instead of a look-up each."""
    x, indices = inputs
    (spec,) = outputs
    length = x.shape[op.axis]
    if indices.array is not None and length is not None:
        run = _as_slice(indices.array)
        if run == (0, length, 1):
            return emit.materialize(x)
        if run is not None:
            slices: list[Bounds] = [(None, None, None)] * x.rank
            slices[op.axis] = run
            return strided_slice(emit, x, slices, spec.shape)

    def gather(data: Value) -> Value:
        return emit.op("GATHER", [data, indices], spec.shape, data.dtype, axis=op.axis)

    return substitutes.moved(emit, "GATHER", x, gather) if x.dtype != "int32" else _widened(emit, x, gather)


LARGE_TABLE = 1024
"""Whole numbers in a table, from which on an operator more for each look-up is worth the bytes."""


def _widened(emit: Emitter, x: Value, gather: substitutes.Move) -> Value:
    """Look whole numbers up in a table as narrow as they fit into, where it is large."""
    narrow = "int32"
    if x.array is not None and x.array.size >= LARGE_TABLE:
        fits = [name for name in ("int8", "int16") if _fits(x.array, np.iinfo(name))]
        narrow = next(iter(fits), narrow)
    if narrow != "int32" and emit.target.supports("GATHER", narrow):
        assert x.array is not None
        return emit.cast(gather(emit.materialize(x.array.astype(narrow))), "int32")
    return substitutes.moved(emit, "GATHER", x, gather)


def _fits(numbers: NDArray[Any], bounds: np.iinfo[Any]) -> bool:
    return bool(bounds.min <= numbers.min() and numbers.max() <= bounds.max)


def _as_slice(indices: NDArray[Any]) -> tuple[int, int, int] | None:
    if indices.ndim != 1 or not indices.size or np.any(np.diff(indices) != 1) or indices[0] < 0:
        return None
    return int(indices[0]), int(indices[-1]) + 1, 1


@lowers(ops.TakeAlongAxis)
def lower_take_along_axis(
    emit: Emitter, op: ops.TakeAlongAxis, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """GATHER with all axes but the last as batch."""
    x, indices = inputs
    last = x.rank - 1

    def gather(data: Value) -> Value:
        return emit.op(
            "GATHER", [data, indices], outputs[0].shape, data.dtype,
            rules={"batch_dims": last > 0}, axis=last, batchDims=last,
        )  # fmt: skip

    return substitutes.moved(emit, "GATHER", x, gather)


@lowers(ops.TopK)
def lower_topk(emit: Emitter, op: ops.TopK, inputs: Sequence[Value], outputs: Sequence[Spec]) -> list[Value]:
    """TOPK_V2; its outputs are dynamic, which the RESHAPE behind it ends."""
    if not emit.target.supports("TOPK_V2", "float32"):
        return substitutes.topk(emit, inputs[0], op.k, outputs)
    pairs = [(spec.shape, WIDTHS[spec.dtype]) for spec in outputs]
    results = emit.multi("TOPK_V2", [*inputs, np.array(op.k, dtype=np.int32)], pairs)
    shape = np.array([-1 if n is None else n for n in outputs[0].shape], dtype=np.int32)
    return [
        emit.op("RESHAPE", [x, shape], spec.shape, x.dtype, newShape=shape)
        for x, spec in zip(results, outputs, strict=True)
    ]


@lowers(ops.SearchSorted)
def lower_searchsorted(emit: Emitter, op: ops.SearchSorted, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """BUCKETIZE counts bounds at or below; bounds move to the float32 number where the answer changes.

    NaN lies beyond every bound, as in NumPy.
    """
    bounds = np.asarray(op.bounds, dtype=np.float64)
    with np.errstate(over="ignore"):
        rounded = bounds.astype(np.float32)
    short = rounded <= bounds if op.side == "left" else rounded < bounds
    rounded = np.where(short, np.nextafter(rounded, np.float32(np.inf)), rounded).astype(np.float32)
    if not emit.target.supports("BUCKETIZE", "float32"):
        return substitutes.searchsorted(emit, inputs[0], rounded)
    return emit.op("BUCKETIZE", inputs, outputs[0].shape, "int32", boundaries=rounded)


@lowers(ops.OneHot)
def lower_one_hot(emit: Emitter, op: ops.OneHot, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """EQUAL against the range, then a cast: every target has both."""
    (x,) = inputs
    classes = np.arange(op.depth, dtype=np.int32)
    column = emit.reshape(x, (*x.shape, 1))
    hot = emit.op("EQUAL", [column, classes], outputs[0].shape, "bool")
    return emit.cast(hot, WIDTHS[op.dtype])
