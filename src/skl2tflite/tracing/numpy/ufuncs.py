"""The functions of tensors that record NumPy's and SciPy's ufuncs, composed of the graph's operations.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import Array, Tensor
from skl2tflite.tracing.numpy.axes import running
from skl2tflite.tracing.numpy.elementwise import trunc
from skl2tflite.tracing.numpy.products import vecdot

LARGE = 1e9
"""Above this magnitude, 1 added to the square of a number changes nothing, in float32 and in float64."""
LN2 = float(np.log(2.0))


def tan(x: Any) -> Array:
    """Tangent."""
    return xp.sin(x) / xp.cos(x)


def arcsin(x: Any) -> Array:
    """Inverse sine; NaN beyond 1."""
    return xp.atan2(x, _other_leg(x))


def arccos(x: Any) -> Array:
    """Inverse cosine; NaN beyond 1."""
    return xp.atan2(_other_leg(x), x)


def _other_leg(x: Any) -> Array:
    """``sqrt(1 - x²)``, accurate near 1 too."""
    return xp.sqrt((1.0 - x) * (1.0 + x))


def sinh(x: Any) -> Array:
    """Hyperbolic sine, accurate near 0 too."""
    e = xp.expm1(xp.abs(x))
    half = (e + e / (e + 1.0)) * 0.5
    half = xp.where(e == np.inf, np.inf, half)
    return xp.where(x < 0, -half, half)


def cosh(x: Any) -> Array:
    """Hyperbolic cosine."""
    return (xp.exp(x) + xp.exp(-x)) * 0.5


def arcsinh(x: Any) -> Array:
    """Inverse of sinh, accurate near 0 too, without overflow."""
    magnitude = xp.abs(xp.astype(x, float))
    large = magnitude > LARGE
    m = xp.where(large, 1.0, magnitude)
    square = xp.square(m)
    near = xp.log1p(m + square / (1.0 + xp.sqrt(square + 1.0)))
    result = xp.where(large, xp.log(magnitude) + np.log(2.0), near)
    return xp.where(x < 0, -result, result)


def arccosh(x: Any) -> Array:
    """Inverse of cosh; NaN below 1."""
    x = xp.astype(x, float)
    large = x > LARGE
    t = xp.where(large, 1.0, x) - 1.0
    near = xp.log1p(t + xp.sqrt(t * (t + 2.0)))
    return xp.where(x < 1.0, np.nan, xp.where(large, xp.log(x) + np.log(2.0), near))


def arctanh(x: Any) -> Array:
    """Inverse of tanh; NaN beyond 1."""
    return (xp.log1p(x) - xp.log1p(-xp.astype(x, float))) * 0.5


def hypot(x: Any, y: Any) -> Array:
    """Length of a vector, without overflow of the squares."""
    x, y = xp.abs(xp.astype(x, float)), xp.abs(xp.astype(y, float))
    longer = xp.maximum(x, y)
    unit = xp.where((longer > 0.0) & (longer < np.inf), longer, 1.0)
    return unit * xp.sqrt(xp.square(x / unit) + xp.square(y / unit))


def logarithm(log: Callable[..., Array], base: float) -> Callable[..., Array]:
    """Return a logarithm that gives integers exactly for powers of its base, as NumPy's do.

    Code that counts digits (``floor(log10(x))``) depends on that.

    Parameters
    ----------
    log : callable
    base : float
    """

    def call(x: Any) -> Array:
        result = log(x)
        whole = xp.round(result)
        return xp.where(base**whole == x, whole, result)

    return call


def cbrt(x: Any) -> Array:
    """Cube root: a power and one step of Newton's method, which makes roots of cubes exact."""
    x = xp.astype(x, float)
    root = xp.abs(x) ** (1.0 / 3.0)
    square = xp.square(root)
    step = (square * root - xp.abs(x)) / (square * 3.0)
    root = xp.where(xp.abs(step) < root, root - step, root)  # no step at 0 and infinity
    return xp.where(x < 0, -root, root)


def logaddexp(x: Any, y: Any) -> Array:
    """``log(exp(x) + exp(y))`` without under- or overflow."""
    greater = xp.maximum(xp.astype(x, float), xp.astype(y, float))
    distance = xp.abs(xp.astype(x, float) - xp.astype(y, float))
    distance = xp.where(x == y, 0.0, distance)  # equal infinities too, whose difference is NaN
    return greater + xp.log1p(xp.exp(-distance))


def fmax(x: Any, y: Any) -> Array:
    """Maximum; where one is NaN, the other."""
    return xp.where(xp.isnan(x), y, xp.where(xp.isnan(y), x, xp.maximum(x, y)))


def fmin(x: Any, y: Any) -> Array:
    """Minimum; where one is NaN, the other."""
    return xp.where(xp.isnan(x), y, xp.where(xp.isnan(y), x, xp.minimum(x, y)))


def fmod(x: Any, y: Any) -> Array:
    """Remainder with the dividend's sign."""
    rest = xp.abs(x) % xp.abs(y)
    return xp.where(x < 0, -rest, rest)


def heaviside(x: Any, at_zero: Any) -> Array:
    """0 below zero, 1 above, ``at_zero`` at zero."""
    x = xp.astype(x, float)
    step = xp.where(x < 0.0, 0.0, xp.where(x > 0.0, 1.0, x))
    return xp.where(x == 0.0, xp.astype(at_zero, float), step)


def modf(x: Any) -> tuple[Array, Array]:
    """Fractional and integral part."""
    whole = trunc(xp.astype(x, float))
    return xp.where(xp.abs(x) == np.inf, 0.0, x - whole), whole


def logit(p: Any) -> Array:
    """Logarithm of the odds."""
    return xp.log(p) - xp.log1p(-xp.astype(p, float))


def xlogy(x: Any, y: Any, log: Any = xp.log) -> Array:
    """``x * log(y)``, 0 where ``x`` is 0 and ``y`` is not NaN."""
    zero = (x == 0.0) & ~xp.isnan(y)
    return xp.where(zero, 0.0, x * log(y))


def entr(x: Any) -> Array:
    """``-x * log(x)``; minus infinity below zero."""
    return xp.where(x < 0.0, -np.inf, -xlogy(x, x))


def ndtri(p: Any) -> Array:
    """Quantile function of the normal distribution."""
    upper = p > 0.5
    share = xp.where(upper, 1.0 - p, p)
    tail = xp.where(share == 0.0, -np.inf, xp.ndtri(share))
    return xp.where(upper, -tail, tail)


def boxcox(x: Any, lmbda: Any, log: Callable[[Any], Array] = xp.log) -> Array:
    """Box-Cox transformation: ``(x**lmbda - 1) / lmbda``, and the logarithm where ``lmbda`` is 0."""
    power, zero = _power(lmbda)
    logarithm = log(x)
    return xp.where(zero, logarithm, xp.expm1(logarithm * power) / power)


def inv_boxcox(y: Any, lmbda: Any, exp: Callable[[Any], Array] = xp.exp) -> Array:
    """Inverse of the Box-Cox transformation."""
    power, zero = _power(lmbda)
    return exp(xp.where(zero, y, xp.log1p(y * power) / power))


def _power(lmbda: Any) -> tuple[Any, Any]:
    """Return ``lmbda`` with 1 in place of 0, to divide by, and booleans: where it was 0."""
    zero = lmbda == 0.0
    return xp.where(zero, 1.0, lmbda), zero


UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.absolute: xp.abs,
    np.add: xp.add,
    np.arccos: arccos,
    np.arccosh: arccosh,
    np.arcsin: arcsin,
    np.arcsinh: arcsinh,
    np.arctan2: xp.atan2,
    np.arctan: lambda x: xp.atan2(x, 1.0),
    np.arctanh: arctanh,
    np.bitwise_and: lambda x, y: x & y if isinstance(x, Tensor) else y & x,
    np.bitwise_or: lambda x, y: x | y if isinstance(x, Tensor) else y | x,
    np.bitwise_xor: lambda x, y: x ^ y if isinstance(x, Tensor) else y ^ x,
    np.cbrt: cbrt,
    np.ceil: xp.ceil,
    np.cos: xp.cos,
    np.cosh: cosh,
    np.deg2rad: lambda x: x * (np.pi / 180),
    np.degrees: lambda x: x * (180 / np.pi),
    np.divide: xp.divide,
    np.divmod: lambda x, y: (x // y, x % y),
    np.equal: xp.equal,
    np.exp2: lambda x: 2.0**x,
    np.exp: xp.exp,
    np.expm1: xp.expm1,
    np.fabs: xp.abs,
    np.float_power: xp.pow,
    np.floor: xp.floor,
    np.floor_divide: xp.floor_divide,
    np.fmax: fmax,
    np.fmin: fmin,
    np.fmod: fmod,
    np.greater: xp.greater,
    np.greater_equal: xp.greater_equal,
    np.heaviside: heaviside,
    np.hypot: hypot,
    np.invert: lambda x: ~x,
    np.isfinite: lambda x: xp.abs(x) < np.inf,
    np.isinf: lambda x: xp.abs(x) == np.inf,
    np.isnan: xp.isnan,
    np.less: xp.less,
    np.less_equal: xp.less_equal,
    np.log10: logarithm(xp.log10, 10.0),
    np.log1p: xp.log1p,
    np.log2: logarithm(xp.log2, 2.0),
    np.log: xp.log,
    np.logaddexp2: lambda x, y: logaddexp(x * LN2, y * LN2) / LN2,
    np.logaddexp: logaddexp,
    np.logical_and: xp.logical_and,
    np.logical_not: xp.logical_not,
    np.logical_or: xp.logical_or,
    np.logical_xor: lambda x, y: xp.astype(x, bool) != xp.astype(y, bool),
    np.matmul: xp.matmul,
    np.maximum: xp.maximum,
    np.minimum: xp.minimum,
    np.modf: modf,
    np.multiply: xp.multiply,
    np.negative: xp.negative,
    np.not_equal: xp.not_equal,
    np.positive: lambda x: x,
    np.power: xp.pow,
    np.rad2deg: lambda x: x * (180 / np.pi),
    np.radians: lambda x: x * (np.pi / 180),
    np.reciprocal: lambda x: 1.0 / x,
    np.remainder: xp.remainder,
    np.rint: xp.round,
    np.sign: xp.sign,
    np.sin: xp.sin,
    np.sinh: sinh,
    np.sqrt: xp.sqrt,
    np.square: xp.square,
    np.subtract: xp.subtract,
    np.tan: tan,
    np.tanh: xp.tanh,
    np.trunc: trunc,
    special.boxcox1p: partial(boxcox, log=xp.log1p),
    special.boxcox: boxcox,
    special.cbrt: cbrt,
    special.entr: entr,
    special.erf: xp.erf,
    special.erfc: xp.erfc,
    special.exp10: lambda x: 10.0**x,
    special.exp2: lambda x: 2.0**x,
    special.expit: xp.expit,
    special.expm1: xp.expm1,
    special.inv_boxcox1p: partial(inv_boxcox, exp=xp.expm1),
    special.inv_boxcox: inv_boxcox,
    special.log1p: xp.log1p,
    special.log_expit: xp.log_expit,
    special.logit: logit,
    special.ndtr: xp.ndtr,
    special.ndtri: ndtri,
    special.xlog1py: partial(xlogy, log=xp.log1p),
    special.xlogy: xlogy,
}

REDUCTIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: xp.sum,
    np.maximum: xp.max,
    np.minimum: xp.min,
    np.multiply: xp.prod,
    np.logical_or: xp.any,
    np.logical_and: xp.all,
}

ACCUMULATIONS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: xp.cumulative_sum,
    np.maximum: running(xp.maximum),
    np.minimum: running(xp.minimum),
    np.multiply: running(xp.multiply),
}

if hasattr(np, "vecdot"):  # NumPy 2
    UFUNCS[np.vecdot] = vecdot
