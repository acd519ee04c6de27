"""Nearest centroids (:mod:`sklearn.neighbors._nearest_centroid`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    ClassifierConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import squared_distances
from skl2tflite.numerics.metrics import metric_of
from skl2tflite.numerics.projections import project_centered


@converts(sk.NearestCentroid)
class NearestCentroidConverter(ClassifierConverter):
    """Predicts the nearest centroid; with unequal priors, the likeliest of normal distributions around centroids."""

    default_methods = ("predict",)

    @property
    def equal_priors(self) -> bool:
        """Whether all classes are equally likely, so that only distances count."""
        est = self.estimator
        priors = getattr(est, "class_prior_", None)  # scikit-learn 1.7
        return priors is None or bool(np.isclose(priors, 1 / len(est.classes_)).all())

    def _normalized(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the scale of each feature, and the centroids divided by it."""
        deviations = np.asarray(self.estimator.within_class_std_dev_)
        scale = np.where(deviations != 0, deviations, 1.0)
        return scale, self.estimator.centroids_ / scale

    def _scores(self, X: Array) -> Array:
        """Return the discriminant scores (equation 18.2 of the ESL)."""
        scale, centroids = self._normalized()
        metric = metric_of(self.estimator.metric, {}, self.n_features)
        shift = self.estimator.centroids_.mean(axis=0).astype(np.float32).astype(np.float64)
        rows = (X - shift) / scale
        ranks = metric.rank(rows, centroids - shift / scale)
        squares = xp.square(ranks) if self.estimator.metric == "manhattan" else ranks
        scores: Array = -squares + 2.0 * np.log(self.estimator.class_prior_)
        return scores

    def _linear_scores(self, X: Array) -> Array:
        """Return the Euclidean scores up to a term that all classes share, so that their differences keep digits."""
        scale, centroids = self._normalized()
        center = centroids.mean(axis=0)
        bias = -np.sum((centroids - center) ** 2, axis=1) + 2.0 * np.log(self.estimator.class_prior_)
        scores: Array = project_centered(X, center * scale, 0.0, 2.0 * (centroids - center).T / scale[:, None]) + bias
        return scores

    def decision_function(self, X: Array) -> Array:
        """The scores; for two classes, their difference."""
        if len(self.estimator.classes_) > 2:
            return self._scores(X)
        scores = self._linear_scores(X)
        return scores[:, 1] - scores[:, 0]

    def predict_proba(self, X: Array) -> Array:
        return xp.softmax(self._linear_scores(X))

    def predict_log_proba(self, X: Array) -> Array:
        return xp.log_softmax(self._linear_scores(X))

    def predict(self, X: Array) -> Array:
        est = self.estimator
        if not self.equal_priors:
            return xp.argmax(self._scores(X), axis=1)
        if est.metric == "manhattan":
            return xp.argmin(metric_of("manhattan", {}, self.n_features).rank(X, est.centroids_), axis=1)
        return xp.argmin(squared_distances(X, est.centroids_), axis=1)
