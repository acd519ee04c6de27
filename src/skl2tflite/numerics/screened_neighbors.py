"""The k nearest of many points: candidates by a matrix product, then exact distances of the candidates only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift
from skl2tflite.numerics.kernels import centered

MIN_SCREENED_SIZE = 2**15
"""Size of the points (rows times features) from which neighbours are searched among candidates."""


EXTRA_CANDIDATES = (3, 6, 11)
"""Numbers of candidates beside the k, tried in turn: the first that is enough for the points themselves is used."""


MAX_SAMPLED_DISTANCES = 2**20
"""Greatest number of distances between points that are computed to find that number."""


def screened_neighbors(X: Array, points: NDArray[np.float64], k: int) -> tuple[Array, Array]:
    """Return squared distances and positions of the k nearest points, without exact distances of all points.

    One matrix product gives all squared distances, with rounding errors. The k nearest by that and a few more are
    candidates, whose distances are computed exactly, from differences. The candidates contain the true k nearest if the
    k-th of them is nearer than any excluded point can be, given the rounding error of the product. The graph checks
    this; if it does not hold for some row (as when many points are equally near), all distances are computed from
    differences.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    k : int

    Returns
    -------
    array of shape (n_rows, k)
        Squared distances, ascending.
    array of int of shape (n_rows, k)
        Positions; of equally near points the first comes first.
    """
    if not np.array_equal(points, points.astype(np.float32)):
        X, points = centered(X, points)
    shift = float32_shift(points.mean(axis=0), points.std(axis=0))
    moved, rows = (points - shift, X - shift) if np.any(shift) else (points, X)
    norms = np.sum(moved**2, axis=1)
    rounding = 2.0**-23 * (points.shape[1] + 8)
    count = k + extra_candidates(moved, norms, k, rounding)
    closeness, found = xp.topk(xp.linear(rows * 2.0, moved.T, -norms), count)
    # Candidates in the order of the points, so that of equally near points the first comes first.
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
        # The column is taken at run time, so that the file holds no second copy of the points.
        column = xp.astype(i, int)
        return xp.squared_difference(xp.expand_dims(xp.take(X, column, axis=1), 1), xp.take(points, column, axis=1))

    def add_feature(i: Array, X: Array, squares: Array) -> list[Array]:
        return [i + 1.0, X, squares + term(i, X)]

    def compare_all(unsure: Array, X: Array, ranks: Array, positions: Array) -> list[Array]:
        # The features are a loop within the loop, as LiteRT prepares every operator of a loop's body, even if the body
        # never runs: a few operators, instead of some for each feature.
        none = unsure * 0.0
        state = [none + 1.0, X, term(none, X)]
        _, _, squares = xp.while_loop(lambda i, *_: i < float(points.shape[1]), add_feature, state)
        return [none, X, *xp.topk(-squares, k)]

    state = [xp.astype(unsure, float), X, nearest, positions]
    _, _, nearest, positions = xp.while_loop(lambda unsure, *_: unsure > 0.0, compare_all, state)
    return -nearest, positions


def extra_candidates(points: NDArray[np.float64], norms: NDArray[np.float64], k: int, rounding: float) -> int:
    """Return the number of extra candidates to keep so that the true k nearest are among them.

    It is chosen on the fitted points: the gap to the first excluded point must exceed 10 times the rounding error of
    the distance from the matrix product.

    Parameters
    ----------
    points : ndarray of shape (n_points, n_features)
    norms : ndarray of shape (n_points,)
        Squared norms of the points.
    k : int
    rounding : float
        Rounding error of a squared distance from the product, as a fraction of the squared norms.
    """
    some = slice(None, None, -(-(len(points) ** 2) // MAX_SAMPLED_DISTANCES))
    squares = norms[some, np.newaxis] - 2.0 * points[some] @ points.T + norms
    nearest = np.partition(
        squares, [k + more for more in (0, *EXTRA_CANDIDATES)], axis=1
    )  # each point is nearest to itself
    error = (norms[some] + norms.max()) * rounding
    for more in EXTRA_CANDIDATES:
        if np.all(nearest[:, k + more] - nearest[:, k] > 10.0 * error):
            return more
    return EXTRA_CANDIDATES[-1]
