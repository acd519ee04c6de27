"""Operations that runtimes have and formulas do not use: decompositions are made of them (`skl2tflite.legalize`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import Value
from skl2tflite.graph.ops.elementwise import Binary, Unary


@dataclass(frozen=True)
class Elu(Unary):
    """``x`` where positive, else ``exp(x) - 1`` without loss near zero; with ``nan_undefined`` anything for NaN."""

    nan_undefined: bool = False

    @staticmethod
    def function(x: Value) -> Value:
        """Keep NaN and positive values."""
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


class TruncatedDivide(Binary):
    """Quotient of integers rounded toward zero, as processors compute it; 0 where the divisor is 0."""

    accepts = (DType.INT,)

    @staticmethod
    def function(x: Value, y: Value) -> Value:
        """Divide magnitudes, then give the sign."""
        return np.asarray(np.sign(x) * np.sign(y) * (np.abs(x) // np.maximum(np.abs(y), 1)))
