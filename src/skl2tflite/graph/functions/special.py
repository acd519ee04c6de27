"""Special functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.functions.elementwise import (
    abs,
    add,
    ceil,
    divide,
    exp,
    less,
    less_equal,
    log,
    log1p,
    minimum,
    multiply,
    negative,
    relu,
    sqrt,
    square,
    subtract,
    where,
)
from skl2tflite.graph.functions.operands import Operand, apply_to_floats, promote
from skl2tflite.graph.functions.reduction import sum
from skl2tflite.graph.functions.shape import expand_dims
from skl2tflite.graph.tensor import Array, Tensor


def expit(x: Operand) -> Array:
    """Logistic function ``1 / (1 + exp(-x))`` (:func:`scipy.special.expit`)."""
    return apply_to_floats(ops.Expit(), x)


def erf(x: Operand) -> Array:
    """Error function (:func:`scipy.special.erf`)."""
    return apply_to_floats(ops.Erf(), x)


def digamma(x: Operand) -> Array:
    """Logarithmic derivative of the gamma function, for positive numbers, exactly as scikit-learn's ``psi``."""
    size, rest = digamma_parts(x)
    return where(less_equal(x, 1e-6), subtract(-np.euler_gamma, divide(1.0, x)), add(log(size), rest))


def digamma_parts(x: Operand) -> tuple[Array, Array]:
    """Return m and r with ``digamma(x) = log(m) + r``; r is small for large x, so that ``m * exp(r)`` stays accurate.

    Recurrence up to 6, then the asymptotic series, as scikit-learn has it, which is right to 3e-9
    (J. Bernardo, Algorithm AS 103, 1976; ``sklearn.decomposition._online_lda_fast``).
    """
    start: Array = promote(x, least=DType.FLOAT)[0]
    steps = add(expand_dims(start, -1), np.arange(6.0))
    rest: Array = negative(sum(where(less(steps, 6.0), divide(1.0, steps), 0.0), axis=-1))
    shifted: Array = add(start, relu(ceil(subtract(6.0, start))))
    inverse = divide(1.0, shifted)
    r = square(inverse)
    series = multiply(r, subtract(1 / 12, multiply(r, subtract(1 / 120, multiply(r, 1 / 252)))))
    return shifted, subtract(subtract(rest, multiply(0.5, inverse)), series)


def log_expit(x: Operand) -> Array:
    """Logarithm of the logistic function, without under- or overflow (:func:`scipy.special.log_expit`)."""
    return subtract(minimum(x, 0.0), log1p(exp(negative(abs(x)))))


def horner(x: Array, coefficients: Sequence[float]) -> Array:
    """Evaluate a polynomial by Horner's rule; coefficients from the constant one up."""
    result: Any = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        result = add(multiply(result, x), coefficient)
    return promote(result)[0]


# W. Press et al., Numerical Recipes, 6.2: relative error below 1.2e-7.
_ERFC = (
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
    0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
)  # fmt: skip


def erfc(x: Operand) -> Array:
    """Complementary error function (:func:`scipy.special.erfc`); in a graph to a relative error of 1e-6."""
    if not isinstance(x, Tensor):
        from scipy import special

        return np.asarray(special.erfc(x))
    magnitude = abs(x)
    t = divide(1.0, add(multiply(magnitude, 0.5), 1.0))
    tail = multiply(t, exp(subtract(horner(t, _ERFC), square(magnitude))))
    return where(less(x, 0.0), subtract(2.0, tail), tail)


def ndtr(x: Operand) -> Array:
    """Distribution function of the normal distribution (:func:`scipy.special.ndtr`)."""
    return multiply(erfc(multiply(x, -1.0 / np.sqrt(2.0))), 0.5)


# M. Wichura, Algorithm AS 241, PPND7: relative error below 1e-7.
_CENTRAL = ((3.3871327179, 50.434271938, 159.29113202, 59.109374720), (1.0, 17.895169469, 78.757757664, 67.187563600))


_TAIL = ((1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103), (1.0, 0.73700164250, 0.12021132975))


def ndtri(p: Operand) -> Array:
    """Quantile function of the normal distribution, for p from 1e-10 (:func:`scipy.special.ndtri`).

    In a graph only for p up to slightly above 1/2: greater p lose digits in float32; use ``-ndtri(1 - p)`` for them.
    """
    if not isinstance(p, Tensor):
        from scipy import special

        return np.asarray(special.ndtri(p))
    centered = subtract(p, 0.5)
    r = subtract(0.180625, square(centered))
    middle = multiply(centered, divide(horner(r, _CENTRAL[0]), horner(r, _CENTRAL[1])))
    r = subtract(sqrt(negative(log(p))), 1.6)
    tail = negative(divide(horner(r, _TAIL[0]), horner(r, _TAIL[1])))
    return where(less(centered, -0.425), tail, middle)
