"""Principal component analysis (:mod:`sklearn.decomposition._pca`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import precision_factor, project_centered


@converts(sk.PCA, sk.IncrementalPCA)
class PCAConverter(TransformerConverter):
    """``(X - mean_) @ components_.T``, each column divided by its standard deviation if ``whiten`` is set."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        weights = est.components_.T
        if est.whiten:
            deviations = np.sqrt(est.explained_variance_)
            weights = weights / np.maximum(deviations, np.finfo(deviations.dtype).eps)
        return self._project(X, weights)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error when it subtracts the mean's projection from a row's.

        Where a component hardly varies, that error is all there is.
        """
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
        """Logarithm of the density of a normal distribution, computed with a square root of the precision matrix."""
        est = self.estimator
        if np.linalg.cond(est.get_covariance()) > 1 / np.finfo(est.components_.dtype).eps:
            raise self.refuse("the covariance is singular, so score_samples is noise", "keep fewer components")
        precision = est.get_precision()
        distances = xp.squeeze(xp.squared_norm(self._project(X, precision_factor(precision))), 1)
        constant = float(len(precision) * np.log(2.0 * np.pi) - np.linalg.slogdet(precision)[1])
        return (distances + constant) * -0.5

    def _project(self, X: Array, weights: ArrayLike) -> Array:
        est = self.estimator
        spread = np.sqrt(est.explained_variance_ @ np.square(est.components_) + est.noise_variance_)
        return project_centered(X, est.mean_, spread, weights)
