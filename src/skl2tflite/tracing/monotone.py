"""Which recorded functions are monotone: for transformers that hold the user's own."""

from __future__ import annotations

import numpy as np

from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Tensor, ops

ULPS = 4.0
"""How far NumPy's exponentials and logarithms may be off, in units of the last place (its SIMD loops; libm's: 1)."""

STEADY = (ops.Ceil, ops.Floor, ops.Negative, ops.Relu, ops.Round, ops.Sign, ops.Sqrt)
"""Monotone functions that are computed as if rounded once: rounding cannot turn them around."""
UNSTEADY = (ops.Erf, ops.Exp, ops.Expit, ops.Expm1, ops.Log, ops.Log1p, ops.Tanh)
"""Other monotone functions."""
EVEN = (ops.Abs, ops.Square)
"""Monotone functions of magnitudes, steady."""
ODD = (ops.Abs, ops.Divide, ops.Multiply, ops.Negative)
"""Operations, with constants, after which magnitudes are still functions of the magnitudes before."""
PARTIAL = (ops.Log, ops.Log1p, ops.Sqrt)
"""Functions that have no value for some numbers."""
WITH_CONSTANTS = (ops.Add, ops.Divide, ops.Maximum, ops.Minimum, ops.Multiply, ops.Subtract)
"""Operations that are monotone, and steady, where one operand is a constant (of a quotient the second)."""


def elementwise(X: Tensor, result: Tensor) -> Monotone | None:
    """Return what is known of a function of each element, or of its magnitude; None where it may both rise and fall.

    Parameters
    ----------
    X : Tensor
        What the function was called with.
    result : Tensor
        What it has recorded.
    """
    ulps, offset, partial, even = 0.0, 0.0, False, False
    while result is not X:
        op, inputs = result.node.op, result.node.inputs
        if result.shape != X.shape or (even and not isinstance(op, ODD)):
            return None
        if isinstance(op, STEADY + UNSTEADY):
            ulps = ULPS if isinstance(op, UNSTEADY) else ulps
            partial |= isinstance(op, PARTIAL)
        elif isinstance(op, EVEN):
            even = True
        elif isinstance(op, WITH_CONSTANTS) and not getattr(op, "activation", None):
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
    while isinstance(result.node.op, STEADY + UNSTEADY + EVEN + WITH_CONSTANTS):
        inputs = [x for x in result.node.inputs if x.constant is None]
        if len(inputs) != 1 or inputs[0].shape != result.shape:
            break
        result = inputs[0]
    return result
