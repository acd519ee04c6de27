"""Metrics by scikit-learn's names and parameters (:mod:`sklearn.metrics`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.boolean_distances import RATIOS
from skl2tflite.numerics.distances import (
    UNCOMPARABLE_RANK,
    boolean_distance_ranks,
    braycurtis,
    canberra,
    chebyshev,
    correlation,
    cosine,
    count_differences,
    haversine,
    manhattan,
    minkowski,
    nan_squared_distances,
    scipy_braycurtis,
    squared_distances,
    weighted_squared_distances,
    with_nan_and_infinity,
)
from skl2tflite.numerics.kernels import centered

METRIC_ALIASES = {
    "l2": "euclidean",
    "l1": "manhattan",
    "cityblock": "manhattan",
    "p": "minkowski",
    "infinity": "chebyshev",
}
"""Other names of the same metrics."""


@dataclass(frozen=True)
class Metric:
    """A distance in two steps: a rank that orders points as the distance does, and the distance computed from the rank.

    Searches for neighbours compare ranks (squared distances, for instance) and compute the distances of the few
    that they choose.

    Parameters
    ----------
    rank : callable
        Takes rows of shape (n_rows, n_features) and constant points of shape (n_points, n_features), returns ranks
        of shape (n_rows, n_points), which grow with the distance.
    distance : callable
        Takes ranks, returns distances.
    inverse : callable
        Takes a distance (one number), returns its rank.
    """

    rank: Callable[[Array, NDArray[np.float64]], Array]
    distance: Callable[[Array], Array] = lambda ranks: ranks
    inverse: Callable[[float], float] = lambda distance: distance

    def __call__(self, X: Array, points: NDArray[np.float64]) -> Array:
        """Return the distances between all rows and all points, of shape (n_rows, n_points)."""
        return self.distance(self.rank(X, points))


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
    """Return the metric that scikit-learn knows by a name and parameters.

    Parameters
    ----------
    name : str or callable
    params : mapping
        ``metric_params`` of the estimator: ``p``, ``w``, ``V``, ``VI``.
    n_features : int

    Raises
    ------
    ValueError
        If the metric cannot be converted; the message says why.
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
            # A distance is one division, so that one equal to the radius is the float32 number nearest to the radius.
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
            raise ValueError("metric='seuclidean' without V computes variances of the rows of each call; give V")
        precisions = 1.0 / np.asarray(params["V"], dtype=np.float64)
        return Metric(lambda X, points: weighted_squared_distances(X, points, precisions), **OF_SQUARES)
    if name == "mahalanobis":
        if params.get("VI") is None and params.get("V") is None:
            raise ValueError("metric='mahalanobis' without V computes it from the rows of each call; give V or VI")
        inverse = np.linalg.inv(params["V"]) if params.get("VI") is None else np.asarray(params["VI"])
        factor = _root((inverse + inverse.T) / 2)
        return Metric(lambda X, points: _mahalanobis(X, points, factor), **OF_SQUARES)
    raise ValueError(f"metric={name!r} is not converted; use another")


def _greatest_ratio(limit: float, denominators: NDArray[np.int64]) -> float:
    """Return the greatest quotient of an integer and one of the denominators that is at most a limit, in float64."""
    if np.isinf(limit):
        return limit
    near = np.round(limit * denominators)
    return float(np.max(np.where(near / denominators <= limit, near, near - 1) / denominators))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a square root F of a symmetric matrix: ``F @ F.T`` is the matrix."""
    try:
        return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-12 * abs(values).max():
        raise ValueError("metric='mahalanobis' with a matrix that makes squared distances negative; correct VI")
    return np.asarray(vectors * np.sqrt(values.clip(0.0)))


def _mahalanobis(X: Array, points: NDArray[np.float64], factor: NDArray[np.float64]) -> Array:
    """Return squared Mahalanobis distances, as squared Euclidean ones of ``x @ factor``.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    factor : ndarray of shape (n_features, n_features)
        ``factor @ factor.T`` is the inverse covariance.
    """
    X, points = centered(X, points)
    return xp.squared_distances(xp.linear(X, factor), points @ factor)
