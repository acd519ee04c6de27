"""Distances between the rows of an input and constant points (:mod:`sklearn.metrics`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.boolean_distances import NAN_AT_ZERO_OVER_ZERO, RATIOS, Counts
from skl2tflite.numerics.centering import subtract_float64
from skl2tflite.numerics.kernels import centered

Points = NDArray[np.float64]

EXCLUDED_RANK = float(np.finfo(np.float32).max)
"""Rank of points that must not be chosen: the greatest finite float32, as some runtimes rank nothing greater."""
UNCOMPARABLE_RANK = EXCLUDED_RANK / 2
"""Rank of points whose distance from a row is NaN: behind all points that have a distance."""
INFINITE_RANK = UNCOMPARABLE_RANK / 2
"""Rank of points whose distance from a row is infinite: in front of those whose distance is NaN."""


def over_features(
    X: Array,
    points: Points,
    term: Callable[[Array, Any, int | None], Array],
    combine: Callable[[Any, Any], Array] = xp.add,
    reduce: Callable[..., Array] = xp.sum,
) -> Array:
    """Combine one term per feature into a distance of every pair, without holding all terms at once if they are many.

    With few points for the number of features, all terms are one array, reduced along its last axis. With many, the
    features are added (or compared) one after the other.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    term : callable
        Takes values of the rows, values of the points and the number of the feature; returns their terms. The number
        is None where it is given all features at once, along the last axis.
    combine : callable
        Joins the terms of two features.
    reduce : callable
        Joins the terms of all features along an axis.

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
    """Center rows and points, unless float32 holds the points exactly: then ties between them stay ties."""
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
    """``Σ w |x - y| ** p``.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    p : float
    weights : ndarray of shape (n_features,), optional

    Returns
    -------
    array of shape (n_rows, n_points)
    """

    def term(x: Array, y: Any, i: int | None) -> Array:
        power = xp.abs(x - y) ** p
        return power if weights is None else power * (weights if i is None else weights[i])

    return over_features(*centered_unless_float32(X, points), term)


def weighted_squared_distances(X: Array, points: Points, weights: NDArray[np.float64]) -> Array:
    """``Σ w (x - y)²``.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_features,)

    Returns
    -------
    array of shape (n_rows, n_points)
    """
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
    """``Σ |x - y| / Σ |x + y|`` (:func:`scipy.spatial.distance.braycurtis`), where 0 / 0 is NaN."""
    differences = manhattan(X, points)
    total = over_features(X, points, lambda x, y, i: xp.abs(x + y))
    zero = total == 0.0
    ratio = differences / xp.where(zero, 1.0, total)
    return xp.where(zero, xp.where(differences == 0.0, UNCOMPARABLE_RANK, INFINITE_RANK), ratio)


def with_nan_and_infinity(ranks: Array) -> Array:
    """Return ranks as distances: with NaN and infinity in place of the ranks that stand for them."""
    distances = xp.where(ranks == INFINITE_RANK, np.inf, ranks)
    return xp.where(ranks == UNCOMPARABLE_RANK, np.nan, distances)


def count_differences(X: Array, points: Points, weights: NDArray[np.float64] | None = None) -> Array:
    """Count the features in which a row and a point differ.

    A point's value that float32 does not hold exactly differs from every value that a float32 row can have.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    weights : ndarray of shape (n_features,), optional
        What each feature counts, instead of 1.

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    values = np.where(points == points.astype(np.float32), points, np.nan)

    def term(x: Array, y: Any, i: int | None) -> Array:
        differs = xp.astype(x != y, float)
        return differs if weights is None else differs * (weights if i is None else weights[i])

    return over_features(X, values, term)


def boolean_distance_ranks(X: Array, points: Points, name: str, weights: NDArray[np.float64] | None) -> Array:
    """Return the distances of a metric of booleans, with ``UNCOMPARABLE_RANK`` where they are NaN.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    name : str
        A key of :data:`~skl2tflite.numerics.boolean_distances.RATIOS`.
    weights : ndarray of shape (n_features,), optional

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    counts = Counts.of(X, points, np.ones(points.shape[1]) if weights is None else weights)
    above, below = RATIOS[name](counts)
    zero = below == 0.0
    return xp.where(
        zero, UNCOMPARABLE_RANK if name in NAN_AT_ZERO_OVER_ZERO else 0.0, above / xp.where(zero, 1.0, below)
    )


def unit_rows(X: Any) -> Any:
    """Divide rows by their Euclidean norms; rows of zeros stay zeros."""
    lengths = xp.sqrt(xp.squared_norm(X))
    return X / xp.where(lengths == 0.0, 1.0, lengths)


def cosine(X: Array, points: Points) -> Array:
    """``1 - x·y / (‖x‖ ‖y‖)``, computed as half the squared distance of unit vectors, so that small ones keep digits.

    A row of zeros is at distance 1 from every point (:func:`sklearn.metrics.pairwise.cosine_distances`).
    """
    halves = xp.squared_distances(unit_rows(X), np.asarray(unit_rows(points))) * 0.5
    halves = xp.where(xp.squared_norm(X) == 0.0, 1.0, halves)
    zero = np.logical_not(np.any(points, axis=1))
    return xp.where(np.asarray(zero), 1.0, halves) if np.any(zero) else halves


def correlation(X: Array, points: Points) -> Array:
    """Return :func:`cosine` of rows less their own means; NaN for rows (or points) whose values are all the same."""
    own = X - xp.mean(X, axis=1, keepdims=True)
    flat = xp.max(X, axis=1, keepdims=True) == xp.min(X, axis=1, keepdims=True)
    halves = cosine(own, points - points.mean(axis=1, keepdims=True))
    return xp.where(flat | (np.ptp(points, axis=1) == 0), UNCOMPARABLE_RANK, halves)


def haversine(X: Array, points: Points) -> Array:
    """``sin²(Δlat / 2) + cos(lat) cos(lat') sin²(Δlon / 2)``, for latitudes and longitudes in radians.

    Angles within one city differ in their last float32 digits only, so that the points' are subtracted as float64.
    """
    latitude = xp.square(xp.sin(subtract_float64(X[:, :1], points[:, 0]) * 0.5))
    longitude = xp.square(xp.sin(subtract_float64(X[:, 1:], points[:, 1]) * 0.5))
    return latitude + xp.cos(X[:, :1]) * np.cos(points[:, 0]) * longitude


def nan_squared_distances(X: Array, points: Points) -> Array:
    """Squared distances over the features that both have, scaled up to all features.

    As :func:`sklearn.metrics.pairwise.nan_euclidean_distances`, squared; ``UNCOMPARABLE_RANK`` for pairs that have no
    feature in common, so that they count as infinitely, and equally, far apart.
    """
    there = np.logical_not(np.isnan(points)).astype(np.float64)
    known = 1.0 - xp.astype(xp.isnan(X), float)
    both = xp.linear(known, there.T)

    def term(x: Array, y: Any, i: int | None) -> Array:
        mask = xp.expand_dims(known, 1) * there if i is None else known[:, i : i + 1] * there[:, i]
        return xp.squared_difference(x, y) * mask

    squares = over_features(xp.where(xp.isnan(X), 0.0, X), np.nan_to_num(points), term)
    return xp.where(both == 0.0, UNCOMPARABLE_RANK, squares / xp.maximum(both, 1.0) * float(points.shape[1]))
