"""Weighted sums of polynomial kernels, written as one polynomial in the features.

Polynomial kernels of unscaled features are large, 1e6 to 1e15, and their weights have both signs, so that the sum is
small beside its terms: float32 would keep none of its digits. The same sum, expanded as a polynomial in the features
around the points' mean, has terms about as large as the sum itself, because its coefficients are computed in float64
or wider. Measured on unscaled tables (iris, wine, breast cancer, diabetes, digits; degrees 2 to 4): terms of 1e3 to
1e14 times the answer become terms of 1 to 30 times, and with few features there are fewer of them.
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
"""Greatest number of products of features that a file computes."""
MAX_WEIGHTS = 2**20
"""Greatest number of coefficients of these products, over all outputs."""
MAX_FACTORED_OUTPUTS = 8
"""Number of outputs up to which the highest degree is factored: sums of lower products, each times one more feature.

Measured on 13 features of degree 2: 6 times faster for one output, alike at 10.
"""
ACCEPTED_RELATIVE_ERROR = 3e-6
"""Estimated float32 error of the kernels' own sum, as a fraction of the answers, up to which that sum is used.

Measured errors are a third of what :func:`relative_rounding_error` estimates.
"""
LONGDOUBLE_RELATIVE_ERROR = 1e-4
"""Estimated error (as above) from which coefficients are computed in ``numpy.longdouble`` instead of float64."""
SQRT_TERMS_WITHOUT_LOSS = 5.0
"""Square root of the number of terms up to which the order of a sum does not matter for its rounding."""
MAX_UNSCALED_EXPONENT = 64
"""Greatest binary exponent of products of unscaled features; beyond, features are scaled. float32's limit is 127."""
CONSTANT_FEATURE_SPREAD = 1e-6
"""Standard deviation of a feature, as a fraction of its mean, below which it counts as constant."""
SAMPLED_POINTS = 100
"""Greatest number of points on which rounding errors are estimated."""
_BLOCK = 256
"""Number of points whose products of features are held at once."""


def polynomial_sum(
    kernel: Polynomial,
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    bias: Any = None,
    *,
    balanced: bool = False,
) -> PolynomialSum | None:
    """Return a weighted sum of kernels as a polynomial in the features, or None where the sum itself is better.

    The polynomial is better where it is more exact, or as exact and cheaper.

    Parameters
    ----------
    kernel : Polynomial
        The kernel, as a polynomial in the product of two vectors.
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_points, n_outputs) or (n_points,)
    bias : ndarray of shape (n_outputs,) or scalar, optional
        Added to the result.
    balanced : bool, default=False
        Whether the kernels' own sum would be taken in an order in which its partial sums stay small. In another order a
        sum of n terms loses √n / 5 times as much (measured: 11 times for 3000 terms).
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
    """Return the points on which rounding errors are estimated, as representatives of the rows to come."""
    return points[:: -(-len(points) // SAMPLED_POINTS)]


def relative_rounding_error(squares: NDArray[np.float64], answers: NDArray[np.float64]) -> float:
    """Estimate the rounding error of float32 sums, as a fraction of the greatest answer of each output.

    Outputs that are 0 in all rows have no relative error and are left out.

    Parameters
    ----------
    squares : ndarray of shape (n_rows, n_outputs)
        Sum of the squares of each sum's terms.
    answers : ndarray of shape (n_rows, n_outputs)
        The sums.

    Returns
    -------
    float
        The error of the worst row and output.
    """
    magnitudes = np.abs(answers).max(axis=0)
    usable = magnitudes > 0
    return float((2.0**-24 * np.sqrt(squares[:, usable]) / magnitudes[usable]).max(initial=0.0))


def dot_product_polynomial(kernel: str, params: Mapping[str, Any], n_features: int) -> Polynomial | None:
    """Return a kernel of :mod:`sklearn.metrics.pairwise` as a polynomial in the product of two rows.

    Parameters
    ----------
    kernel : str
    params : mapping
        ``gamma``, ``degree`` and ``coef0``; scikit-learn's defaults for those that are missing.
    n_features : int

    Returns
    -------
    Polynomial or None
        None for a kernel that is no polynomial of positive integer degree.
    """
    degree = params.get("degree", 3) if kernel in ("poly", "polynomial") else 1
    if kernel not in ("poly", "polynomial", "linear") or degree != round(degree) or degree < 1:
        return None
    if kernel == "linear":
        return wide_polynomial(0.0, 1.0)
    gamma = params.get("gamma")
    base = wide_polynomial(params.get("coef0", 1.0), 1.0 / n_features if gamma is None else gamma)
    return base ** int(degree)


def wide_polynomial(*coefficients: float) -> Polynomial:
    """Return a polynomial with coefficients of ``numpy.longdouble``."""
    return Polynomial(np.array(coefficients, dtype=np.longdouble))


def products(Z: Array, degree: int) -> list[Array]:
    """Return all products of features, an array for each degree from 1 on, with columns in lexicographic order.

    The products whose first factor is feature i are that feature times those products of one degree less whose first
    factor is feature i or later.
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
    """Return the column of the first product of a degree whose first factor is a given feature.

    Parameters
    ----------
    n_features, degree : int
    feature : int
        Position of the feature.
    """
    return comb(n_features + degree - 1, degree) - comb(n_features - feature + degree - 1, degree)


class PolynomialSum:
    """``q(X @ points.T) @ weights`` for a polynomial q, as a polynomial in the features.

    With ``z = (x - shift) / scale`` and ``m = shift·s`` the kernel with a point s is ``Σ q⁽ʲ⁾(m) / j! · (z·scale s)ʲ``.

    Parameters
    ----------
    kernel : Polynomial
        The polynomial q.
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_points, n_outputs) or (n_points,)
    bias : ndarray of shape (n_outputs,)
    dtype : dtype
        In which the coefficients are computed.

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
        """Return ``(X - shift) / scale``, which the polynomial is a function of."""
        Z = X - self.shift if np.any(self.shift) else X
        return Z * (1.0 / self.scale) if np.any(self.scale != 1.0) else Z

    def __call__(self, X: Array) -> Array:
        """Return the sums, of shape (n_rows, n_outputs), or (n_rows,) if ``weights`` has one axis."""
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
        """Return the coefficients of each degree, factored by the first feature of their product.

        For each degree below the highest: the weights of its products in the sums that each feature is multiplied with,
        of shape (n_products, n_outputs * n_features).
        """
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
        """Return the sum of the squares of the polynomial's terms, for each row and output."""
        made = [np.ones((len(rows), 1)), *products(self.centered(rows), len(self.coefficients) - 1)]
        parts = zip(made, self.coefficients, strict=True)
        return np.asarray(sum(np.square(columns) @ np.square(c.astype(np.float64)) for columns, c in parts))


def _smallest_first(columns: Sequence[Array], weights: Sequence[NDArray[np.float64]]) -> Array:
    """Return the sum of products times weights, highest degree first, as small terms added to a large one are lost."""
    return xp.linear(xp.concat(columns[::-1], axis=1), np.concatenate(weights[::-1]))


def _multiplicities(n_features: int, degree: int) -> NDArray[np.float64]:
    """Return the multinomial coefficient of each product of features in a power of the features' sum."""
    terms = combinations_with_replacement(range(n_features), degree)
    return np.array([factorial(degree) // prod(map(factorial, Counter(term).values())) for term in terms], dtype=float)
