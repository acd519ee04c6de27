"""Gaussian processes (:mod:`sklearn.gaussian_process`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from sklearn import gaussian_process as sk
from sklearn.gaussian_process import _gpc as gpc
from sklearn.gaussian_process import kernels as gp

from skl2tflite.converters.base import (
    LEAST_EXPONENT,
    ClassifierConverter,
    Converter,
    DelegatingConverter,
    RegressorConverter,
)
from skl2tflite.converters.distances import squared_distances, weighted_squares
from skl2tflite.converters.kernels import pairwise_kernel
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp


class GaussianProcessConverter(Converter):
    """Compares rows with those it was fitted on, by a kernel."""

    def check(self) -> None:
        if not hasattr(self.estimator, "X_train_"):
            raise self.refuse("is not fitted", "call fit before converting it")
        self._check(self.estimator.kernel_)

    def _check(self, kernel: Any) -> None:
        for part in (getattr(kernel, name, None) for name in ("k1", "k2", "kernel")):
            if isinstance(part, gp.Kernel):
                self._check(part)
        name = type(kernel).__name__
        if type(kernel) not in KERNELS:
            raise self.refuse(f"kernel {name} is not converted", "use kernels of sklearn.gaussian_process.kernels")
        if isinstance(kernel, gp.Matern) and kernel.nu not in (0.5, 1.5, 2.5, np.inf):
            raise self.refuse(
                f"Matern with nu={kernel.nu} is a Bessel function, which no operator computes",
                "use nu=0.5, 1.5, 2.5 or inf",
            )
        if isinstance(kernel, gp.PairwiseKernel) and callable(kernel.metric):
            raise self.refuse("PairwiseKernel with a function as metric", "use a named metric")

    @property
    def points(self) -> NDArray[np.float64]:
        """The rows that it was fitted on."""
        return np.asarray(self.estimator.X_train_, dtype=np.float64)

    def kernel(self, X: Array) -> Array:
        """Kernel between rows and the points, of shape (n_rows, n_points)."""
        matrix = covariance(self.estimator.kernel_, X, self.points)
        return xp.broadcast_rows(np.full(len(self.points), matrix), X) if isinstance(matrix, float) else matrix


KERNELS = (
    gp.Sum,
    gp.Product,
    gp.Exponentiation,
    gp.ConstantKernel,
    gp.WhiteKernel,
    gp.RBF,
    gp.Matern,
    gp.RationalQuadratic,
    gp.ExpSineSquared,
    gp.DotProduct,
    gp.PairwiseKernel,
)


def scaled_squares(kernel: Any, X: Array, points: NDArray[np.float64]) -> Array:
    """Squared distances in units of the kernel's length scale, of which there may be one for each feature."""
    scale = np.asarray(kernel.length_scale, dtype=np.float64)
    if scale.size > 1:
        return weighted_squares(X, points, 1.0 / scale**2)
    return xp.multiply(squared_distances(X, points), 1.0 / float(scale.ravel()[0]) ** 2)


def covariance(kernel: Any, X: Array, points: NDArray[np.float64]) -> Any:
    """Return a kernel between rows and constant points, one number where it is the same for all."""
    match kernel:
        case gp.Sum():
            return xp.add(covariance(kernel.k1, X, points), covariance(kernel.k2, X, points))
        case gp.Product():
            return xp.multiply(covariance(kernel.k1, X, points), covariance(kernel.k2, X, points))
        case gp.Exponentiation():
            return xp.pow(covariance(kernel.kernel, X, points), float(kernel.exponent))
        case gp.ConstantKernel():
            return float(kernel.constant_value)
        case gp.WhiteKernel():
            return 0.0
        case gp.Matern():
            return matern(kernel.nu, scaled_squares(kernel, X, points))
        case gp.RBF():
            return xp.exp(xp.multiply(scaled_squares(kernel, X, points), -0.5))
        case gp.RationalQuadratic():
            ratio = xp.multiply(scaled_squares(kernel, X, points), 0.5 / kernel.alpha)
            return xp.exp(xp.multiply(xp.log1p(ratio), -float(kernel.alpha)))
        case gp.ExpSineSquared():
            distances = xp.sqrt(squared_distances(X, points))
            sine = xp.sin(xp.multiply(distances, np.pi / kernel.periodicity))
            return xp.exp(xp.multiply(xp.square(sine), -2.0 / kernel.length_scale**2))
        case gp.DotProduct():
            return xp.linear(X, points.T, float(kernel.sigma_0) ** 2)
        case gp.PairwiseKernel():
            params = {"gamma": kernel.gamma, **(kernel.pairwise_kernels_kwargs or {})}
            return pairwise_kernel(X, points, kernel.metric, params)
    raise TypeError(f"no kernel {kernel!r}")


def exponent(kernel: Any, X: Array, points: NDArray[np.float64]) -> Any:
    """Return the logarithm of a kernel that has one term, None for others."""
    match kernel:
        case gp.Product():
            parts = [exponent(part, X, points) for part in (kernel.k1, kernel.k2)]
            return None if any(part is None for part in parts) else xp.add(*parts)
        case gp.Sum():
            others = [part for part in (kernel.k1, kernel.k2) if not isinstance(part, gp.WhiteKernel)]
            return exponent(others[0], X, points) if len(others) == 1 else None
        case gp.ConstantKernel():
            return float(np.log(kernel.constant_value))
        case gp.Matern() if kernel.nu == 0.5:
            return xp.negative(xp.sqrt(scaled_squares(kernel, X, points)))
        case gp.Matern() if np.isinf(kernel.nu):
            return xp.multiply(scaled_squares(kernel, X, points), -0.5)
        case gp.Matern():
            squares = scaled_squares(kernel, X, points)
            distances = xp.multiply(xp.sqrt(squares), np.sqrt(2.0 * kernel.nu))
            excess = distances if kernel.nu == 1.5 else xp.add(distances, xp.multiply(squares, 5.0 / 3.0))
            return xp.subtract(xp.log1p(excess), distances)
        case gp.RBF():
            return xp.multiply(scaled_squares(kernel, X, points), -0.5)
    return None


def matern(nu: float, squares: Array) -> Array:
    """Return the Matérn covariance of squared distances."""
    if nu == np.inf:
        return xp.exp(xp.multiply(squares, -0.5))
    distances = xp.multiply(xp.sqrt(squares), np.sqrt(2.0 * nu))
    decay = xp.exp(xp.negative(distances))
    if nu == 0.5:
        return decay
    factor = xp.add(distances, 1.0)
    if nu == 2.5:
        factor = xp.add(factor, xp.multiply(squares, 5.0 / 3.0))
    return xp.multiply(factor, decay)


def variance(kernel: Any, X: Array) -> Any:
    """Return a kernel of each row with itself: an array of shape (n_rows,) or one number."""
    match kernel:
        case gp.Sum():
            return variance(kernel.k1, X) + variance(kernel.k2, X)
        case gp.Product():
            return variance(kernel.k1, X) * variance(kernel.k2, X)
        case gp.Exponentiation():
            return variance(kernel.kernel, X) ** kernel.exponent
        case gp.ConstantKernel():
            return float(kernel.constant_value)
        case gp.WhiteKernel():
            return float(kernel.noise_level)
        case gp.DotProduct():
            return xp.add(xp.sum(xp.square(X), axis=1), float(kernel.sigma_0) ** 2)
    return 1.0


@converts(sk.GaussianProcessRegressor)
class GaussianProcessRegressorConverter(RegressorConverter, GaussianProcessConverter):
    """The mean of the posterior, ``K(X, X_train_) @ alpha_``."""

    def predict(self, X: Array) -> Array:
        est = self.estimator
        weights = est.alpha_ * est._y_train_std
        mean = est._y_train_mean
        if weights.ndim == 2 and weights.shape[1] == 1:
            weights, mean = weights[:, 0], np.ravel(mean)[0]
        return xp.linear(self.kernel(X), weights, mean)


@converts(gpc._BinaryGaussianProcessClassifierLaplace)
class BinaryGaussianProcessClassifierConverter(ClassifierConverter, GaussianProcessConverter):
    """Two classes, by Laplace's approximation of the posterior."""

    def _mean(self, kernel: Array) -> Array:
        est = self.estimator
        return xp.linear(kernel, est.y_train_ - est.pi_)

    def predict(self, X: Array) -> Array:
        """Sign of the mean; far from all points of the kernels' ratios, as float32 has no kernels below 1e-38."""
        exponents = exponent(self.estimator.kernel_, X, self.points)
        if exponents is None or isinstance(exponents, float):
            kernel = self.kernel(X)
        else:
            ratios = xp.exp(xp.subtract(exponents, xp.max(exponents, axis=1, keepdims=True)))
            kernel = xp.where(xp.less(exponents, LEAST_EXPONENT), 0.0, ratios)
        return xp.astype(xp.greater(self._mean(kernel), 0.0), int)

    def predict_proba(self, X: Array) -> Array:
        est = self.estimator
        if uses_pairwise(est.kernel_):
            raise self.refuse("predict_proba with a PairwiseKernel is not converted", "use RBF or DotProduct")
        kernel = self.kernel(X)
        whitening = solve_triangular(est.L_, np.diag(est.W_sr_), lower=True).T
        spread = xp.subtract(variance(est.kernel_, X), xp.sum(xp.square(xp.linear(kernel, whitening)), axis=1))
        offset = mixture_of_error_functions(self._mean(kernel), spread)
        low = 0.5 * gpc.COEFS.sum()
        return xp.stack([xp.subtract(1.0 - low, offset), xp.add(offset, low)], axis=1)


def uses_pairwise(kernel: Any) -> bool:
    """Whether a PairwiseKernel is part of a kernel."""
    parts = [getattr(kernel, name, None) for name in ("k1", "k2", "kernel")]
    return isinstance(kernel, gp.PairwiseKernel) or any(uses_pairwise(p) for p in parts if isinstance(p, gp.Kernel))


ORDERS = (8, 14)
"""Terms of a series in a graph and in float64: it is right to 2e-8 with 8, to 1e-12 with 14."""


def mixture_of_error_functions(mean: Array, spread: Array) -> Array:
    """``Σ c erf(λ m / sqrt(1 + 2 v λ²)) / 2`` over five λ near 0.4 with weights c of thousands and signs both ways.

    Williams and Barber's logistic function, integrated over a normal distribution. Their sum takes away four
    digits of each term, which float32 has not. So the terms are a series in ``u = λ / λ₀ - 1``, whose moments
    ``Σ c uᵏ`` are computed in float64: of them only the result is left.

    With ``w(u) = m λ / sqrt(1 + 2 v λ²)``: ``erf(w)' = 2 / sqrt(π) exp(-w²) w'``, where w is
    ``w₀ (1 + u) (1 + c (2 u + u²)) ** -½`` and c is ``2 v λ₀² / (1 + 2 v λ₀²)``.
    """
    order = ORDERS[0] if isinstance(mean, Tensor) else ORDERS[1]
    lambdas, weights = gpc.LAMBDAS.ravel(), gpc.COEFS.ravel()
    middle = 0.5 * (lambdas.min() + lambdas.max())
    steps = lambdas / middle - 1.0
    moments = [float(np.sum(weights * steps**k)) for k in range(order + 1)]
    doubled = xp.multiply(spread, 2.0 * middle**2)
    total = xp.add(doubled, 1.0)
    c = xp.divide(doubled, total)
    w0 = xp.multiply(mean, xp.divide(middle, xp.sqrt(total)))
    power: list[Any] = [1.0, xp.negative(c)]  # (1 + c (2 u + u²)) ** -½
    for k in range(1, order):
        inner = xp.add(xp.multiply(power[k], 2.0 * k + 1), xp.multiply(power[k - 1], float(k)))
        power.append(xp.multiply(xp.multiply(inner, c), -1.0 / (k + 1)))
    w = [w0, *(xp.multiply(w0, xp.add(power[k], power[k - 1])) for k in range(1, order + 1))]
    squares: list[Any] = []  # the derivative of w², term by term
    for k in range(order):
        terms = [xp.multiply(w[j], w[k + 1 - j]) for j in range(k + 2)]
        squares.append(xp.multiply(added(terms), float(k + 1)))
    bells: list[Any] = [xp.exp(xp.negative(xp.square(w0)))]
    for k in range(order - 1):
        terms = [xp.multiply(squares[j], bells[k - j]) for j in range(k + 1)]
        bells.append(xp.multiply(added(terms), -1.0 / (k + 1)))
    result: Any = xp.multiply(xp.erf(w0), 0.5 * moments[0])
    for k in range(1, order + 1):
        terms = [xp.multiply(xp.multiply(w[j + 1], float(j + 1)), bells[k - 1 - j]) for j in range(k)]
        result = xp.add(result, xp.multiply(added(terms), moments[k] / (k * np.sqrt(np.pi))))
    return result  # type: ignore[no-any-return]


def added(terms: list[Array]) -> Array:
    """Return the sum of arrays."""
    result = terms[0]
    for term in terms[1:]:
        result = xp.add(result, term)
    return result


@converts(sk.GaussianProcessClassifier)
class GaussianProcessClassifierConverter(DelegatingConverter):
    """Two classes, or one against the rest or each against each."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.base_estimator_, ".base_estimator_")

    @property
    def n_features(self) -> int:
        return int(self.estimator.n_features_in_)
