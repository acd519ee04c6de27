"""The nearest of many points, searched among few candidates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift
from skl2tflite.numerics.kernels import centered

LEAST_SCREENED_SIZE = 2**15
"""Numbers in the points from which the k nearest are searched among few candidates."""


EXTRA_CANDIDATES = (3, 6, 11)
"""Candidates beside the k: as few as do for the points themselves."""


MAX_SAMPLED_DISTANCES = 2**20
"""Distances of points from points that are looked at for that."""


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
    moved, rows = (points - shift, X - shift) if np.any(shift) else (points, X)
    norms = np.sum(moved**2, axis=1)
    rounding = 2.0**-23 * (points.shape[1] + 8)
    count = k + extra_candidates(moved, norms, k, rounding)
    closeness, found = xp.topk(xp.linear(rows * 2.0, moved.T, -norms), count)
    # Positions in their order, so that of equally near points the first comes first.
    ascending = -xp.topk(-xp.astype(found, float), count)[0]
    candidates = xp.astype(ascending, int)
    gathered = xp.take(points, candidates, axis=0)
    squares = xp.sum(xp.squared_difference(gathered, xp.expand_dims(X, 1)), axis=2)
    nearest, places = xp.topk(-squares, k)
    positions = xp.take_along_axis(candidates, places)
    norm = xp.squared_norm(rows)
    error = (norm + float(norms.max())) * rounding
    beyond = norm - closeness[:, -1:] - error
    unsure = xp.any(-nearest[:, -1:] >= beyond)

    def term(i: Array, X: Array) -> Array:
        # Columns picked at run time, so that the file holds no second copy of the points.
        column = xp.astype(i, int)
        return xp.squared_difference(xp.expand_dims(xp.take(X, column, axis=1), 1), xp.take(points, column, axis=1))

    def add_feature(i: Array, X: Array, squares: Array) -> list[Array]:
        return [i + 1.0, X, squares + term(i, X)]

    def compare_all(unsure: Array, X: Array, ranks: Array, positions: Array) -> list[Array]:
        # A loop in the loop: LiteRT prepares each operator of a loop's body, even if that is never run.
        none = unsure * 0.0
        state = [none + 1.0, X, term(none, X)]
        _, _, squares = xp.while_loop(lambda i, *_: i < float(points.shape[1]), add_feature, state)
        return [none, X, *xp.topk(-squares, k)]

    state = [xp.astype(unsure, float), X, nearest, positions]
    _, _, nearest, positions = xp.while_loop(lambda unsure, *_: unsure > 0.0, compare_all, state)
    return -nearest, positions


def extra_candidates(points: NDArray[np.float64], norms: NDArray[np.float64], k: int, rounding: float) -> int:
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
    some = slice(None, None, -(-(len(points) ** 2) // MAX_SAMPLED_DISTANCES))
    squares = norms[some, np.newaxis] - 2.0 * points[some] @ points.T + norms
    nearest = np.partition(
        squares, [k + more for more in (0, *EXTRA_CANDIDATES)], axis=1
    )  # each point is its own first
    error = (norms[some] + norms.max()) * rounding
    for more in EXTRA_CANDIDATES:
        if np.all(nearest[:, k + more] - nearest[:, k] > 10.0 * error):
            return more
    return EXTRA_CANDIDATES[-1]
