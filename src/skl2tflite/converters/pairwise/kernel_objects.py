"""Kernel objects of :mod:`sklearn.gaussian_process.kernels`, evaluated between rows and constant points."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray
from sklearn.gaussian_process import kernels as gp

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.pairwise.pairwise_functions import values_of_pairs, values_of_rows
from skl2tflite.converters.pairwise.user_kernels import recording_kernel, user_kernel
from skl2tflite.graph import Array, DType, Tensor, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import squared_distances, weighted_squared_distances
from skl2tflite.numerics.exact_distances import expanded_squared_distances, suits_expanded_distances
from skl2tflite.numerics.kernel_polynomials import dot_product_polynomial, polynomial_sum, wide_polynomial
from skl2tflite.numerics.kernels import NEAR_ONE_SPREAD, centered, kernel_product, pairwise_kernel
from skl2tflite.numerics.matern import CLOSED_FORM_NU, logarithm_of_matern, matern, mixture
from skl2tflite.tracing.domain import refuse_below
from skl2tflite.tracing.user_functions import recorded

MAX_POLYNOMIAL_EXPONENT = 10
"""Greatest ``exponent`` of an ``Exponentiation`` kernel that may be expanded as a polynomial."""
NONNEGATIVE_METRICS = frozenset({"chi2", "additive_chi2"})
"""Kernels that scikit-learn refuses values below 0 for."""
PAIRWISE_METRICS = ("linear", "cosine", "rbf", "laplacian", "sigmoid", "poly", "polynomial", "chi2", "additive_chi2")
CONVERTED_KERNELS = (
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


def check_kernel(converter: Converter, kernel: Any, points: NDArray[np.float64]) -> None:
    """Refuse an estimator whose kernel does not convert, looking at the parts of composed kernels too.

    Parameters
    ----------
    converter : Converter
        Converter of the estimator, which raises the refusal.
    kernel : sklearn.gaussian_process.kernels.Kernel
        The estimator's kernel, or a part of it.
    points : ndarray of shape (n_points, n_features)
        The rows that the estimator was fitted on.
    """
    X = input_tensor("X", DType.FLOAT, (None, points.shape[1]))
    if type(kernel) not in CONVERTED_KERNELS:
        with recording_kernel(converter, kernel):
            covariance(kernel, X, points)
            variance(kernel, X)
        return
    for part in (getattr(kernel, name, None) for name in ("k1", "k2", "kernel")):
        if isinstance(part, gp.Kernel):
            check_kernel(converter, part, points)
    if isinstance(kernel, gp.Matern) and kernel.nu not in CLOSED_FORM_NU:
        try:
            mixture(float(kernel.nu))
        except ValueError as error:
            raise converter.refuse(f"kernel {kernel}: {error}") from None
    if isinstance(kernel, gp.PairwiseKernel) and callable(kernel.metric):
        with recording_kernel(converter, kernel.metric):
            covariance(kernel, X, points)
    elif isinstance(kernel, gp.PairwiseKernel) and kernel.metric not in PAIRWISE_METRICS:
        raise converter.refuse(
            f"PairwiseKernel with metric {kernel.metric!r} is not converted", f"use {', '.join(PAIRWISE_METRICS)}"
        )


def scaled_squares(kernel: Any, X: Array, points: NDArray[np.float64]) -> Array:
    """Return squared distances in units of the kernel's length scale, which may be one for each feature.

    They are computed from differences of the unscaled features, so that each has its own rounding error only; the
    weights that multiply the kernels may be large. For many features, matrix products that are as exact are used.

    Parameters
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
        With a ``length_scale``.
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    scale = np.asarray(kernel.length_scale, dtype=np.float64)
    # Kernels that are not smooth at distance 0 would show the last digits of small distances.
    if getattr(kernel, "nu", np.inf) >= 1.5 and suits_expanded_distances(points / scale, 0.5):
        squares = expanded_squared_distances(X, points, 1.0 / scale if scale.size > 1 else None)
        squares = squares if scale.size > 1 else squares * (1.0 / float(scale.ravel()[0]) ** 2)
        return xp.maximum(squares, 0.0) if isinstance(kernel, gp.Matern) else squares
    if scale.size > 1:
        return weighted_squared_distances(*centered(X, points), 1.0 / scale**2)
    return squared_distances(X, points) * (1.0 / float(scale.ravel()[0]) ** 2)


def covariance(kernel: Any, X: Array, points: NDArray[np.float64]) -> Any:
    """Evaluate a kernel between rows and constant points.

    Parameters
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    array of shape (n_rows, n_points), or float
        One number if the kernel is the same for all pairs.
    """
    if type(kernel) not in CONVERTED_KERNELS:
        return user_kernel(kernel, X, points)
    match kernel:
        case gp.Sum():
            return covariance(kernel.k1, X, points) + covariance(kernel.k2, X, points)
        case gp.Product():
            return covariance(kernel.k1, X, points) * covariance(kernel.k2, X, points)
        case gp.Exponentiation():
            return covariance(kernel.kernel, X, points) ** float(kernel.exponent)
        case gp.ConstantKernel():
            return float(kernel.constant_value)
        case gp.WhiteKernel():
            return 0.0
        case gp.Matern():
            return matern(kernel.nu, scaled_squares(kernel, X, points))
        case gp.RBF():
            return xp.exp(scaled_squares(kernel, X, points) * -0.5)
        case gp.RationalQuadratic():
            ratio = scaled_squares(kernel, X, points) * (0.5 / kernel.alpha)
            # The absolute error of the exponent is the relative error of the kernel, so that small exponents need not
            # be more exact than large ones.
            lenient = float(kernel.alpha) <= 1
            logarithm = xp.log(ratio + 1.0, accuracy="absolute") if lenient else xp.log1p(ratio)
            return xp.exp(logarithm * -float(kernel.alpha))
        case gp.ExpSineSquared():
            distances = xp.sqrt(squared_distances(X, points))
            sine = xp.sin(distances * (np.pi / kernel.periodicity))
            return xp.exp(xp.square(sine) * (-2.0 / kernel.length_scale**2))
        case gp.DotProduct():
            return xp.linear(X, points.T, float(kernel.sigma_0) ** 2)
        case gp.PairwiseKernel():
            params = pairwise_params(kernel)
            if callable(kernel.metric):
                return values_of_pairs(partial(kernel.metric, **params), X, points)
            if kernel.metric in NONNEGATIVE_METRICS:
                refuse_below(f"PairwiseKernel(metric={kernel.metric!r})", X)
            return pairwise_kernel(X, points, kernel.metric, params)
    raise TypeError(f"no kernel {kernel!r}")


def covariance_polynomial(kernel: Any, n_features: int) -> Polynomial | None:
    """Return a kernel as a polynomial in the product of two different rows, or None if it is none."""
    match kernel:
        case _ if type(kernel) not in CONVERTED_KERNELS:
            return None
        case gp.Sum() | gp.Product():
            first, second = (covariance_polynomial(part, n_features) for part in (kernel.k1, kernel.k2))
            if first is None or second is None:
                return None
            return first + second if isinstance(kernel, gp.Sum) else first * second
        case gp.Exponentiation(exponent=power) if power in range(1, MAX_POLYNOMIAL_EXPONENT + 1):
            base = covariance_polynomial(kernel.kernel, n_features)
            return None if base is None else base ** int(power)
        case gp.ConstantKernel():
            return wide_polynomial(kernel.constant_value)
        case gp.WhiteKernel():
            return wide_polynomial(0.0)
        case gp.DotProduct():
            return wide_polynomial(float(kernel.sigma_0) ** 2, 1.0)
        case gp.PairwiseKernel() if not callable(kernel.metric):
            return dot_product_polynomial(kernel.metric, pairwise_params(kernel), n_features)
    return None


def log_covariance(kernel: Any, X: Array, points: NDArray[np.float64]) -> Any:
    """Return the logarithm of a kernel that is a product of exponentials, or None for other kernels.

    Parameters
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    array of shape (n_rows, n_points), float or None
    """
    match kernel:
        case _ if type(kernel) not in CONVERTED_KERNELS:
            return None
        case gp.Product():
            first, second = (log_covariance(part, X, points) for part in (kernel.k1, kernel.k2))
            return None if first is None or second is None else first + second
        case gp.Sum():
            others = [part for part in (kernel.k1, kernel.k2) if not isinstance(part, gp.WhiteKernel)]
            return log_covariance(others[0], X, points) if len(others) == 1 else None
        case gp.ConstantKernel():
            return float(np.log(kernel.constant_value))
        case gp.Matern():
            return logarithm_of_matern(kernel.nu, scaled_squares(kernel, X, points))
        case gp.RBF():
            return scaled_squares(kernel, X, points) * -0.5
    return None


def pairwise_params(kernel: Any) -> dict[str, Any]:
    """Return the parameters that a ``PairwiseKernel`` passes to :mod:`sklearn.metrics.pairwise`."""
    return {"gamma": kernel.gamma, **(kernel.pairwise_kernels_kwargs or {})}


def weighted_covariance(kernel: Any, X: Array, points: NDArray[np.float64], weights: NDArray[np.float64]) -> Array:
    """Return ``covariance(kernel, X, points) @ weights``; what does not depend on the row is computed in float64.

    Kernels whose values are all near 1 are multiplied as ``kernel - 1``, which keeps digits that float32 would lose.

    Parameters
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_points, n_outputs) or (n_points,)

    Returns
    -------
    array of shape (n_rows, n_outputs) or (n_rows,)
    """
    polynomial = covariance_polynomial(kernel, points.shape[1])
    if polynomial is not None and polynomial.degree() > 1:
        summed = polynomial_sum(polynomial, points, weights)
        if summed is not None:
            return summed(X)
    match kernel:
        case _ if type(kernel) not in CONVERTED_KERNELS:
            pass
        case gp.Sum():
            return weighted_covariance(kernel.k1, X, points, weights) + weighted_covariance(
                kernel.k2, X, points, weights
            )
        case gp.Product(k1=gp.ConstantKernel(constant_value=constant), k2=other):
            return weighted_covariance(other, X, points, weights * constant)
        case gp.Product(k1=other, k2=gp.ConstantKernel(constant_value=constant)):
            return weighted_covariance(other, X, points, weights * constant)
        case gp.DotProduct():
            return xp.linear(X, points.T @ weights, kernel.sigma_0**2 * weights.sum(axis=0))
        case gp.PairwiseKernel(metric="linear" | "cosine" | "rbf"):
            return kernel_product(X, points, kernel.metric, pairwise_params(kernel), weights)
        case gp.RBF() if type(kernel) is gp.RBF or kernel.nu == np.inf:
            spread = 0.5 * np.sum(((points - points.mean(axis=0)) / kernel.length_scale) ** 2, axis=1).max()
            if spread < NEAR_ONE_SPREAD:
                lacking = xp.expm1(scaled_squares(kernel, X, points) * -0.5)
                return xp.linear(lacking, weights, weights.sum(axis=0))
    values = covariance(kernel, X, points)
    if isinstance(values, float):
        return xp.broadcast_rows(values * weights.sum(axis=0), X)
    return xp.linear(values, weights)


def variance(kernel: Any, X: Array) -> Any:
    """Return the kernel of each row with itself, of shape (n_rows,), or one number if it is the same for all rows."""
    if type(kernel) not in CONVERTED_KERNELS:
        return recorded(kernel.diag, X) if isinstance(X, Tensor) else kernel.diag(X)
    match kernel:
        case gp.Sum():
            return variance(kernel.k1, X) + variance(kernel.k2, X)
        case gp.Product():
            return variance(kernel.k1, X) * variance(kernel.k2, X)
        case gp.Exponentiation():
            return variance(kernel.kernel, X) ** float(kernel.exponent)
        case gp.ConstantKernel():
            return float(kernel.constant_value)
        case gp.WhiteKernel():
            return float(kernel.noise_level)
        case gp.DotProduct():
            return xp.sum(xp.square(X), axis=1) + float(kernel.sigma_0) ** 2
        case gp.PairwiseKernel():
            return pairwise_variance(kernel, X)
    return 1.0


def pairwise_variance(kernel: Any, X: Array) -> Any:
    """Return the kernel of each row with itself for a ``PairwiseKernel``, as :func:`variance`."""
    params = pairwise_params(kernel)
    if callable(kernel.metric):
        return values_of_rows(partial(kernel.metric, **params), X)
    squares = xp.sum(xp.square(X), axis=1)
    base = squares * float(params["gamma"]) + float(params.get("coef0", 1.0))
    match kernel.metric:
        case "linear":
            return squares
        case "cosine":
            return xp.astype(squares > 0.0, float)
        case "sigmoid":
            return xp.tanh(base)
        case "poly" | "polynomial":
            return base ** float(params.get("degree", 3))
        case "additive_chi2":
            return 0.0
    return 1.0
