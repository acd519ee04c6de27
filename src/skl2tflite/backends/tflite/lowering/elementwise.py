"""Spellings of operations on each element."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.backends.tflite.lowering import micro_decompositions as substitutes
from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.shape import broadcast_to
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec
from skl2tflite.graph.op import Op

OPERATORS: dict[type[Op], str] = {
    ops.Abs: "ABS",
    ops.Negative: "NEG",
    ops.Sign: "SIGN",
    ops.Square: "SQUARE",
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
    ops.Remainder: "FLOOR_MOD",
    ops.Equal: "EQUAL",
    ops.NotEqual: "NOT_EQUAL",
    ops.Less: "LESS",
    ops.LessEqual: "LESS_EQUAL",
    ops.Greater: "GREATER",
    ops.GreaterEqual: "GREATER_EQUAL",
    ops.LogicalAnd: "LOGICAL_AND",
    ops.LogicalOr: "LOGICAL_OR",
}
PRECISE: dict[type[Op], str] = {ops.Sqrt: "SQRT", ops.Log: "LOG", ops.Sin: "SIN", ops.Cos: "COS"}
"""Operators that XNNPACK computes less exactly than LiteRT does."""
XNNPACK_RANK = 6
"""XNNPACK leaves tensors of more axes to LiteRT's own kernels."""
ACTIVATIONS = {None: 0, "relu": 1}
"""The schema's ActivationFunctionType."""


@lowers(*OPERATORS)
def lower_elementwise(emit: Emitter, op: Op, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """One operation, one operator.

    XNNPACK flushes what has no normal float32 number (below 1.2e-38) to 0, and its LOGISTIC gives NaN beyond
    6e26. POW multiplies for one whole exponent and gives the greatest float32 number where that overflows.
    """
    (spec,) = outputs
    if (other := _without_kernel(emit, op, inputs, spec)) is not None:
        return other
    options: dict[str, Any] = {}
    if isinstance(op, ops.elementwise.Activated) and op.activation:
        options["fusedActivationFunction"] = ACTIVATIONS[op.activation]
    return emit.op(OPERATORS[type(op)], inputs, spec.shape, WIDTHS[spec.dtype], **options)


def _without_kernel(emit: Emitter, op: Op, inputs: Sequence[Value], spec: Spec) -> Value | None:
    """Write an operation for which the target has no operator of this dtype, where another spelling is known."""
    x = inputs[0]
    if emit.target.supports(OPERATORS[type(op)], x.dtype):
        return None
    if isinstance(op, ops.Sign):
        return substitutes.sign(emit, x)
    if isinstance(op, ops.Power):
        return substitutes.power(emit, x, inputs[1], spec)
    if x.dtype != "int32":
        return None
    if isinstance(op, ops.Abs):
        return substitutes.absolute(emit, x)
    if isinstance(op, ops.Negative):
        return substitutes.negative(emit, x)
    if isinstance(op, ops.Remainder):
        return substitutes.floor_divide(emit, x, inputs[1], spec)[1]
    if isinstance(op, ops.Square):
        return emit.op("MUL", [x, x], spec.shape, x.dtype)
    return None


@lowers(*PRECISE)
def lower_precise(emit: Emitter, op: Op, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """LiteRT's own kernel, right to half an ulp, which costs some ns an element more than XNNPACK's.

    XNNPACK's LOG has no relative accuracy near 1, its SIN and COS leave [-1, 1] for large angles, its SQRT
    is half as great again as it should be above 8.5e37. Behind a reshape to more axes than it takes the node
    is left to LiteRT; targets without XNNPACK need no such detour. Where an absolute error will do, XNNPACK's
    LOG has one of 1.2e-7, its SIN and COS of 2e-7 near 0 and of 4e-7 at 1e5, in a thirtieth of the time; from 1e8
    on these lose all.
    """
    (x,) = inputs
    operator = PRECISE[type(op)]
    if isinstance(op, ops.elementwise.Lenient) and op.accuracy == "absolute":
        return emit.op(operator, [x], x.shape, x.dtype)
    return precise(emit, operator, x)


def precise(emit: Emitter, operator: str, x: Value) -> Value:
    """Write a function of each element so that LiteRT's own kernel computes it."""
    if not emit.target.has_xnnpack or x.rank > XNNPACK_RANK:
        return emit.op(operator, [x], x.shape, x.dtype)
    detour = emit.reshape(x, (*[1] * (XNNPACK_RANK + 1 - x.rank), *x.shape))
    return emit.reshape(emit.op(operator, [detour], detour.shape, x.dtype), x.shape)


@lowers(ops.Exp)
def lower_exp(emit: Emitter, op: ops.Exp, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """EXP, and NaN put back where XNNPACK's kernel gives 0 for it.

    ``exp(x)`` is never below ``x``, so the maximum of both is ``exp(x)``, and the second operand, ``x``, where
    that is NaN. XNNPACK's error grows as 1.3e-7 + 4.6e-8·|x|; it overflows from 88.38 (float32: 88.72) and
    gives 0 for what has no normal float32 number.
    """
    (x,) = inputs
    shape = outputs[0].shape
    exponential = emit.op("EXP", [x], shape, "float32")
    if not emit.target.has_xnnpack:
        return exponential
    return emit.op("MAXIMUM", [exponential, x], shape, "float32")


@lowers(ops.FloorDivide)
def lower_floor_divide(emit: Emitter, op: ops.FloorDivide, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """``a / b - (a mod b) / b``, which is whole but for rounding.

    FLOOR_DIV rounds the quotient before it takes the floor (NumPy: ``1 // 0.1`` is 9), and refuses zeros.
    Integers keep it, and with it an error at run time for a divisor of 0. A negative float over infinity is
    NaN here, -1 in NumPy.
    """
    a, b = inputs
    (spec,) = outputs
    if WIDTHS[spec.dtype] != "float32":
        if not emit.target.supports("FLOOR_DIV", a.dtype):
            return substitutes.floor_divide(emit, a, b, spec)[0]
        return emit.op("FLOOR_DIV", inputs, spec.shape, WIDTHS[spec.dtype])
    rest = emit.op("FLOOR_MOD", [a, b], spec.shape, "float32")
    quotient = emit.op("DIV", [a, b], spec.shape, "float32")
    fraction = emit.op("DIV", [rest, b], spec.shape, "float32")
    floor = emit.op("ROUND", [emit.op("SUB", [quotient, fraction], spec.shape, "float32")], spec.shape, "float32")
    if b.array is not None and np.all(b.array != 0):
        return floor
    is_zero = emit.op("EQUAL", [b, np.zeros((), np.float32)], b.shape, "bool")
    return select(emit, is_zero, quotient, floor, spec)


@lowers(ops.Arctan2)
def lower_arctan2(emit: Emitter, op: ops.Arctan2, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ATAN2 of two tensors of the same shape: it does not broadcast, and reads beyond a smaller one."""
    (spec,) = outputs
    batch = next((x for x in inputs if None in x.shape), inputs[0])
    operands = [x if x.shape == spec.shape else broadcast_to(emit, x, spec, batch) for x in inputs]
    return emit.op("ATAN2", operands, spec.shape, "float32")


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

    A constant without NaN goes first, then NaN survives; any other first operand is looked at apart.
    """
    operator = "MAXIMUM" if isinstance(op, ops.Maximum) else "MINIMUM"
    first, second = inputs
    (spec,) = outputs
    dtype = WIDTHS[spec.dtype]
    if second.array is not None:
        first, second = second, first
    result = emit.op(operator, [first, second], spec.shape, dtype)
    if dtype != "float32" or (first.array is not None and not np.isnan(first.array).any()):
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
    if dtype in ("int32", "bool") and not emit.target.supports("SELECT_V2", dtype):
        return substitutes.select(emit, condition, a, b, spec)
    return emit.op("SELECT_V2", [condition, a, b], spec.shape, dtype, data_dtype=dtype)


@lowers(ops.Cast)
def lower_cast(emit: Emitter, op: ops.Cast, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """CAST, to the dtype in which the kind travels; what does not fit int32 becomes its nearest number.

    NaN becomes 2**31 - 1, where NumPy gives the least int64.
    """
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


ERF_NEAR = (
    -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.128379166,
)  # fmt: skip
"""``erf(x) / x`` as a polynomial in x²: below ``ERF_BRANCH``; coefficients from the highest power down."""
ERF_FAR = (
    -1.72853470e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.128717512, 0.0,
)  # fmt: skip
"""``log(1 - erf(x))`` as a polynomial in x: from ``ERF_BRANCH`` on."""
ERF_BRANCH = 0.921875
ERF_ONE = 4.0
"""From here on erf is 1 in float32."""


@lowers(ops.Erf)
def lower_erf(emit: Emitter, op: ops.Erf, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """Two minimax polynomials (N. Juffa's ``erff``), as no runtime has an operator.

    Measured: 8e-8 at most, and 2 float32 ulps. LiteRT's GELU, which is ``x (1 + erf(x / √2)) / 2``, gives 4e-7
    and nothing near 0.
    """
    (x,) = inputs
    (spec,) = outputs

    def write(operator: str, *operands: Operand) -> Value:
        return emit.op(operator, operands, spec.shape, "float32")

    def polynomial(coefficients: Sequence[float], y: Value) -> Value:
        result = write("MUL", y, np.array(coefficients[0], np.float32))
        for coefficient in coefficients[1:-1]:
            result = write("MUL", write("ADD", result, np.array(coefficient, np.float32)), y)
        return write("ADD", result, np.array(coefficients[-1], np.float32)) if coefficients[-1] else result

    magnitude = write("MINIMUM", np.array(ERF_ONE, np.float32), write("ABS", x))
    near = write("MUL", x, polynomial(ERF_NEAR, write("SQUARE", magnitude)))
    far = write("SUB", np.ones((), np.float32), write("EXP", polynomial(ERF_FAR, magnitude)))
    negative = emit.op("LESS", [x, np.zeros((), np.float32)], spec.shape, "bool")
    far = select(emit, negative, write("NEG", far), far, spec)
    is_far = emit.op("GREATER", [magnitude, np.array(ERF_BRANCH, np.float32)], spec.shape, "bool")
    return select(emit, is_far, far, near, spec)


@lowers(ops.Log1p)
def lower_log1p(emit: Emitter, op: ops.Log1p, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """``log(u)·x / (u - 1)`` with ``u = 1 + x`` rounded: what rounding adds to u, it takes back (Kahan)."""
    (x,) = inputs
    shape = outputs[0].shape
    one = np.ones((), np.float32)
    u = emit.op("ADD", [x, one], shape, "float32")
    log = precise(emit, "LOG", u)
    excess = emit.op("SUB", [u, one], shape, "float32")
    ratio = emit.op("DIV", [x, excess], shape, "float32")
    exact = emit.op("MUL", [log, ratio], shape, "float32")
    tiny = emit.op("EQUAL", [u, one], shape, "bool")
    infinite = emit.op("EQUAL", [u, x], shape, "bool")
    finite = select(emit, infinite, log, exact, outputs[0])
    return select(emit, tiny, x, finite, outputs[0])
