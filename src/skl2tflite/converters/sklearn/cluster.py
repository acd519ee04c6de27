"""Clusterers that have a ``predict`` for new rows, and feature agglomeration (:mod:`sklearn.cluster`)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn import cluster as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import LABELS
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernels import centered


class NearestCenterConverter(Converter):
    """Predicts the nearest center; of equally near ones the first."""

    default_methods: ClassVar[tuple[str, ...]] = ("predict",)
    exact = LABELS

    @property
    def centers(self) -> NDArray[Any]:
        """Centers of the clusters."""
        return np.asarray(self.estimator.cluster_centers_)

    def predict(self, X: Array) -> Array:
        """Position of the nearest center."""
        return xp.argmin(xp.squared_distances(*centered(X, self.centers)), axis=1)


class CenterDistancesConverter(NearestCenterConverter):
    """A clusterer whose ``transform`` gives the distances from the centers."""

    default_methods = ("predict", "transform")

    def transform(self, X: Array) -> Array:
        return xp.sqrt(xp.squared_distances(*centered(X, self.centers)))


@converts(sk.MeanShift)
class MeanShiftConverter(NearestCenterConverter):
    """The nearest of ``cluster_centers_``."""


@converts(sk.AffinityPropagation)
class AffinityPropagationConverter(NearestCenterConverter):
    """The nearest exemplar; -1 where fitting found none."""

    def check(self) -> None:
        if not hasattr(self.estimator, "cluster_centers_"):
            raise self.refuse("affinity='precomputed' keeps no centers to compare rows with", "use 'euclidean'")

    def predict(self, X: Array) -> Array:
        return super().predict(X) if len(self.centers) else xp.broadcast_rows(np.array(-1), like=X)


@converts(sk.KMeans, sk.MiniBatchKMeans)
class KMeansConverter(CenterDistancesConverter):
    """The nearest of ``cluster_centers_``."""


@converts(sk.BisectingKMeans)
class BisectingKMeansConverter(CenterDistancesConverter):
    """Follows the tree of bisections from its root, at each node to the nearer of two centers."""

    def predict(self, X: Array) -> Array:
        """Label of the leaf that a row reaches; all bisections are decided at once, then the decisions are followed."""
        nodes = self._bisections(self.estimator._bisecting_tree)
        if not nodes:
            return xp.broadcast_rows(np.array(self.estimator._bisecting_tree.label), like=X)
        shift = getattr(self.estimator, "_X_mean", 0.0)
        centers = [side.center for node in nodes for side in (node.left, node.right)]
        distances = xp.squared_distances(*centered(X, np.stack(centers) + shift))
        goes_left = distances[:, ::2] <= distances[:, 1::2]
        decisions = {id(node): goes_left[:, i] for i, node in enumerate(nodes)}

        def label(node: Any) -> Any:
            if node.left is None:
                return np.array(node.label)
            return xp.where(decisions[id(node)], label(node.left), label(node.right))

        result: Array = label(self.estimator._bisecting_tree)
        return result

    def _bisections(self, node: Any) -> list[Any]:
        """Return the inner nodes below a node, depth first."""
        if node.left is None:
            return []
        return [node, *self._bisections(node.left), *self._bisections(node.right)]


@converts(sk.Birch)
class BirchConverter(CenterDistancesConverter):
    """The label of the nearest subcluster."""

    @property
    def centers(self) -> NDArray[Any]:
        """Centers of the subclusters."""
        return np.asarray(self.estimator.subcluster_centers_)

    def predict(self, X: Array) -> Array:
        return xp.take(np.asarray(self.estimator.subcluster_labels_), super().predict(X))


@converts(sk.FeatureAgglomeration)
class FeatureAgglomerationConverter(TransformerConverter):
    """Pools the features of each cluster of features (``sklearn.cluster._feature_agglomeration``)."""

    exact = frozenset({"inverse_transform"})

    @property
    def members(self) -> list[NDArray[np.intp]]:
        """Columns of each cluster."""
        labels = self.estimator.labels_
        return [np.flatnonzero(labels == label) for label in np.unique(labels)]

    def transform(self, X: Array) -> Array:
        """Pool by one matrix if ``pooling_func`` is the mean; other functions are recorded for each cluster."""
        function = self.estimator.pooling_func
        if function is np.mean:
            weights = np.zeros((self.n_features, len(self.members)))
            for cluster, columns in enumerate(self.members):
                weights[columns, cluster] = 1.0 / len(columns)
            return xp.linear(X, weights)
        return xp.stack([function(xp.take(X, columns, axis=1), axis=1) for columns in self.members], axis=1)

    def inverse_transform(self, X: Array) -> Array:
        """Give every feature its cluster's value."""
        _, positions = np.unique(self.estimator.labels_, return_inverse=True)
        return xp.take(X, positions, axis=1)
