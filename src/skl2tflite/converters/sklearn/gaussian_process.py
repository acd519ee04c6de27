"""Gaussian processes (:mod:`sklearn.gaussian_process`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from sklearn import gaussian_process as sk
from sklearn.gaussian_process import _gpc as gpc

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.contract import Contract
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.kernel_objects import (
    check_kernel,
    covariance,
    log_covariance,
    weighted_covariance,
)
from skl2tflite.converters.pairwise.kernel_sums import check_float64_rounding
from skl2tflite.converters.pairwise.near_constant import Posterior
from skl2tflite.converters.sklearn.multiclass import OneVsRestConverter, most_likely
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernel_polynomials import (
    sample_points,
)
from skl2tflite.numerics.kernel_rounding import float64_rounding_error
from skl2tflite.numerics.probabilities import MIN_EXPONENT


class GaussianProcessConverter(Converter):
    """An estimator that compares rows with those it was fitted on, by a kernel."""

    def check(self) -> None:
        if not hasattr(self.estimator, "X_train_"):
            raise self.refuse("is not fitted", "call fit before converting it")
        if not isinstance(self.estimator.X_train_, np.ndarray) or self.estimator.X_train_.dtype.kind not in "fiub":
            raise self.refuse("its kernel compares rows that are no vectors of numbers", "encode them before")
        check_kernel(self, self.estimator.kernel_, self.points)

    @property
    def points(self) -> NDArray[np.float64]:
        """The rows that it was fitted on."""
        return np.asarray(self.estimator.X_train_, dtype=np.float64)

    def kernel(self, X: Array) -> Array:
        """Return the kernel between rows and the fitted rows, of shape (n_rows, n_points)."""
        matrix = covariance(self.estimator.kernel_, X, self.points)
        return xp.broadcast_rows(np.full(len(self.points), matrix), X) if isinstance(matrix, float) else matrix


MAX_VARIANCE_ERROR = 1e-2
"""Greatest accepted rounding error of a posterior variance, as a fraction of it."""
MAX_PROBABILITY_ERROR = 3e-3
"""Greatest accepted estimate of the probabilities' rounding error, in the worst tenth of rows.

The estimate is an upper bound: measured errors are 20 times smaller. Beyond 1e-4, rows count as near ties, and one in
ten would be too many.
"""
SAMPLED_MIDPOINTS = 100
"""Number of rows half way between fitted ones for which these errors are estimated."""


@converts(sk.GaussianProcessRegressor)
class GaussianProcessRegressorConverter(RegressorConverter, GaussianProcessConverter):
    """The mean of the posterior, ``K(X, X_train_) @ alpha_``."""

    def check(self) -> None:
        super().check()
        check_float64_rounding(
            self, self._values, self.weights, self.mean, "scale the features, or fit with a larger alpha"
        )

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weight of each fitted row's kernel in the mean of each target."""
        weights = np.asarray(self.estimator.alpha_ * self.estimator._y_train_std)
        return weights[:, 0] if weights.shape[1:] == (1,) else weights

    @property
    def mean(self) -> Any:
        """Mean of the targets."""
        mean = self.estimator._y_train_mean
        return mean if self.weights.ndim == 2 else np.ravel(mean)[0]

    @cached_property
    def _values(self) -> NDArray[np.float64]:
        """Kernels between a sample of the fitted rows and all of them."""
        return np.asarray(self.estimator.kernel_(sample_points(self.points), self.points))

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error in sums of large terms of both signs."""
        return float64_rounding_error(self._values, self.weights) if method == "predict" else 0.0

    def predict(self, X: Array) -> Array:
        est, weights, mean = self.estimator, self.weights, self.mean
        result = weighted_covariance(est.kernel_, X, self.points, weights)
        return result + mean if np.any(mean) else result

    @cached_property
    def posterior(self) -> Posterior:
        """The variance, by the inverse of ``L_``."""
        whitening = np.asarray(solve_triangular(self.estimator.L_, np.eye(len(self.points)), lower=True).T)
        return Posterior(self.estimator.kernel_, self.points, whitening, midpoints(self.points))

    def predict_std(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of the posterior, whose variance is ``k(x, x) - ‖L⁻¹ k‖²``, but at least 0."""
        est = self.estimator
        if isinstance(X, Tensor) and self._variance_error() > MAX_VARIANCE_ERROR:
            raise self.refuse(
                "the posterior's variance is so small a part of the prior's that float32 loses it",
                "convert predict alone, or fit with more noise (alpha, WhiteKernel) or fewer rows",
            )
        deviation = xp.sqrt(self.posterior.variance_at(X))
        scale = np.atleast_1d(est._y_train_std)
        if len(scale) > 1:
            return self.predict(X), xp.expand_dims(deviation, 1) * scale
        return self.predict(X), deviation * float(scale[0])

    def _variance_error(self) -> float:
        """Return the part of a variance that float32's rounding is, of most rows among the fitted ones."""
        left = np.maximum(self.posterior.variance, np.finfo(float).tiny)
        return float(np.median(2.0**-24 * self.posterior.rounding / left))


def midpoints(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows that are each half way between two of the fitted rows, chosen at random."""
    first, second = np.random.default_rng(0).integers(0, len(points), (2, SAMPLED_MIDPOINTS))
    return np.asarray((points[first] + points[second]) / 2)


@converts(gpc._BinaryGaussianProcessClassifierLaplace)
class BinaryGaussianProcessClassifierConverter(ClassifierConverter, GaussianProcessConverter):
    """A classifier of two classes, by Laplace's approximation of the posterior."""

    @property
    def _weights(self) -> NDArray[np.float64]:
        return np.asarray(self.estimator.y_train_ - self.estimator.pi_, dtype=np.float64)

    @cached_property
    def _posterior(self) -> Posterior:
        est = self.estimator
        whitening = np.asarray(solve_triangular(est.L_, np.diag(est.W_sr_), lower=True).T)
        return Posterior(est.kernel_, self.points, whitening, midpoints(self.points))

    def _mean(self, X: Array) -> Array:
        return self._posterior.weighted(X, self._weights)

    def _spread(self, X: Array) -> Array:
        return self._posterior.variance_at(X)

    def latent_mean_and_variance(self, X: Array) -> tuple[Array, Array]:
        """Mean and variance of the latent function (algorithm 3.2 of Rasmussen and Williams)."""
        return self._mean(X), self._spread(X)

    def excess(self, X: Array) -> Array:
        """Return the probability of class 1 less its value without any data.

        For rows far from all fitted rows the difference is tiny, and keeps digits that the probability itself has lost.
        """
        return mixture_of_error_functions(self._mean(X), self._spread(X))

    def predict(self, X: Array) -> Array:
        """Class 1 where the mean is positive.

        The kernels are divided by the greatest of the row, as float32 has no kernels below 1e-38: so the sign is right
        far from all fitted rows too.
        """
        exponents = log_covariance(self.estimator.kernel_, X, self.points)
        if exponents is None or isinstance(exponents, float):
            return xp.astype((self._mean(X) > 0.0), int)
        ratios = xp.exp(exponents - xp.max(exponents, axis=1, keepdims=True))
        kernel = xp.where((exponents < MIN_EXPONENT), 0.0, ratios)
        signed = self._posterior.where_near(X, self._weights, xp.linear(kernel, self._weights))
        return xp.astype((signed > 0.0), int)

    def predict_proba(self, X: Array) -> Array:
        if isinstance(X, Tensor) and self._probability_error > MAX_PROBABILITY_ERROR:
            raise self.refuse(
                f"kernel {self.estimator.kernel_}: the variance between the fitted rows is so small a part of the "
                "prior's that float32 loses the probabilities",
                "convert predict alone, or bound the kernel's constant_value or length_scale when it is fitted",
            )
        excess = self.excess(X)
        low = 0.5 * float(gpc.COEFS.sum())
        return xp.stack([1.0 - low - excess, excess + low], axis=1)

    @cached_property
    def _probability_error(self) -> float:
        """What rounding of kernel values does to probabilities, in the worst tenth of rows between fitted ones."""
        posterior = self._posterior
        variance, mean = posterior.variance, posterior.exact_sum(self._weights)
        spread = 2.0**-24 * posterior.rounding
        blur = [mixture_of_error_functions(mean, np.maximum(variance + sign * spread, 0.0)) for sign in (1, -1)]
        shift = 2.0**-24 * posterior.rounding_of_sum(self._weights)
        blur += [mixture_of_error_functions(mean + sign * shift, np.maximum(variance, 0.0)) for sign in (1, -1)]
        return float(np.quantile(np.abs(blur[0] - blur[1]) + np.abs(blur[2] - blur[3]), 0.9)) / 2


def rounded_beside_one_half(excess: Array) -> Array:
    """Round a number as float64 does when scikit-learn adds it to one half.

    The probabilities of rows far from all fitted rows differ by less than that rounding: they are ties, for which
    scikit-learn predicts the first class.
    """
    grid = xp.where(excess < 0.0, 2.0**54, 2.0**53)
    return xp.round(excess * grid) / grid


SERIES_TERMS = 16
"""Number of terms of the series; the next term would be below 1e-12."""
SERIES_CENTER = 6.25
"""Value of ``1 / λ²`` around which the series is expanded: that of λ = 0.4, the middle one of scikit-learn's five."""
MAX_ERF_ARGUMENT = 6.0
"""Argument from which erf is 1 in float64."""


def mixture_of_error_functions(mean: Array, spread: Array) -> Array:
    """``½ Σ c erf(λ m / √(1 + 2 λ² v))`` over five λ near 0.4, with weights c of both signs and up to thousands.

    This is Williams and Barber's approximation of the logistic function, integrated over a normal distribution. The sum
    cancels four digits of its terms, which float32 cannot spare. So it is expanded as a series in the differences
    between the λ. With ``ε = 1 / (p + 2 v)``, ``z = m √ε`` and ``1 / λ² = p + q``, the argument of a term is
    ``z / √(1 + q ε)``, and

        ``erf(z / √(1 + q ε)) = erf(z) + z / √π · exp(-z²) Σₙ Lₙ(z²) (-q ε)ⁿ⁺¹ / (n + 1)``

    by the generating function of the Laguerre polynomials of order ½. The weights enter through their moments
    ``Σ c qⁿ`` only, which are computed in float64. Measured: 1e-12 from scikit-learn's sum in float64, 1e-7 in float32.

    Parameters
    ----------
    mean, spread : arrays of shape (n_rows,)
        Mean m and variance v of the latent function.

    Returns
    -------
    array of shape (n_rows,)
    """
    weights, offsets = gpc.COEFS.ravel(), 1.0 / np.square(gpc.LAMBDAS.ravel()) - SERIES_CENTER
    moments = [float(np.sum(weights * offsets**n)) for n in range(SERIES_TERMS + 1)]
    epsilon = 1.0 / (spread * 2.0 + SERIES_CENTER)
    z = xp.clip(mean * xp.sqrt(epsilon), -MAX_ERF_ARGUMENT, MAX_ERF_ARGUMENT)
    y = xp.square(z)
    laguerre: Any = 1.0
    previous: Any = 0.0
    power = -epsilon
    series: Any = 0.0
    for n in range(SERIES_TERMS):
        series = series + laguerre * power * (moments[n + 1] / (n + 1))
        growth = (2 * n + 1.5) / (n + 1) - y * (1.0 / (n + 1))
        laguerre, previous = growth * laguerre - previous * ((n + 0.5) / (n + 1)), laguerre
        power = power * -epsilon
    correction = series * z * xp.exp(-y) * float(0.5 / np.sqrt(np.pi))
    result: Array = xp.erf(z) * (0.5 * moments[0]) + correction
    return result


@converts(sk.GaussianProcessClassifier)
class GaussianProcessClassifierConverter(DelegatingConverter):
    """A binary classifier, or several of them: one against the rest, or one against one."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.base_estimator_, ".base_estimator_")

    @property
    def contract(self) -> Contract:
        """The inner converter's, but for the labels of rows so far away that float64 itself loses the kernels."""
        return replace(self.inner.contract, is_equivalent=self._is_lost)

    def _is_lost(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Whether some kernel of each row is greatest in numbers of which float64 has few digits; for ``predict``.

        Parameters
        ----------
        method : str
        rows : ndarray of shape (n_rows, n_features)
        answers : sequence of pairs of ndarrays, each of shape (n_rows, ...)
        tolerance : float
        """
        lost = np.zeros(len(rows), dtype=bool)
        base = self.estimator.base_estimator_
        for member in getattr(base, "estimators_", [base]) if method == "predict" else ():
            if isinstance(member, gpc._BinaryGaussianProcessClassifierLaplace):
                greatest = np.max(member.kernel_(rows, member.X_train_), axis=1)
                lost |= (greatest > 0.0) & (greatest < np.finfo(np.float64).smallest_normal)
        return lost

    def method(self, name: str) -> Any:
        """Return the inner converter's method, but for ``predict`` of one against the rest (:meth:`_predict_rest`)."""
        function = super().method(name)
        rest = name == "predict" and isinstance(self.inner, OneVsRestConverter)
        return self._of_numbers(self._predict_rest) if rest else function

    def _predict_rest(self, X: Array) -> Array:
        """Position of the class whose probability exceeds one half by most.

        For rows far from all fitted rows, all probabilities are almost one half, and only the excess tells them apart.
        """
        members = cast("OneVsRestConverter", self.inner).members
        scores = [cast("BinaryGaussianProcessClassifierConverter", member).excess(X) for member in members]
        return most_likely([rounded_beside_one_half(score) for score in scores])

    @property
    def n_features(self) -> int:
        return int(self.estimator.n_features_in_)
