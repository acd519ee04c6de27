"""Covariance estimators and the outlier detector built on one (:mod:`sklearn.covariance`)."""

from __future__ import annotations

from typing import ClassVar

from sklearn import covariance as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import OutlierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import precision_factor, project_centered


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
        """``sum(((X - location_) @ precision) * (X - location_))`` as a sum of squares, which has no cancellation."""
        est = self.estimator
        factor = precision_factor(est.get_precision())
        return xp.squeeze(xp.squared_norm(project_centered(X, est.location_, 0.0, factor)), 1)


@converts(sk.EllipticEnvelope)
class EllipticEnvelopeConverter(CovarianceConverter, OutlierConverter):
    """Outliers are rows whose squared distance from ``location_`` exceeds ``-offset_``."""

    default_methods = ("predict", "decision_function")

    def score_samples(self, X: Array) -> Array:
        return -self.mahalanobis(X)

    def decision_function(self, X: Array) -> Array:
        return self.score_samples(X) - float(self.estimator.offset_)

    def predict(self, X: Array) -> Array:
        """1 where the decision is at least 0, else -1."""
        return xp.where(self.decision_function(X) >= 0, 1, -1)
