"""Folding preprocessing into thresholds: trees test the input columns instead of features computed from them.

Where a feature is a monotone increasing function ``f`` of one input column, the test ``f(x) <= t`` becomes ``x <= x*``,
with ``x*`` the largest float32 number that passes. For a decreasing function the branches change places. Float32
numbers have integer keys in the same order, so bisection finds all ``x*`` at once in 32 calls of ``f``, which is
scikit-learn's own ``transform``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.float_keys import from_keys
from skl2tflite.forest.rounding import units
from skl2tflite.forest.threshold_search import Images, Search
from skl2tflite.forest.thresholds import clear_of_rounding
from skl2tflite.forest.trees import Forest


@dataclass(frozen=True, eq=False)
class Folded:
    """A forest that tests input columns, and sends every row to the same leaves as the forest that tested features.

    Attributes
    ----------
    forest : Forest
        Its nodes still name features by their positions, but their thresholds are for the input columns of these.
    missing : bool
        Whether tested columns may hold NaN.
    bounds : tuple of ndarray of float32, shape (n_columns,)
        Least and greatest number of each input column for which the functions give a number. Others count as missing.
        Infinite where there is no such limit.
    fill : ndarray of float32, shape (n_columns,)
        Number that replaces NaN in the input columns that have such limits; NaN where NaN counts as missing as well.
    kept : dict of int to str
        Features that are not folded, each with the reason.
    """

    forest: Forest
    missing: bool
    bounds: tuple[NDArray[np.float32], NDArray[np.float32]]
    fill: NDArray[np.float32]
    kept: dict[int, str]


@dataclass(frozen=True)
class Lost:
    """An interval of an input column whose numbers some step in front of the trees makes missing.

    Attributes
    ----------
    least, greatest : float
        Ends of the interval.
    nan : bool
        Whether NaN in the column is missing as well.
    """

    least: float
    greatest: float
    nan: bool = False


def fold(
    forest: Forest, images: Images, missing: bool, lost: Mapping[int, tuple[Lost, ...]] = MappingProxyType({})
) -> Folded:
    """Move functions of single columns into a forest's thresholds.

    Parameters
    ----------
    forest : Forest
        Its nodes test features.
    images : Images
        The functions that compute the features.
    missing : bool
        Whether features may be NaN. If not, the estimator refuses rows for which a function gives NaN.
    lost : mapping of int to tuple of Lost
        For some features, what counts as missing although the function gives a number for it.

    Returns
    -------
    Folded
    """
    return _Folding(forest, images, missing, lost).result()


def unchanged(forest: Forest, images: Images, missing: bool) -> Folded:
    """Return the result of folding where all functions are the identity.

    Parameters
    ----------
    forest : Forest
    images : Images
    missing : bool
        As in :func:`fold`.
    """
    n_columns = images.n_columns
    infinity = np.full(n_columns, np.inf, dtype=np.float32)
    return Folded(forest, missing, (-infinity, infinity), np.full(n_columns, np.nan, dtype=np.float32), {})


class _Folding(Search):
    def __init__(self, forest: Forest, images: Images, missing: bool, lost: Mapping[int, tuple[Lost, ...]]) -> None:
        self.forest = forest
        self.missing = missing
        self.lost = lost
        nodes = np.flatnonzero(~forest.is_leaf)
        nodes = nodes[images.source[forest.feature[nodes]] >= 0]
        pairs = np.lexsort((forest.threshold[nodes], forest.feature[nodes]))
        self.nodes = nodes[pairs]
        feature, threshold = forest.feature[self.nodes].astype(np.int64), forest.threshold[self.nodes]
        new = np.ones(len(nodes), dtype=np.bool_)
        new[1:] = (np.diff(feature) != 0) | (np.diff(threshold) != 0)
        self.test = np.cumsum(new) - 1
        super().__init__(feature[new], threshold[new], images, forest.compares_float64)

    def result(self) -> Folded:
        """Find the thresholds and build the forest."""
        forest, tests = self.forest, self.tests
        low, high = self.domains()
        bounds = self.bounds(low, high, self.missing)
        falling = self.falling(low, high)
        turned = falling[tests.feature]
        step = self.steps(low, high, falling)
        first, last = low[tests.feature], high[tests.feature]
        with np.errstate(invalid="ignore"):
            threshold = np.where(step < first, -np.inf, from_keys(np.clip(step, first, last)).astype(np.float64))
        threshold = np.where(step >= last, np.inf, threshold)

        nan = self.rows(np.full(1, np.nan, dtype=np.float32))[0]
        number = ~np.isnan(nan)
        fill = np.full(self.images.n_columns, np.nan, dtype=np.float32)
        for feature in self.features[number[self.features]]:
            column, lost = self.images.source[feature], self.lost.get(int(feature), ())
            if any(part.nan for part in lost):
                number[feature] = False
            elif lost or bounds[0][column] > -np.inf or bounds[1][column] < np.inf:
                # In the folded tests NaN stands for numbers without a function value. So NaN in the column is replaced
                # by a number that goes the same way in every test.
                at = tests.feature == feature
                ways = ((nan[feature] <= tests.threshold) ^ turned)[at]
                edge = from_keys(high[feature : feature + 1])[0]
                highest = min(threshold[at][ways].min(initial=edge), edge)
                fill[column] = _beside(np.float32(highest), lost)
                number[feature] = False
                alone = (self.images.source[self.features] == column).sum() == 1
                if not alone or np.any((fill[column] <= threshold[at]) != ways) or fill[column] < bounds[0][column]:
                    self.kept[int(feature)] = "the function gives a number for NaN, and NaN for some numbers"
                    fill[column] = np.nan

        if forest.cuts_at_values:
            far = units(threshold, self.images.grown[tests.feature])
            clear = clear_of_rounding(threshold, np.where(turned, far, -far))
            threshold = np.where(self.images.rounded[tests.feature], clear, threshold)
        feature = tests.feature[self.test]
        folded = ~np.isin(feature, list(self.kept))
        nodes, test, feature = self.nodes[folded], self.test[folded], feature[folded]
        nan_left = np.where(number[feature], nan[feature] <= tests.threshold[test], forest.missing_left[nodes])
        swapped = falling[feature]
        new = {name: getattr(forest, name).copy() for name in ("threshold", "left", "right", "missing_left")}
        if forest.cuts_at_values and self.images.computed:
            far = units(forest.threshold, self.images.grown[forest.feature])
            new["threshold"] = np.where(forest.is_leaf, forest.threshold, clear_of_rounding(forest.threshold, -far))
        new["threshold"][nodes] = threshold[test]
        new["missing_left"][nodes] = nan_left ^ swapped
        new["left"][nodes] = np.where(swapped, forest.right[nodes], forest.left[nodes])
        new["right"][nodes] = np.where(swapped, forest.left[nodes], forest.right[nodes])
        used = np.unique(feature)
        return Folded(
            replace(forest, compares_float64=False, cuts_at_values=False, **new),
            self.missing or bool(number[used].any()),
            bounds,
            fill,
            self.kept,
        )


def _beside(number: np.float32, lost: tuple[Lost, ...]) -> np.float32:
    """Return the greatest number that is not above ``number`` and in no lost interval."""
    for part in sorted(lost, key=lambda part: -part.greatest):
        if part.least <= number <= part.greatest:
            number = np.nextafter(np.float32(part.least), np.float32(-np.inf))
    return number
