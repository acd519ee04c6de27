"""Covariance estimators and the outlier detector built on one (:mod:`sklearn.covariance`)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from sklearn import covariance as sk

from skl2tflite.converters.base import Converter, OutlierConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(
    sk.EmpiricalCovariance,
    sk.GraphicalLasso,
    sk.GraphicalLassoCV,
    sk.LedoitWolf,
    sk.MinCovDet,
    sk.OAS,
    sk.ShrunkCovariance,
)
class CovarianceConverter(Converter):
    """Squared distances from ``location_`` in the metric of the precision matrix."""

    default_methods: ClassVar[tuple[str, ...]] = ("mahalanobis",)

    def mahalanobis(self, X: Array) -> Array:
        """``sum(((X - location_) @ precision) * (X - location_))`` as a sum of squares, which cannot cancel.

        The factor of the precision matrix comes from its eigenvalues, so that a singular one is no obstacle,
        after scaling its diagonal to 1, so that features of different size do not cost digits.
        """
        est = self.estimator
        precision = est.get_precision()
        scale = np.sqrt(np.diag(precision))
        scale[scale == 0] = 1.0
        values, vectors = np.linalg.eigh((precision + precision.T) / 2 / np.outer(scale, scale))
        factor = scale[:, np.newaxis] * vectors * np.sqrt(np.maximum(values, 0.0))
        return xp.squeeze(xp.squared_norm(xp.linear(X - est.location_, factor)), 1)


@converts(sk.EllipticEnvelope)
class EllipticEnvelopeConverter(CovarianceConverter, OutlierConverter):
    """An outlier is further from ``location_`` than ``-offset_``."""

    default_methods = ("predict", "decision_function")

    def score_samples(self, X: Array) -> Array:
        return -self.mahalanobis(X)

    def decision_function(self, X: Array) -> Array:
        return xp.subtract(self.score_samples(X), self.estimator.offset_)

    def predict(self, X: Array) -> Array:
        """1 where the decision is at least 0, else -1."""
        return xp.where(self.decision_function(X) >= 0, 1, -1)
