"""Classifiers by the votes of neighbours (:mod:`sklearn.neighbors._classification`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    ClassifierConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.neighbor_weights import (
    inverse_distances,
    recorded_weights,
    refuse_too_light,
)
from skl2tflite.converters.sklearn.neighbors.unsupervised import NAN_METRICS, KNeighborsConverter, RadiusConverter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


class NeighborsClassifierConverter(ClassifierConverter):
    """A classifier by the votes of neighbours, one output after the other."""

    @property
    def targets(self) -> NDArray[Any]:
        """Position of each fitted row's label, one column for each output."""
        return np.asarray(self.estimator._y).reshape(len(self.estimator._y), -1)

    def join(self, results: list[Array]) -> Array | list[Array]:
        """Return the only output's result, or the list of them."""
        return results if self.estimator.outputs_2d_ else results[0]


@converts(sk.KNeighborsClassifier)
class KNeighborsClassifierConverter(NeighborsClassifierConverter, KNeighborsConverter):
    """The k nearest vote, with weights of 1, the inverse of the distance, or a function of the user's."""

    @property
    def may_weigh_nan(self) -> bool:
        """Whether weights may be NaN, as distances between rows without a common feature are."""
        weights, metric = self.estimator.weights, self.estimator.effective_metric_
        return callable(weights) or (weights == "distance" and (callable(metric) or metric in NAN_METRICS))

    def weights(self, distances: Array) -> Array | None:
        """Return the weights of the neighbours, or None if all are equal."""
        if not callable(self.estimator.weights):
            return inverse_distances(distances) if self.estimator.weights == "distance" else None
        weights = recorded_weights(self, distances)
        refuse_rows(
            xp.all(weights == 0.0, axis=1),
            f"{self.path} weighs all neighbours by 0; give it weights that do not",
            gives_nan=True,
        )
        refuse_too_light(self, weights, distances)
        return weights

    def votes(self, X: Array) -> list[Array]:
        """Return the sum of the votes for each class, of each output."""
        distances, positions = self.kneighbors(X)
        weights = self.weights(distances)
        results = []
        for labels, classes in zip(self.targets.T, self.classes, strict=True):
            ballots = xp.one_hot(xp.take(labels, positions), len(classes))
            if weights is not None:
                own, each = ballots > 0.0, xp.expand_dims(weights, 2)
                ballots = xp.where(own, each, 0.0) if self.may_weigh_nan else ballots * each
            results.append(xp.sum(ballots, axis=1))
        return results

    def predict_proba(self, X: Array) -> Array | list[Array]:
        votes = self.votes(X)
        if self.estimator.weights in (None, "uniform"):
            return self.join([v / float(self.estimator.n_neighbors) for v in votes])
        return self.join([v / xp.sum(v, axis=1, keepdims=True) for v in votes])

    def predict(self, X: Array) -> Array:
        """Position of the label with the most votes; of equal ones the first."""
        counts = self.votes(X)
        if self.may_weigh_nan:
            # As in sklearn.utils.extmath.weighted_mode, votes of at most 0, and all those after a NaN, do not count.
            counts = [
                xp.where(xp.cumulative_sum(xp.astype(xp.isnan(v), float), axis=1) > 0.0, 0.0, xp.relu(v))
                for v in counts
            ]
        positions = [xp.argmax(votes, axis=1) for votes in counts]
        return xp.stack(positions, axis=1) if self.estimator.outputs_2d_ else positions[0]


@converts(sk.RadiusNeighborsClassifier)
class RadiusNeighborsClassifierConverter(NeighborsClassifierConverter, RadiusConverter):
    """All fitted rows within a radius vote; without any, the label is ``outlier_label_`` or the row has no answer."""

    @property
    def outliers(self) -> list[int | None]:
        """Position of each output's outlier label among its classes, or None if it is not one of them."""
        chosen = self.estimator.outlier_label_
        if chosen is None:
            return [0] * len(self.classes)  # such rows are refused, so that any position will do
        found = [np.flatnonzero(classes == label) for classes, label in zip(self.classes, chosen, strict=True)]
        return [int(at[0]) if at.size == 1 else None for at in found]

    def votes(self, X: Array) -> tuple[Array, list[Array]]:
        """Return which rows have no neighbours, and the sum of the votes for each class, of each output."""
        near, distances = self.within(X)
        alone = ~xp.any(near, axis=1)
        if self.estimator.outlier_label_ is None:
            refuse_rows(
                alone,
                f"{self.path} finds no neighbours within its radius of {self.estimator.radius:g}; use a larger "
                "radius, or give it an outlier_label",
                gives_nan=callable(self.estimator.weights),
            )
        weights = self.weights(near, distances)
        pairs = list(zip(self.targets.T, self.classes, strict=True))
        if not callable(self.estimator.weights):
            return alone, [xp.linear(weights, np.eye(len(classes))[labels]) for labels, classes in pairs]
        # Not by a matrix product, in which NaN and infinity would reach all classes.
        return alone, [
            xp.stack(
                [xp.sum(xp.take(weights, np.flatnonzero(labels == i), axis=1), axis=1) for i in range(len(classes))],
                axis=1,
            )
            for labels, classes in pairs
        ]

    def predict_proba(self, X: Array) -> Array | list[Array]:
        alone, counts = self.votes(X)
        results = []
        for votes, classes, outlier in zip(counts, self.classes, self.outliers, strict=True):
            total = xp.sum(votes, axis=1, keepdims=True)
            shares = votes / xp.where(total == 0.0, 1.0, total)
            label = np.zeros(len(classes)) if outlier is None else np.eye(len(classes))[outlier]
            results.append(xp.where(xp.expand_dims(alone, 1), label, shares))
        return self.join(results)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of each output; an outlier label that is not a class comes after the classes."""
        if method != "predict":
            return None
        chosen = self.estimator.outlier_label_
        if chosen is None:
            return self.classes
        return [
            np.append(classes, label) if outlier is None else classes
            for classes, label, outlier in zip(self.classes, chosen, self.outliers, strict=True)
        ]

    def predict(self, X: Array) -> Array:
        alone, counts = self.votes(X)
        positions = []
        for votes, classes, outlier in zip(counts, self.classes, self.outliers, strict=True):
            lone, label = alone, len(classes) if outlier is None else outlier
            if callable(self.estimator.weights):
                # A row whose neighbours all weigh 0 counts as one without neighbours.
                nothing = xp.all(votes == 0.0, axis=1)
                lone = alone | nothing
                if self.estimator.outlier_label_ is None:
                    refuse_rows(
                        nothing,
                        f"{self.path} weighs all neighbours by 0; give it weights that do not, or an outlier_label",
                    )
                # Infinite votes become shares of NaN, which argmax prefers, as in scikit-learn.
                total = xp.sum(votes, axis=1, keepdims=True)
                shares = votes / xp.where(total == 0.0, 1.0, total)
                votes = xp.where(xp.isnan(shares), np.inf, shares)
            positions.append(xp.where(lone, label, xp.argmax(votes, axis=1)))
        return xp.stack(positions, axis=1) if self.estimator.outputs_2d_ else positions[0]
