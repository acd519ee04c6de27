"""Local outlier factors (:mod:`sklearn.neighbors._lof`)."""

from __future__ import annotations

from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    OutlierConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.neighbors.unsupervised import KNeighborsConverter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.LocalOutlierFactor)
class LocalOutlierFactorConverter(OutlierConverter, KNeighborsConverter):
    """Compares the density of the fitted rows around a row with that around its neighbours."""

    def check(self) -> None:
        if not self.estimator.novelty:
            raise self.refuse("has no methods for new rows with novelty=False", "fit it with novelty=True")
        super().check()

    @property
    def allows_nan(self) -> bool:
        """False: new rows must not have NaN, whatever the metric."""
        return False

    def score_samples(self, X: Array) -> Array:
        """The mean ratio of the neighbours' densities to the row's own, with the sign changed."""
        est = self.estimator
        distances, positions = self.nearest(X, est.n_neighbors_)
        reach = xp.maximum(distances, xp.take(est._distances_fit_X_[:, est.n_neighbors_ - 1], positions))
        sparsity = xp.mean(reach, axis=1) + 1e-10
        return -(xp.mean(xp.take(est._lrd, positions), axis=1) * sparsity)

    def decision_function(self, X: Array) -> Array:
        return self.score_samples(X) - float(self.estimator.offset_)

    def predict(self, X: Array) -> Array:
        return xp.where(self.decision_function(X) < 0.0, -1, 1)
