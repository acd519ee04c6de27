"""Nearest neighbours by themselves, and what all searches share."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import neighbors as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import (
    GraphTransformerConverter,
)
from skl2tflite.converters.core.overflow import OVERFLOW_REASON
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.neighbor_weights import recorded_weights_within
from skl2tflite.converters.pairwise.pairwise_functions import Pair, named, of_pairs
from skl2tflite.errors import GraphError
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import (
    EXCLUDED,
    FARTHEST,
    INFINITE,
    SIMPLE,
    Metric,
    finite_or_not,
    metric_of,
    unit_rows,
)
from skl2tflite.numerics.screened_neighbors import SCREENED, SPARES, screened_neighbors
from skl2tflite.tracing.row_errors import refuse_rows

SQUARES = ("euclidean", "l2", "sqeuclidean", "minkowski", "p", "seuclidean", "mahalanobis", "nan_euclidean")
"""Metrics that sum squares or other powers."""


LENGTHS = ("cosine", "correlation")
"""Metrics that divide rows by their lengths."""


UNCOMPARABLE = ("nan_euclidean", "braycurtis", "correlation", "dice", "sokalsneath")
"""Metrics that may give NaN."""


class NeighborsConverter(Converter):
    """An estimator that keeps the rows it was fitted on and compares new ones with them."""

    def check(self) -> None:
        _ = self.metric

    @property
    def takes_distance_graph(self) -> bool:  # type: ignore[override]
        """Whether it was fitted on one."""
        est = self.estimator
        return bool(sparse.issparse(est._fit_X) and est.effective_metric_ == "precomputed")

    def check_graph(self) -> None:
        """Refuse rows of a graph but from a transformer that makes them."""
        if self.takes_distance_graph and self.graph_transformer is None:
            raise self.refuse(
                "was fitted on a sparse graph of distances, and arrays cannot tell a distance of 0 from none",
                "convert the pipeline with the transformer that makes the graph",
            )

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """The rows that it was fitted on."""
        points = self.estimator._fit_X
        return np.asarray(points.toarray() if sparse.issparse(points) else points, dtype=np.float64)

    @cached_property
    def order(self) -> NDArray[np.intp] | None:
        """Positions of the points as scikit-learn's search tree holds them, None where that is their own order.

        Of equally near points a tree finds the first it comes upon: within a leaf the first in this order, of several
        leaves that in the nearest, which hangs on the row.
        """
        tree = self.estimator._tree
        order = np.arange(len(self.points)) if tree is None else np.asarray(tree.get_arrays()[1])
        return None if np.all(order[:-1] < order[1:]) else order

    @cached_property
    def metric(self) -> Metric:
        """How far a row is from them."""
        est = self.estimator
        name, params = est.effective_metric_, est.effective_metric_params_
        if callable(name) and named(name, params) is not None:
            name = named(name, params)
        if callable(name):
            return Metric(partial(self._of_function, partial(name, **params)), finite_or_not)
        if name == "braycurtis" and est._fit_method == "brute" and est._fit_X.dtype.kind != "f":
            # scikit-learn leaves whole numbers to SciPy, and rows of another dtype than the fitted ones; rows are
            # taken to be of the same.
            return SIMPLE["scipy_braycurtis"]
        try:
            return metric_of(name, params, self.points.shape[1])
        except ValueError as error:
            raise self.refuse(str(error)) from None

    def _of_function(self, function: Pair, X: Array, points: NDArray[np.float64]) -> Array:
        try:
            distances = of_pairs(function, X, points)
            return xp.where(xp.isnan(distances), FARTHEST, distances)
        except GraphError as error:
            metric = self.estimator.effective_metric_
            raise self.refuse(
                f"metric={getattr(metric, '__name__', metric)!s} cannot be recorded ({error})",
                "write it with NumPy's functions of arrays, or use a named metric",
            ) from error

    def nearest(self, X: Array, k: int) -> tuple[Array, Array]:
        """Return the distances and positions of the k nearest points; of equally near ones the first in ``order``."""
        if self.order is None:
            return self._nearest(X, self.points, k)
        distances, places = self._nearest(X, self.points[self.order], k)
        return distances, xp.take(self.order, places)

    def _nearest(self, X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
        """Return the distances and positions of the k nearest points; of equally near ones the first come first."""
        distances, positions = self._ranked(X, points, k)
        # Infinite ones are all equally far; NaN is the distance from what cannot be compared.
        beyond = {**dict.fromkeys(SQUARES, distances[:, -1]), **dict.fromkeys(LENGTHS, xp.sum(xp.square(X), axis=1))}
        if (name := self.estimator.effective_metric_) in beyond:
            reason = f"{self.path} {OVERFLOW_REASON}"
            refuse_rows(xp.greater_equal(beyond[name], np.inf), reason, gives_nan=True, optional=True)
        return distances, positions

    def _ranked(self, X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
        """Return them, whatever float32 makes of distances beyond its range."""
        self.check_graph()
        if points.size >= SCREENED and len(points) >= 16 * (k + SPARES[-1]):
            if self.metric in (SIMPLE["euclidean"], SIMPLE["sqeuclidean"]):
                ranks, positions = screened_neighbors(X, points, k)
                return self.metric.distance(ranks), positions
            if self.metric is SIMPLE["cosine"] and np.all(np.any(points, axis=1)):
                # Half the squared distance of unit vectors; 1 from a row of zeros, and all points equally far.
                ranks, positions = screened_neighbors(unit_rows(X), np.asarray(unit_rows(points)), k)
                zero = xp.expand_dims(xp.equal(xp.sum(xp.abs(X), axis=1), 0.0), 1)
                return xp.where(zero, 1.0, xp.multiply(ranks, 0.5)), xp.where(zero, np.arange(k), positions)
        ranks, positions = xp.topk(xp.negative(self.metric.rank(X, points)), k)
        graph = self.graph_transformer
        if isinstance(graph, GraphTransformerConverter) and graph.least_neighbors < k:
            refuse_rows(
                xp.less_equal(ranks[:, -1], -EXCLUDED),
                f"{self.path} needs {k} neighbours, and the graph in front of it has fewer",
            )
        return self.metric.distance(xp.negative(ranks)), positions

    def within(self, X: Array) -> tuple[Array, Array]:
        """Return whether each point lies within the radius of each row, and the distances."""
        self.check_graph()
        ranks = self.metric.rank(X, self.points)
        limit = min(float(self.metric.inverse(float(self.estimator.radius))), INFINITE)
        if isinstance(X, Tensor):
            limit = float(round_down_to_float32(limit))
        return xp.less_equal(ranks, limit), self.metric.distance(ranks)


class RadiusNeighborsConverter(NeighborsConverter):
    """Looks for the neighbours within a radius."""

    ragged = frozenset({"radius_neighbors"})

    def radius_neighbors(self, X: Array) -> Array:
        """Distances of all points, infinite beyond the radius."""
        near, distances = self.within(X)
        return xp.where(near, distances, np.inf)


class KNeighborsConverter(NeighborsConverter):
    """Looks for a number of neighbours."""

    def kneighbors(self, X: Array) -> tuple[Array, Array]:
        """Distances and positions of the neighbours, nearest first."""
        return self.nearest(X, self.estimator.n_neighbors)

    def equally_right(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Of points equally far either may be named: scikit-learn's order among them is that of its search."""
        alike = super().equally_right(method, rows, answers, tolerance)
        if method != "kneighbors":
            return alike
        (wanted, given), (_, positions) = answers
        allowed = tolerance * wanted.max(initial=0.0, where=np.isfinite(wanted))
        for i, row in enumerate(rows):
            distinct = len(np.unique(positions[i])) == len(positions[i])
            named = np.array([given[i], self._distances(row)[positions[i]]])
            # NaN is the distance from points that cannot be compared.
            alike[i] = distinct and np.allclose(named, wanted[i], rtol=0.0, atol=allowed, equal_nan=True)
        return alike

    def _distances(self, row: NDArray[Any]) -> NDArray[np.float64]:
        """Return scikit-learn's distances of all points from a row."""
        distances, order = self.estimator.kneighbors(row[np.newaxis], n_neighbors=len(self.points))
        of_points = np.empty(len(self.points))
        of_points[order[0]] = distances[0]
        return of_points


@converts(sk.NearestNeighbors)
class NearestNeighborsConverter(KNeighborsConverter, RadiusNeighborsConverter):
    """Distances and positions of the nearest points, and of those within a radius."""

    default_methods = ("kneighbors",)


class RadiusConverter(RadiusNeighborsConverter):
    """Weighs all points within a radius."""

    def weights(self, near: Array, distances: Array) -> Array:
        """Weight of each point for each row, 0 outside the radius."""
        if callable(self.estimator.weights):
            return xp.where(near, recorded_weights_within(self, distances), 0.0)
        if self.estimator.weights != "distance":
            return xp.astype(near, float)
        zero = xp.logical_and(near, xp.equal(distances, 0.0))
        inverse = xp.where(near, xp.divide(1.0, xp.where(xp.equal(distances, 0.0), 1.0, distances)), 0.0)
        return xp.where(xp.any(zero, axis=1, keepdims=True), xp.astype(zero, float), inverse)
