"""Spellings of operations on each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from keras import ops as keras_ops
from skl2tflite.backends.keras.lowering.builder import Builder, is_float
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.backends.keras.program import DTYPES
from skl2tflite.backends.keras.subnormal import compared
from skl2tflite.graph import DType, ops
from skl2tflite.graph.op import Op

FUNCTIONS: dict[type[Op], Callable[..., Any]] = {
    ops.Abs: keras_ops.abs,
    ops.Negative: keras_ops.negative,
    ops.Sign: keras_ops.sign,
    ops.Square: keras_ops.square,
    ops.Sqrt: keras_ops.sqrt,
    ops.Exp: keras_ops.exp,
    ops.Expm1: keras_ops.expm1,
    ops.Log: keras_ops.log,
    ops.Log1p: keras_ops.log1p,
    ops.Sin: keras_ops.sin,
    ops.Cos: keras_ops.cos,
    ops.Tanh: keras_ops.tanh,
    ops.Floor: keras_ops.floor,
    ops.Ceil: keras_ops.ceil,
    ops.Round: keras_ops.round,
    ops.Expit: keras_ops.sigmoid,
    ops.Erf: keras_ops.erf,
    ops.Relu: keras_ops.relu,
    ops.IsNan: keras_ops.isnan,
    ops.LogicalNot: keras_ops.logical_not,
    ops.Subtract: keras_ops.subtract,
    ops.Multiply: keras_ops.multiply,
    ops.Divide: keras_ops.true_divide,
    ops.Power: keras_ops.power,
    ops.Maximum: keras_ops.maximum,
    ops.Minimum: keras_ops.minimum,
    ops.FloorDivide: keras_ops.floor_divide,
    ops.Remainder: keras_ops.mod,
    ops.Arctan2: keras_ops.arctan2,
    ops.LogicalAnd: keras_ops.logical_and,
    ops.LogicalOr: keras_ops.logical_or,
    ops.Where: keras_ops.where,
}
"""Which function of ``keras.ops`` computes an operation, where one does."""


COMPARISONS: dict[type[Op], Callable[..., Any]] = {
    ops.Equal: keras_ops.equal,
    ops.NotEqual: keras_ops.not_equal,
    ops.Less: keras_ops.less,
    ops.LessEqual: keras_ops.less_equal,
    ops.Greater: keras_ops.greater,
    ops.GreaterEqual: keras_ops.greater_equal,
}


@spells(*COMPARISONS)
def spell_comparison(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function; see :mod:`skl2tflite.backends.keras.subnormal`."""
    return COMPARISONS[type(op)](*(build.operand(x) for x in compared(op, operands)))


@spells(*FUNCTIONS)
def spell_function(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function."""
    result = FUNCTIONS[type(op)](*(build.operand(x) for x in operands))
    return keras_ops.relu(result) if getattr(op, "activation", None) == "relu" else result


@spells(ops.Add)
def spell_add(build: Builder, op: ops.Add, operands: list[Any], outputs: object) -> Any:
    """Less the negative, which is the same to the bit.

    On TensorFlow Keras takes what looks like a bias for one: of a second operand of shape (3, 1), or (rows, 3, 1) where
    there is one row, it adds the numbers along the last axis of shape 3, not along the one before.
    """
    x, y = operands
    if isinstance(x, np.ndarray):
        x, y = y, x
    if isinstance(y, np.ndarray):
        result = keras_ops.add(x, y.item()) if y.ndim == 0 else keras_ops.subtract(x, build.tensor(-y))
    else:
        result = keras_ops.subtract(x, keras_ops.negative(y))
    return keras_ops.relu(result) if op.activation == "relu" else result


BITS: dict[type[Op], Callable[..., Any]] = {
    ops.BitwiseXor: keras_ops.bitwise_xor,
    ops.RightShift: keras_ops.right_shift,
}
"""Operations that take tensors alone, no Python numbers."""


@spells(*BITS)
def spell_bits(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function."""
    return BITS[type(op)](*(build.tensor(x) for x in operands))


@spells(ops.SquaredDifference)
def spell_squared_difference(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """Subtract, then square."""
    return keras_ops.square(keras_ops.subtract(*(build.operand(x) for x in operands)))


@spells(ops.Wrap)
def spell_wrap(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """Keras computes with int32 numbers, which wrap around by themselves."""
    return operands[0]


@spells(ops.Cast)
def spell_cast(build: Builder, op: ops.Cast, operands: list[Any], outputs: object) -> Any:
    """Cast, except where backends differ: of numbers that int32 does not hold, and of NaN.

    TensorFlow gives the least int32 number for all of those, JAX 0 for NaN. Here they become the nearest number that
    there is, and NaN the least, as NumPy has it.
    """
    x = build.tensor(operands[0])
    if op.dtype == DType.BOOL:
        return keras_ops.not_equal(x, 0.0 if is_float(x) else 0) if x.dtype != "bool" else x
    if op.dtype != DType.INT or not is_float(x):
        return keras_ops.cast(x, DTYPES[op.dtype])
    return whole_numbers(x)


LEAST, GREATEST = -(2**31), 2**31 - 1
BELOW = float(np.nextafter(np.float32(2**31), np.float32(0)))
"""Greatest float32 number that int32 holds."""


def whole_numbers(x: Any) -> Any:
    """Return floats as whole numbers, truncated toward zero."""
    held = keras_ops.cast(
        keras_ops.where(keras_ops.isnan(x), float(LEAST), keras_ops.maximum(keras_ops.minimum(x, BELOW), float(LEAST))),
        "int32",
    )
    return keras_ops.where(keras_ops.greater(x, BELOW), GREATEST, held)
