"""Squared distances from matrix products, exact enough for kernels of any width and faster than differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.integer_splitting import integer_and_remainder

STEPS_TO_FARTHEST_POINT = 2.0**11
"""Number of steps from the points' mean to the farthest point.

Squares of sums of two such numbers are below 2**24, up to which float32 holds every integer.
"""
MAX_ROW_STEPS = 2.0**60
"""Number of steps to which rows are limited, so that their squares are finite in float32."""
MIN_FEATURES = 6
"""Number of features from which the products are faster than differences; they take twice the bytes."""
MAX_EXACT_SPREAD = 2.0**9
"""Greatest ``gamma · R²`` at which the error of small distances is one ulp of 1 in ``exp(-gamma · ‖x - y‖²)``."""


def radius(points: NDArray[np.float64]) -> float:
    """Return R, the greatest distance of a point from the points' mean."""
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())


def suits_expanded_distances(points: NDArray[np.float64], gamma: float) -> bool:
    """Whether ``exp(-gamma · ‖x - y‖²)`` is faster by :func:`expanded_squared_distances`, and no less exact."""
    reach = radius(points)
    # For a radius far from 1, squares of steps would overflow or underflow in float32.
    usual = 2.0**-40 < reach < 2.0**40
    return points.shape[1] >= MIN_FEATURES and usual and gamma * reach**2 <= MAX_EXACT_SPREAD


def expanded_squared_distances(
    X: Array, points: NDArray[np.float64], scale: NDArray[np.float64] | None = None
) -> Array:
    """``‖x - y‖²`` of all pairs, with an error of half an ulp and about ``2**-32 R²``: slightly negative values occur.

    Each value is split into an integer number of steps and a remainder. Between the integer parts,
    ``‖x‖² - 2 x·y + ‖y‖²`` is exact in float32, as all its terms are integers below 2**24; the remainders add
    little, so that their rounding does not matter. Measured on 1000 rows and 1000 points against differences feature
    by feature: 5 to 20 times as fast for 20 to 200 features, twice for 8; equally fast on one row.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    scale : ndarray of shape (n_features,), optional
        Factor of each feature's differences.

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    factors = np.ones(points.shape[1]) if scale is None else scale
    step = 2.0 ** np.ceil(np.log2(radius(points * factors) / STEPS_TO_FARTHEST_POINT))
    # Each feature has its own step, a power of two that times the feature's factor is half a step to one step.
    width = 2.0 ** np.floor(np.log2(step / factors))
    factors = factors * width / step
    center = np.round(points.mean(axis=0) / width).astype(np.float32).astype(np.float64)
    y, y_rest = integer_and_remainder((points / width - center) * factors)
    rows = xp.clip(X * (1 / width), -MAX_ROW_STEPS, MAX_ROW_STEPS)
    whole_rows = xp.round(rows)
    x, x_rest = whole_rows - center, rows - whole_rows
    if scale is not None:
        coarse = np.round(factors * STEPS_TO_FARTHEST_POINT) / STEPS_TO_FARTHEST_POINT
        product = x * coarse  # exact
        small = x * (factors - coarse) + x_rest * factors
        x = xp.round(product)
        x_rest = product - x + small

    # The terms that depend on the row alone are one more column of the product.
    weights = np.vstack([-2 * y.T, np.ones(len(y))])
    unit = np.array([step**2])
    whole = xp.linear(xp.concat([x, xp.squared_norm(x)], axis=1), weights, np.sum(y * y, axis=1))
    own = xp.sum(x_rest * (x + x + x_rest), axis=1, keepdims=True)
    rest = xp.linear(xp.concat([x_rest, own], axis=1), weights, np.sum(y_rest * (y + y + y_rest), axis=1))
    return whole * unit + (rest * unit + xp.linear(x + x_rest, -2 * y_rest.T) * unit)
