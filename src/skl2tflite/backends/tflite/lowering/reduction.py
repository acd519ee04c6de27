"""Lowerings of reductions and of what runs along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value
from skl2tflite.backends.tflite.lowering.operators import REDUCTIONS
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.shape import transpose
from skl2tflite.backends.tflite.schema import TENSOR_TYPES
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec


@lowers(*REDUCTIONS)
def lower_reduction(emit: Emitter, op: ops.Reduction, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """One operator, the axes as a constant."""
    (x,) = inputs
    axes = np.array(op.axes, dtype=np.int32)
    return emit.op(REDUCTIONS[type(op)], [x, axes], outputs[0].shape, x.dtype, keepDims=op.keepdims)


@lowers(ops.ArgMax, ops.ArgMin)
def lower_argmax(emit: Emitter, op: ops.ArgMax, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ARG_MAX gives the first of equals, as NumPy does.

    Where there is NaN its answer depends on the width of the processor's vectors; NumPy gives the first NaN's
    position. Scores hold none; ``numpy.argmax`` in a user's function is recorded with a look at NaN.
    """
    operator = "ARG_MIN" if isinstance(op, ops.ArgMin) else "ARG_MAX"
    axis = np.array(op.axis, dtype=np.int32)
    return emit.op(operator, [*inputs, axis], outputs[0].shape, "int32", outputType=TENSOR_TYPES["int32"])


@lowers(ops.CumulativeSum)
def lower_cumulative_sum(
    emit: Emitter, op: ops.CumulativeSum, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """CUMSUM."""
    (x,) = inputs
    axis = np.array(op.axis, dtype=np.int32)
    return emit.op("CUMSUM", [x, axis], x.shape, x.dtype, exclusive=op.exclusive)


@lowers(ops.Softmax, ops.LogSoftmax)
def lower_softmax(
    emit: Emitter, op: ops.Softmax | ops.LogSoftmax, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """SOFTMAX and LOG_SOFTMAX run over the last axis: any other is moved there and back.

    SOFTMAX's beta must be written, or it counts as 0.
    """
    (x,) = inputs
    last = x.rank - 1
    axes = [*range(x.rank)]
    axes[op.axis], axes[last] = last, op.axis
    if op.axis != last:
        x = transpose(emit, x, axes)
    if isinstance(op, ops.Softmax):
        x = emit.op("SOFTMAX", [x], x.shape, "float32", beta=1.0)
    else:
        x = emit.op("LOG_SOFTMAX", [x], x.shape, "float32")
    return x if op.axis == last else transpose(emit, x, axes)
