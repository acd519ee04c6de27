"""Powers of which exponents or bases are constants."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import DType, Tensor, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import broadcast_shapes
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.registry import NoDecompositionError, decomposes

MOST_FACTORS = 16
"""Greatest whole exponent whose power is a product."""


@decomposes(ops.Power)
def power(base: Tensor, exponent: Tensor) -> Array:
    """Products, roots and ``exp(p·log|x|)``.

    The last has an error of half an ulp of ``p·log|x|``, which is what one ulp of p does to the power. Of one exponent
    for all only the fraction is computed so.
    """
    is_float = base.dtype == DType.FLOAT
    if exponent.constant is not None:
        powers = np.unique(exponent.constant.astype(np.float64))
        if len(powers) == 1 and 0 < abs(powers[0]) <= MOST_FACTORS and (is_float or powers[0] > 0):
            return _one_power(base, float(powers[0]), broadcast_shapes((base.shape, exponent.shape)))
        if is_float and not (len(powers) == 1 and 0 < abs(powers[0]) <= MOST_FACTORS):
            return _powers(base, exponent.constant.astype(np.float64))
    elif base.constant is not None and is_float and np.all(base.constant > 0):
        return xp.exp(exponent * np.log(base.constant))
    raise NoDecompositionError(
        "it can be replaced for constant exponents and for constant positive bases only (for integers: for one "
        "exponent from 1 to 16)"
    )


def _one_power(x: Tensor, exponent: float, shape: tuple[int | None, ...]) -> Array:
    """``x**p`` as the product of the whole part of p and the power of its fraction; the inverse for ``p < 0``."""
    factors: list[Array] = []
    whole, fraction = divmod(abs(exponent), 1.0)
    square, left = x, int(whole)
    while left:
        if left & 1:
            factors.append(square)
        left >>= 1
        if left:
            square = square * square
    if fraction == 0.5:
        factors.append(xp.sqrt(x))
    elif fraction:
        factors.append(xp.exp(xp.log(x) * fraction))
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    if exponent < 0:
        result = 1.0 / result
    if result.shape != shape:
        result = result * np.ones([n or 1 for n in shape], x.dtype.kind)
    return result


def _powers(x: Tensor, exponents: NDArray[np.float64]) -> Array:
    """``exp(p·log|x|)``, the sign, NaN and 1 put where they belong."""
    result: Array = xp.exp(xp.log(xp.abs(x)) * exponents)
    whole = exponents == np.round(exponents)
    is_odd = whole & (exponents % 2 == 1)
    below = x < 0.0
    if np.any(is_odd):
        result = xp.where(below & is_odd, -result, result)
    if not np.all(whole):
        result = xp.where(below & ~whole, np.nan, result)
    if np.any(exponents == 0):
        result = xp.where(as_tensor(exponents == 0), 1.0, result)
    return result
