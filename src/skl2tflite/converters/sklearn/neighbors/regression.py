"""Regressors by the means of neighbours (:mod:`sklearn.neighbors._regression`)."""

from __future__ import annotations

import numpy as np
from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    RegressorConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.neighbor_weights import (
    inverse_distances,
    recorded_weights,
    refuse_too_light,
)
from skl2tflite.converters.sklearn.neighbors.unsupervised import (
    KNeighborsConverter,
    RadiusConverter,
)
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


@converts(sk.KNeighborsRegressor)
class KNeighborsRegressorConverter(RegressorConverter, KNeighborsConverter):
    """The mean of the k nearest targets, weighted by 1, the inverse of the distance, or a function of the user's."""

    def predict(self, X: Array) -> Array:
        est = self.estimator
        distances, positions = self.kneighbors(X)
        targets = xp.take(np.asarray(est._y, dtype=np.float64), positions, axis=0)
        if est.weights in (None, "uniform"):
            return xp.mean(targets, axis=1)
        if callable(est.weights):
            weights = recorded_weights(self, distances)
            refuse_too_light(self, weights, distances)
        else:
            weights = inverse_distances(distances)
        shares = weights / xp.sum(weights, axis=1, keepdims=True)
        return xp.sum(targets * (shares if est._y.ndim == 1 else xp.expand_dims(shares, 2)), axis=1)


@converts(sk.RadiusNeighborsRegressor)
class RadiusNeighborsRegressorConverter(RegressorConverter, RadiusConverter):
    """The mean target of all fitted rows within a radius; NaN if there is none."""

    def predict(self, X: Array) -> Array:
        targets = np.asarray(self.estimator._y)
        columns = targets.reshape(len(targets), -1).astype(np.float64)
        mean = columns.mean(axis=0)
        with np.errstate(invalid="ignore"):
            nothing = float(
                np.full_like(targets[:1], np.nan).ravel()[0]
            )  # for integer targets, the least integer, as in scikit-learn
        near, distances = self.within(X)
        weights = self.weights(near, distances)
        total = xp.sum(weights, axis=1, keepdims=True)
        none = total == 0.0
        if callable(self.estimator.weights):
            refuse_rows(
                xp.any(near, axis=1) & xp.squeeze(none, 1),
                f"{self.path} weighs all neighbours by 0; give it weights that do not",
                gives_nan=True,
            )
        means = xp.linear(weights, columns - mean) / xp.where(none, 1.0, total)
        result = xp.where(none, nothing, means + mean)
        return xp.squeeze(result, 1) if targets.ndim == 1 else result
