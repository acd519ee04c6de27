"""Lowerings of operations on sequences of a length known only at run time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec


@lowers(ops.Wrap)
def lower_wrap(emit: Emitter, op: ops.Wrap, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """Nothing: int32 arithmetic wraps on every target."""
    return inputs[0]


@lowers(ops.Length)
def lower_length(emit: Emitter, op: ops.Length, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SHAPE, and its first number."""
    (x,) = inputs
    shape = emit.op("SHAPE", [x], (x.rank,), "int32", outType=2)
    zero, one = np.zeros(1, np.int32), np.ones(1, np.int32)
    return emit.op("STRIDED_SLICE", [shape, zero, one, one], (), "int32", data_dtype="int32", shrinkAxisMask=1)


@lowers(ops.Arange)
def lower_arange(emit: Emitter, op: ops.Arange, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """RANGE; its output is dynamic, which the RESHAPE behind it ends."""
    (stop,) = inputs
    numbers = emit.op("RANGE", [np.zeros((), np.int32), stop, np.ones((), np.int32)], outputs[0].shape, "int32")
    shape = np.array([-1], np.int32)
    return emit.op("RESHAPE", [numbers, shape], outputs[0].shape, "int32", newShape=shape)


@lowers(ops.SegmentSum)
def lower_segment_sum(emit: Emitter, op: ops.SegmentSum, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SCATTER_ND adds what falls on one place; unlike UNSORTED_SEGMENT_SUM it keeps a known length static."""
    x, segments, *count = inputs
    (spec,) = outputs
    rest = np.array(spec.shape[1:], np.int32)
    shape: Operand
    if op.count is not None:
        shape = np.array([op.count, *rest], np.int32)
    else:
        shape = emit.reshape(count[0], (1,))
        if rest.size:
            shape = emit.op("CONCATENATION", [shape, rest], (1 + rest.size,), "int32", axis=0)
    places = emit.reshape(segments, (*segments.shape, 1))
    return emit.op("SCATTER_ND", [places, x, shape], spec.shape, WIDTHS[spec.dtype], data_dtype=x.dtype)


@lowers(ops.Ahead)
def lower_ahead(emit: Emitter, op: ops.Ahead, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """PAD, then STRIDED_SLICE from the offset: right for sequences shorter than it, too."""
    (x,) = inputs
    far = abs(op.offset)
    margins = np.array([[0, far] if op.offset > 0 else [far, 0]], np.int32)
    (length,) = outputs[0].shape
    padded = emit.op("PAD", [x, margins], (None if length is None else length + far,), x.dtype)
    numbers = [np.array([number], np.int32) for number in (max(op.offset, 0), min(op.offset, 0), 1)]
    begin_mask, end_mask = int(op.offset < 0), int(op.offset > 0)
    return emit.op(
        "STRIDED_SLICE", [padded, *numbers], outputs[0].shape, x.dtype, beginMask=begin_mask, endMask=end_mask
    )
