"""Whether float32 holds every number in rows exactly.

If it does, a file and its estimator compute with the same numbers, and are compared on the rows as they were given.
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.frames import as_cells, columns_of, is_frame, is_na

_WHOLE = 2**24
"""Up to this magnitude float32 holds every integer."""


def held_exactly(X: Any) -> bool:
    """Return whether float32 holds every number in rows. Text, booleans and missing values count as held.

    Parameters
    ----------
    X : array-like, sparse matrix or DataFrame
    """
    if is_frame(X):
        return all(_held(_cells(column)) for column in columns_of(X, range(len(X.columns))))
    if hasattr(X, "toarray"):
        return _held(np.asarray(X.data if hasattr(X, "indptr") else X.toarray().ravel()))
    return _held(as_cells(X))


def _cells(column: Any) -> NDArray[Any]:
    """Return the cells of a DataFrame's column, or the categories of a categorical column."""
    categories = getattr(getattr(column, "cat", None), "categories", None)
    if categories is not None and hasattr(column, "iloc"):
        return np.asarray(categories)
    return np.asarray(column.to_numpy() if hasattr(column, "to_numpy") else column)


def _held(cells: NDArray[Any]) -> bool:
    kind = cells.dtype.kind
    if kind == "f":
        with np.errstate(over="ignore"):
            rounded = cells.astype(np.float32)
        return bool(np.all((rounded == cells) | (cells != cells)))
    if kind in "iu":
        return all(number_held(end) for end in (cells.min(), cells.max())) if cells.size else True
    return all(map(number_held, cells.flat)) if kind == "O" else True


def number_held(cell: Any) -> bool:
    """Return whether float32 holds a cell exactly; true for any cell that is no number."""
    if isinstance(cell, bool | np.bool_) or is_na(cell) or not isinstance(cell, Real):
        return True
    if isinstance(cell, int | np.integer):
        return abs(int(cell)) <= _WHOLE
    with np.errstate(over="ignore"):
        rounded = float(np.float32(cell))
    return rounded == cell or cell != cell
