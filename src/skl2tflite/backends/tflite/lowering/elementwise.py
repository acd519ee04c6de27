"""Lowerings of operations on each element."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Value
from skl2tflite.backends.tflite.lowering.operators import ELEMENTWISE, PRECISE
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.shape import broadcast_to
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Spec
from skl2tflite.graph.op import Op

XNNPACK_RANK = 6
"""XNNPACK leaves tensors of more axes to LiteRT's own kernels."""
FEW_ROOTS = 64
"""Roots of a row up to which POW computes them, which every release of LiteRT leaves to its own kernel.

That takes 4.1 ns an element where SQRT takes 2.0 (measured), and is right to half an ulp but for 1 in 1 700, which are
a thousandth of an ulp farther. Behind a reshape to 7 axes, SQRT does not load on some releases.
"""
LOGISTIC_BOUND = 128.0
"""Magnitude from which LOGISTIC is 1, and below 1e-55, which float32 cannot hold, or 0."""
ACTIVATIONS = {None: 0, "relu": 1}
"""The schema's ActivationFunctionType."""


@lowers(*ELEMENTWISE)
def lower_elementwise(emit: Emitter, op: Op, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """One operation, one operator.

    XNNPACK flushes what has no normal float32 number (below 1.2e-38) to 0. POW multiplies for one whole exponent and
    gives the greatest float32 number where that overflows. FLOOR_DIV of integers stops with an error at run time for a
    divisor of 0.
    """
    (spec,) = outputs
    options: dict[str, Any] = {}
    if isinstance(op, ops.elementwise.Activated) and op.activation:
        options["fusedActivationFunction"] = ACTIVATIONS[op.activation]
    return emit.op(ELEMENTWISE[type(op)], inputs, spec.shape, WIDTHS[spec.dtype], **options)


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
    lenient = isinstance(op, ops.elementwise.Lenient) and op.accuracy == "absolute"
    if lenient and not emit.target.loses_nan(operator, x.rank):
        return emit.op(operator, [x], x.shape, x.dtype)
    if operator == "SQRT" and _takes_powers(emit, x):
        power = emit.op("POW", [x, np.array(0.5)], x.shape, x.dtype)
        is_negative = emit.op("LESS", [x, np.array(0.0)], x.shape, "bool")  # of -inf too, which has a power
        return emit.op("SELECT_V2", [is_negative, np.array(np.nan), power], x.shape, x.dtype, data_dtype=x.dtype)
    return precise(emit, operator, x)


def _takes_powers(emit: Emitter, x: Value) -> bool:
    """Whether roots are to be powers: there are few, or a release that is to run the file lacks the better way."""
    detour = XNNPACK_RANK + 1
    target = emit.target
    if not target.has_xnnpack or x.rank >= detour or target.runs_everywhere("SQRT", x.dtype, detour):
        return False
    if not target.runs_everywhere("POW", x.dtype, x.rank, broadcast=True):
        return False
    few = math.prod(n for n in x.shape[1:] if n is not None) <= FEW_ROOTS
    return few or bool(target.lacking("SQRT", x.dtype, detour))


def precise(emit: Emitter, operator: str, x: Value) -> Value:
    """Write a function of each element so that LiteRT's own kernel computes it."""
    if not emit.target.has_xnnpack or x.rank > XNNPACK_RANK:
        return emit.op(operator, [x], x.shape, x.dtype)
    detour = emit.reshape(x, (*[1] * (XNNPACK_RANK + 1 - x.rank), *x.shape))
    return emit.reshape(emit.op(operator, [detour], detour.shape, x.dtype), x.shape)


@lowers(ops.Expit)
def lower_expit(emit: Emitter, op: ops.Expit, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """LOGISTIC of numbers within ±128, where it is 0 or 1 in float32: XNNPACK's gives NaN beyond 6e26.

    With NaN as its first operand, MAXIMUM gives NaN on all targets.
    """
    (x,) = inputs
    if emit.target.has_xnnpack:
        for operator, bound in (("MAXIMUM", -LOGISTIC_BOUND), ("MINIMUM", LOGISTIC_BOUND)):
            x = emit.op(operator, [x, np.array(bound)], x.shape, x.dtype)
    return emit.op("LOGISTIC", [x], x.shape, x.dtype)


@lowers(ops.Exp)
def lower_exp(emit: Emitter, op: ops.Exp, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """EXP, and NaN put back where XNNPACK's kernel gives 0 for it.

    ``exp(x)`` is never below ``x``, so the maximum of both is ``exp(x)``, and the second operand, ``x``, where
    that is NaN. XNNPACK's error grows as 1.3e-7 + 4.6e-8·|x|; it overflows from 88.38 (float32: 88.72) and
    gives 0 for what has no normal float32 number.
    """
    (x,) = inputs
    shape = outputs[0].shape
    if op.nan_undefined:
        return emit.op("EXP", [x], shape, "float32")
    exponential = emit.op("EXP", [x], shape, "float32")
    if not emit.target.has_xnnpack:
        return exponential
    return emit.op("MAXIMUM", [exponential, x], shape, "float32")


@lowers(ops.Arctan2)
def lower_arctan2(emit: Emitter, op: ops.Arctan2, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """ATAN2 of two tensors of the same shape: it does not broadcast, and reads beyond a smaller one."""
    (spec,) = outputs
    batch = next((x for x in inputs if None in x.shape), inputs[0])
    operands = [x if x.shape == spec.shape else broadcast_to(emit, x, spec, batch) for x in inputs]
    return emit.op("ATAN2", operands, spec.shape, "float32")


@lowers(ops.Sign)
def lower_sign(emit: Emitter, op: ops.Sign, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SIGN, and NaN put back, for which releases before LiteRT 2.1 give a number."""
    (x,) = inputs
    emit.takes_nan = False
    sign = emit.op("SIGN", [x], x.shape, x.dtype)
    if x.dtype != "float32" or not emit.target.has_older_releases:
        return sign
    is_nan = emit.op("NOT_EQUAL", [x, x], x.shape, "bool")
    return emit.op("SELECT_V2", [is_nan, x, sign], x.shape, x.dtype, data_dtype=x.dtype)


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

    A constant without NaN goes first, then NaN survives on today's releases, but not on older ones with XNNPACK (before
    LiteRT 2.1), for which it is put back; any other first operand is looked at apart. Where NaN may give anything,
    the operands keep their order.
    """
    operator = "MAXIMUM" if isinstance(op, ops.Maximum) else "MINIMUM"
    first, second = inputs
    (spec,) = outputs
    dtype = WIDTHS[spec.dtype]
    if op.nan_undefined:
        return emit.op(operator, inputs, spec.shape, dtype)
    if second.array is not None:
        first, second = second, first
    result = emit.op(operator, [first, second], spec.shape, dtype)
    fixed = first.array is not None and not np.isnan(first.array).any()
    if dtype != "float32" or (fixed and not emit.target.has_older_releases):
        return result
    tested = second if fixed else first
    is_nan = emit.op("NOT_EQUAL", [tested, tested], tested.shape, "bool")
    return emit.op("SELECT_V2", [is_nan, tested, result], spec.shape, dtype, data_dtype=dtype)


@lowers(ops.Where)
def lower_where(emit: Emitter, op: ops.Where, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """SELECT_V2 broadcasts and never looks at the branch not taken."""
    (spec,) = outputs
    dtype = WIDTHS[spec.dtype]
    return emit.op("SELECT_V2", inputs, spec.shape, dtype, data_dtype=dtype)


@lowers(ops.Cast)
def lower_cast(emit: Emitter, op: ops.Cast, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """CAST, to the dtype of the kind in a file; what does not fit int32 becomes its nearest number.

    NaN becomes 2**31 - 1, where NumPy gives the least int64.
    """
    return emit.cast(inputs[0], WIDTHS[op.dtype])
