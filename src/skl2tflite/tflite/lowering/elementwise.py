"""Spellings of operations on each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.op import Op
from skl2tflite.graph.tensor import Spec
from skl2tflite.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.tflite.lowering.registry import lowers

OPERATORS: dict[type[Op], str] = {
    ops.Abs: "ABS",
    ops.Negative: "NEG",
    ops.Sign: "SIGN",
    ops.Square: "SQUARE",
    ops.Sqrt: "SQRT",
    ops.Exp: "EXP",
    ops.Log: "LOG",
    ops.Sin: "SIN",
    ops.Cos: "COS",
    ops.Tanh: "TANH",
    ops.Floor: "FLOOR",
    ops.Ceil: "CEIL",
    ops.Round: "ROUND",
    ops.Expit: "LOGISTIC",
    ops.Relu: "RELU",
    ops.LogicalNot: "LOGICAL_NOT",
    ops.Add: "ADD",
    ops.Subtract: "SUB",
    ops.SquaredDifference: "SQUARED_DIFFERENCE",
    ops.Multiply: "MUL",
    ops.Divide: "DIV",
    ops.Power: "POW",
    ops.FloorDivide: "FLOOR_DIV",
    ops.Remainder: "FLOOR_MOD",
    ops.Arctan2: "ATAN2",
    ops.Equal: "EQUAL",
    ops.NotEqual: "NOT_EQUAL",
    ops.Less: "LESS",
    ops.LessEqual: "LESS_EQUAL",
    ops.Greater: "GREATER",
    ops.GreaterEqual: "GREATER_EQUAL",
    ops.LogicalAnd: "LOGICAL_AND",
    ops.LogicalOr: "LOGICAL_OR",
}
ACTIVATIONS = {None: 0, "relu": 1}
"""The schema's ActivationFunctionType."""


@lowers(*OPERATORS)
def lower_elementwise(emit: Emitter, op: Op, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """One operation, one operator."""
    (spec,) = outputs
    options: dict[str, Any] = {}
    if isinstance(op, ops.elementwise.Activated) and op.activation:
        options["fusedActivationFunction"] = ACTIVATIONS[op.activation]
    return emit.op(OPERATORS[type(op)], inputs, spec.shape, WIDTHS[spec.dtype], **options)


@lowers(ops.IsNan)
def lower_isnan(emit: Emitter, op: ops.IsNan, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """Only NaN differs from itself."""
    (x,) = inputs
    return emit.op("NOT_EQUAL", [x, x], outputs[0].shape, "bool")


@lowers(ops.Maximum, ops.Minimum)
def lower_extremum(
    emit: Emitter, op: ops.Maximum | ops.Minimum, inputs: Sequence[Value], outputs: Sequence[Spec]
) -> Value:
    """MAXIMUM and MINIMUM give the second operand where either is NaN; NumPy gives NaN.

    A constant goes first, then NaN survives; of two computed operands the first is looked at apart.
    """
    operator = "MAXIMUM" if isinstance(op, ops.Maximum) else "MINIMUM"
    first, second = inputs
    (spec,) = outputs
    dtype = WIDTHS[spec.dtype]
    if second.array is not None:
        first, second = second, first
    result = emit.op(operator, [first, second], spec.shape, dtype)
    if dtype != "float32" or first.array is not None:
        return result
    is_nan = emit.op("NOT_EQUAL", [first, first], first.shape, "bool")
    return select(emit, is_nan, first, result, spec)


@lowers(ops.Where)
def lower_where(emit: Emitter, op: ops.Where, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SELECT_V2 broadcasts and never looks at the branch not taken."""
    condition, a, b = inputs
    return select(emit, condition, a, b, outputs[0])


def select(emit: Emitter, condition: Operand, a: Operand, b: Operand, spec: Spec) -> Value:
    """Write a SELECT_V2."""
    dtype = WIDTHS[spec.dtype]
    return emit.op("SELECT_V2", [condition, a, b], spec.shape, dtype, data_dtype=dtype)


@lowers(ops.Cast)
def lower_cast(emit: Emitter, op: ops.Cast, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """CAST, to the dtype in which the kind travels."""
    return emit.cast(inputs[0], WIDTHS[op.dtype])


@lowers(ops.Expm1)
def lower_expm1(emit: Emitter, op: ops.Expm1, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ELU is an accurate expm1 below zero; above, expm1(x) = -exp(x)·expm1(-x)."""
    (x,) = inputs
    shape = outputs[0].shape
    zero = np.zeros((), np.float32)
    below = emit.op("ELU", [emit.op("MINIMUM", [zero, x], shape, "float32")], shape, "float32")
    negated = emit.op("NEG", [emit.op("RELU", [x], shape, "float32")], shape, "float32")
    fraction = emit.op("ELU", [negated], shape, "float32")
    above = emit.op(
        "MUL", [emit.op("EXP", [x], shape, "float32"), emit.op("NEG", [fraction], shape, "float32")],
        shape, "float32",
    )  # fmt: skip
    positive = emit.op("GREATER", [x, zero], shape, "bool")
    return select(emit, positive, above, below, outputs[0])


@lowers(ops.Log1p)
def lower_log1p(emit: Emitter, op: ops.Log1p, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """``log(u)·x / (u - 1)`` with ``u = 1 + x`` rounded: what rounding adds to u, it takes back (Kahan)."""
    (x,) = inputs
    shape = outputs[0].shape
    one = np.ones((), np.float32)
    u = emit.op("ADD", [x, one], shape, "float32")
    log = emit.op("LOG", [u], shape, "float32")
    excess = emit.op("SUB", [u, one], shape, "float32")
    ratio = emit.op("DIV", [x, excess], shape, "float32")
    exact = emit.op("MUL", [log, ratio], shape, "float32")
    tiny = emit.op("EQUAL", [u, one], shape, "bool")
    infinite = emit.op("EQUAL", [u, x], shape, "bool")
    finite = select(emit, infinite, log, exact, outputs[0])
    return select(emit, tiny, x, finite, outputs[0])
