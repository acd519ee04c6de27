"""The largest float32 number whose image passes a test, for many tests at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.float_keys import GREATEST_KEY, Floats, Ints, from_keys

NEIGHBORS_TRIED = 8
"""Number of neighbours on each side of a threshold that are tried, where rounding may make a function not monotone."""
SAMPLES_TRIED = 32
"""Number of numbers tried where that may happen farther away; all of them where there are fewer."""
LARGEST_GRID = 1024
"""Largest number of numbers tried in every column before bisecting."""


class Images(Protocol):
    """The functions that compute the features that trees test from input columns.

    The *image* of a number is the value that such a function gives for it; it has none where that is NaN.

    Attributes
    ----------
    source : ndarray of int64, shape (n_features,)
        Input column of each feature; -1 where the feature is no function of a single column.
    n_columns : int
        Number of input columns.
    steady : ndarray of bool, shape (n_features,)
        Whether the function is monotone as computed, to the bit.
    rounded : ndarray of bool, shape (n_features,)
        Whether numbers of the input column may be a few units in the last place off, as they are computed or imputed.
    computed : bool
        Whether features that stay as they are come from float32 arithmetic.
    """

    source: Ints
    n_columns: int
    steady: NDArray[np.bool_]
    rounded: NDArray[np.bool_]
    computed: bool

    @property
    def grown(self) -> Ints:
        """What makes rounding of each feature another than usual: :class:`~skl2tflite.forest.rounding.Growth`."""

    def __call__(self, X: NDArray[np.float32], shift: int = 0) -> NDArray[np.floating]:
        """Return the features of rows.

        Parameters
        ----------
        X : ndarray of float32, shape (n_rows, n_columns)
        shift : {-1, 0, 1}
            1 or -1 for the highest or lowest values that rounding may give at steps that are not ``steady``.

        Returns
        -------
        ndarray, shape (n_rows, n_features)
        """


@dataclass(frozen=True, eq=False)
class _Tests:
    """Distinct tests of features, each with a cell in a matrix of candidate numbers: its input column, and a row."""

    feature: Ints
    threshold: Floats
    column: Ints
    row: Ints

    @classmethod
    def of(cls, feature: Ints, threshold: Floats, source: Ints) -> _Tests:
        column = source[feature]
        order = np.argsort(column, kind="stable")
        first = np.searchsorted(column[order], column[order])
        row = np.empty_like(order)
        row[order] = np.arange(len(order)) - first
        return cls(feature, threshold, column, row)


class Search:
    """Looks for the numbers of input columns at which features pass thresholds.

    Parameters
    ----------
    feature : ndarray of int64, shape (n_tests,)
        In order.
    threshold : ndarray of float64, shape (n_tests,)
    images : Images
    float64 : bool
        Whether images are compared as they are, and not rounded to float32 before.
    """

    def __init__(self, feature: Ints, threshold: Floats, images: Images, float64: bool) -> None:
        self.images = images
        self.float64 = float64
        self.kept: dict[int, str] = {}
        self.tests = _Tests.of(feature, threshold, images.source)
        self.features = np.unique(feature)

    # --- images -------------------------------------------------------------------------------------

    def _images(self, tests: _Tests, keys: Ints, shift: int = 0) -> Floats:
        """Return the images of the tests' candidates, given by their keys, in the dtype in which trees compare them."""
        X = np.ones((int(tests.row.max(initial=-1)) + 1, self.images.n_columns), dtype=np.float32)
        X[tests.row, tests.column] = from_keys(keys)
        return self._compared(self.images(X, shift))[tests.row, tests.feature]

    def _compared(self, image: NDArray[np.floating]) -> Floats:
        if not self.float64:
            with np.errstate(over="ignore"):
                image = image.astype(np.float32)
        return image.astype(np.float64)

    def _bisect(self, tests: _Tests, below: Ints, above: Ints, holds: Callable[[Floats], NDArray[np.bool_]]) -> Ints:
        """Return for each test the last key whose image has a property.

        Parameters
        ----------
        tests : _Tests
        below, above : ndarray of int64, shape (n_tests,)
            Keys with and without the property, which are not tried themselves. In between, the keys that have it
            come before those that do not.
        holds : callable
            Takes the images, returns whether each has the property.
        """
        while np.any(above - below > 1):
            open_ = above - below > 1
            middle = np.where(open_, (below + above) >> 1, np.clip(below, -GREATEST_KEY, GREATEST_KEY))
            held = holds(self._images(tests, middle))
            below, above = np.where(open_ & held, middle, below), np.where(open_ & ~held, middle, above)
        return below

    def _brackets(self, low: Ints, high: Ints, falling: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """Return, for each test, a key on each side of its threshold, from a grid of numbers tried in all columns.

        Parameters
        ----------
        low, high : ndarray of int64, shape (n_features,)
            Keys of the least and greatest number of each feature that has an image.
        falling : ndarray of bool, shape (n_features,)
            Whether the function decreases.
        """
        tests = self.tests
        # No more rows than a round of bisecting has.
        count = min(LARGEST_GRID, int(tests.row.max()) + 3)
        grid = np.linspace(-GREATEST_KEY, GREATEST_KEY, count).astype(np.int64)
        images = self.rows(from_keys(grid))
        below, above = low[tests.feature] - 1, high[tests.feature] + 1
        ends = np.searchsorted(tests.feature, np.arange(len(low) + 1))
        for feature in self.features:
            inside = (grid >= low[feature]) & (grid <= high[feature])
            sign = -1.0 if falling[feature] else 1.0
            image, keys = sign * images[inside, feature], grid[inside]
            if not np.all(image[1:] >= image[:-1]):
                continue
            own = slice(ends[feature], ends[feature + 1])
            place = np.searchsorted(image, sign * tests.threshold[own], side="left" if falling[feature] else "right")
            below[own] = np.concatenate([below[own][:1], keys])[place]
            above[own] = np.concatenate([keys, above[own][:1]])[place]
        return below, above

    # --- domains of the functions ------------------------------------------------------------------

    def domains(self) -> tuple[Ints, Ints]:
        """Return the first and last key of each feature whose image is a number."""
        shape = len(self.images.source)
        low, high = np.full(shape, -GREATEST_KEY, dtype=np.int64), np.full(shape, GREATEST_KEY, dtype=np.int64)
        lost = np.isnan(self.rows(from_keys(np.array([-GREATEST_KEY, GREATEST_KEY]))))
        for feature in self.features[lost[:, self.features].all(axis=0)]:
            self.kept[int(feature)] = "the function gives NaN for some numbers between others"
        one_sided = np.flatnonzero(lost[0] ^ lost[1])
        one_sided = one_sided[np.isin(one_sided, self.features)]
        if one_sided.size:
            tests = _Tests.of(one_sided, np.zeros(len(one_sided)), self.images.source)
            at_low = lost[0, one_sided]
            last = self._bisect(tests, low[one_sided] - 1, high[one_sided] + 1, lambda image: np.isnan(image) == at_low)
            low[one_sided] = np.where(at_low, last + 1, low[one_sided])
            high[one_sided] = np.where(at_low, high[one_sided], last)
        return low, high

    def rows(self, values: NDArray[np.float32]) -> Floats:
        """Return the features of rows that hold the same number in all columns."""
        return self._compared(self.images(np.repeat(values[:, np.newaxis], self.images.n_columns, axis=1)))

    def bounds(self, low: Ints, high: Ints, missing: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the bounds of columns beyond which numbers count as missing, as the trees take what is missing."""
        n_columns = self.images.n_columns
        least = np.full(n_columns, -np.inf, dtype=np.float32)
        greatest = np.full(n_columns, np.inf, dtype=np.float32)
        bounded = (low > -GREATEST_KEY) | (high < GREATEST_KEY)
        if not missing or not bounded[self.features].any():
            return least, greatest
        for column in np.unique(self.images.source[self.features]):
            own = self.features[self.images.source[self.features] == column]
            # The smallest domain counts; another function of the column may have images for more numbers.
            first = own[np.argmin(high[own] - low[own])]
            if low[first] > -GREATEST_KEY:
                least[column] = from_keys(low[first : first + 1])[0]
            if high[first] < GREATEST_KEY:
                greatest[column] = from_keys(high[first : first + 1])[0]
            for feature in own[(low[own] != low[first]) | (high[own] != high[first])]:
                self.kept[int(feature)] = "another function of the same column gives NaN for more numbers"
        return least, greatest

    # --- the search ---------------------------------------------------------------------------------

    def falling(self, low: Ints, high: Ints) -> NDArray[np.bool_]:
        """Whether each feature falls."""
        ends = np.zeros((2, len(low)))
        edges = _Tests.of(self.features, np.zeros(len(self.features)), self.images.source)
        ends[0, self.features] = self._images(edges, low[self.features])
        ends[1, self.features] = self._images(edges, high[self.features])
        return np.asarray(ends[1] < ends[0])

    def steps(self, low: Ints, high: Ints, falling: NDArray[np.bool_]) -> Ints:
        """Return of each test the last key up to which it holds, or up to which it does not where images fall.

        Before the first key, or behind the last one, where that is none. Features are kept that rounding turns around.
        """
        tests, turned = self.tests, falling[self.tests.feature]

        def before(image: Floats) -> NDArray[np.bool_]:
            return np.asarray((image <= tests.threshold) ^ turned)

        first, last = low[tests.feature], high[tests.feature]
        step = self._bisect(tests, *self._brackets(low, high, falling), before)
        for feature in np.unique(tests.feature[~self._is_single_step(step, first, last, before)]):
            self.kept[int(feature)] = "rounding makes it rise and fall around a threshold"
        return step

    def _is_single_step(
        self, step: Ints, first: Ints, last: Ints, before: Callable[[Floats], NDArray[np.bool_]]
    ) -> NDArray[np.bool_]:
        """Return whether each test holds of all keys up to its step and of none behind, in spite of rounding.

        Parameters
        ----------
        step, first, last : ndarray of int64, shape (n_tests,)
            Keys: the last for which the test holds, and the ends of the domain.
        before : callable
            Takes images, returns whether each test holds.
        """
        tests = self.tests
        single = np.ones(len(step), dtype=np.bool_)
        unsteady = ~self.images.steady[tests.feature]
        if not unsteady.any():
            return single
        reach = [np.full(len(step), NEIGHBORS_TRIED, dtype=np.int64) for _ in range(2)]
        for side, sign in enumerate((-1, 1)):
            for _ in range(16):
                # Move away from the step until rounding cannot change the result of the test.
                key = np.clip(step + sign * reach[side], first, last)
                sure = [before(self._images(tests, key, shift)) == (sign < 0) for shift in (-1, 1)]
                wide = unsteady & ~(sure[0] & sure[1]) & (key > first) & (key < last)
                if not wide.any():
                    break
                reach[side] = np.where(wide, 4 * reach[side], reach[side])
        width = reach[0] + reach[1]
        offsets = [np.full(len(step), near) for near in range(-NEIGHBORS_TRIED, NEIGHBORS_TRIED + 2)]
        if np.any(width[unsteady] > 2 * NEIGHBORS_TRIED):
            shares = np.linspace(0.0, 1.0, int(min(np.max(width[unsteady]), SAMPLES_TRIED)))
            offsets += [np.rint(share * width).astype(np.int64) - reach[0] for share in shares]
        for offset in offsets:
            key = np.clip(step + offset, first, last)
            single &= before(self._images(tests, key)) == (key <= step)
        return single | ~unsteady
