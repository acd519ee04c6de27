"""The cells of tables, whatever library they come from, as scikit-learn sees them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.flow.column import ColumnType
from skl2tflite.graph import DType

_NOT_REAL = frozenset("cmM")
"""Kinds of dtypes that NumPy converts to floats, and scikit-learn refuses: complex numbers, durations, dates."""


def is_frame(X: Any) -> bool:
    """Whether rows are a DataFrame of pandas, polars or the like."""
    return getattr(X, "columns", None) is not None


def frame_names(X: Any) -> list[str]:
    """Return the names of a DataFrame's columns."""
    return [str(name) for name in X.columns]


def row_count(X: Any) -> int:
    """Return the number of rows of an array or DataFrame."""
    shape = getattr(X, "shape", None)
    return int(shape[0]) if shape else len(X)


def columns_of(X: Any, positions: Iterable[int]) -> list[Any]:
    """Return some columns of rows: Series of a DataFrame, vectors of anything else."""
    if is_frame(X):
        if hasattr(X, "iloc"):
            return [X.iloc[:, i] for i in positions]
        return [X[X.columns[i]] for i in positions]
    array = as_cells(X)
    return [array[:, i] for i in positions]


def as_cells(X: Any) -> NDArray[Any]:
    """Return rows that are no DataFrame as an array: one of objects where text stands beside numbers in a list."""
    if hasattr(X, "toarray"):  # scipy.sparse
        return np.asarray(X.toarray())
    if isinstance(X, np.ndarray):
        return X
    try:
        array = np.asarray(X)
        return np.asarray(X, dtype=object) if array.dtype.kind in "US" else array
    except ValueError as error:
        raise InvalidInputError(f"X is not a table of numbers ({error})") from None


def objects(column: Any) -> NDArray[Any]:
    """Return a column's cells as objects: text, numbers, None, NaN or pandas.NA."""
    if hasattr(column, "to_numpy") and not hasattr(column, "iloc"):  # polars
        return np.asarray(column.to_numpy(), dtype=object)
    return np.asarray(column, dtype=object)


def floats(column: Any) -> NDArray[np.float64] | None:
    """Return a column's numbers, NaN where one is missing; None where it holds something else."""
    if getattr(column.dtype, "kind", "") in _NOT_REAL:
        return None
    try:
        if hasattr(column, "iloc"):
            try:
                return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
            except (TypeError, ValueError, OverflowError):
                pass
        cells = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
        if cells.dtype.kind in _NOT_REAL or cells.dtype.kind in "US":
            return None
        return np.asarray(without_na(cells), dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def without_na(cells: NDArray[Any]) -> NDArray[Any]:
    """Return cells with NaN in place of pandas.NA, which NumPy does not take for a number."""
    if cells.dtype != object or not any(is_na(cell) for cell in cells.flat):
        return cells
    return np.array([np.nan if is_na(cell) else cell for cell in cells.flat], dtype=object).reshape(cells.shape)


def is_na(cell: object) -> bool:
    """Whether a cell is pandas.NA."""
    return type(cell).__name__ == "NAType"


def frame_dtypes(frame: Any) -> frozenset[Any]:
    """Return the dtypes of a DataFrame's columns, each once."""
    return frozenset(getattr(frame, "dtypes", ()))


def frame_to_array(
    frame: Any, places: Sequence[int | None] | None = None, dtypes: Collection[Any] | None = None
) -> NDArray[Any]:
    """Return a DataFrame's numbers; nullable columns give NaN where a value is missing.

    Parameters
    ----------
    frame : DataFrame
    places : sequence of int or None, optional
        For each column of the result, which of the DataFrame's columns it is; None for zeros. By default the result
        has all columns, in their order.
    dtypes : collection of dtype, optional
        Those of the DataFrame's columns, where they are known already.
    """
    if places is not None:
        taken = [place for place in places if place is not None]
        array = np.zeros((len(frame), len(places)))
        if taken:
            columns = frame.iloc[:, taken] if hasattr(frame, "iloc") else frame[:, taken]
            array[:, [place is not None for place in places]] = frame_to_array(columns)
        return array
    kinds = {getattr(dtype, "kind", "") for dtype in (frame_dtypes(frame) if dtypes is None else dtypes)}
    if hasattr(frame, "to_numpy") and not kinds & _NOT_REAL:
        try:
            return np.asarray(frame.to_numpy(dtype=np.float64, na_value=np.nan))
        except (TypeError, ValueError, OverflowError):
            pass
        try:
            return np.asarray(frame.to_numpy()).astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            pass
    names = frame_names(frame)
    columns = [floats(column) for column in columns_of(frame, range(len(names)))]
    offending = [name for name, column in zip(names, columns, strict=True) if column is None]
    if offending:
        raise InvalidInputError(f"columns {quoted(offending)} are not numeric; encode them before converting")
    return np.column_stack([column for column in columns if column is not None])


def column_kinds(X: Any) -> dict[int, DType]:
    """Return which columns of rows hold text or booleans; the dtypes of all others follow from the model.

    Parameters
    ----------
    X : array-like or DataFrame
    """
    if is_frame(X):
        columns = columns_of(X, range(len(X.columns)))
    else:
        array = as_cells(X)
        if array.dtype.kind not in "OUST" or array.ndim != 2:
            return {}
        columns = list(array.T)
    kinds = {}
    for i, column in enumerate(columns):
        if getattr(column.dtype, "kind", "") == "b":
            kinds[i] = DType.BOOL
        elif _holds_text(column):
            kinds[i] = DType.STRING
    return kinds


def categories_of(column: Any) -> tuple[Any, ...] | None:
    """Return the categories of a pandas or polars categorical in the order of their codes, None of any other column.

    Of polars' Categorical an empty tuple: its codes depend on all strings that the process has met before.
    """
    dtype: Any = getattr(column, "dtype", None)
    if hasattr(column, "iloc"):
        return tuple(dtype.categories.tolist()) if str(dtype) == "category" else None
    if type(dtype).__module__.startswith("polars") and type(dtype).__name__ in ("Categorical", "Enum"):
        return tuple(dtype.categories) if type(dtype).__name__ == "Enum" else ()
    return None


def column_types(X: Any) -> dict[int, ColumnType]:
    """Return the dtype and the categories of each column of a DataFrame; an empty dict for any other rows."""
    if not is_frame(X):
        return {}
    columns = columns_of(X, range(len(X.columns)))
    dtypes = list(X.dtypes) if hasattr(X, "iloc") else [None] * len(columns)
    return {i: ColumnType(dtype, categories_of(c)) for i, (dtype, c) in enumerate(zip(dtypes, columns, strict=True))}


def _holds_text(column: Any) -> bool:
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiub":
        return False
    return any(isinstance(cell, str) for cell in objects(column))


def distinct_cells(X: Any) -> Iterable[object]:
    """Return the cells of rows that are no floats: each text, integer and boolean at least once.

    A pandas categorical gives all its categories, whether a row has them or not.
    """
    for column in columns_of(X, range(len(X.columns) if is_frame(X) else as_cells(X).shape[-1])):
        categories = getattr(column.dtype, "categories", None)
        if hasattr(column, "iloc") and categories is not None:
            yield from categories
        elif getattr(column.dtype, "kind", "") in "iub":
            yield from np.unique(np.asarray(column)).tolist()
        elif getattr(column.dtype, "kind", "") != "f":
            yield from objects(column)


def quoted(names: Sequence[str]) -> str:
    """Return the first names of a list for a message."""
    shown = ", ".join(repr(name) for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
