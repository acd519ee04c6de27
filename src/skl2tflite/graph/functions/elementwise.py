"""Functions of each element."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.functions.operands import (
    Operand,
    apply_to_floats,
    apply_to_numbers,
    as_kind,
    astype,
    dtype_of,
    promote,
    refuse_truths,
)
from skl2tflite.graph.op import Op, apply
from skl2tflite.graph.ops.elementwise import Accuracy
from skl2tflite.graph.tensor import Array


def abs(x: Operand) -> Array:
    """Absolute value."""
    return apply_to_numbers(ops.Abs(), x)


def negative(x: Operand) -> Array:
    """Change the sign."""
    refuse_truths("-", x)
    return apply_to_numbers(ops.Negative(), x)


def sign(x: Operand) -> Array:
    """Sign: -1, 0 or 1; NaN stays."""
    return apply_to_numbers(ops.Sign(), x)


def square(x: Operand) -> Array:
    """Square."""
    return multiply(x, x) if dtype_of(x) == DType.INT else apply_to_floats(ops.Square(), x)


def sqrt(x: Operand) -> Array:
    """Square root; NaN below zero."""
    return apply_to_floats(ops.Sqrt(), x)


def exp(x: Operand) -> Array:
    """Exponential."""
    return apply_to_floats(ops.Exp(), x)


def expm1(x: Operand) -> Array:
    """``exp(x) - 1``, accurate near zero too."""
    return apply_to_floats(ops.Expm1(), x)


def log(x: Operand, *, accuracy: Accuracy = "relative") -> Array:
    """Natural logarithm.

    With ``accuracy="absolute"`` the result may be off by 2e-7, whatever its size (of normal numbers), and is computed
    much faster.
    """
    return apply_to_floats(ops.Log(accuracy), x)


def log1p(x: Operand) -> Array:
    """``log(1 + x)``, accurate near zero too."""
    return apply_to_floats(ops.Log1p(), x)


def log2(x: Operand) -> Array:
    """Binary logarithm."""
    return multiply(log(x), 1.0 / np.log(2.0))


def log10(x: Operand) -> Array:
    """Decimal logarithm."""
    return multiply(log(x), 1.0 / np.log(10.0))


def sin(x: Operand, *, accuracy: Accuracy = "relative") -> Array:
    """Sine of radians.

    With ``accuracy="absolute"`` the result may be off by 4e-7, whatever its size (for angles up to 1e5; less for small
    ones), and is computed much faster.
    """
    return apply_to_floats(ops.Sin(accuracy), x)


def cos(x: Operand, *, accuracy: Accuracy = "relative") -> Array:
    """Cosine of radians; ``accuracy`` as in :func:`sin`."""
    return apply_to_floats(ops.Cos(accuracy), x)


def tanh(x: Operand) -> Array:
    """Hyperbolic tangent."""
    return apply_to_floats(ops.Tanh(), x)


def floor(x: Operand) -> Array:
    """Round down."""
    return apply_to_floats(ops.Floor(), x)


def ceil(x: Operand) -> Array:
    """Round up."""
    return apply_to_floats(ops.Ceil(), x)


def round(x: Operand) -> Array:
    """Nearest integer, halves to even."""
    return apply_to_floats(ops.Round(), x)


def relu(x: Operand) -> Array:
    """``x`` where positive, else 0; NaN stays."""
    return apply_to_floats(ops.Relu(), x)


def isnan(x: Operand) -> Array:
    """Whether NaN."""
    return apply_to_floats(ops.IsNan(), x)


def epsilon(like: Array) -> Array:
    """Return the spacing of floats above 1, in the width that they have where the graph runs.

    Parameters
    ----------
    like : array of shape (n_rows, n_columns)

    Returns
    -------
    array of shape (n_rows, 1)
        ``|3 (4/3 - 1) - 1|``, which is nothing but a rounding error (Kahan). Taking magnitudes in between keeps the
        passes from simplifying it to 0.
    """
    one = astype(equal(like[:, :1], like[:, :1]), float)
    third = abs(subtract(abs(add(divide(one, 3.0), 1.0)), 1.0))
    return abs(subtract(multiply(third, 3.0), 1.0))


def logical_not(x: Operand) -> Array:
    """Negate truth."""
    return apply(ops.LogicalNot(), as_kind(x, DType.BOOL))  # type: ignore[no-any-return]


def add(x: Operand, y: Operand) -> Array:
    """Sum of two arrays; of booleans, as in NumPy, whether either is true."""
    if dtype_of(x) == dtype_of(y) == DType.BOOL:
        return logical_or(x, y)
    return apply_to_numbers(ops.Add(), x, y)


def subtract(x: Operand, y: Operand) -> Array:
    """Difference."""
    refuse_truths("-", x, y)
    return apply_to_numbers(ops.Subtract(), x, y)


def multiply(x: Operand, y: Operand) -> Array:
    """Product; of booleans, as in NumPy, whether both are true."""
    if dtype_of(x) == dtype_of(y) == DType.BOOL:
        return logical_and(x, y)
    return apply_to_numbers(ops.Multiply(), x, y)


def squared_difference(x: Operand, y: Operand) -> Array:
    """``(x - y)²``."""
    return apply_to_numbers(ops.SquaredDifference(), x, y)


def divide(x: Operand, y: Operand) -> Array:
    """Quotient, always float."""
    return apply(ops.Divide(), *promote(x, y, least=DType.FLOAT))  # type: ignore[no-any-return]


def floor_divide(x: Operand, y: Operand) -> Array:
    """Quotient rounded down."""
    return apply_to_numbers(ops.FloorDivide(), x, y)


def remainder(x: Operand, y: Operand) -> Array:
    """Remainder with the divisor's sign."""
    return apply_to_numbers(ops.Remainder(), x, y)


def pow(x: Operand, y: Operand) -> Array:
    """Power; the constant exponents 1, 2, 3 and 0.5 become products and square roots, which are more accurate."""
    if isinstance(y, int | float) and float(y) in (1.0, 2.0, 3.0, 0.5):
        if y == 1:
            return promote(x, least=DType.INT)[0]
        if y == 0.5:
            return sqrt(x)
        return square(x) if y == 2 else multiply(square(x), x)
    return apply_to_numbers(ops.Power(), x, y)


def maximum(x: Operand, y: Operand) -> Array:
    """Greater of two; NaN where either is."""
    return apply_to_numbers(ops.Maximum(), x, y)


def minimum(x: Operand, y: Operand) -> Array:
    """Lesser of two; NaN where either is."""
    return apply_to_numbers(ops.Minimum(), x, y)


def clip(x: Operand, min: Operand | None = None, max: Operand | None = None) -> Array:
    """Limit to ``[min, max]``; NaN stays.

    Parameters
    ----------
    x : array
    min, max : array or scalar, optional
        Broadcast to ``x``; None for no limit.
    """
    result: Any = x
    if min is not None:
        result = maximum(result, min)
    if max is not None:
        result = minimum(result, max)
    return promote(result)[0]


def atan2(x: Operand, y: Operand) -> Array:
    """Angle whose tangent is ``x / y``, in radians, by the signs of both (:func:`numpy.arctan2`)."""
    return apply(ops.Arctan2(), *promote(x, y, least=DType.FLOAT))  # type: ignore[no-any-return]


def _compare(op: Op, x: Any, y: Any) -> Array:
    result: Array = apply(op, *promote(x, y))
    return result


def equal(x: Operand, y: Operand) -> Array:
    """Whether equal; never for NaN."""
    return _compare(ops.Equal(), x, y)


def not_equal(x: Operand, y: Operand) -> Array:
    """Whether different; always for NaN."""
    return _compare(ops.NotEqual(), x, y)


def less(x: Operand, y: Operand) -> Array:
    """Whether ``x < y``."""
    return apply_to_numbers(ops.Less(), x, y)


def less_equal(x: Operand, y: Operand) -> Array:
    """Whether ``x <= y``."""
    return apply_to_numbers(ops.LessEqual(), x, y)


def greater(x: Operand, y: Operand) -> Array:
    """Whether ``x > y``."""
    return apply_to_numbers(ops.Greater(), x, y)


def greater_equal(x: Operand, y: Operand) -> Array:
    """Whether ``x >= y``."""
    return apply_to_numbers(ops.GreaterEqual(), x, y)


def within(x: Operand, low: Any, high: Any, seen: Operand, narrow: bool = False) -> Array:
    """Whether numbers lie from ``low`` to ``high``, as scikit-learn compares them: :class:`~ops.Within`.

    Parameters
    ----------
    x : array
    low, high : array_like
        Infinite where there is no such end.
    seen : array of bool
        What float32 numbers say of it.
    narrow : bool
        Whether scikit-learn's numbers are rounded to float32 before.
    """
    op = ops.Within(np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64), narrow)
    return apply(op, x, seen)  # type: ignore[no-any-return]


def logical_and(x: Operand, y: Operand) -> Array:
    """Whether both are true."""
    return apply(ops.LogicalAnd(), as_kind(x, DType.BOOL), as_kind(y, DType.BOOL))  # type: ignore[no-any-return]


def logical_or(x: Operand, y: Operand) -> Array:
    """Whether either is true."""
    return apply(ops.LogicalOr(), as_kind(x, DType.BOOL), as_kind(y, DType.BOOL))  # type: ignore[no-any-return]


def where(condition: Operand, x: Operand, y: Operand) -> Array:
    """Elements of ``x`` where the condition holds, of ``y`` elsewhere.

    Parameters
    ----------
    condition : array
        Numbers count as true where they are not 0.
    x, y : array or scalar
        Of one dtype after promotion; all three broadcast.
    """
    return apply(ops.Where(), as_kind(condition, DType.BOOL), *promote(x, y))  # type: ignore[no-any-return]
