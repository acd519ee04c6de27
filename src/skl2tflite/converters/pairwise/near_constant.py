"""Kernels with long length scales: a constant minus a small function of the rows.

Where all kernels are almost the same number, what tells rows apart is in the last digits that float32 has of them,
and sums of kernels with weights of both signs lose it. What is lacking has digits of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process import kernels as gp

from skl2tflite.converters.pairwise.kernel_objects import (
    CONVERTED_KERNELS,
    scaled_squares,
    variance,
    weighted_covariance,
)
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.matern import matern

TERMS = 13
"""Of the series of a Matérn kernel, for distances up to 1: the next would add less than 1e-9."""
NEAR = 0.8
"""Part of the constant that may lack at the nearest point: rows farther away have small kernels, with more digits."""


def constant_and_lack(kernel: Any, X: Array, points: NDArray[np.float64]) -> tuple[float, Any] | None:
    """Return a kernel between rows and points as a constant and what is added to it; None of one that has none.

    Parameters
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)

    Returns
    -------
    constant : float
    lack : array of shape (n_rows, n_points), or float
        Not above 0, with its own digits.
    """
    match kernel:
        case _ if type(kernel) not in CONVERTED_KERNELS:
            return None
        case gp.ConstantKernel():
            return float(kernel.constant_value), 0.0
        case gp.WhiteKernel():
            return 0.0, 0.0
        case gp.Sum() | gp.Product():
            left, right = (constant_and_lack(part, X, points) for part in (kernel.k1, kernel.k2))
            if left is None or right is None:
                return None
            (first, lack), (second, other) = left, right
            if isinstance(kernel, gp.Sum):
                return first + second, lack + other
            return first * second, lack * second + other * (lack + first)
        case gp.Matern():
            lack = lack_of_matern(kernel.nu, scaled_squares(kernel, X, points))
            return None if lack is None else (1.0, lack)
        case gp.RBF():
            return 1.0, xp.expm1(scaled_squares(kernel, X, points) * (-0.5))
        case gp.RationalQuadratic():
            logarithm = xp.log1p(scaled_squares(kernel, X, points) * (0.5 / kernel.alpha))
            return 1.0, xp.expm1(logarithm * (-float(kernel.alpha)))
    return None


def lack_of_matern(nu: float, squares: Array) -> Array | None:
    """Return the Matérn covariance less 1, None where scikit-learn has no formula of its own.

    Of ``(1 + t) exp(-t) - 1`` and ``(1 + t + t² / 3) exp(-t) - 1`` the first powers of t cancel: it is a series.
    """
    if nu == np.inf:
        return xp.expm1(squares * (-0.5))
    t = xp.sqrt(squares) * np.sqrt(2.0 * nu)
    if nu == 0.5:
        return xp.expm1(xp.negative(t))
    if nu not in (1.5, 2.5):
        return None
    near = xp.minimum(t, 1.0)
    series: Any = 0.0
    for n in range(TERMS, 1, -1):
        coefficient = 1 / factorial(n) - 1 / factorial(n - 1) + (1 / (3 * factorial(n - 2)) if nu == 2.5 else 0.0)
        series = series * near + (-1) ** n * coefficient
    return xp.where(t < 1.0, series * xp.square(near), matern(nu, squares) - 1.0)


@dataclass(frozen=True, eq=False)
class Posterior:
    """A Gaussian process's variance at rows, and weighted sums of its kernel, in the form that keeps more digits.

    Attributes
    ----------
    kernel : sklearn.gaussian_process.kernels.Kernel
    points : ndarray of shape (n_points, n_features)
    whitening : ndarray of shape (n_points, n_outputs)
        Makes of kernels numbers whose squares add up to what the points explain of the variance.
    between : ndarray of shape (n_rows, n_features)
        Rows at which digits are looked at.
    """

    kernel: Any
    points: NDArray[np.float64]
    whitening: NDArray[np.float64]
    between: NDArray[np.float64]

    @cached_property
    def is_near_constant(self) -> bool:
        """Whether rounding is less by half in the form of a constant and what is lacking to it."""
        return bool(np.median(self._near_rounding) < np.median(self._plain_rounding) / 2)

    @property
    def rounding(self) -> NDArray[np.float64]:
        """Estimated rounding of the variance, in units of a float32's relative rounding."""
        return self._near_rounding if self.is_near_constant else self._plain_rounding

    @cached_property
    def _kernels(self) -> NDArray[np.float64]:
        return np.asarray(self.kernel(self.between, self.points))

    @cached_property
    def _prior(self) -> NDArray[np.float64]:
        return np.asarray(self.kernel.diag(self.between))

    @cached_property
    def variance(self) -> NDArray[np.float64]:
        """The variance, computed in float64; rounding may make it negative."""
        return np.asarray(self._prior - np.sum((self._kernels @ self.whitening) ** 2, axis=1))

    @cached_property
    def _plain_rounding(self) -> NDArray[np.float64]:
        return np.asarray(self._prior + self._of_squares(self._kernels))

    @cached_property
    def _near_rounding(self) -> NDArray[np.float64]:
        parts = constant_and_lack(self.kernel, self.between, self.points)
        if parts is None or not isinstance(parts[1], np.ndarray):
            return np.full(len(self.between), np.inf)
        constant, lack = parts
        left, weights = self._developed(constant)
        return np.asarray(np.abs(self._prior + left) + np.sqrt(lack**2 @ weights**2) + self._of_squares(lack))

    def _of_squares(self, kernels: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the rounding of kernels does to the sum of squares."""
        white, spread = kernels @ self.whitening, np.sqrt(kernels**2 @ self.whitening**2)
        return np.asarray(2 * np.sum(np.abs(white) * spread, axis=1))

    def _developed(self, constant: float) -> tuple[float, NDArray[np.float64]]:
        """Return what a constant kernel adds to the variance, and the weights of what is lacking to it."""
        white = constant * self.whitening.sum(axis=0)
        return -float(white @ white), np.asarray(-2 * self.whitening @ white)

    def exact_sum(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """What :meth:`weighted` is, as float64 has it."""
        return np.asarray(self._kernels @ weights)

    def rounding_of_sum(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Estimated rounding of :meth:`weighted`, in units of a float32's relative rounding."""
        parts = constant_and_lack(self.kernel, self.between, self.points) if self.is_near_constant else None
        if parts is None:
            return np.asarray(np.sqrt(self._kernels**2 @ weights**2))
        constant, lack = parts
        return np.asarray(abs(constant * weights.sum()) + np.sqrt(lack**2 @ weights**2))

    def variance_at(self, X: Array) -> Array:
        """``k(x, x) - ‖whitening k‖²``, not below 0.

        Of ``k = c + e`` that is a constant, a sum that is linear in e, and ``‖whitening e‖²``.
        """
        if not self.is_near_constant:
            white = weighted_covariance(self.kernel, X, self.points, self.whitening)
            return xp.relu(variance(self.kernel, X) - xp.sum(xp.square(white), axis=1))
        constant, lack = self._parts(X)
        left, weights = self._developed(constant)
        linear = xp.linear(lack, weights, variance(self.kernel, X) + left)
        return xp.relu(linear - xp.sum(xp.square(xp.linear(lack, self.whitening)), axis=1))

    def weighted(self, X: Array, weights: NDArray[np.float64]) -> Array:
        """The kernel's sum with weights of the points, of shape (n_points,)."""
        return self.where_near(X, weights, weighted_covariance(self.kernel, X, self.points, weights))

    def where_near(self, X: Array, weights: NDArray[np.float64], far: Array) -> Array:
        """The sum from what is lacking, of rows near some point where that has more digits; ``far`` of others."""
        if not self.is_near_constant:
            return far
        constant, lack = self._parts(X)
        near = xp.linear(lack, weights, constant * weights.sum())
        return xp.where(xp.max(lack, axis=1) > -NEAR * constant, near, far)

    def _parts(self, X: Array) -> tuple[float, Array]:
        parts = constant_and_lack(self.kernel, X, self.points)
        assert parts is not None
        return parts
