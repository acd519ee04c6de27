"""Kernels between the rows of an input and constant vectors (:mod:`sklearn.metrics.pairwise`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

LARGEST_SPREAD = 8.0
"""Greatest ``gamma · R²`` for which squared distances are expanded into a matrix product.

R is the greatest distance of a vector y from their mean. With x and y centred there, ``‖x‖² - 2 x·y + ‖y‖²``
costs rounding errors of the terms, not of the small difference: about ``2⁻²⁴ · gamma · (‖x‖ + ‖y‖)²`` in the
exponent and hence, relatively, in the kernel. For x among the vectors that is ``2⁻²² · gamma · R²`` at most,
which is what sums of few kernels show (2 to 100 features: 2e-6 of the scale at this limit; sums of many
average it out). For x farther away by δ it grows with ``gamma · (2R + δ)²``, but the kernel is below
``exp(-gamma · δ²)`` there, so that the error itself does not.
"""


def rbf_kernel(X: Array, Y: NDArray[np.float64], gamma: float) -> Array:
    """``exp(-gamma · ‖x - y‖²)`` (:func:`sklearn.metrics.pairwise.rbf_kernel`).

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    Y : ndarray of shape (n_vectors, n_features)
    gamma : float

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    # Subtracting a float32 number is one rounding in x, and none that x - y would feel where both are far
    # from zero: what they have in common is gone before anything is squared.
    center = Y.mean(axis=0).astype(np.float32).astype(np.float64)
    Z, vectors = X - center, Y - center
    norms = np.sum(vectors**2, axis=1)
    if gamma * norms.max() > LARGEST_SPREAD:
        return xp.exp(xp.squared_distances(Z, vectors) * -gamma)
    # -gamma·‖z‖² rides along as one more feature: the whole exponent is one linear layer.
    weights = np.vstack([2 * gamma * vectors.T, np.full(len(vectors), -gamma)])
    return xp.exp(xp.linear(xp.concat([Z, xp.squared_norm(Z)], axis=1), weights, -gamma * norms))


def polynomial_kernel(X: Array, Y: NDArray[np.float64], degree: int, gamma: float, coef0: float) -> Array:
    """``(gamma · x·y + coef0) ** degree`` (:func:`sklearn.metrics.pairwise.polynomial_kernel`).

    By products, as libsvm's ``powi`` does, so that a negative base keeps its sign.
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
    """``tanh(gamma · x·y + coef0)`` (:func:`sklearn.metrics.pairwise.sigmoid_kernel`)."""
    return xp.tanh(xp.linear(X, gamma * Y.T, coef0))
