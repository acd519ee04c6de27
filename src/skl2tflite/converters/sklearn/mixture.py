"""Gaussian mixtures (:mod:`sklearn.mixture`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma
from sklearn import mixture as sk

from skl2tflite.converters.core.method_names import LABELS
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.rows_dtype import ComputesAsGiven
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernels import centered
from skl2tflite.numerics.projections import project_centered


@converts(sk.GaussianMixture)
class GaussianMixtureConverter(ComputesAsGiven):
    """Compares components by the logarithm of their weighted density (:class:`sklearn.mixture._base.BaseMixture`)."""

    exact = LABELS

    default_methods = ("predict_proba", "predict")

    def predict(self, X: Array) -> Array:
        """Position of the likeliest component."""
        return xp.argmax(self._log_densities(X), axis=1)

    def predict_proba(self, X: Array) -> Array:
        return xp.softmax(self._log_densities(X))

    def score_samples(self, X: Array) -> Array:
        """Logarithm of the density."""
        return xp.logsumexp(self._log_densities(X), axis=1)

    def _log_densities(self, X: Array) -> Array:
        """Return the logarithm of each component's density times its weight."""
        return self._log_constants() - 0.5 * self._distances(X)

    def _distances(self, X: Array) -> Array:
        """Return squared distances from the means, in the metric of each component's precision."""
        est = self.estimator
        factors = est.precisions_cholesky_
        if est.covariance_type in ("full", "tied"):
            matrices = factors if est.covariance_type == "full" else [factors] * len(est.means_)
            columns = [
                xp.squared_norm(project_centered(X, m, 0.0, f)) for m, f in zip(est.means_, matrices, strict=True)
            ]
            return xp.concat(columns, axis=1)
        if est.covariance_type == "spherical":
            scaled: Array = xp.squared_distances(*centered(X, est.means_)) * np.square(factors)
            return scaled
        X, means = centered(X, est.means_)
        return xp.sum(xp.square((X[:, np.newaxis, :] - means) * factors), axis=2)

    def _log_constants(self) -> NDArray[Any]:
        """Return the part of the logarithms that does not depend on the row: weights and determinants."""
        est = self.estimator
        factors = est.precisions_cholesky_
        n_features = est.means_.shape[1]
        if est.covariance_type == "full":
            determinants = np.sum(np.log(np.diagonal(factors, axis1=1, axis2=2)), axis=1)
        elif est.covariance_type == "tied":
            determinants = np.sum(np.log(np.diagonal(factors)))
        elif est.covariance_type == "diag":
            determinants = np.sum(np.log(factors), axis=1)
        else:
            determinants = n_features * np.log(factors)
        return np.asarray(determinants - 0.5 * n_features * np.log(2.0 * np.pi) + self._log_weights())

    def _log_weights(self) -> NDArray[Any]:
        return np.asarray(np.log(self.estimator.weights_))


@converts(sk.BayesianGaussianMixture)
class BayesianGaussianMixtureConverter(GaussianMixtureConverter):
    """As a Gaussian mixture, with expectations of the weights and determinants (Bishop, chapter 10.2)."""

    def _log_constants(self) -> NDArray[Any]:
        est = self.estimator
        n_features = est.means_.shape[1]
        freedom = est.degrees_of_freedom_
        spread = n_features * np.log(2.0) + np.sum(digamma(0.5 * (freedom - np.arange(n_features)[:, np.newaxis])), 0)
        extra = 0.5 * (spread - n_features / est.mean_precision_) - 0.5 * n_features * np.log(freedom)
        return np.asarray(super()._log_constants() + extra)

    def _log_weights(self) -> NDArray[Any]:
        concentration = self.estimator.weight_concentration_
        if self.estimator.weight_concentration_prior_type != "dirichlet_process":
            return np.asarray(digamma(concentration) - digamma(np.sum(concentration)))
        a, b = concentration
        total = digamma(a + b)
        return np.asarray(digamma(a) - total + np.hstack((0.0, np.cumsum(digamma(b) - total)[:-1])))
