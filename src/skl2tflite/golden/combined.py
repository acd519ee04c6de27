"""Rows combined of the values of columns, each another one, and which of them equal a row given to ``convert``."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.filled import Row
from skl2tflite.features.frames import floats, objects
from skl2tflite.golden.column import Column
from skl2tflite.stored import Scalar
from skl2tflite.tracing.category_values import is_missing

MOST_TRIED = 64
"""Combinations of values that are tried."""


def combined(columns: Sequence[Column]) -> Iterator[Row]:
    """Return rows of the values of columns: all there are, or some where they are many."""
    return _of_pools([column.values for column in columns])


def combined_between(columns: Sequence[Column]) -> Iterator[Row]:
    """Return rows with values that lie between those of the given rows, in every column that has such values."""
    if not any(column.between for column in columns):
        return iter(())
    return _of_pools([column.between or column.values for column in columns])


def _of_pools(pools: Sequence[Sequence[Scalar]]) -> Iterator[Row]:
    if math.prod(map(len, pools)) <= MOST_TRIED:
        yield from product(*pools)
        return
    random = Random(0)  # whose numbers are the same in every version of Python
    for _ in range(MOST_TRIED):
        yield tuple(pool[int(random.random() * len(pool))] for pool in pools)


def split(rows: Iterable[Row], cells: Callable[[int], Any], texts: dict[int, bool]) -> tuple[list[Row], list[Row]]:
    """Return the rows that equal no given row, and those that do; each once.

    Parameters
    ----------
    rows : iterable of sequence
    cells : callable
        Gives the cells of a feature in the rows that were given.
    texts : dict of int to bool
        For each feature that the model reads, whether it holds texts.
    """
    every: list[Row] = list(dict.fromkeys(map(tuple, rows)))
    equal: list[NDArray[np.intp] | None] = [None] * len(every)  # the given rows that may still be equal: None for all
    for at, holds_text in texts.items():
        if not any(places is None or places.size for places in equal):
            break
        column = cells(at)
        numbers = None if holds_text else floats(column)
        held = objects(column) if numbers is None else _as_float32(numbers)
        for i, row in enumerate(every):
            places = equal[i]
            some = held if places is None else held[places]
            found = np.flatnonzero(_equals(some, row[at]))
            equal[i] = found if places is None else places[found]
    fresh = [row for row, places in zip(every, equal, strict=True) if places is not None and not places.size]
    return fresh, [row for row in every if row not in fresh]


def _equals(held: NDArray[Any], value: Scalar) -> NDArray[np.bool_]:
    """Return which cells hold a value; None stands for one that is missing."""
    if held.dtype != object:
        if value is None or isinstance(value, str):
            return np.asarray(np.isnan(held))
        return np.asarray(held == _as_float32(np.float64(value)))
    if value is None:
        return np.array([is_missing(cell) for cell in held.tolist()], dtype=bool)
    return np.array([not is_missing(cell) and bool(cell == value) for cell in held.tolist()], dtype=bool)


def _as_float32(numbers: Any) -> Any:
    with np.errstate(all="ignore"):
        return numbers.astype(np.float32)
