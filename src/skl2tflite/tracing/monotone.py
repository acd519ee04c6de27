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
PARTIALLY_DEFINED = (ops.Log, ops.Log1p, ops.Sqrt)
"""Functions that give NaN for some numbers."""
MONOTONE_WITH_A_CONSTANT = (ops.Add, ops.Divide, ops.Maximum, ops.Minimum, ops.Multiply, ops.Subtract)
"""Operations that are monotone, as computed too, where one operand is a constant (of a quotient: the divisor)."""


def elementwise(X: Tensor, result: Tensor) -> Monotone | None:
    """Return how a recorded function of each element is monotone; None where it may both rise and fall.

    Parameters
    ----------
    X : Tensor
        What the function was called with.
    result : Tensor
        What it returned, recorded.
    """
    ulps, offset, partial = 0.0, 0.0, False
    while result is not X:
        op, inputs = result.node.op, result.node.inputs
        if result.shape != X.shape:
            return None
        if isinstance(op, EXACTLY_MONOTONE + MONOTONE_UP_TO_ROUNDING):
            ulps = ULPS if isinstance(op, MONOTONE_UP_TO_ROUNDING) else ulps
            partial |= isinstance(op, PARTIALLY_DEFINED)
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
    return Monotone(ulps=ulps, offset=(offset,) if offset else (), partial=partial)
