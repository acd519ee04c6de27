"""Weighted sums of kernels that are polynomials in the product of two vectors: they are polynomials in the features.

Kernels of raw features are great numbers, 1e6 to 1e15, of which weights of both signs leave little: float32 keeps
nothing of it. Developed around the points' mean, the same polynomial has terms of the size of what they add up to,
as its coefficients are made in float64 or wider. Measured on raw tables (iris, wine, breast cancer, diabetes,
digits; degrees 2 to 4): terms of 1e3 to 1e14 times the answer become terms of 1 to 30 times, and for few features
there are fewer of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from math import comb, factorial, prod
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift

MAX_PRODUCTS = 8192
"""Products of features that a file may make."""
MAX_WEIGHTS = 2**20
"""Weights that a file may give them."""
MAX_FACTORED_OUTPUTS = 8
"""Outputs up to which products of the highest degree are not made, but sums that are multiplied by one more feature.

Measured on 13 features of degree 2: 6 times faster for one output, alike at 10.
"""
ACCEPTED_RELATIVE_ERROR = 3e-6
"""Estimated error of float32 arithmetic, as a fraction of the answers, up to which the kernels' own sum does.

Measured errors are a third of what :func:`relative_rounding_error` estimates.
"""
LONGDOUBLE_RELATIVE_ERROR = 1e-4
"""Such an error from which coefficients are made in more digits than float64's, where the machine has them."""
SQRT_TERMS_WITHOUT_LOSS = 5.0
"""Square root of the length from which sums lose more than others."""
MAX_UNSCALED_EXPONENT = 64
"""Of products of features that are not scaled, by powers of 2: float32's is 127."""
CONSTANT_FEATURE_SPREAD = 1e-6
"""Spread of a feature, in multiples of its mean, that is taken for none."""
SAMPLED_POINTS = 100
"""Points for which errors are looked at."""
_BLOCK = 256
"""Points whose products of features are held at once."""


def polynomial_sum(
    kernel: Polynomial,
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    bias: Any = None,
    *,
    balanced: bool = False,
) -> PolynomialSum | None:
    """Return a weighted sum of kernels as a polynomial, where it is more exact than the sum, or cheaper and as exact.

    Parameters
    ----------
    kernel : Polynomial
        In the product of two vectors.
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_points, n_outputs) or (n_points,)
    bias : ndarray of shape (n_outputs,) or scalar, optional
        Added to the result.
    balanced : bool, default=False
        Whether the kernels' own sum is in an order in which its partial sums stay small; those of n terms in any order
        lose √n / 5 times as much (measured: 11 times for 3000).
    """
    degree, (n_points, n_features) = kernel.degree(), points.shape
    columns = weights.reshape(n_points, -1)
    offset = np.broadcast_to(np.asarray(0.0 if bias is None else bias, dtype=np.float64), columns.shape[1:])
    size = comb(n_features + degree, degree)
    if degree < 1 or size > MAX_PRODUCTS or size * columns.shape[1] > MAX_WEIGHTS:
        return None
    rows = sample_points(points)
    values = np.asarray(kernel(rows @ points.T), dtype=np.float64)
    answers = values @ columns + offset
    growth = 1.0 if balanced else max(1.0, np.sqrt(n_points) / SQRT_TERMS_WITHOUT_LOSS)
    error = growth * relative_rounding_error(np.square(values) @ np.square(columns), answers)
    cheaper = degree == 1 or (degree == 2 and columns.shape[1] <= MAX_FACTORED_OUTPUTS and n_features <= n_points)
    if error <= ACCEPTED_RELATIVE_ERROR and not cheaper:
        return None
    made = PolynomialSum(
        kernel, points, weights, offset, np.longdouble if error > LONGDOUBLE_RELATIVE_ERROR else np.float64
    )
    return made if relative_rounding_error(made.squares(rows), answers) <= max(error, ACCEPTED_RELATIVE_ERROR) else None


def sample_points(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points for which errors are looked at: rows to come are like them."""
    return points[:: -(-len(points) // SAMPLED_POINTS)]


def relative_rounding_error(squares: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
    """Return the error of float32 sums as a fraction of their column's magnitude, from sums of their terms' squares.

    Of what adds up to nothing in all rows there is none.

    Parameters
    ----------
    squares, answers : ndarray of shape (n_rows, n_outputs)
    """
    magnitudes = np.abs(answers).max(axis=0)
    usable = magnitudes > 0
    return float((2.0**-24 * np.sqrt(squares[:, usable]) / magnitudes[usable]).max(initial=0.0))


def dot_product_polynomial(kernel: str, params: Mapping[str, Any], n_features: int) -> Polynomial | None:
    """Return a kernel of :mod:`sklearn.metrics.pairwise` as a polynomial in the product, None where it is none."""
    degree = params.get("degree", 3) if kernel in ("poly", "polynomial") else 1
    if kernel not in ("poly", "polynomial", "linear") or degree != round(degree) or degree < 1:
        return None
    if kernel == "linear":
        return wide_polynomial(0.0, 1.0)
    gamma = params.get("gamma")
    base = wide_polynomial(params.get("coef0", 1.0), 1.0 / n_features if gamma is None else gamma)
    return base ** int(degree)


def wide_polynomial(*coefficients: float) -> Polynomial:
    """Return a polynomial that is computed in more digits than float64's, where the machine has them."""
    return Polynomial(np.array(coefficients, dtype=np.longdouble))


def products(Z: Array, degree: int) -> list[Array]:
    """Return the products of features of each degree from 1 on, each in lexicographic order.

    Those that begin with a feature are that feature times the products of one degree less from its own on.
    """
    width = int(Z.shape[1] or 0)
    degrees = [Z]
    for lower in range(1, degree):
        shorter = degrees[-1]
        degrees.append(
            xp.concat([Z[:, i : i + 1] * shorter[:, _first(width, lower, i) :] for i in range(width)], axis=1)
        )
    return degrees


def _first(n_features: int, degree: int, feature: int) -> int:
    """Return the position of the first product of a degree that begins with a feature."""
    return comb(n_features + degree - 1, degree) - comb(n_features - feature + degree - 1, degree)


class PolynomialSum:
    """``q(X @ points.T) @ weights`` for a polynomial q, as a polynomial in the features.

    With ``z = (x - shift) / scale`` and ``m = shift·s`` the kernel with a point s is ``Σ q⁽ʲ⁾(m) / j! · (z·scale s)ʲ``.

    Parameters
    ----------
    kernel : Polynomial
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_points, n_outputs) or (n_points,)
    bias : ndarray of shape (n_outputs,)
    dtype : dtype
        Of the coefficients' sums.

    Attributes
    ----------
    coefficients : list of ndarray
        For each degree from 0 on, of shape (n_products, n_outputs).
    """

    def __init__(
        self,
        kernel: Polynomial,
        points: NDArray[np.float64],
        weights: NDArray[np.float64],
        bias: NDArray[np.float64],
        dtype: Any = np.float64,
    ) -> None:
        center, spread = points.mean(axis=0), points.std(axis=0)
        self.shift = float32_shift(center, spread)
        self.shape = () if weights.ndim == 1 else weights.shape[1:]
        weights = weights.reshape(len(weights), -1)
        degree, width = kernel.degree(), points.shape[1]
        varies = spread > CONSTANT_FEATURE_SPREAD * np.abs(center)
        exponents = np.round(np.log2(np.where(varies, spread, 1.0)))
        great = degree > 1 and degree * np.abs(exponents).max() > MAX_UNSCALED_EXPONENT
        self.scale = np.exp2(exponents if great else 0.0 * exponents)
        self.coefficients = [
            np.zeros((comb(width + j - 1, j), weights.shape[1]), dtype=dtype) for j in range(degree + 1)
        ]
        derivatives = [kernel.deriv(j) / factorial(j) if j else kernel for j in range(degree + 1)]
        for start in range(0, len(points), _BLOCK):
            block = points[start : start + _BLOCK].astype(dtype)
            share = weights[start : start + _BLOCK].astype(dtype)
            middle = block @ self.shift.astype(dtype)
            made = [np.ones((len(block), 1), dtype=dtype), *products(block * self.scale, degree)]
            for total, derivative, columns in zip(self.coefficients, derivatives, made, strict=True):
                total += columns.T @ (np.asarray(derivative(middle), dtype=dtype)[:, np.newaxis] * share)
        for j, total in enumerate(self.coefficients):
            total *= _multiplicities(width, j)[:, np.newaxis]
        self.coefficients[0] += bias.astype(dtype)

    def centered(self, X: Array) -> Array:
        """Return rows as the polynomial takes them."""
        Z = X - self.shift if np.any(self.shift) else X
        return Z * (1.0 / self.scale) if np.any(self.scale != 1.0) else Z

    def __call__(self, X: Array) -> Array:
        """Return the sums, of shape (n_rows, n_outputs), or (n_rows,) of weights with one axis."""
        Z = self.centered(X)
        constant, linear, *others = (np.asarray(c, dtype=np.float64) for c in self.coefficients)
        outputs, degree = linear.shape[1], len(others) + 1
        if degree == 1:
            result = xp.linear(Z, linear, constant[0])
        elif outputs > MAX_FACTORED_OUTPUTS:
            result = _smallest_first(products(Z, degree), [linear, *others]) + constant[0]
        else:
            factors = (
                _smallest_first(products(Z, degree - 1), self._by_first_feature([linear, *others])) + linear.T.ravel()
            )
            factors = xp.reshape(factors, (-1, outputs, Z.shape[1])) * xp.expand_dims(Z, 1)
            result = xp.sum(factors, axis=2) + constant[0]
        return result if self.shape else xp.squeeze(result, 1)

    def _by_first_feature(self, coefficients: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
        """Return, for products of each degree but the highest, their weights in what is multiplied by each feature."""
        width, outputs = coefficients[0].shape
        blocks = []
        for degree, longer in enumerate(coefficients[1:], start=1):
            block = np.zeros((comb(width + degree - 1, degree), outputs, width))
            end = 0
            for i in range(width):
                first = _first(width, degree, i)
                start, end = end, end + len(block) - first
                block[first:, :, i] = longer[start:end]
            blocks.append(block.reshape(len(block), -1))
        return blocks

    def squares(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sums of the squares of the terms."""
        made = [np.ones((len(rows), 1)), *products(self.centered(rows), len(self.coefficients) - 1)]
        parts = zip(made, self.coefficients, strict=True)
        return np.asarray(sum(np.square(columns) @ np.square(c.astype(np.float64)) for columns, c in parts))


def _smallest_first(columns: Sequence[Array], weights: Sequence[NDArray[np.float64]]) -> Array:
    """Multiply and add, the highest degree first: many small terms added to a great one would all be lost."""
    return xp.linear(xp.concat(columns[::-1], axis=1), np.concatenate(weights[::-1]))


def _multiplicities(n_features: int, degree: int) -> NDArray[np.float64]:
    """Return how often each product of features comes in a power of their sum."""
    terms = combinations_with_replacement(range(n_features), degree)
    return np.array([factorial(degree) // prod(map(factorial, Counter(term).values())) for term in terms], dtype=float)
