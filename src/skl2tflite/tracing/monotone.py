"""Which recorded functions are monotone in each element, so that they can go into the thresholds of trees."""

from __future__ import annotations

import numpy as np

from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Tensor, ops

ULPS = 4.0
"""Error of NumPy's exponentials and logarithms, in units in the last place (of its SIMD loops; libm's have 1)."""

EXACTLY_MONOTONE = (ops.Ceil, ops.Floor, ops.Negative, ops.Relu, ops.Round, ops.Sign, ops.Sqrt)
"""Monotone functions that stay so when computed: their results are those of the exact ones, rounded once."""
MONOTONE_UP_TO_ROUNDING = (ops.Erf, ops.Exp, ops.Expit, ops.Expm1, ops.Log, ops.Log1p, ops.Tanh)
"""Monotone functions whose computed results may fall by a few units in the last place where they should rise."""
MONOTONE_IN_MAGNITUDE = (ops.Abs, ops.Square)
"""Functions that are monotone in the magnitude of a number, as computed too."""
KEEP_MAGNITUDES = (ops.Abs, ops.Divide, ops.Multiply, ops.Negative)
"""Operations, with constants, after which magnitudes are still functions of the magnitudes before."""
PARTIALLY_DEFINED = (ops.Log, ops.Log1p, ops.Sqrt)
"""Functions that give NaN for some numbers."""
MONOTONE_WITH_A_CONSTANT = (ops.Add, ops.Divide, ops.Maximum, ops.Minimum, ops.Multiply, ops.Subtract)
"""Operations that are monotone, as computed too, where one operand is a constant (of a quotient: the divisor)."""
OF_EACH_ELEMENT = EXACTLY_MONOTONE + MONOTONE_UP_TO_ROUNDING + MONOTONE_IN_MAGNITUDE + MONOTONE_WITH_A_CONSTANT


def elementwise(X: Tensor, result: Tensor) -> Monotone | None:
    """Return what is known of a function of each element, or of its magnitude; None where it may both rise and fall.

    Parameters
    ----------
    X : Tensor
        What the function was called with.
    result : Tensor
        What it returned, recorded.
    """
    ulps, offset, partial, even = 0.0, 0.0, False, False
    while result is not X:
        op, inputs = result.node.op, result.node.inputs
        if result.shape != X.shape or (even and not isinstance(op, KEEP_MAGNITUDES)):
            return None
        if isinstance(op, EXACTLY_MONOTONE + MONOTONE_UP_TO_ROUNDING):
            ulps = ULPS if isinstance(op, MONOTONE_UP_TO_ROUNDING) else ulps
            partial |= isinstance(op, PARTIALLY_DEFINED)
        elif isinstance(op, MONOTONE_IN_MAGNITUDE):
            even = True
        elif isinstance(op, MONOTONE_WITH_A_CONSTANT) and not getattr(op, "activation", None):
            second = inputs[1].constant
            first = inputs[0].constant if not isinstance(op, ops.Divide) else None
            constant = second if second is not None else first
            if constant is None or not np.all(np.isfinite(constant)):
                return None
            if isinstance(op, ops.Add | ops.Subtract):
                offset = max(offset, float(np.max(np.abs(constant), initial=0.0)))
            inputs = inputs[:1] if second is not None else inputs[1:]
        else:
            return None
        result = inputs[0]
    return Monotone(ulps=ulps, offset=(offset,) if offset else (), partial=partial, even=even)


def source_of(result: Tensor) -> Tensor:
    """Return the last tensor from which functions of each element, with constants, have made a result."""
    while isinstance(result.node.op, OF_EACH_ELEMENT):
        inputs = [x for x in result.node.inputs if x.constant is None]
        if len(inputs) != 1 or inputs[0].shape != result.shape:
            break
        result = inputs[0]
    return result
