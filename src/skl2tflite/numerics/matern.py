"""The Matérn covariance for any smoothness ``nu``, written as a mixture of Gaussians instead of a Bessel function."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.typing import NDArray
from scipy.special import gamma, gammaln, kv, kve

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

CLOSED_FORM_NU = (0.5, 1.5, 2.5, np.inf)
"""Values of ``nu`` for which scikit-learn has a formula without a Bessel function."""
ZERO_DISTANCE = float(np.finfo(np.float64).eps)
"""Distance that scikit-learn puts in place of 0 in the general formula."""
QUADRATURE_STEPS = (0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05)
"""Step widths of the trapezoidal rule, tried in turn until it is exact enough."""
MAX_MIXTURE_ERROR = 1e-13
"""Greatest error of the mixture; it has as many terms as that takes."""
ASYMPTOTIC_FROM = 10.0
"""Argument of the Bessel function beyond which its logarithm is a polynomial in the argument's inverse."""
ASYMPTOTE_DEGREE = 20
"""Degree of that polynomial."""


def matern(nu: float, squares: Array) -> Array:
    """Return the Matérn covariance of squared distances (:class:`sklearn.gaussian_process.kernels.Matern`).

    With ``x = d √(2 ν)`` it is ``2¹⁻ᵛ / Γ(ν) · xᵛ Kᵥ(x)``. From ``Kᵥ(x) = ½ ∫ exp(ν t - x cosh t) dt`` and
    ``s = t + log x``

        ``xᵛ Kᵥ(x) = ½ ∫ exp(ν s - ½ eˢ) · exp(-ν d² e⁻ˢ) ds``,

    a mixture of Gaussians in the distance whose weights do not depend on it. The trapezoidal rule converges very fast
    here (its error is checked to be below 1e-13), and no term is negative.

    Parameters
    ----------
    nu : float
    squares : array
        Squared distances, in units of the length scale.

    Returns
    -------
    array of the same shape
    """
    if nu == np.inf:
        return xp.exp(squares * -0.5)
    if nu in CLOSED_FORM_NU:
        distances: Array = xp.sqrt(squares) * np.sqrt(2.0 * nu)
        decay = xp.exp(-distances)
        if nu == 0.5:
            return decay
        factor = distances + 1.0
        if nu == 2.5:
            factor = factor + squares * (5.0 / 3.0)
        return factor * decay
    rates, weights = mixture(float(nu))
    squares = xp.where(squares == 0.0, ZERO_DISTANCE**2, squares)
    return xp.linear(xp.exp(xp.expand_dims(squares, -1) * -rates), weights)


def logarithm_of_matern(nu: float, squares: Array) -> Array:
    """Return the logarithm of the covariance, also where the covariance underflows to 0."""
    if nu == np.inf:
        return squares * -0.5
    distances: Array = xp.sqrt(squares) * np.sqrt(2.0 * nu)
    if nu == 0.5:
        return -distances
    if nu in CLOSED_FORM_NU:
        excess = distances if nu == 1.5 else distances + squares * (5.0 / 3.0)
        return xp.log1p(excess) - distances
    is_far = distances > ASYMPTOTIC_FROM
    near = xp.log(matern(nu, xp.where(is_far, 1.0, squares)))
    # √x eˣ Kᵥ(x) is smooth in 1 / x.
    far = xp.where(is_far, distances, ASYMPTOTIC_FROM)
    inverse = ASYMPTOTIC_FROM / far
    *coefficients, value = asymptote(float(nu))
    series = inverse * value
    for coefficient in coefficients[:0:-1]:
        series = (series + coefficient) * inverse
    constant = (1.0 - nu) * np.log(2.0) - float(gammaln(nu))
    power = xp.log(far) * (nu - 0.5)
    logarithm = xp.log(series + coefficients[0]) + (power + constant)
    return xp.where(is_far, logarithm - far, near)


@cache
def mixture(nu: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rates r and weights w for which ``Σ w exp(-r d²)`` is the covariance at distance d.

    Raises
    ------
    ValueError
        If scikit-learn's own formula overflows in float64, or no step width is exact enough.
    """
    distances = np.concatenate([[ZERO_DISTANCE], np.logspace(-16, 3, 400)])
    with np.errstate(all="ignore"):
        x = np.sqrt(2.0 * nu) * distances
        expected = 2.0 ** (1.0 - nu) / gamma(nu) * x**nu * kv(nu, x)
    if not np.isfinite(expected[:1]).all():
        raise ValueError("nu is so large that scikit-learn's formula has no value for a distance of 0; use nu=inf")
    known = np.isfinite(expected)
    for step in QUADRATURE_STEPS:
        rates, weights = _mixture(nu, step)
        given = np.exp(-np.square(distances[known])[:, np.newaxis] * rates) @ weights
        if np.abs(given - expected[known]).max() < MAX_MIXTURE_ERROR:
            return rates, weights
    raise ValueError("nu is so small that the kernel needs too many terms; use a greater nu")


def _mixture(nu: float, step: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the terms of the trapezoidal rule that matter at some distance."""
    s = np.arange(-90.0, np.log(2.0 * nu + 150.0), step)
    logarithms = nu * s - 0.5 * np.exp(s) + np.log(step / 2) + (1.0 - nu) * np.log(2.0) - gammaln(nu)
    rates = nu * np.exp(-s)
    felt = logarithms - rates * (ZERO_DISTANCE / 4) ** 2 > np.log(MAX_MIXTURE_ERROR / 1000)
    return rates[felt], np.exp(logarithms[felt])


@cache
def asymptote(nu: float) -> tuple[float, ...]:
    """Return the coefficients of ``√x eˣ Kᵥ(x)`` in powers of ``ASYMPTOTIC_FROM / x``, lowest first."""

    def scaled(inverse: NDArray[np.float64]) -> NDArray[np.float64]:
        x = ASYMPTOTIC_FROM / np.maximum(inverse, 1e-9)
        return np.asarray(np.sqrt(x) * kve(nu, x))

    series = Chebyshev.interpolate(scaled, ASYMPTOTE_DEGREE, domain=[0.0, 1.0])
    return tuple(series.convert(kind=Polynomial, domain=[-1.0, 1.0], window=[-1.0, 1.0]).coef.tolist())
