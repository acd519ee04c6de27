"""Imputation by the mean of the nearest rows that have a value (:class:`sklearn.impute.KNNImputer`).

The fitted rows that have a value of a feature are its donors, as in scikit-learn. All features share one ranking of the
fitted rows where the donors of every feature are among the first few of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import nan_euclidean_distances

from skl2tflite.converters.pairwise.neighbor_weights import inverse_distances
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.distances import EXCLUDED_RANK, UNCOMPARABLE_RANK

MAX_SHARED_NEIGHBORS = 64
"""Greatest number of nearest rows in the ranking that all features share."""
SAMPLED_ROWS = 128
"""Number of fitted rows on which the length of the shared ranking is chosen."""


def shared_neighbors(points: NDArray[np.float64], k: int) -> int | None:
    """Return how many nearest rows contain k donors of every feature, or None if that takes too many.

    The number is chosen on the fitted rows, and half as large again as they need.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
        NaN where there is no value; each feature has a value in some row.
    k : int
        Number of donors: ``n_neighbors``.
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
    """Return the mean of the k nearest values of each feature.

    Where no fitted row has a feature in common with the row, it is the mean of all values of the feature.

    Parameters
    ----------
    nearness : array of shape (n_rows, n_points)
        The squared distances with the sign changed.
    wanted : array of shape (n_rows, n_features)
        Which means are needed: the row lacks the feature.
    points : ndarray of shape (n_points, n_features)
        NaN where there is no value.
    k : int
        Number of donors. Each feature has at least as many values.
    among : int
        Length of the ranking that all features share. If it has too few donors for a mean that is needed, each feature
        gets its own ranking, in a loop.
    by_distance : bool
        Whether values are weighted by the inverse of their distance.

    Returns
    -------
    array of shape (n_rows, n_features)
    """
    mean: NDArray[np.float64] = np.nanmean(points, axis=0)
    offsets = points - mean  # float32 keeps more digits of differences from the mean
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
    """Return weighted means along the second axis, 0 where no chosen value has a distance.

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
