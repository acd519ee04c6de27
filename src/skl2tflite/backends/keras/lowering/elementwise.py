"""Spellings of operations on each element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops as K

from skl2tflite.backends.keras.lowering.builder import Builder, is_float
from skl2tflite.backends.keras.lowering.registry import spells
from skl2tflite.backends.keras.program import DTYPES
from skl2tflite.backends.keras.subnormal import compared
from skl2tflite.graph import DType, ops
from skl2tflite.graph.op import Op

FUNCTIONS: dict[type[Op], Callable[..., Any]] = {
    ops.Abs: K.abs,
    ops.Negative: K.negative,
    ops.Sign: K.sign,
    ops.Square: K.square,
    ops.Sqrt: K.sqrt,
    ops.Exp: K.exp,
    ops.Expm1: K.expm1,
    ops.Log: K.log,
    ops.Log1p: K.log1p,
    ops.Sin: K.sin,
    ops.Cos: K.cos,
    ops.Tanh: K.tanh,
    ops.Floor: K.floor,
    ops.Ceil: K.ceil,
    ops.Round: K.round,
    ops.Expit: K.sigmoid,
    ops.Erf: K.erf,
    ops.Relu: K.relu,
    ops.IsNan: K.isnan,
    ops.LogicalNot: K.logical_not,
    ops.Subtract: K.subtract,
    ops.Multiply: K.multiply,
    ops.Divide: K.true_divide,
    ops.Power: K.power,
    ops.Maximum: K.maximum,
    ops.Minimum: K.minimum,
    ops.FloorDivide: K.floor_divide,
    ops.Remainder: K.mod,
    ops.Arctan2: K.arctan2,
    ops.LogicalAnd: K.logical_and,
    ops.LogicalOr: K.logical_or,
    ops.Where: K.where,
}
"""Operations that Keras has under another name at most."""


COMPARISONS: dict[type[Op], Callable[..., Any]] = {
    ops.Equal: K.equal,
    ops.NotEqual: K.not_equal,
    ops.Less: K.less,
    ops.LessEqual: K.less_equal,
    ops.Greater: K.greater,
    ops.GreaterEqual: K.greater_equal,
}


@spells(*COMPARISONS)
def spell_comparison(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function; see :mod:`skl2tflite.backends.keras.subnormal`."""
    return COMPARISONS[type(op)](*(build.operand(x) for x in compared(op, operands)))


@spells(*FUNCTIONS)
def spell_function(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function."""
    result = FUNCTIONS[type(op)](*(build.operand(x) for x in operands))
    return K.relu(result) if getattr(op, "activation", None) == "relu" else result


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
        result = K.add(x, y.item()) if y.ndim == 0 else K.subtract(x, build.tensor(-y))
    else:
        result = K.subtract(x, K.negative(y))
    return K.relu(result) if op.activation == "relu" else result


BITS: dict[type[Op], Callable[..., Any]] = {ops.BitwiseXor: K.bitwise_xor, ops.RightShift: K.right_shift}
"""Operations that take tensors alone, no Python numbers."""


@spells(*BITS)
def spell_bits(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """One operation, one function."""
    return BITS[type(op)](*(build.tensor(x) for x in operands))


@spells(ops.SquaredDifference)
def spell_squared_difference(build: Builder, op: Op, operands: list[Any], outputs: object) -> Any:
    """Subtract, then square."""
    return K.square(K.subtract(*(build.operand(x) for x in operands)))


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
        return K.not_equal(x, 0.0 if is_float(x) else 0) if x.dtype != "bool" else x
    if op.dtype != DType.INT or not is_float(x):
        return K.cast(x, DTYPES[op.dtype])
    return whole_numbers(x)


LEAST, GREATEST = -(2**31), 2**31 - 1
BELOW = float(np.nextafter(np.float32(2**31), np.float32(0)))
"""Greatest float32 number that int32 holds."""


def whole_numbers(x: Any) -> Any:
    """Return floats as whole numbers, truncated toward zero."""
    held = K.cast(K.where(K.isnan(x), float(LEAST), K.maximum(K.minimum(x, BELOW), float(LEAST))), "int32")
    return K.where(K.greater(x, BELOW), GREATEST, held)
