"""Lowerings of operations that move elements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape, Spec


@lowers(ops.Reshape)
def lower_reshape(emit: Emitter, op: ops.Reshape, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """RESHAPE, the shape as a constant with -1 for the batch."""
    return emit.reshape(inputs[0], outputs[0].shape)


@lowers(ops.PermuteDims)
def lower_permute_dims(emit: Emitter, op: ops.PermuteDims, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """TRANSPOSE."""
    return transpose(emit, inputs[0], op.axes)


def transpose(emit: Emitter, x: Value, axes: Sequence[int]) -> Value:
    """Write a TRANSPOSE."""
    shape = tuple(x.shape[axis] for axis in axes)
    return emit.op("TRANSPOSE", [x, np.array(axes, dtype=np.int32)], shape, x.dtype)


@lowers(ops.Concat)
def lower_concat(emit: Emitter, op: ops.Concat, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """CONCATENATION."""
    return emit.op("CONCATENATION", inputs, outputs[0].shape, inputs[0].dtype, axis=op.axis)


@lowers(ops.Stack)
def lower_stack(emit: Emitter, op: ops.Stack, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """A new axis by RESHAPE, then CONCATENATION, which has more dtypes than PACK."""
    shape: Shape = (*inputs[0].shape[: op.axis], 1, *inputs[0].shape[op.axis :])
    columns = [emit.reshape(x, shape) for x in inputs]
    return emit.op("CONCATENATION", columns, outputs[0].shape, inputs[0].dtype, axis=op.axis)


@lowers(ops.BroadcastTo)
def lower_broadcast_to(emit: Emitter, op: ops.BroadcastTo, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """BROADCAST_TO; the length of the batch is read from the operand at run time."""
    (x,) = inputs
    return broadcast_to(emit, x, outputs[0], x)


@lowers(ops.BroadcastRows)
def lower_broadcast_rows(
    emit: Emitter, op: ops.BroadcastRows, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """BROADCAST_TO, the batch's length read from the rows."""
    row, like = inputs
    return broadcast_to(emit, emit.reshape(row, (1, *row.shape)), outputs[0], like)


def broadcast_to(emit: Emitter, x: Operand, spec: Spec, like: Value) -> Value:
    """Write a BROADCAST_TO a shape whose first length may be that of ``like``."""
    lengths = np.array([0 if n is None else n for n in spec.shape], dtype=np.int32)
    target: Operand = lengths
    if None in spec.shape:
        assert spec.shape.index(None) == 0
        whole = emit.op("SHAPE", [like], (like.rank,), "int32", outType=2)
        one = np.ones(1, np.int32)
        rows = emit.op("STRIDED_SLICE", [whole, np.zeros(1, np.int32), one, one], (1,), "int32", data_dtype="int32")
        target = rows
        if len(lengths) > 1:
            target = emit.op("CONCATENATION", [rows, lengths[1:]], (len(lengths),), "int32", axis=0)
    return emit.op("BROADCAST_TO", [x, target], spec.shape, WIDTHS[spec.dtype])
