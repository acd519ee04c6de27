"""A sample of the rows that were given, and the ranges of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from skl2tflite.features import reading, row_count
from skl2tflite.features.frames import columns_of, floats, is_frame
from skl2tflite.verify.batches import taken

SAMPLED = 64
"""Number of rows of the first batch that are kept."""


class Sample:
    """Rows of the first batch, and the ranges of the columns of all batches.

    Attributes
    ----------
    rows : array-like or DataFrame, optional
        None where nothing was given.
    ranges : dict of int to tuple of float
        Least and greatest finite number of each column that holds numbers.
    """

    def __init__(self) -> None:
        self.rows: Any = None
        self.ranges: dict[int, tuple[float, float]] = {}

    def seen(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield batches, of which the sample is taken."""
        for batch in batches:
            with reading(batch):
                if self.rows is None:
                    count = row_count(batch)
                    at = np.unique(np.linspace(0, max(0, count - 1), min(count, SAMPLED)).astype(int))
                    self.rows = taken(batch, at)
                self._widen(batch)
            yield batch

    def _widen(self, batch: Any) -> None:
        """Take in the ranges of a batch, where it is a table."""
        if not is_frame(batch) and getattr(batch, "ndim", 0) != 2:
            return
        width = len(batch.columns) if is_frame(batch) else batch.shape[1]
        for i, column in enumerate(columns_of(batch, range(width))):
            numbers = floats(column)
            if numbers is None:
                continue
            finite = numbers[np.isfinite(numbers)]
            if finite.size:
                low, high = self.ranges.get(i, (np.inf, -np.inf))
                self.ranges[i] = min(low, float(finite.min())), max(high, float(finite.max()))
