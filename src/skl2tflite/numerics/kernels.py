"""Kernels between the rows of an input and constant vectors (:mod:`sklearn.metrics.pairwise`)."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift
from skl2tflite.numerics.exact_distances import expanded_squared_distances, suits_expanded_distances
from skl2tflite.numerics.kernel_polynomials import (
    dot_product_polynomial,
    polynomial_sum,
)

MAX_EXPANDED_SPREAD = 8.0
"""Greatest ``gamma · R²`` for which squared distances are expanded into a matrix product.

R is the greatest distance of a vector y from their mean. With x and y centred there, ``‖x‖² - 2 x·y + ‖y‖²``
costs rounding errors of the terms, not of the small difference: about ``2⁻²⁴ · gamma · (‖x‖ + ‖y‖)²`` in the
exponent, which is the relative error of the kernel. For x among the vectors that is at most ``2⁻²² · gamma · R²``,
and sums of few kernels show it (2 to 100 features: 2e-6 of the scale at this limit; sums of many kernels average it
out). For x farther away by δ the relative error grows with ``gamma · (2R + δ)²``, but the kernel is below
``exp(-gamma · δ²)`` there, so that the absolute error does not grow.
"""

NEAR_ONE_SPREAD = 1.0
"""``gamma · R²`` below which RBF and Laplacian kernels are computed as ``expm1(...)`` plus 1.

Above, hardly any kernel is near 1. Below, nearly all are, and their differences from 1 keep digits that the kernels
themselves lose in float32: the error of Nyström maps of features between 0 and 1 falls from 2e-4 of the scale to 2e-5.
"""

MAX_CENTERED_DEGREE = 5
"""Greatest degree of polynomial kernels that are expanded around their value at the vectors' mean."""


def centered(X: Array, points: ArrayLike) -> tuple[Array, NDArray[np.float64]]:
    """Subtract the same float32 constants from rows and points, so that the points lie around 0.

    Differences between rows and points stay the same, and points far from 0 keep digits that float32 would drop.
    """
    points = np.asarray(points, dtype=np.float64)
    shift = float32_shift(points.mean(axis=0), points.std(axis=0))
    return (X - shift, points - shift) if np.any(shift) else (X, points)


def rbf_kernel(X: Array, Y: NDArray[np.float64], gamma: float, *, small: bool = False) -> Array:
    """``exp(-gamma · ‖x - y‖²)`` (:func:`sklearn.metrics.pairwise.rbf_kernel`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    gamma : float
    small : bool, default=False
        Whether the file holds the vectors once; held twice, they would be compared faster with many rows.

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    # Subtracting a float32 constant rounds x once, and not at all where x and y are far from 0: what they have in
    # common is removed before anything is squared.
    center = Y.mean(axis=0).astype(np.float32).astype(np.float64)
    Z, vectors = X - center, Y - center
    norms = np.sum(vectors**2, axis=1)
    if gamma * norms.max() > MAX_EXPANDED_SPREAD:
        squares = (
            expanded_squared_distances(X, Y)
            if suits_expanded_distances(Y, gamma) and not small
            else xp.squared_distances(Z, vectors)
        )
        return xp.exp(squares * -gamma)
    # -gamma·‖z‖² is one more column of the product: the whole exponent is one linear layer.
    weights = np.vstack([2 * gamma * vectors.T, np.full(len(vectors), -gamma)])
    return xp.exp(xp.linear(xp.concat([Z, xp.squared_norm(Z)], axis=1), weights, -gamma * norms))


def polynomial_kernel(X: Array, Y: NDArray[np.float64], degree: int, gamma: float, coef0: float) -> Array:
    """``(gamma · x·y + coef0) ** degree`` (:func:`sklearn.metrics.pairwise.polynomial_kernel`).

    The power is computed by repeated multiplication, as in libsvm's ``powi``, so that a negative base keeps its sign.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    degree : int
    gamma, coef0 : float

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    base = xp.linear(X, gamma * Y.T, coef0)
    power: Array | None = None
    while True:
        if degree % 2:
            power = base if power is None else power * base
        degree //= 2
        if not degree:
            assert power is not None, "degree is positive"
            return power
        base = xp.square(base)


def sigmoid_kernel(X: Array, Y: NDArray[np.float64], gamma: float, coef0: float) -> Array:
    """``tanh(gamma · x·y + coef0)`` (:func:`sklearn.metrics.pairwise.sigmoid_kernel`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    gamma, coef0 : float

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    return xp.tanh(xp.linear(X, gamma * Y.T, coef0))


def laplacian_kernel(X: Array, Y: NDArray[np.float64], gamma: float) -> Array:
    """``exp(-gamma · Σ|x - y|)`` (:func:`sklearn.metrics.pairwise.laplacian_kernel`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    gamma : float

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    return xp.exp(xp.sum(xp.abs(xp.expand_dims(X, 1) - Y), axis=-1) * -gamma)


def additive_chi2_kernel(X: Array, Y: NDArray[np.float64]) -> Array:
    """``-Σ (x - y)² / (x + y)``, 0 / 0 counting as 0 (:func:`sklearn.metrics.pairwise.additive_chi2_kernel`)."""
    column = xp.expand_dims(X, 1)
    total = column + Y
    return -xp.sum(xp.square(column - Y) / xp.where(total == 0, 1.0, total), axis=-1)


def chi2_kernel(X: Array, Y: NDArray[np.float64], gamma: float) -> Array:
    """``exp(gamma · additive_chi2(x, y))`` (:func:`sklearn.metrics.pairwise.chi2_kernel`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    gamma : float

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    return xp.exp(additive_chi2_kernel(X, Y) * gamma)


def linear_kernel(
    X: Array,
    Y: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
    bias: NDArray[np.float64] | None = None,
    *,
    normalize: bool = False,
) -> Array:
    """Return a linear or cosine kernel, optionally times weights.

    With weights the file holds the product ``Y.T @ weights``, computed in float64, and neither of its factors.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    weights : ndarray of shape (n_vectors, n_outputs) or (n_vectors,), optional
    bias : ndarray, optional
        Added to the result.
    normalize : bool, default=False
        Whether rows are divided by their norms, rows of zeros left as they are
        (:func:`sklearn.metrics.pairwise.cosine_similarity`).

    Returns
    -------
    array of shape (n_rows, n_vectors), or as ``weights`` makes it
    """
    if normalize:
        lengths = np.linalg.norm(Y, axis=1, keepdims=True)
        Y = Y / np.where(lengths == 0, 1.0, lengths)
        norms = xp.sqrt(xp.squared_norm(X))
        X = X / xp.where(norms == 0, 1.0, norms)
    return xp.linear(X, Y.T if weights is None else Y.T @ weights, bias)


def pairwise_kernel(X: Array, Y: NDArray[np.float64], kernel: str, params: Mapping[str, Any]) -> Array:
    """Return the kernel of a name, with scikit-learn's defaults (:func:`sklearn.metrics.pairwise.pairwise_kernels`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
        With ``kernel="precomputed"`` the kernel itself.
    Y : ndarray of shape (n_vectors, n_features)
    kernel : str
    params : mapping
        ``gamma``, ``degree`` and ``coef0``; those that the kernel does not have are ignored.

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    gamma = params.get("gamma")
    width = 1.0 / np.shape(Y)[1] if gamma is None else float(gamma)
    coef0 = float(params.get("coef0", 1.0))
    match kernel:
        case "precomputed":
            return X
        case "linear":
            return linear_kernel(X, Y)
        case "cosine":
            return linear_kernel(X, Y, normalize=True)
        case "rbf":
            return rbf_kernel(X, Y, width)
        case "laplacian":
            return laplacian_kernel(X, Y, width)
        case "sigmoid":
            return sigmoid_kernel(X, Y, width, coef0)
        case "additive_chi2":
            return additive_chi2_kernel(X, Y)
        case "chi2":
            return chi2_kernel(X, Y, 1.0 if gamma is None else float(gamma))
        case "poly" | "polynomial":
            degree = float(params.get("degree", 3))
            if degree.is_integer() and degree > 0:
                return polynomial_kernel(X, Y, int(degree), width, coef0)
            return xp.linear(X, width * Y.T, coef0) ** degree
    raise ValueError(f"no kernel {kernel!r}")


def row_dependent_part(
    X: Array, Y: NDArray[np.float64], kernel: str, params: Mapping[str, Any]
) -> tuple[Array, NDArray[np.float64]]:
    """Split a kernel into a part that depends on the row and a constant for each vector.

    Vectors near each other have almost the same kernel with every row, and float32 keeps few of the digits in which
    these kernels differ, unless the common value is subtracted first. An exponential near 1 is split into 1 and
    ``expm1``. A polynomial kernel ``(s + m) ** d``, with m the kernel with the vectors' mean, is split into ``m ** d``
    and a polynomial in s without a constant term. Other kernels have the constant 0.

    Parameters
    ----------
    X, Y, kernel, params
        As for :func:`pairwise_kernel`.

    Returns
    -------
    array of shape (n_rows, n_vectors)
        The part that depends on the row.
    ndarray of shape (n_vectors,)
        The constants.
    """
    gamma = 1.0 / Y.shape[1] if params.get("gamma") is None else float(params["gamma"])
    differences = Y - Y.mean(axis=0)
    if kernel == "rbf" and gamma * np.sum(differences**2, axis=1).max() < NEAR_ONE_SPREAD:
        return xp.expm1(xp.squared_distances(*centered(X, Y)) * -gamma), np.ones(len(Y))
    if kernel == "laplacian" and gamma * np.sum(np.abs(differences), axis=1).max() < NEAR_ONE_SPREAD:
        X, Y = centered(X, Y)
        return xp.expm1(xp.sum(xp.abs(xp.expand_dims(X, 1) - Y), axis=-1) * -gamma), np.ones(len(Y))
    degree = params.get("degree", 3)
    if kernel in ("poly", "polynomial") and degree in range(1, MAX_CENTERED_DEGREE + 1):
        center = Y.mean(axis=0).astype(np.float32).astype(np.float64)
        constant = gamma * (Y @ center) + float(params.get("coef0", 1.0))
        part = xp.linear(X - center, gamma * Y.T)
        series: Array = part
        for power in range(int(degree) - 1, 0, -1):
            series = (series + comb(int(degree), power) * constant ** (degree - power)) * part
        return series, constant**degree
    return pairwise_kernel(X, Y, kernel, params), np.zeros(len(Y))


def kernel_product(
    X: Array,
    Y: NDArray[np.float64],
    kernel: str,
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | None = None,
) -> Array:
    """Return a kernel times weights, in the form in which float32 keeps the most digits.

    Linear and cosine kernels and their weights become one matrix; polynomial kernels may become one polynomial in the
    features (:func:`~skl2tflite.numerics.kernel_polynomials.polynomial_sum`). Of other kernels only the part that
    depends on the row is multiplied with the weights, and the rest goes into the bias (:func:`row_dependent_part`).

    Parameters
    ----------
    X, Y, kernel, params
        As for :func:`pairwise_kernel`.
    weights : ndarray of shape (n_vectors, n_outputs) or (n_vectors,)
    bias : ndarray, optional
        Added to the result.

    Returns
    -------
    array of shape (n_rows, n_outputs) or (n_rows,)
    """
    if kernel in ("linear", "cosine"):
        return linear_kernel(X, Y, weights, bias, normalize=kernel == "cosine")
    polynomial = dot_product_polynomial(kernel, params, Y.shape[1])
    summed = None if polynomial is None else polynomial_sum(polynomial, Y, weights, bias)
    if summed is not None:
        return summed(X)
    if kernel != "precomputed":
        Y, weights = merge_repeated_vectors(Y, weights)
    part, constant = row_dependent_part(X, Y, kernel, params)
    if np.any(constant):
        bias = constant @ weights + (0.0 if bias is None else bias)
    return xp.linear(part, weights, bias)


def merge_repeated_vectors(
    Y: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the distinct vectors, and for each the sum of the weights of its repetitions.

    Equal vectors have equal kernels and, where the kernel matrix was inverted, weights of up to 1e6 that cancel each
    other. In unscaled iris, which has one such pair, Nyström maps of Laplacian kernels are wrong by 4e-2 of the scale
    with the repetition and by 3e-6 without it.
    """
    distinct, which = np.unique(Y, axis=0, return_inverse=True)
    if len(distinct) == len(Y):
        return Y, weights
    sums = np.zeros((len(distinct), *weights.shape[1:]))
    np.add.at(sums, which.ravel(), weights)
    return distinct, sums
