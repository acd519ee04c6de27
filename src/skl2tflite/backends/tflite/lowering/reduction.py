"""Spellings of reductions and of what runs along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering import micro_decompositions as substitutes
from skl2tflite.backends.tflite.lowering.elementwise import select
from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.shape import transpose
from skl2tflite.backends.tflite.schema import TENSOR_TYPES
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec

OPERATORS: dict[type[ops.Reduction], str] = {
    ops.Sum: "SUM",
    ops.Mean: "MEAN",
    ops.Max: "REDUCE_MAX",
    ops.Min: "REDUCE_MIN",
    ops.Prod: "REDUCE_PROD",
    ops.Any: "REDUCE_ANY",
    ops.All: "REDUCE_ALL",
}


@lowers(*OPERATORS)
def lower_reduction(emit: Emitter, op: ops.Reduction, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """One operator, the axes as a constant; ANY without a kernel is NOT ALL NOT.

    REDUCE_MAX and REDUCE_MIN pass over NaN, which NumPy gives wherever there is one: that is looked at apart.
    """
    (x,) = inputs
    (spec,) = outputs
    axes = np.array(op.axes, dtype=np.int32)
    operator = OPERATORS[type(op)]
    if operator == "REDUCE_ANY":
        return reduce_any(emit, x, axes, spec, op.keepdims)

    def reduce(data: Value) -> Value:
        return emit.op(operator, [data, axes], spec.shape, data.dtype, keepDims=op.keepdims)

    if not emit.target.supports(operator, x.dtype):
        if operator == "REDUCE_PROD":
            return substitutes.product(emit, x, op.axes, spec)
        if operator == "SUM":
            return substitutes.sum_integers(emit, operator, x, spec, reduce)
        if operator in ("REDUCE_MAX", "REDUCE_MIN"):
            return substitutes.moved(emit, operator, x, reduce, in_halves=False)
    result = reduce(x)
    if operator not in ("REDUCE_MAX", "REDUCE_MIN") or x.dtype != "float32":
        return result
    is_nan = emit.op("NOT_EQUAL", [x, x], x.shape, "bool")
    any_nan = reduce_any(emit, is_nan, axes, spec, op.keepdims)
    return select(emit, any_nan, np.full((), np.nan, np.float32), result, spec)


def reduce_any(emit: Emitter, x: Value, axes: NDArray[np.int32], spec: Spec, keepdims: bool) -> Value:
    """Write a REDUCE_ANY, or NOT ALL NOT where the target has none."""
    if emit.target.supports("REDUCE_ANY", "bool"):
        return emit.op("REDUCE_ANY", [x, axes], spec.shape, "bool", keepDims=keepdims)
    negated = emit.op("LOGICAL_NOT", [x], x.shape, "bool")
    none = emit.op("REDUCE_ALL", [negated, axes], spec.shape, "bool", keepDims=keepdims)
    return emit.op("LOGICAL_NOT", [none], spec.shape, "bool")


@lowers(ops.ArgMax, ops.ArgMin)
def lower_argmax(emit: Emitter, op: ops.ArgMax, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ARG_MAX gives the first of equals, as NumPy does.

    Where there is NaN its answer depends on the width of the processor's vectors; NumPy gives the first NaN's
    position. Scores hold none; ``numpy.argmax`` in a user's function is recorded with a look at NaN.
    """
    operator = "ARG_MIN" if isinstance(op, ops.ArgMin) else "ARG_MAX"
    if not emit.target.supports(operator, inputs[0].dtype):
        return substitutes.argument(emit, operator, inputs[0], op.axis, outputs[0].shape)
    axis = np.array(op.axis, dtype=np.int32)
    return emit.op(operator, [*inputs, axis], outputs[0].shape, "int32", outputType=TENSOR_TYPES["int32"])


@lowers(ops.CumulativeSum)
def lower_cumulative_sum(
    emit: Emitter, op: ops.CumulativeSum, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """CUMSUM."""
    (x,) = inputs
    axis = np.array(op.axis, dtype=np.int32)

    def accumulate(data: Value) -> Value:
        return emit.op("CUMSUM", [data, axis], x.shape, data.dtype, exclusive=op.exclusive)

    if emit.target.supports("CUMSUM", x.dtype):
        return accumulate(x)
    return substitutes.sum_integers(emit, "CUMSUM", x, outputs[0], accumulate)


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
