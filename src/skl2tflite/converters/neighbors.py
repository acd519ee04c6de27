"""Nearest neighbours, radius neighbours and what is made of them (:mod:`sklearn.neighbors`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import neighbors as sk

from skl2tflite.converters.base import (
    ClassifierConverter,
    Converter,
    GraphTransformerConverter,
    OutlierConverter,
    RegressorConverter,
    TransformerConverter,
    float32_shift,
)
from skl2tflite.converters.decomposition import project_centered
from skl2tflite.converters.distances import (
    EXCLUDED,
    FARTHEST,
    INFINITE,
    SIMPLE,
    Metric,
    finite_or_not,
    metric_of,
    squared_distances,
    unit_rows,
)
from skl2tflite.converters.kernels import centered
from skl2tflite.converters.overflow import TOO_GREAT
from skl2tflite.converters.pairs import Pair, named, of_pairs
from skl2tflite.converters.registry import converts
from skl2tflite.converters.unanswered import refuse_rows
from skl2tflite.converters.weights import inverse_distances, recorded_weights, recorded_weights_within
from skl2tflite.errors import GraphError
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp

SCREENED = 2**15
"""Numbers in the points from which the k nearest are searched among few candidates."""
SPARES = (3, 6, 11)
"""Candidates beside the k: as few as do for the points themselves."""
SAMPLE = 2**20
"""Distances of points from points that are looked at for that."""
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
    def reads_graph(self) -> bool:  # type: ignore[override]
        """Whether it was fitted on one."""
        est = self.estimator
        return bool(sparse.issparse(est._fit_X) and est.effective_metric_ == "precomputed")

    def check_graph(self) -> None:
        """Refuse rows of a graph but from a transformer that makes them."""
        if self.reads_graph and self.graph_in_front is None:
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
            reason = f"{self.path} {TOO_GREAT}"
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
        if self.graph_in_front is not None and self.graph_in_front.least_neighbors < k:
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


def screened_neighbors(X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
    """Return squared distances and positions of the k nearest points, found without comparing each point exactly.

    One matrix product gives all squared distances but for its rounding errors. Of the nearest by that and some
    to spare distances are computed anew from differences. They hold the k nearest if the farthest of those is
    nearer than any point left out can be, which the graph looks at; if it is not so for a row, as with many
    points equally near, every distance is computed from differences.
    """
    if not np.array_equal(points, points.astype(np.float32)):
        X, points = centered(X, points)
    shift = float32_shift(points.mean(axis=0), points.std(axis=0))
    moved, rows = (points - shift, xp.subtract(X, shift)) if np.any(shift) else (points, X)
    norms = np.sum(moved**2, axis=1)
    rounding = 2.0**-23 * (points.shape[1] + 8)
    count = k + spare(moved, norms, k, rounding)
    closeness, found = xp.topk(xp.linear(xp.multiply(rows, 2.0), moved.T, -norms), count)
    # Positions in their order, so that of equally near points the first comes first.
    ascending = xp.negative(xp.topk(xp.negative(xp.astype(found, float)), count)[0])
    candidates = xp.astype(ascending, int)
    gathered = xp.take(points, candidates, axis=0)
    squares = xp.sum(xp.squared_difference(gathered, xp.expand_dims(X, 1)), axis=2)
    nearest, places = xp.topk(xp.negative(squares), k)
    positions = xp.take_along_axis(candidates, places)
    norm = xp.squared_norm(rows)
    error = xp.multiply(xp.add(norm, float(norms.max())), rounding)
    beyond = xp.subtract(xp.subtract(norm, closeness[:, -1:]), error)
    unsure = xp.any(xp.greater_equal(xp.negative(nearest[:, -1:]), beyond))

    def term(i: Array, X: Array) -> Array:
        # Columns picked at run time, so that the file holds no second copy of the points.
        column = xp.astype(i, int)
        return xp.squared_difference(xp.expand_dims(xp.take(X, column, axis=1), 1), xp.take(points, column, axis=1))

    def add_feature(i: Array, X: Array, squares: Array) -> list[Array]:
        return [xp.add(i, 1.0), X, xp.add(squares, term(i, X))]

    def compare_all(unsure: Array, X: Array, ranks: Array, positions: Array) -> list[Array]:
        # A loop in the loop: LiteRT prepares each operator of a loop's body, even if that is never run.
        none = xp.multiply(unsure, 0.0)
        state = [xp.add(none, 1.0), X, term(none, X)]
        _, _, squares = xp.while_loop(lambda i, *_: xp.less(i, float(points.shape[1])), add_feature, state)
        return [none, X, *xp.topk(xp.negative(squares), k)]

    state = [xp.astype(unsure, float), X, nearest, positions]
    _, _, nearest, positions = xp.while_loop(lambda unsure, *_: xp.greater(unsure, 0.0), compare_all, state)
    return xp.negative(nearest), positions


def spare(points: NDArray[np.float64], norms: NDArray[np.float64], k: int, rounding: float) -> int:
    """Return how many candidates beside the k nearest tell these from all others, ten times as surely as need be.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
    norms : ndarray of shape (n_points,)
        Their squares.
    k : int
    rounding : float
        What a squared distance from a product may be off, as a fraction of the squares.
    """
    some = slice(None, None, -(-(len(points) ** 2) // SAMPLE))
    squares = norms[some, np.newaxis] - 2.0 * points[some] @ points.T + norms
    nearest = np.partition(squares, [k + more for more in (0, *SPARES)], axis=1)  # each point is its own first
    error = (norms[some] + norms.max()) * rounding
    for more in SPARES:
        if np.all(nearest[:, k + more] - nearest[:, k] > 10.0 * error):
            return more
    return SPARES[-1]


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


class NeighborsClassifierConverter(ClassifierConverter):
    """Votes of neighbours, output by output."""

    @property
    def targets(self) -> NDArray[Any]:
        """Positions of the points' labels, one column for each output."""
        return np.asarray(self.estimator._y).reshape(len(self.estimator._y), -1)

    def join(self, results: list[Array]) -> Array | list[Array]:
        """Return the only output's result, or the list of them."""
        return results if self.estimator.outputs_2d_ else results[0]


@converts(sk.KNeighborsClassifier)
class KNeighborsClassifierConverter(NeighborsClassifierConverter, KNeighborsConverter):
    """The vote of the nearest, each counted once, by the inverse of its distance or by a function of it."""

    @property
    def may_weigh_nan(self) -> bool:
        """Whether weights may be NaN, as distances are from rows that cannot be compared."""
        weights, metric = self.estimator.weights, self.estimator.effective_metric_
        return callable(weights) or (weights == "distance" and (callable(metric) or metric in UNCOMPARABLE))

    def weights(self, distances: Array) -> Array | None:
        """Weights of the neighbours, None where all have the same."""
        if not callable(self.estimator.weights):
            return inverse_distances(distances) if self.estimator.weights == "distance" else None
        weights = recorded_weights(self, distances)
        refuse_rows(
            xp.all(xp.equal(weights, 0.0), axis=1),
            f"{self.path} weighs all neighbours by 0; give it weights that do not",
            gives_nan=True,
        )
        return weights

    def votes(self, X: Array) -> list[Array]:
        """Sums of the votes for each class of each output."""
        distances, positions = self.kneighbors(X)
        weights = self.weights(distances)
        results = []
        for labels, classes in zip(self.targets.T, self.classes, strict=True):
            ballots = xp.one_hot(xp.take(labels, positions), len(classes))
            if weights is not None:
                own, each = xp.greater(ballots, 0.0), xp.expand_dims(weights, 2)
                ballots = xp.where(own, each, 0.0) if self.may_weigh_nan else xp.multiply(ballots, each)
            results.append(xp.sum(ballots, axis=1))
        return results

    def predict_proba(self, X: Array) -> Array | list[Array]:
        votes = self.votes(X)
        if self.estimator.weights in (None, "uniform"):
            return self.join([xp.divide(v, float(self.estimator.n_neighbors)) for v in votes])
        return self.join([xp.divide(v, xp.sum(v, axis=1, keepdims=True)) for v in votes])

    def predict(self, X: Array) -> Array:
        """Position of the label with most votes, the first of equals."""
        counts = self.votes(X)
        if self.may_weigh_nan:
            # As sklearn.utils.extmath.weighted_mode: no more than 0 votes, and those behind NaN, do not count.
            counts = [
                xp.where(xp.greater(xp.cumulative_sum(xp.astype(xp.isnan(v), float), axis=1), 0.0), 0.0, xp.relu(v))
                for v in counts
            ]
        positions = [xp.argmax(votes, axis=1) for votes in counts]
        return xp.stack(positions, axis=1) if self.estimator.outputs_2d_ else positions[0]


@converts(sk.KNeighborsRegressor)
class KNeighborsRegressorConverter(RegressorConverter, KNeighborsConverter):
    """The mean of the nearest points' targets, plain or weighted by the inverse of the distance or a function of it."""

    def predict(self, X: Array) -> Array:
        est = self.estimator
        distances, positions = self.kneighbors(X)
        targets = xp.take(np.asarray(est._y, dtype=np.float64), positions, axis=0)
        if est.weights in (None, "uniform"):
            return xp.mean(targets, axis=1)
        weights = recorded_weights(self, distances) if callable(est.weights) else inverse_distances(distances)
        shares = xp.divide(weights, xp.sum(weights, axis=1, keepdims=True))
        return xp.sum(xp.multiply(targets, shares if est._y.ndim == 1 else xp.expand_dims(shares, 2)), axis=1)


@converts(sk.NearestNeighbors)
class NearestNeighborsConverter(KNeighborsConverter, RadiusNeighborsConverter):
    """Distances and positions of the nearest points, and of those within a radius."""

    default_methods = ("kneighbors",)


@converts(sk.KNeighborsTransformer)
class KNeighborsTransformerConverter(GraphTransformerConverter, KNeighborsConverter):
    """The graph of neighbours as a dense matrix: a distance or 1 for each neighbour, 0 for other points."""

    @property
    def least_neighbors(self) -> int:
        """With distances one more, as fitted rows are neighbours of themselves."""
        return int(self.estimator.n_neighbors) + int(self.estimator.mode == "distance")

    def transform(self, X: Array) -> Array:
        return self._graph(X, 0.0)

    def graph(self, X: Array) -> Array:
        return self._graph(X, EXCLUDED)

    def equally_right(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Of points equally far either may have the column that is not 0."""
        if method != "transform":
            return super().equally_right(method, rows, answers, tolerance)
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
            graph = xp.where(xp.equal(positions[:, i : i + 1], numbers), value, graph)
        return graph  # type: ignore[no-any-return]


@converts(sk.RadiusNeighborsTransformer)
class RadiusNeighborsTransformerConverter(GraphTransformerConverter, RadiusNeighborsConverter):
    """The graph of neighbours within a radius as a dense matrix."""

    def transform(self, X: Array) -> Array:
        near, distances = self.within(X)
        return xp.where(near, distances, 0.0) if self.estimator.mode == "distance" else xp.astype(near, float)

    def graph(self, X: Array) -> Array:
        near, distances = self.within(X)
        return xp.where(near, distances if self.estimator.mode == "distance" else 1.0, EXCLUDED)


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


@converts(sk.RadiusNeighborsClassifier)
class RadiusNeighborsClassifierConverter(NeighborsClassifierConverter, RadiusConverter):
    """The vote of all points within a radius; ``outlier_label_`` where there is none, or a row without an answer."""

    @property
    def outliers(self) -> list[int | None]:
        """Position of each output's outlier label among its classes, None where it is none of them."""
        chosen = self.estimator.outlier_label_
        if chosen is None:
            return [0] * len(self.classes)  # of rows that are refused
        found = [np.flatnonzero(classes == label) for classes, label in zip(self.classes, chosen, strict=True)]
        return [int(at[0]) if at.size == 1 else None for at in found]

    def votes(self, X: Array) -> tuple[Array, list[Array]]:
        """Which rows have no neighbours, and the sums of the votes for each class of each output."""
        near, distances = self.within(X)
        alone = xp.logical_not(xp.any(near, axis=1))
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
        # Weights of NaN and infinity stay with their class.
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
            shares = xp.divide(votes, xp.where(xp.equal(total, 0.0), 1.0, total))
            label = np.zeros(len(classes)) if outlier is None else np.eye(len(classes))[outlier]
            results.append(xp.where(xp.expand_dims(alone, 1), label, shares))
        return self.join(results)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """An outlier label that is no class comes after the classes."""
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
                # Neighbours of no weight count as none.
                nothing = xp.all(xp.equal(votes, 0.0), axis=1)
                lone = xp.logical_or(alone, nothing)
                if self.estimator.outlier_label_ is None:
                    refuse_rows(
                        nothing,
                        f"{self.path} weighs all neighbours by 0; give it weights that do not, or an outlier_label",
                    )
                # Infinite votes become shares of NaN, which come first.
                total = xp.sum(votes, axis=1, keepdims=True)
                shares = xp.divide(votes, xp.where(xp.equal(total, 0.0), 1.0, total))
                votes = xp.where(xp.isnan(shares), np.inf, shares)
            positions.append(xp.where(lone, label, xp.argmax(votes, axis=1)))
        return xp.stack(positions, axis=1) if self.estimator.outputs_2d_ else positions[0]


@converts(sk.RadiusNeighborsRegressor)
class RadiusNeighborsRegressorConverter(RegressorConverter, RadiusConverter):
    """The mean target of all points within a radius; NaN where there is none."""

    def predict(self, X: Array) -> Array:
        targets = np.asarray(self.estimator._y)
        columns = targets.reshape(len(targets), -1).astype(np.float64)
        mean = columns.mean(axis=0)
        with np.errstate(invalid="ignore"):
            nothing = float(np.full_like(targets[:1], np.nan).ravel()[0])  # of whole numbers the least one
        near, distances = self.within(X)
        weights = self.weights(near, distances)
        total = xp.sum(weights, axis=1, keepdims=True)
        none = xp.equal(total, 0.0)
        if callable(self.estimator.weights):
            refuse_rows(
                xp.logical_and(xp.any(near, axis=1), xp.squeeze(none, 1)),
                f"{self.path} weighs all neighbours by 0; give it weights that do not",
                gives_nan=True,
            )
        means = xp.divide(xp.linear(weights, columns - mean), xp.where(none, 1.0, total))
        result = xp.where(none, nothing, xp.add(means, mean))
        return xp.squeeze(result, 1) if targets.ndim == 1 else result


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
        sparsity = xp.add(xp.mean(reach, axis=1), 1e-10)
        return xp.negative(xp.multiply(xp.mean(xp.take(est._lrd, positions), axis=1), sparsity))

    def decision_function(self, X: Array) -> Array:
        return xp.subtract(self.score_samples(X), float(self.estimator.offset_))

    def predict(self, X: Array) -> Array:
        return xp.where(xp.less(self.decision_function(X), 0.0), -1, 1)


@converts(sk.KernelDensity)
class KernelDensityConverter(Converter):
    """Logarithm of the density: a sum of kernels around the points that it was fitted on."""

    default_methods = ("score_samples",)

    def check(self) -> None:
        _ = self.metric

    @cached_property
    def metric(self) -> Metric:
        """How far a row is from the points."""
        est = self.estimator
        try:
            return metric_of(est.metric, est.metric_params or {}, self.n_features)
        except ValueError as error:
            raise self.refuse(str(error)) from None

    @property
    def constant(self) -> float:
        """Logarithm of a single point's share in the density, where it stands."""
        from sklearn.neighbors._ball_tree import kernel_norm

        est = self.estimator
        points = np.asarray(est.tree_.data)
        total = len(points) if est.tree_.sample_weight is None else np.sum(est.tree_.sample_weight)
        return float(kernel_norm(float(est.bandwidth_), points.shape[1], est.kernel, return_log=True) - np.log(total))

    def noise(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """What scikit-learn's tree loses far from all points: it takes bounds away from a sum as great as it can be.

        So its sum is off by float64's rounding of the number of points for each node that it visits, however small
        (measured: a few times that, up to 9 of 45).
        """
        points, nodes = len(self.estimator.tree_.data), len(self.estimator.tree_.node_data)
        with np.errstate(over="ignore", divide="ignore"):
            lost = (
                (nodes + 4.0)
                * points
                * np.finfo(np.float64).eps
                * np.exp(self.constant - np.asarray(answer, np.float64))
            )
            return np.asarray(-np.log1p(-np.minimum(lost, 1.0)))

    def score_samples(self, X: Array) -> Array:
        est = self.estimator
        points = np.asarray(est.tree_.data)
        width = float(est.bandwidth_)
        weights = np.ones(len(points)) if est.tree_.sample_weight is None else np.asarray(est.tree_.sample_weight)
        kept = weights > 0
        points, weights = points[kept], weights[kept]
        constant = self.constant
        ranks = self.metric.rank(X, points)
        if est.kernel in ("gaussian", "exponential"):
            if est.kernel == "exponential":
                exponents = xp.multiply(self.metric.distance(ranks), -1.0 / width)
            elif self.metric.distance is xp.sqrt:
                exponents = xp.multiply(ranks, -0.5 / width**2)
            else:
                exponents = xp.multiply(xp.square(self.metric.distance(ranks)), -0.5 / width**2)
            if np.any(weights != 1):
                exponents = xp.add(exponents, np.log(weights))
            return xp.add(xp.logsumexp(exponents, axis=1), constant)
        ratio = xp.divide(self.metric.distance(ranks), width)
        limit = float(self.metric.inverse(width))
        inside = xp.less_equal(ranks, below_float32(limit)) if isinstance(X, Tensor) else xp.less(ranks, limit)
        if est.kernel == "tophat":
            values = xp.astype(inside, float)
        else:
            shapes = {
                "epanechnikov": lambda: xp.multiply(xp.subtract(1.0, ratio), xp.add(1.0, ratio)),
                "linear": lambda: xp.subtract(1.0, ratio),
                "cosine": lambda: xp.cos(xp.multiply(ratio, np.pi / 2)),
            }
            values = xp.where(inside, xp.relu(shapes[est.kernel]()), 0.0)
        total = xp.sum(values if np.all(weights == 1) else xp.multiply(values, weights), axis=1)
        return xp.add(xp.log(total), constant)


def below_float32(limit: float) -> float:
    """Return the largest float32 number below a limit."""
    number = round_down_to_float32(limit)
    return float(np.nextafter(number, np.float32(-np.inf)) if number == limit else number)


@converts(sk.NearestCentroid)
class NearestCentroidConverter(ClassifierConverter):
    """The nearest centroid; with unequal priors, the likeliest of normal distributions around the centroids."""

    default_methods = ("predict",)

    @property
    def equal_priors(self) -> bool:
        """Whether only the distance counts."""
        est = self.estimator
        priors = getattr(est, "class_prior_", None)  # scikit-learn 1.7
        return priors is None or bool(np.isclose(priors, 1 / len(est.classes_)).all())

    def _normalized(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what divides the features, and the centroids so divided."""
        deviations = np.asarray(self.estimator.within_class_std_dev_)
        scale = np.where(deviations != 0, deviations, 1.0)
        return scale, self.estimator.centroids_ / scale

    def _scores(self, X: Array) -> Array:
        """Discriminant scores (equation 18.2 of the ESL)."""
        scale, centroids = self._normalized()
        metric = metric_of(self.estimator.metric, {}, self.n_features)
        shift = self.estimator.centroids_.mean(axis=0).astype(np.float32).astype(np.float64)
        rows = xp.divide(xp.subtract(X, shift), scale)
        ranks = metric.rank(rows, centroids - shift / scale)
        squares = xp.square(ranks) if self.estimator.metric == "manhattan" else ranks
        return xp.add(xp.negative(squares), 2.0 * np.log(self.estimator.class_prior_))

    def _linear_scores(self, X: Array) -> Array:
        """Euclidean scores but for what all classes share, from products: differences keep their digits."""
        scale, centroids = self._normalized()
        center = centroids.mean(axis=0)
        bias = -np.sum((centroids - center) ** 2, axis=1) + 2.0 * np.log(self.estimator.class_prior_)
        return xp.add(project_centered(X, center * scale, 0.0, 2.0 * (centroids - center).T / scale[:, None]), bias)

    def decision_function(self, X: Array) -> Array:
        """Scores, of two classes their difference."""
        if len(self.estimator.classes_) > 2:
            return self._scores(X)
        scores = self._linear_scores(X)
        return xp.subtract(scores[:, 1], scores[:, 0])

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


@converts(sk.NeighborhoodComponentsAnalysis)
class NeighborhoodComponentsAnalysisConverter(TransformerConverter):
    """``X @ components_.T``."""

    def transform(self, X: Array) -> Array:
        return xp.linear(X, self.estimator.components_.T)
