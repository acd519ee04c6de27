"""Projections (:mod:`sklearn.decomposition`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn import decomposition as sk

from skl2tflite.converters.base import TransformerConverter, float32_shift
from skl2tflite.converters.registry import converts
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
    shift = float32_shift(mean, spread)
    if np.any(shift):
        X = X - shift
    return xp.linear(X, weights, (shift - mean) @ weights)


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
        values, vectors = np.linalg.eigh(precision)
        distances = xp.squeeze(xp.squared_norm(self._project(X, vectors * np.sqrt(np.maximum(values, 0.0)))), 1)
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
