"""Operations on the bits of integers, as int32 numbers."""

from __future__ import annotations

import numpy as np

from skl2tflite.graph.dtype import DType
from skl2tflite.graph.op import Value
from skl2tflite.graph.ops.elementwise import Binary, Unary


class Wrap(Unary):
    """The int32 number with the same low 32 bits, as int32 arithmetic wraps around."""

    accepts = (DType.INT,)

    @staticmethod
    def function(x: Value) -> Value:
        """Keep the low 32 bits, the highest of them as the sign."""
        return np.asarray((x + 2**31) % 2**32 - 2**31)


class BitwiseXor(Binary):
    function = np.bitwise_xor
    accepts = (DType.INT,)


class RightShift(Binary):
    """``x // 2**y``: the sign moves in from the left."""

    function = np.right_shift
    accepts = (DType.INT,)
