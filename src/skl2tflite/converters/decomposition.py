"""Projections (:mod:`sklearn.decomposition`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.base import TransformerConverter, float32_shift
from skl2tflite.converters.kernel_sums import HOPELESS, own_or_named_product
from skl2tflite.converters.kernels import lost_in_float32, lost_in_float64
from skl2tflite.converters.random_projection import dense
from skl2tflite.converters.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def project_centered(X: Array, mean: ArrayLike, spread: ArrayLike, weights: ArrayLike) -> Array:
    """``(X - mean) @ weights``, without the digits that float32 loses where a mean is far from 0.

    What :func:`float32_shift` leaves of the mean goes into the bias, in float64. Of standardized features
    nothing is subtracted at all.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    mean, spread : constants of shape (n_features,)
        Center and standard deviation of each feature.
    weights : constant of shape (n_features, n_outputs)
    """
    mean, weights = np.asarray(mean, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    shift = float32_shift(mean, np.asarray(spread))
    if np.any(shift):
        X = X - shift
    return xp.linear(X, weights, (shift - mean) @ weights)


def precision_factor(precision: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F with ``F @ F.T = precision``, so that ``x @ precision @ x`` is the sum of squares of ``x @ F``.

    From eigenvalues, so that a singular matrix is no obstacle, after scaling its diagonal to 1, so that
    features of different size do not cost digits.
    """
    scale = np.sqrt(np.diag(precision))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh((precision + precision.T) / 2 / np.outer(scale, scale))
    return np.asarray(scale[:, np.newaxis] * vectors * np.sqrt(np.maximum(values, 0.0)))


@converts(sk.PCA, sk.IncrementalPCA)
class PCAConverter(TransformerConverter):
    """``(X - mean_) @ components_.T``, each column divided by its standard deviation on demand."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        weights = est.components_.T
        if est.whiten:
            deviations = np.sqrt(est.explained_variance_)
            weights = weights / np.maximum(deviations, np.finfo(deviations.dtype).eps)
        return self._project(X, weights)

    def noise(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """What scikit-learn loses by taking the mean's projection from a row's: all there is where nothing varies."""
        est = self.estimator
        if method != "transform" or est.whiten:
            return 0.0
        return np.asarray(4.0 * np.finfo(np.float64).eps * (np.abs(est.mean_) @ np.abs(est.components_.T)))

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        weights = est.components_
        if est.whiten:
            weights = np.sqrt(est.explained_variance_)[:, np.newaxis] * weights
        return xp.linear(X, weights, est.mean_)

    def score_samples(self, X: Array) -> Array:
        """Logarithm of the density of a normal distribution, by a square root of its precision."""
        est = self.estimator
        if np.linalg.cond(est.get_covariance()) > 1 / np.finfo(est.components_.dtype).eps:
            raise self.refuse("the covariance is singular, so score_samples is noise", "keep fewer components")
        precision = est.get_precision()
        distances = xp.squeeze(xp.squared_norm(self._project(X, precision_factor(precision))), 1)
        constant = len(precision) * np.log(2.0 * np.pi) - np.linalg.slogdet(precision)[1]
        return xp.multiply(distances + constant, -0.5)

    def _project(self, X: Array, weights: ArrayLike) -> Array:
        est = self.estimator
        spread = np.sqrt(est.explained_variance_ @ np.square(est.components_) + est.noise_variance_)
        return project_centered(X, est.mean_, spread, weights)


@converts(sk.TruncatedSVD)
class TruncatedSVDConverter(TransformerConverter):
    """``X @ components_.T``."""

    def transform(self, X: Array) -> Array:
        return xp.linear(X, self.estimator.components_.T)

    def inverse_transform(self, X: Array) -> Array:
        return xp.linear(X, self.estimator.components_)


@converts(sk.FactorAnalysis)
class FactorAnalysisConverter(TransformerConverter):
    """Expected factors given the features (Barber, 21.33), and the density of the features."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        weights = est.components_ / est.noise_variance_
        posterior = np.linalg.inv(np.eye(len(weights)) + weights @ est.components_.T)
        return self._project(X, weights.T @ posterior)

    def score_samples(self, X: Array) -> Array:
        """Logarithm of the density of a normal distribution, by a square root of its precision."""
        precision = self.estimator.get_precision()
        distances = xp.squeeze(xp.squared_norm(self._project(X, precision_factor(precision))), 1)
        constant = len(precision) * np.log(2.0 * np.pi) - np.linalg.slogdet(precision)[1]
        return xp.subtract(-0.5 * distances, 0.5 * constant)

    def _project(self, X: Array, weights: ArrayLike) -> Array:
        est = self.estimator
        spread = np.sqrt(np.sum(np.square(est.components_), axis=0) + est.noise_variance_)
        return project_centered(X, est.mean_, spread, weights)


@converts(sk.FastICA)
class FastICAConverter(TransformerConverter):
    """``(X - mean_) @ components_.T``; nothing is centered with ``whiten=False``."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if not est.whiten:
            return xp.linear(X, est.components_.T)
        return project_centered(X, est.mean_, 0.0, est.components_.T)

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        return xp.linear(X, est.mixing_.T, est.mean_ if est.whiten else None)


@converts(sk.SparsePCA, sk.MiniBatchSparsePCA)
class SparsePCAConverter(TransformerConverter):
    """Ridge regression of the centered features on the components: linear, so one matrix."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        components = est.components_
        gram = components @ components.T
        if est.ridge_alpha > 0:
            weights = np.linalg.solve(gram + est.ridge_alpha * np.eye(len(gram)), components).T
        else:
            weights = (np.linalg.pinv(gram) @ components).T
        return project_centered(X, est.mean_, 0.0, weights)

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        return xp.linear(X, est.components_, est.mean_)


@converts(sk.KernelPCA)
class KernelPCAConverter(TransformerConverter):
    """Kernel with the fitted rows, centered and projected; a learnt kernel regression back."""

    def has(self, method: str) -> bool:
        """Everything; the inverse only where it was fitted."""
        return super().has(method) and (method != "inverse_transform" or bool(self.estimator.fit_inverse_transform))

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "inverse_transform" and not self.has(name):
            raise UnsupportedMethodError(f"{self.path} was fitted without an inverse; set fit_inverse_transform=True")
        return super().method(name)

    def check(self) -> None:
        est = self.estimator
        if not est.eigenvalues_.size:
            raise self.refuse("no component was left: the kernel is the same between all rows")
        if callable(est.kernel) or est.kernel in ("linear", "precomputed"):
            return
        if lost_in_float32(dense(est.X_fit_), est.kernel, self._params, self._weights, self._bias) > HOPELESS:
            raise self.refuse(
                "some components are so small a part of the kernel that float32 keeps no digits of them",
                f"set n_components to less than {est.eigenvalues_.size}, or scale the features",
            )

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        """Weights of the kernels; centering the kernel is centering these, and a bias."""
        est = self.estimator
        nonzero = est.eigenvalues_ != 0
        weights = np.zeros_like(est.eigenvectors_)
        weights[:, nonzero] = est.eigenvectors_[:, nonzero] / np.sqrt(est.eigenvalues_[nonzero])
        return np.asarray(weights - weights.mean(axis=0))

    @property
    def _bias(self) -> NDArray[np.float64]:
        return np.asarray(-self.estimator._centerer.K_fit_rows_ @ self._weights)

    @property
    def _params(self) -> dict[str, Any]:
        est = self.estimator
        return {"gamma": est.gamma_, "degree": est.degree, "coef0": est.coef0}

    def transform(self, X: Array) -> Array:
        """Project the centered kernel."""
        est, weights = self.estimator, self._weights
        if est.kernel == "linear":
            rows = dense(est.X_fit_)
            shift = float32_shift(rows.mean(axis=0), rows.std(axis=0))
            bias = (rows @ shift - est._centerer.K_fit_rows_) @ weights
            return xp.linear(X - shift, rows.T @ weights, bias)
        if est.kernel == "precomputed":
            # Less the mean of its column, a kernel of rows far from 0 keeps more digits.
            return xp.linear(X - est._centerer.K_fit_rows_, weights)
        return own_or_named_product(self, X, dense(est.X_fit_), self._params, weights, self._bias)

    def noise(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """What scikit-learn loses in components of small eigenvalues of a kernel of great values."""
        est = self.estimator
        if method != "transform":
            return 0.0
        # Of fitted rows that the kernels' mean, which is taken away, stands for: it is as great.
        return 2.0 * lost_in_float64(est._centerer.K_fit_rows_[np.newaxis], self._weights)

    def inverse_transform(self, X: Array) -> Array:
        """Kernel ridge regression of the fitted rows on what they were transformed to."""
        est = self.estimator
        return own_or_named_product(self, X, dense(est.X_transformed_fit_), self._params, est.dual_coef_)
