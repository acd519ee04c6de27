"""Transformers to graphs of neighbours (:mod:`sklearn.neighbors._graph`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    GraphTransformerConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.neighbors.unsupervised import KNeighborsConverter, RadiusNeighborsConverter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import (
    EXCLUDED_RANK,
)


@converts(sk.KNeighborsTransformer)
class KNeighborsTransformerConverter(GraphTransformerConverter, KNeighborsConverter):
    """The graph of neighbours as a dense matrix: a distance or 1 for each neighbour, 0 for other points."""

    @property
    def least_neighbors(self) -> int:
        """``n_neighbors``; one more for distances, as scikit-learn counts fitted rows as their own neighbours."""
        return int(self.estimator.n_neighbors) + int(self.estimator.mode == "distance")

    def transform(self, X: Array) -> Array:
        return self._graph(X, 0.0)

    def graph(self, X: Array) -> Array:
        return self._graph(X, EXCLUDED_RANK)

    def is_equivalent(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Accept another neighbour at the same distance in place of scikit-learn's."""
        if method != "transform":
            return super().is_equivalent(method, rows, answers, tolerance)
        ((wanted, given),) = answers
        alike = np.zeros(len(rows), dtype=bool)
        for i, row in enumerate(rows):
            distances = self._distances(row)
            allowed = tolerance * distances.max()
            both = [np.sort(distances[graph[i] > allowed]) for graph in (wanted, given)]
            named = given[i] > allowed
            right = distances[named] if self.estimator.mode == "distance" else 1.0
            alike[i] = (
                both[0].shape == both[1].shape
                and bool((np.abs(both[0] - both[1]) <= allowed).all())
                and bool((np.abs(given[i][named] - right) <= allowed).all())
            )
        return alike

    def _graph(self, X: Array, nothing: float) -> Array:
        by_distance, count = self.estimator.mode == "distance", self.least_neighbors
        distances, positions = self.nearest(X, count)
        numbers = np.arange(len(self.points))
        graph: Any = nothing
        for i in range(count):
            value = distances[:, i : i + 1] if by_distance else 1.0
            graph = xp.where(positions[:, i : i + 1] == numbers, value, graph)
        return graph  # type: ignore[no-any-return]


@converts(sk.RadiusNeighborsTransformer)
class RadiusNeighborsTransformerConverter(GraphTransformerConverter, RadiusNeighborsConverter):
    """The graph of neighbours within a radius as a dense matrix."""

    def transform(self, X: Array) -> Array:
        near, distances = self.within(X)
        return xp.where(near, distances, 0.0) if self.estimator.mode == "distance" else xp.astype(near, float)

    def graph(self, X: Array) -> Array:
        near, distances = self.within(X)
        return xp.where(near, distances if self.estimator.mode == "distance" else 1.0, EXCLUDED_RANK)
