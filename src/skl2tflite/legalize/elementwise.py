"""Functions of each element that are made of simpler ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skl2tflite.graph import DType, Tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.operands import exp_of_numbers
from skl2tflite.legalize.registry import decomposes


@decomposes(ops.Expm1)
def expm1(x: Tensor) -> Array:
    """ELU is an accurate expm1 below zero; above, ``expm1(x) = exp(x) · -expm1(-x)``."""
    below = _elu(xp.minimum(x, 0.0))
    fraction = _elu(-xp.relu(x))
    above = exp_of_numbers(x) * -fraction
    return xp.where(x > 0.0, above, below)


def _elu(x: Array) -> Array:
    return apply(ops.Elu(), x)  # type: ignore[no-any-return]


@decomposes(ops.Log1p)
def log1p(x: Tensor) -> Array:
    """``log(u)·x / (u - 1)`` with ``u = 1 + x`` rounded: what rounding adds to u, it takes back (Kahan)."""
    u = x + 1.0
    log = xp.log(u)
    exact = log * (x / (u - 1.0))
    is_tiny = u == 1.0
    finite = xp.where(u == x, log, exact)
    return xp.where(is_tiny, x, finite)


ERF_NEAR = (
    -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.128379166,
)  # fmt: skip
"""``erf(x) / x`` as a polynomial in x²: below ``ERF_BRANCH``; coefficients from the highest power down."""
ERF_FAR = (
    -1.72853470e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.128717512, 0.0,
)  # fmt: skip
"""``log(1 - erf(x))`` as a polynomial in x: from ``ERF_BRANCH`` on."""
ERF_BRANCH = 0.921875
ERF_ONE = 4.0
"""From here on erf is 1 in float32."""


@decomposes(ops.Erf)
def erf(x: Tensor) -> Array:
    """Two minimax polynomials (N. Juffa's ``erff``).

    Measured in float32: 8e-8 at most, and 2 ulps. GELU, which is ``x (1 + erf(x / √2)) / 2`` and which some runtimes
    have, gives 4e-7 and nothing near 0.
    """
    size = xp.minimum(xp.abs(x), ERF_ONE)
    near = x * _polynomial(ERF_NEAR, xp.square(size))
    far = 1.0 - exp_of_numbers(_polynomial(ERF_FAR, size))
    is_negative = x < 0.0
    far = xp.where(is_negative, -far, far)
    return xp.where(size > ERF_BRANCH, far, near)


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    result = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        result = (result + coefficient) * x
    return result + coefficients[-1] if coefficients[-1] else result


@decomposes(ops.FloorDivide, dtype=DType.FLOAT)
def floor_divide(x: Tensor, y: Tensor) -> Array:
    """``x / y - (x mod y) / y``, which is whole but for rounding.

    The floor of a rounded quotient would be wrong where rounding reaches an integer (``1 // 0.1`` is 9). A negative
    number over infinity is NaN here, -1 in NumPy.
    """
    rest = x % y
    quotient = x / y
    floor = xp.round(quotient - rest / y)
    if y.constant is not None and np.all(y.constant != 0):
        return floor
    return xp.where(y == 0.0, quotient, floor)


@decomposes(ops.Sign, dtype=DType.FLOAT)
def sign(x: Tensor) -> Array:
    """Comparisons with 0; 0 and NaN are their own sign."""
    negative_or_own = xp.where(x < 0.0, -1.0, x)
    return xp.where(x > 0.0, 1.0, negative_or_own)
