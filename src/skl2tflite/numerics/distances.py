"""Distances between the rows of an input and constant points (:mod:`sklearn.metrics`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.boolean_distances import NAN_AT_ZERO_OVER_ZERO, RATIOS, Counts
from skl2tflite.numerics.centering import subtract_float64
from skl2tflite.numerics.kernels import centered

Points = NDArray[np.float64]

METRIC_ALIASES = {
    "l2": "euclidean",
    "l1": "manhattan",
    "cityblock": "manhattan",
    "p": "minkowski",
    "infinity": "chebyshev",
}
"""Other names of the same metrics."""
EXCLUDED_RANK = float(np.finfo(np.float32).max)
"""Rank of points that are none; rankings of some runtimes take no greater one."""
UNCOMPARABLE_RANK = EXCLUDED_RANK / 2
"""Rank of points that a row cannot be compared with, whose distance is NaN: behind all others."""
INFINITE_RANK = UNCOMPARABLE_RANK / 2
"""Rank of points at an infinite distance."""


@dataclass(frozen=True)
class Metric:
    """A distance, computed in two steps: what orders points as the distance does, and the distance from that.

    Parameters
    ----------
    rank : callable
        Takes rows of shape (n_rows, n_features) and constant points of shape (n_points, n_features), gives an
        array of shape (n_rows, n_points) that grows with the distance.
    distance : callable
        Takes what ``rank`` gave, gives distances.
    inverse : callable
        Takes a distance, a number, gives what ``rank`` would.
    """

    rank: Callable[[Array, Points], Array]
    distance: Callable[[Array], Array] = lambda ranks: ranks
    inverse: Callable[[float], float] = lambda distance: distance

    def __call__(self, X: Array, points: Points) -> Array:
        """Return the distances of all rows from all points."""
        return self.distance(self.rank(X, points))


def over_features(
    X: Array,
    points: Points,
    term: Callable[[Array, Any, int | None], Array],
    combine: Callable[[Any, Any], Array] = xp.add,
    reduce: Callable[..., Array] = xp.sum,
) -> Array:
    """Combine a term of each feature, one feature after the other where an array of all terms would be large.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    term : callable
        Takes values of the rows, values of the points and the number of the feature: None for all at once,
        along the last axis.
    combine, reduce : callable
        Join two terms; all along an axis.

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    n_points, n_features = points.shape
    if n_points < 4 * n_features and points.size < 2**20:
        return reduce(term(xp.expand_dims(X, 1), points, None), axis=-1)
    result = term(X[:, :1], points[:, 0], 0)
    for i in range(1, n_features):
        result = combine(result, term(X[:, i : i + 1], points[:, i], i))
    return result


def squared_distances(X: Array, points: Points) -> Array:
    """Squared euclidean distances."""
    return xp.squared_distances(*centered_unless_float32(X, points))


def centered_unless_float32(X: Array, points: Points) -> tuple[Array, Points]:
    """Return rows and points moved to where points lose fewest digits; ties between those that float32 holds stay."""
    return (X, points) if np.array_equal(points, points.astype(np.float32)) else centered(X, points)


def manhattan(X: Array, points: Points) -> Array:
    """``Σ |x - y|``."""
    X, points = centered_unless_float32(X, points)
    return over_features(X, points, lambda x, y, i: xp.abs(x - y))


def chebyshev(X: Array, points: Points) -> Array:
    """``max |x - y|``."""
    X, points = centered_unless_float32(X, points)
    return over_features(X, points, lambda x, y, i: xp.abs(x - y), xp.maximum, xp.max)


def minkowski(X: Array, points: Points, p: float, weights: NDArray[np.float64] | None) -> Array:
    """``Σ w |x - y| ** p``."""

    def term(x: Array, y: Any, i: int | None) -> Array:
        power = xp.abs(x - y) ** p
        return power if weights is None else power * (weights if i is None else weights[i])

    return over_features(*centered_unless_float32(X, points), term)


def weighted_squared_distances(X: Array, points: Points, weights: NDArray[np.float64]) -> Array:
    """``Σ w (x - y)²``."""
    X, points = centered_unless_float32(X, points)
    return over_features(
        X, points, lambda x, y, i: xp.squared_difference(x, y) * (weights if i is None else weights[i])
    )


def canberra(X: Array, points: Points) -> Array:
    """``Σ |x - y| / (|x| + |y|)``, where 0 / 0 counts as 0."""

    def term(x: Array, y: Any, i: int | None) -> Array:
        total = xp.abs(x) + np.abs(y)
        return xp.abs(x - y) / xp.where(total == 0.0, 1.0, total)

    return over_features(X, points, term)


def braycurtis(X: Array, points: Points) -> Array:
    """``Σ |x - y| / Σ (|x| + |y|)``, where 0 / 0 counts as 0."""
    total = xp.sum(xp.abs(X), axis=1, keepdims=True) + np.abs(points).sum(axis=1)
    return manhattan(X, points) / xp.where(total == 0.0, 1.0, total)


def scipy_braycurtis(X: Array, points: Points) -> Array:
    """``Σ |x - y| / Σ |x + y|`` (:func:`scipy.spatial.distance.braycurtis`), where 0 / 0 cannot be compared."""
    differences = manhattan(X, points)
    total = over_features(X, points, lambda x, y, i: xp.abs(x + y))
    zero = total == 0.0
    ratio = differences / xp.where(zero, 1.0, total)
    return xp.where(zero, xp.where(differences == 0.0, UNCOMPARABLE_RANK, INFINITE_RANK), ratio)


def with_nan_and_infinity(ranks: Array) -> Array:
    """Return ranks with NaN and infinity for what stands for them."""
    distances = xp.where(ranks == INFINITE_RANK, np.inf, ranks)
    return xp.where(ranks == UNCOMPARABLE_RANK, np.nan, distances)


def count_differences(X: Array, points: Points, weights: NDArray[np.float64] | None = None) -> Array:
    """Count features that differ; a number that float32 does not hold differs from every number that it does."""
    values = np.where(points == points.astype(np.float32), points, np.nan)

    def term(x: Array, y: Any, i: int | None) -> Array:
        differs = xp.astype(x != y, float)
        return differs if weights is None else differs * (weights if i is None else weights[i])

    return over_features(X, values, term)


def boolean_distance_ranks(X: Array, points: Points, name: str, weights: NDArray[np.float64] | None) -> Array:
    """Return a distance of truth values, ``UNCOMPARABLE_RANK`` where it is none."""
    counts = Counts.of(X, points, np.ones(points.shape[1]) if weights is None else weights)
    above, below = RATIOS[name](counts)
    zero = below == 0.0
    return xp.where(
        zero, UNCOMPARABLE_RANK if name in NAN_AT_ZERO_OVER_ZERO else 0.0, above / xp.where(zero, 1.0, below)
    )


def unit_rows(X: Any) -> Any:
    """Rows divided by their lengths; rows of zeros stay."""
    lengths = xp.sqrt(xp.squared_norm(X))
    return X / xp.where(lengths == 0.0, 1.0, lengths)


def cosine(X: Array, points: Points) -> Array:
    """``1 - x·y / (‖x‖ ‖y‖)`` as half the squared distance of the unit vectors: small ones keep their digits.

    A row of zeros has the distance 1 from everything (:func:`sklearn.metrics.pairwise.cosine_distances`).
    """
    halves = xp.squared_distances(unit_rows(X), np.asarray(unit_rows(points))) * 0.5
    halves = xp.where(xp.squared_norm(X) == 0.0, 1.0, halves)
    zero = np.logical_not(np.any(points, axis=1))
    return xp.where(np.asarray(zero), 1.0, halves) if np.any(zero) else halves


def correlation(X: Array, points: Points) -> Array:
    """:func:`cosine` of rows less their means; rows of a single number cannot be compared."""
    own = X - xp.mean(X, axis=1, keepdims=True)
    flat = xp.max(X, axis=1, keepdims=True) == xp.min(X, axis=1, keepdims=True)
    halves = cosine(own, points - points.mean(axis=1, keepdims=True))
    return xp.where(flat | (np.ptp(points, axis=1) == 0), UNCOMPARABLE_RANK, halves)


def haversine(X: Array, points: Points) -> Array:
    """``sin²(Δlat / 2) + cos(lat) cos(lat') sin²(Δlon / 2)``, of points on a sphere in radians."""
    latitude = xp.square(xp.sin(subtract_float64(X[:, :1], points[:, 0]) * 0.5))
    longitude = xp.square(xp.sin(subtract_float64(X[:, 1:], points[:, 1]) * 0.5))
    return latitude + xp.cos(X[:, :1]) * np.cos(points[:, 0]) * longitude


def nan_squared_distances(X: Array, points: Points) -> Array:
    """Squared distances over the features that both rows have, scaled up for the missing ones.

    As :func:`sklearn.metrics.pairwise.nan_euclidean_distances`, squared.
    """
    there = np.logical_not(np.isnan(points)).astype(np.float64)
    known = 1.0 - xp.astype(xp.isnan(X), float)
    both = xp.linear(known, there.T)

    def term(x: Array, y: Any, i: int | None) -> Array:
        mask = xp.expand_dims(known, 1) * there if i is None else known[:, i : i + 1] * there[:, i]
        return xp.squared_difference(x, y) * mask

    squares = over_features(xp.where(xp.isnan(X), 0.0, X), np.nan_to_num(points), term)
    return xp.where(both == 0.0, UNCOMPARABLE_RANK, squares / xp.maximum(both, 1.0) * float(points.shape[1]))


OF_SQUARES = {"distance": xp.sqrt, "inverse": lambda distance: distance * distance}
METRICS_WITHOUT_PARAMETERS: dict[str, Metric] = {
    "euclidean": Metric(squared_distances, **OF_SQUARES),
    "sqeuclidean": Metric(squared_distances),
    "manhattan": Metric(manhattan),
    "chebyshev": Metric(chebyshev),
    "canberra": Metric(canberra),
    "braycurtis": Metric(braycurtis),
    "scipy_braycurtis": Metric(scipy_braycurtis, with_nan_and_infinity),
    "cosine": Metric(cosine),
    "correlation": Metric(correlation, with_nan_and_infinity),
    "nan_euclidean": Metric(
        nan_squared_distances,
        lambda squares: xp.where(squares == UNCOMPARABLE_RANK, np.nan, xp.sqrt(squares)),
        OF_SQUARES["inverse"],
    ),
    "haversine": Metric(
        haversine,
        lambda ranks: 2.0 * xp.atan2(xp.sqrt(ranks), xp.sqrt(xp.relu(1.0 - ranks))),
        lambda distance: float(np.sin(distance / 2) ** 2),
    ),
    "precomputed": Metric(lambda X, points: X),
}


def metric_of(name: Any, params: Mapping[str, Any], n_features: int) -> Metric:
    """Return a metric by scikit-learn's name and parameters.

    Raises
    ------
    ValueError
        Where it cannot be converted; the message says why.
    """
    if not isinstance(name, str):
        raise ValueError("metric is a function, called in Python for each pair of rows; use a named metric")
    name = METRIC_ALIASES.get(name, name)
    if name in METRICS_WITHOUT_PARAMETERS:
        return METRICS_WITHOUT_PARAMETERS[name]
    given = params.get("w")
    factors = None if given is None else np.asarray(given, dtype=np.float64)
    if name in RATIOS:
        most = n_features**2 if name == "yule" else 2 * n_features
        ratios = np.arange(1, min(most, 10**6) + 1)
        return Metric(
            lambda X, points: boolean_distance_ranks(X, points, name, factors),
            with_nan_and_infinity,
            # Divided once, a distance on the radius is the float32 number next to it.
            lambda distance: float(np.float32(distance if factors is not None else _greatest_ratio(distance, ratios))),
        )
    if name == "hamming":
        total = float(n_features if factors is None else factors.sum())
        return Metric(
            lambda X, points: count_differences(X, points, factors),
            lambda ranks: ranks / total,
            lambda distance: (
                distance * total
                if factors is not None
                else float(np.round(_greatest_ratio(distance, np.array([n_features])) * n_features))
            ),
        )
    if name == "minkowski":
        p = float(params.get("p", 2))
        return Metric(
            lambda X, points: minkowski(X, points, p, factors),
            lambda ranks: ranks ** (1.0 / p),
            lambda distance: float(distance**p),
        )
    if name == "seuclidean":
        if params.get("V") is None:
            raise ValueError("metric='seuclidean' without V takes variances from the rows of a call; give V")
        precisions = 1.0 / np.asarray(params["V"], dtype=np.float64)
        return Metric(lambda X, points: weighted_squared_distances(X, points, precisions), **OF_SQUARES)
    if name == "mahalanobis":
        if params.get("VI") is None and params.get("V") is None:
            raise ValueError("metric='mahalanobis' without V takes it from the rows of a call; give V or VI")
        inverse = np.linalg.inv(params["V"]) if params.get("VI") is None else np.asarray(params["VI"])
        factor = _root((inverse + inverse.T) / 2)
        return Metric(lambda X, points: _mahalanobis(X, points, factor), **OF_SQUARES)
    raise ValueError(f"metric={name!r} is not converted; use another")


def _greatest_ratio(limit: float, denominators: NDArray[np.int64]) -> float:
    """Return the greatest ratio of whole numbers that is no more than a limit, as division tells."""
    if np.isinf(limit):
        return limit
    near = np.round(limit * denominators)
    return float(np.max(np.where(near / denominators <= limit, near, near - 1) / denominators))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what gives a symmetric matrix, times its own transpose."""
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-12 * abs(values).max():
        raise ValueError("metric='mahalanobis' with a matrix that makes squared distances negative; mend VI")
    return np.asarray(vectors * np.sqrt(values.clip(0.0)))


def _mahalanobis(X: Array, points: Points, factor: NDArray[np.float64]) -> Array:
    """Return squared distances of ``x @ factor``, ``factor @ factor.T`` being the inverse covariance."""
    X, points = centered(X, points)
    return xp.squared_distances(xp.linear(X, factor), points @ factor)
