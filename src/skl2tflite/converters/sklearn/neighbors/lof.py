"""Local outlier factors."""

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
    """How much sparser the points are around a row than around its neighbours."""

    def check(self) -> None:
        if not self.estimator.novelty:
            raise self.refuse("has no methods for new rows with novelty=False", "fit it with novelty=True")
        super().check()

    @property
    def allows_nan(self) -> bool:
        """Not in new rows, whatever the metric."""
        return False

    def score_samples(self, X: Array) -> Array:
        """Opposite of the mean ratio of the neighbours' densities and the row's own."""
        est = self.estimator
        distances, positions = self.nearest(X, est.n_neighbors_)
        reach = xp.maximum(distances, xp.take(est._distances_fit_X_[:, est.n_neighbors_ - 1], positions))
        sparsity = xp.mean(reach, axis=1) + 1e-10
        return -(xp.mean(xp.take(est._lrd, positions), axis=1) * sparsity)

    def decision_function(self, X: Array) -> Array:
        return self.score_samples(X) - float(self.estimator.offset_)

    def predict(self, X: Array) -> Array:
        return xp.where(self.decision_function(X) < 0.0, -1, 1)
