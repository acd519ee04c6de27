"""Factor analysis (:mod:`sklearn.decomposition._factor_analysis`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import precision_factor, project_centered


@converts(sk.FactorAnalysis)
class FactorAnalysisConverter(TransformerConverter):
    """Expected factors given the features (Barber, 21.33), and the density of the features."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        weights = est.components_ / est.noise_variance_
        posterior = np.linalg.inv(np.eye(len(weights)) + weights @ est.components_.T)
        return self._project(X, weights.T @ posterior)

    def score_samples(self, X: Array) -> Array:
        """Logarithm of the density of a normal distribution, computed with a square root of the precision matrix."""
        precision = self.estimator.get_precision()
        distances = xp.squeeze(xp.squared_norm(self._project(X, precision_factor(precision))), 1)
        constant = float(len(precision) * np.log(2.0 * np.pi) - np.linalg.slogdet(precision)[1])
        return -0.5 * distances - 0.5 * constant

    def _project(self, X: Array, weights: ArrayLike) -> Array:
        est = self.estimator
        spread = np.sqrt(np.sum(np.square(est.components_), axis=0) + est.noise_variance_)
        return project_centered(X, est.mean_, spread, weights)
