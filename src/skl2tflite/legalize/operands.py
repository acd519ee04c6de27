"""What decompositions do with single operands: constants are computed at conversion."""

from __future__ import annotations

import numpy as np

from skl2tflite.graph import DType, Tensor, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array


def as_float(x: Tensor) -> Tensor:
    """Return integers or booleans as floats."""
    if x.constant is not None:
        return as_tensor(x.constant.astype(np.float64))
    return as_tensor(xp.astype(x, DType.FLOAT))


def is_negative(x: Tensor) -> Tensor:
    """Return whether numbers are below 0."""
    return as_tensor(x.constant < 0) if x.constant is not None else x < 0


def exp_of_numbers(x: Array) -> Array:
    """Return the exponential of what is no NaN, or of what is not looked at where it is."""
    return apply(ops.Exp(nan_undefined=True), x)  # type: ignore[no-any-return]
