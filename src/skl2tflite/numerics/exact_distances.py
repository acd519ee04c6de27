"""Squared distances by matrix products that lose nothing a kernel shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.integer_splitting import integer_and_remainder

STEPS_TO_FARTHEST_POINT = 2.0**11
"""Steps from the points' mean to the farthest: squares of sums of two such are below 2**24, which float32 counts."""
LARGEST_ROW_STEPS = 2.0**60
"""Steps beyond which rows count as so far: float32 holds their squares."""
LEAST_FEATURES = 6
"""Features from which products are faster; they take twice the bytes."""
GREATEST_EXACT_SPREAD = 2.0**9
"""Greatest ``gamma · R²`` at which what small distances lose is an ulp of 1 in ``exp(-gamma · ‖x - y‖²)``."""


def radius(points: NDArray[np.float64]) -> float:
    """Return R, the greatest distance of a point from their mean."""
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())


def suits_expanded_distances(points: NDArray[np.float64], gamma: float) -> bool:
    """Whether a kernel ``exp(-gamma · ‖x - y‖²)`` gains by :func:`expanded_squared_distances`, and loses nothing."""
    reach = radius(points)
    # Far from 1, squares of steps would leave float32.
    usual = 2.0**-40 < reach < 2.0**40
    return points.shape[1] >= LEAST_FEATURES and usual and gamma * reach**2 <= GREATEST_EXACT_SPREAD


def expanded_squared_distances(
    X: Array, points: NDArray[np.float64], scale: NDArray[np.float64] | None = None
) -> Array:
    """``‖x - y‖²`` of all pairs, to half an ulp and some ``2**-32 R²``, which may leave them below 0.

    Rows and points are cut into whole steps and a rest. The squared distances of the whole parts are whole
    numbers, which ``‖x‖² - 2 x·y + ‖y‖²`` gives exactly in float32; what the rests add is small. Measured on
    1000 rows and points, beside differences feature by feature: 5 to 20 times faster for 20 to 200 features, twice
    for 8; as fast on one row.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    points : ndarray of shape (n_points, n_features)
    scale : ndarray of shape (n_features,), optional
        Multiplies the differences of each feature.

    Returns
    -------
    array of shape (n_rows, n_points)
    """
    factors = np.ones(points.shape[1]) if scale is None else scale
    step = 2.0 ** np.ceil(np.log2(radius(points * factors) / STEPS_TO_FARTHEST_POINT))
    # Features have steps of their own, a power of two that its factor makes one half of a step to one.
    width = 2.0 ** np.floor(np.log2(step / factors))
    factors = factors * width / step
    center = np.round(points.mean(axis=0) / width).astype(np.float32).astype(np.float64)
    y, y_rest = integer_and_remainder((points / width - center) * factors)
    rows = xp.clip(X * (1 / width), -LARGEST_ROW_STEPS, LARGEST_ROW_STEPS)
    whole_rows = xp.round(rows)
    x, x_rest = whole_rows - center, rows - whole_rows
    if scale is not None:
        coarse = np.round(factors * STEPS_TO_FARTHEST_POINT) / STEPS_TO_FARTHEST_POINT
        product = x * coarse  # exact
        small = x * (factors - coarse) + x_rest * factors
        x = xp.round(product)
        x_rest = product - x + small

    # The squares that only the row makes ride along as one more feature.
    weights = np.vstack([-2 * y.T, np.ones(len(y))])
    unit = np.array([step**2])
    whole = xp.linear(xp.concat([x, xp.squared_norm(x)], axis=1), weights, np.sum(y * y, axis=1))
    own = xp.sum(x_rest * (x + x + x_rest), axis=1, keepdims=True)
    rest = xp.linear(xp.concat([x_rest, own], axis=1), weights, np.sum(y_rest * (y + y + y_rest), axis=1))
    return whole * unit + (rest * unit + xp.linear(x + x_rest, -2 * y_rest.T) * unit)
