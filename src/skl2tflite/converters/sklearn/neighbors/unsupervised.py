"""Searches for nearest neighbours (:mod:`sklearn.neighbors._unsupervised`), and what estimators with a search share."""

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
from skl2tflite.converters.pairwise.neighbor_weights import recorded_weights_within, refuse_too_light
from skl2tflite.converters.pairwise.pairwise_functions import Pair, scipy_metric_name, values_of_pairs
from skl2tflite.errors import GraphError
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import (
    EXCLUDED_RANK,
    INFINITE_RANK,
    UNCOMPARABLE_RANK,
    unit_rows,
    with_nan_and_infinity,
)
from skl2tflite.numerics.metrics import METRICS_WITHOUT_PARAMETERS, Metric, metric_of
from skl2tflite.numerics.screened_neighbors import EXTRA_CANDIDATES, MIN_SCREENED_SIZE, screened_neighbors
from skl2tflite.tracing.row_errors import refuse_rows

POWER_SUM_METRICS = ("euclidean", "l2", "sqeuclidean", "minkowski", "p", "seuclidean", "mahalanobis", "nan_euclidean")
"""Metrics that add up squares or other powers, whose sums may overflow in float32."""


NORMALIZING_METRICS = ("cosine", "correlation")
"""Metrics that divide rows by their norms, whose squares may overflow in float32."""


NAN_METRICS = ("nan_euclidean", "braycurtis", "correlation", "dice", "sokalsneath")
"""Metrics whose distances may be NaN."""


class NeighborsConverter(Converter):
    """An estimator that keeps the fitted rows and compares new rows with them."""

    def check(self) -> None:
        _ = self.metric

    @property
    def takes_distance_graph(self) -> bool:  # type: ignore[override]
        """Whether it was fitted on a sparse graph of distances."""
        est = self.estimator
        return bool(sparse.issparse(est._fit_X) and est.effective_metric_ == "precomputed")

    def check_graph(self) -> None:
        """Refuse an estimator fitted on a graph of distances, unless a transformer in front of it makes the graph."""
        if self.takes_distance_graph and self.graph_transformer is None:
            raise self.refuse(
                "was fitted on a sparse graph of distances, and arrays cannot tell a distance of 0 from none",
                "convert the pipeline with the transformer that makes the graph",
            )

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """The fitted rows."""
        points = self.estimator._fit_X
        return np.asarray(points.toarray() if sparse.issparse(points) else points, dtype=np.float64)

    @cached_property
    def order(self) -> NDArray[np.intp] | None:
        """Positions of the fitted rows in the order of scikit-learn's search tree, or None if that is their own order.

        Of equally near points a tree returns the first that it visits: within a leaf the first in this order; of
        several leaves, the one in the nearest leaf, which depends on the row.
        """
        tree = self.estimator._tree
        order = np.arange(len(self.points)) if tree is None else np.asarray(tree.get_arrays()[1])
        return None if np.all(order[:-1] < order[1:]) else order

    @cached_property
    def metric(self) -> Metric:
        """Metric of the distances from the fitted rows."""
        est = self.estimator
        name, params = est.effective_metric_, est.effective_metric_params_
        if callable(name) and scipy_metric_name(name, params) is not None:
            name = scipy_metric_name(name, params)
        if callable(name):
            return Metric(partial(self._of_function, partial(name, **params)), with_nan_and_infinity)
        if name == "braycurtis" and est._fit_method == "brute" and est._fit_X.dtype.kind != "f":
            # scikit-learn calls SciPy for integers, and for rows of another dtype than the fitted ones. Rows are
            # assumed to have the dtype of the fitted ones.
            return METRICS_WITHOUT_PARAMETERS["scipy_braycurtis"]
        try:
            return metric_of(name, params, self.points.shape[1])
        except ValueError as error:
            raise self.refuse(str(error)) from None

    def _of_function(self, function: Pair, X: Array, points: NDArray[np.float64]) -> Array:
        try:
            distances = values_of_pairs(function, X, points)
            return xp.where(xp.isnan(distances), UNCOMPARABLE_RANK, distances)
        except GraphError as error:
            metric = self.estimator.effective_metric_
            raise self.refuse(
                f"metric={getattr(metric, '__name__', metric)!s} cannot be recorded ({error})",
                "write it with NumPy's functions of arrays, or use a named metric",
            ) from error

    def nearest(self, X: Array, k: int) -> tuple[Array, Array]:
        """Return distances and positions of the k nearest fitted rows; of equally near ones the first in ``order``."""
        if self.order is None:
            return self._nearest(X, self.points, k)
        distances, places = self._nearest(X, self.points[self.order], k)
        return distances, xp.take(self.order, places)

    def _nearest(self, X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
        """Return distances and positions of the k nearest points, and mark rows whose distances overflow in float32.

        Parameters
        ----------
        X : array of shape (n_rows, n_features)
        points : ndarray of shape (n_points, n_features)
        k : int
        """
        distances, positions = self._ranked(X, points, k)
        # Infinite distances could not be ordered. NaN is the distance between rows without a common feature.
        beyond = {
            **dict.fromkeys(POWER_SUM_METRICS, distances[:, -1]),
            **dict.fromkeys(NORMALIZING_METRICS, xp.sum(xp.square(X), axis=1)),
        }
        if (name := self.estimator.effective_metric_) in beyond:
            reason = f"{self.path} {OVERFLOW_REASON}"
            refuse_rows(beyond[name] >= np.inf, reason, gives_nan=True, optional=True)
        return distances, positions

    def _ranked(self, X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
        """Return distances and positions of the k nearest points, even if distances overflow in float32."""
        self.check_graph()
        if points.size >= MIN_SCREENED_SIZE and len(points) >= 16 * (k + EXTRA_CANDIDATES[-1]):
            if self.metric in (METRICS_WITHOUT_PARAMETERS["euclidean"], METRICS_WITHOUT_PARAMETERS["sqeuclidean"]):
                ranks, positions = screened_neighbors(X, points, k)
                return self.metric.distance(ranks), positions
            if self.metric is METRICS_WITHOUT_PARAMETERS["cosine"] and np.all(np.any(points, axis=1)):
                # Half the squared distance of unit vectors. A row of zeros is at distance 1 from all points.
                ranks, positions = screened_neighbors(unit_rows(X), np.asarray(unit_rows(points)), k)
                zero = xp.expand_dims(xp.sum(xp.abs(X), axis=1) == 0.0, 1)
                return xp.where(zero, 1.0, ranks * 0.5), xp.where(zero, np.arange(k), positions)
        ranks, positions = xp.topk(-self.metric.rank(X, points), k)
        graph = self.graph_transformer
        if isinstance(graph, GraphTransformerConverter) and graph.least_neighbors < k:
            refuse_rows(
                ranks[:, -1] <= -EXCLUDED_RANK,
                f"{self.path} needs {k} neighbours, and the graph in front of it has fewer",
            )
        return self.metric.distance(-ranks), positions

    def within(self, X: Array) -> tuple[Array, Array]:
        """Return whether each fitted row lies within the radius of each row, and all distances."""
        self.check_graph()
        ranks = self.metric.rank(X, self.points)
        limit = min(float(self.metric.inverse(float(self.estimator.radius))), INFINITE_RANK)
        if isinstance(X, Tensor):
            limit = float(round_down_to_float32(limit))
        return ranks <= limit, self.metric.distance(ranks)


class RadiusNeighborsConverter(NeighborsConverter):
    """An estimator that looks for neighbours within a radius."""

    ragged = frozenset({"radius_neighbors"})

    def radius_neighbors(self, X: Array) -> Array:
        """Distances from all fitted rows, infinite beyond the radius."""
        near, distances = self.within(X)
        return xp.where(near, distances, np.inf)


class KNeighborsConverter(NeighborsConverter):
    """An estimator that looks for a number of neighbours."""

    def kneighbors(self, X: Array) -> tuple[Array, Array]:
        """Distances and positions of the neighbours, nearest first."""
        return self.nearest(X, self.estimator.n_neighbors)

    def is_equivalent(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Accept other neighbours at the same distances, as scikit-learn's order among them depends on its search."""
        alike = super().is_equivalent(method, rows, answers, tolerance)
        if method != "kneighbors":
            return alike
        (wanted, given), (_, positions) = answers
        allowed = tolerance * wanted.max(initial=0.0, where=np.isfinite(wanted))
        for i, row in enumerate(rows):
            distinct = len(np.unique(positions[i])) == len(positions[i])
            named = np.array([given[i], self._distances(row)[positions[i]]])
            # NaN is the distance between rows without a common feature.
            alike[i] = distinct and np.allclose(named, wanted[i], rtol=0.0, atol=allowed, equal_nan=True)
        return alike

    def _distances(self, row: NDArray[Any]) -> NDArray[np.float64]:
        """Return scikit-learn's distances between a row and all fitted rows."""
        distances, order = self.estimator.kneighbors(row[np.newaxis], n_neighbors=len(self.points))
        of_points = np.empty(len(self.points))
        of_points[order[0]] = distances[0]
        return of_points


@converts(sk.NearestNeighbors)
class NearestNeighborsConverter(KNeighborsConverter, RadiusNeighborsConverter):
    """Distances and positions of the k nearest fitted rows, and distances within a radius."""

    default_methods = ("kneighbors",)


class RadiusConverter(RadiusNeighborsConverter):
    """An estimator that weights all fitted rows within a radius."""

    def weights(self, near: Array, distances: Array) -> Array:
        """Return the weight of each fitted row for each row, 0 beyond the radius."""
        if callable(self.estimator.weights):
            weights = xp.where(near, recorded_weights_within(self, distances), 0.0)
            refuse_too_light(self, weights, distances, among=xp.any(near, axis=1))
            return weights
        if self.estimator.weights != "distance":
            return xp.astype(near, float)
        zero = near & (distances == 0.0)
        inverse = xp.where(near, 1.0 / xp.where(distances == 0.0, 1.0, distances), 0.0)
        return xp.where(xp.any(zero, axis=1, keepdims=True), xp.astype(zero, float), inverse)
