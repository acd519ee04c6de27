"""Means of the nearest rows that have a value, all features from one ranking (:class:`sklearn.impute.KNNImputer`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import nan_euclidean_distances

from skl2tflite.converters.pairwise.neighbor_weights import inverse_distances
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import EXCLUDED_RANK, UNCOMPARABLE_RANK

MAX_SHARED_NEIGHBORS = 64
"""Nearest rows among which donors of all features are looked for, at most."""
SAMPLED_ROWS = 128
"""Fitted rows that tell how many those are."""


def shared_neighbors(points: NDArray[np.float64], k: int) -> int | None:
    """Return among how many of the nearest rows there are k with a value, for each feature; None where too many.

    Half as many again as fitted rows need.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        NaN where there is no value; none of the features is all NaN.
    k : int
    """
    count = min(MAX_SHARED_NEIGHBORS, len(points) // 4)
    if count < k:
        return None
    distances = nan_euclidean_distances(points[:: -(-len(points) // SAMPLED_ROWS)], points)
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :count]
    donors = np.cumsum(~np.isnan(points[nearest]), axis=1)
    if not (donors[:, -1] >= k).all():
        return None
    needed = int((donors >= k).argmax(axis=1).max()) + 1
    return min(count, needed + needed // 2)


def mean_of_nearest(
    nearness: Array, wanted: Array, points: NDArray[np.float64], k: int, among: int, by_distance: bool
) -> Array:
    """Return the mean of the k nearest values of each feature, of all where no row can be compared.

    Parameters
    ----------
    nearness : array of shape (n_rows, n_points)
        Opposite of the squared distances.
    wanted : array of shape (n_rows, n_features)
        Which means are wanted.
    points : ndarray of shape (n_points, n_features)
        NaN where there is no value.
    k : int
        Each feature has as many values.
    among : int
        Number of the nearest rows that are looked at first. Where a mean is wanted for which they are too few, each
        feature is ranked by itself.
    by_distance : bool
        Whether values weigh by the inverse of the distance.

    Returns
    -------
    array of shape (n_rows, n_features)
    """
    mean: NDArray[np.float64] = np.nanmean(points, axis=0)
    offsets = points - mean  # of which float32 keeps more
    nearest, positions = xp.topk(nearness, among)
    values = xp.take(offsets, positions, axis=0)
    known = ~xp.isnan(values)
    donors = xp.cumulative_sum(xp.astype(known, float), axis=1)
    chosen = known & (donors <= float(k))
    means = _means(xp.expand_dims(nearest, 2), values, chosen, by_distance)
    short = wanted & (donors[:, -1] < float(k))

    def of_feature(i: Array, nearness: Array, means: Array) -> list[Array]:
        feature = xp.astype(i, int)
        column = xp.take(offsets, feature, axis=1)
        nearest, positions = xp.topk(xp.where(xp.isnan(column), -EXCLUDED_RANK, nearness), k)
        nearest, values = xp.expand_dims(nearest, 2), xp.expand_dims(xp.take(column, positions), 2)
        mean = _means(nearest, values, values == values, by_distance)
        return [i + 1.0, nearness, xp.where(np.arange(points.shape[1]) == feature, mean, means)]

    first = xp.where(xp.any(short), 0.0, float(points.shape[1]))
    state = [first, nearness, means]
    _, _, means = xp.while_loop(lambda i, *_: i < float(points.shape[1]), of_feature, state)
    result: Array = means + mean
    return result


def _means(nearness: Array, values: Array, chosen: Array, by_distance: bool) -> Array:
    """Return weighted means along the second axis, 0 where nothing is chosen that can be compared.

    Parameters
    ----------
    nearness : array of shape (n_rows, n_values, 1)
    values : array of shape (n_rows, n_values, n_features)
    chosen : array of the same shape
        Which values count.
    by_distance : bool
    """
    chosen = chosen & (nearness > -UNCOMPARABLE_RANK)
    weights = xp.astype(chosen, float)
    if by_distance:
        weights = xp.where(chosen, inverse_distances(xp.where(chosen, xp.sqrt(-nearness), np.inf)), 0.0)
    total = xp.sum(weights, axis=1)
    none = total == 0.0
    weighted = xp.sum(weights * xp.where(chosen, values, 0.0), axis=1)
    return xp.where(none, 0.0, weighted / xp.where(none, 1.0, total))
