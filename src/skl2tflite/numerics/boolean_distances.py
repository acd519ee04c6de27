"""Distances between rows of booleans (Jaccard, Dice, …), which are ratios of counts (:mod:`scipy.spatial.distance`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@dataclass(frozen=True)
class Counts:
    """Numbers of features that are not 0 in a row, in a point, or in both; weighted if the metric has weights.

    Attributes
    ----------
    both, first, second : array of shape (n_rows, n_points)
        Number of features that are not 0 in both, in the row only, in the point only.
    total : float
        Number of all features.
    """

    both: Array
    first: Array
    second: Array
    total: float

    @classmethod
    def of(cls, X: Array, points: NDArray[np.float64], weights: NDArray[np.float64]) -> Counts:
        """Count the features that are not 0, for every pair of a row and a point.

        Parameters
        ----------
        X : array of shape (n_rows, n_features)
        points : ndarray of shape (n_points, n_features)
        weights : ndarray of shape (n_features,)
            What each feature counts; ones for a metric without weights.
        """
        flags, others = xp.astype(X != 0.0, float), (points != 0).astype(np.float64)
        both = xp.linear(flags, (others * weights).T)
        first = xp.linear(flags, weights[:, np.newaxis]) - both
        return cls(both, first, others @ weights - both, float(weights.sum()))

    @property
    def differing(self) -> Array:
        """Number of features that are not 0 in exactly one of the two."""
        return self.first + self.second

    @property
    def neither(self) -> Array:
        """Number of features that are 0 in both."""
        return self.total - self.both - self.differing


Ratio = Callable[[Counts], tuple[Array, Array | float]]


def _dice(n: Counts) -> tuple[Array, Array]:
    return n.differing, n.both * 2.0 + n.differing


def _jaccard(n: Counts) -> tuple[Array, Array]:
    return n.differing, n.both + n.differing


def _rogerstanimoto(n: Counts) -> tuple[Array, Array]:
    twice = n.differing * 2.0
    return twice, n.differing + n.total


def _russellrao(n: Counts) -> tuple[Array, float]:
    return n.total - n.both, n.total


def _sokalsneath(n: Counts) -> tuple[Array, Array]:
    twice = n.differing * 2.0
    return twice, n.both + twice


def _yule(n: Counts) -> tuple[Array, Array]:
    product = n.first * n.second
    # SciPy's distance is 0 where the product is 0, also where the denominator is 0.
    below = xp.where(product == 0.0, 1.0, n.both * n.neither + product)
    return product * 2.0, below


RATIOS: dict[str, Ratio] = {
    "dice": _dice,
    "jaccard": _jaccard,
    "rogerstanimoto": _rogerstanimoto,
    "russellrao": _russellrao,
    "sokalmichener": _rogerstanimoto,
    "sokalsneath": _sokalsneath,
    "yule": _yule,
}
"""For each metric, the function that gives the numerator and the denominator of the distance."""
NAN_AT_ZERO_OVER_ZERO = frozenset({"dice", "sokalsneath"})
"""Metrics whose distance is NaN where numerator and denominator are 0; the other metrics' is 0 there."""
