"""Spellings of reductions and of what runs along an axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.tensor import Spec
from skl2tflite.tflite.lowering.emitter import WIDTHS, Emitter, Value
from skl2tflite.tflite.lowering.registry import lowers
from skl2tflite.tflite.schema import TENSOR_TYPES

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
    """One operator, the axes as a constant; ANY without a kernel is NOT ALL NOT."""
    (x,) = inputs
    (spec,) = outputs
    axes = np.array(op.axes, dtype=np.int32)
    operator = OPERATORS[type(op)]
    if operator == "REDUCE_ANY" and not emit.target.supports(operator, "bool"):
        negated = emit.op("LOGICAL_NOT", [x], x.shape, "bool")
        none = emit.op("REDUCE_ALL", [negated, axes], spec.shape, "bool", keepDims=op.keepdims)
        return emit.op("LOGICAL_NOT", [none], spec.shape, "bool")
    return emit.op(operator, [x, axes], spec.shape, WIDTHS[spec.dtype], keepDims=op.keepdims)


@lowers(ops.ArgMax, ops.ArgMin)
def lower_argmax(emit: Emitter, op: ops.ArgMax, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ARG_MAX gives the first of equals, as NumPy does."""
    operator = "ARG_MIN" if isinstance(op, ops.ArgMin) else "ARG_MAX"
    axis = np.array(op.axis, dtype=np.int32)
    return emit.op(operator, [*inputs, axis], outputs[0].shape, "int32", outputType=TENSOR_TYPES["int32"])


@lowers(ops.CumulativeSum)
def lower_cumulative_sum(
    emit: Emitter, op: ops.CumulativeSum, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """CUMSUM, inclusive."""
    dtype = WIDTHS[outputs[0].dtype]
    return emit.op("CUMSUM", [*inputs, np.array(op.axis, dtype=np.int32)], outputs[0].shape, dtype)


@lowers(ops.Softmax)
def lower_softmax(emit: Emitter, op: ops.Softmax, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SOFTMAX over the last axis; beta must be written, or it counts as 0."""
    _check_last(op.axis, inputs[0])
    return emit.op("SOFTMAX", inputs, outputs[0].shape, "float32", beta=1.0)


@lowers(ops.LogSoftmax)
def lower_log_softmax(emit: Emitter, op: ops.LogSoftmax, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """LOG_SOFTMAX over the last axis."""
    _check_last(op.axis, inputs[0])
    return emit.op("LOG_SOFTMAX", inputs, outputs[0].shape, "float32")


def _check_last(axis: int, x: Value) -> None:
    if axis != x.rank - 1:
        raise LookupError("softmax runs over the last axis; permute the axes first")
