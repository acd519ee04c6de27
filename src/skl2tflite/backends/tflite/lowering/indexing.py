"""Lowerings of operations that pick elements by position, and find positions by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.tables import look_up
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape, Spec
from skl2tflite.legalize.positions import float32_bounds

Bounds = tuple[int | None, int | None, int | None]


@lowers(ops.Slice)
def lower_slice(emit: Emitter, op: ops.Slice, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """STRIDED_SLICE: unlike SLICE it keeps a batch that is known only at run time static."""
    return strided_slice(emit, inputs[0], op.slices, outputs[0].shape)


def strided_slice(emit: Emitter, x: Operand, slices: Sequence[Bounds], shape: Shape) -> Value:
    """Write a STRIDED_SLICE with NumPy's bounds."""
    value = emit.materialize(x)
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


@lowers(ops.Take)
def lower_take(emit: Emitter, op: ops.Take, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """GATHER; a run of constant positions is a slice, which costs a copy instead of a look-up each."""
    x, indices = inputs
    (spec,) = outputs
    run = as_slice(indices.array, x.shape[op.axis])
    if run is not None and emit.target.supports("STRIDED_SLICE", x.dtype, x.rank):
        if run == (0, x.shape[op.axis], 1):
            return emit.materialize(x)
        slices: list[Bounds] = [(None, None, None)] * x.rank
        slices[op.axis] = run
        return strided_slice(emit, x, slices, spec.shape)
    return look_up(emit, x, lambda table: emit.op("GATHER", [table, indices], spec.shape, table.dtype, axis=op.axis))


def as_slice(indices: NDArray[Any] | None, length: int | None) -> tuple[int, int, int] | None:
    """Return the slice that takes what constant positions take along an axis of a length, None where none does."""
    if indices is None or length is None or indices.ndim != 1 or not indices.size:
        return None
    if np.any(np.diff(indices) != 1) or indices[0] < 0:
        return None
    return int(indices[0]), int(indices[-1]) + 1, 1


@lowers(ops.TakeAlongAxis)
def lower_take_along_axis(
    emit: Emitter, op: ops.TakeAlongAxis, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """GATHER with all axes but the last as batch."""
    x, indices = inputs
    last = x.rank - 1
    return look_up(
        emit, x,
        lambda table: emit.op(
            "GATHER", [table, indices], outputs[0].shape, table.dtype,
            rules={"batch_dims": last > 0}, axis=last, batchDims=last,
        ),
    )  # fmt: skip


@lowers(ops.TopK)
def lower_topk(emit: Emitter, op: ops.TopK, inputs: Sequence[Value], outputs: Sequence[Spec]) -> list[Value]:
    """TOPK_V2; its outputs are dynamic, which the RESHAPE behind it ends."""
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
    bounds = float32_bounds(op.bounds, op.side)
    return emit.op("BUCKETIZE", inputs, outputs[0].shape, "int32", boundaries=bounds)


@lowers(ops.OneHot)
def lower_one_hot(emit: Emitter, op: ops.OneHot, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ONE_HOT, which fills in one pass what a comparison with each position would broadcast."""
    (spec,) = outputs
    dtype = WIDTHS[spec.dtype]
    on, off = (np.array(value, dtype=dtype) for value in (1, 0))
    depth = np.array(op.depth, dtype=np.int32)
    return emit.op("ONE_HOT", [*inputs, depth, on, off], spec.shape, dtype, axis=-1)
