"""Rows in batches, so that any number of them takes a bounded amount of memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.features import check_columns, check_given, reading, row_count
from skl2tflite.features.frames import is_frame

Item = TypeVar("Item")

BATCH_ROWS = 8192
"""Rows that are compared at once by default."""


def batches_of(X: Any, size: int) -> Iterator[Any]:
    """Yield rows in batches.

    Parameters
    ----------
    X : array-like, DataFrame, or iterator of such
        An iterator gives batches; those that are too long are cut too.
    size : int
        Most rows of a batch.

    Raises
    ------
    InvalidInputError
        Where something is no rows.
    """
    for given in X if isinstance(X, Iterator) else [X]:
        check_given(given)
        check_columns(given)
        with reading(given):
            count = row_count(given)
        if not count and isinstance(X, Iterator):
            continue
        if count <= size:
            yield given
            continue
        for start in range(0, count, size):
            with reading(given):
                part = taken(given, slice(start, start + size))
            yield part


def taken(X: Any, rows: slice | NDArray[np.intp]) -> Any:
    """Return some rows of an array, a sparse matrix, a DataFrame or a list.

    Parameters
    ----------
    X : array-like or DataFrame
    rows : slice or ndarray of int
    """
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    if hasattr(X, "toarray"):
        return X.tocsr()[rows]
    if isinstance(X, np.ndarray) or is_frame(X):
        return X[rows]
    if isinstance(X, memoryview):
        return np.asarray(X)[rows]
    every = list(X)
    return every[rows] if isinstance(rows, slice) else [every[i] for i in rows]


def not_empty(batches: Iterable[Item], error: str) -> Iterator[Item]:
    """Yield batches, or raise an error with this text where there is none."""
    empty = True
    for batch in batches:
        empty = False
        yield batch
    if empty:
        raise InvalidInputError(error)
