"""Which columns may hold NaN: found by calling a user function with rows that have NaN in one column at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.tracing.category_values import is_missing
from skl2tflite.tracing.trial_calls import tried


def nan_allowed_columns(
    function: Callable[[Any], Any],
    count: int | None,
    names: list[str] | None,
    clean: bool | NDArray[np.bool_],
    known: Any = None,
) -> bool | NDArray[np.bool_]:
    """Return the columns in which a function takes NaN and, if ``clean``, does not give NaN for it.

    Parameters
    ----------
    function : callable
    count : int or None
        Number of columns; None for a single axis.
    names : list of str or None
        Names of the columns, for a function of DataFrames.
    clean : bool or ndarray of bool of shape (n_output_columns,)
        Whether the result must be free of NaN: all of it, or the columns marked.
    known : DataFrame, optional
        Rows, some of which the function takes, for functions that refuse rows of ones.

    Returns
    -------
    bool or ndarray of bool of shape (count,)
        One boolean stands for all columns.
    """
    width = count or 1
    rows = np.ones((width + 2, width))  # row 0: ones; row 1: all NaN; row 2 + i: NaN in column i
    rows[1] = np.nan
    rows[2:][np.eye(width, dtype=bool)] = np.nan
    for given in _candidates(rows[:, 0] if count is None else rows, names):
        result = _called(function, given)
        if result is None:
            continue
        if result.shape[:1] != (len(rows),):
            return True  # recording the function will raise the error that says what is wrong
        missing = _missing(result)
        new = missing[2:] & ~missing[0] & _among(clean, missing.shape[1])
        return ~new.any(axis=1) if np.any(clean) else True
    if names is None or "pandas" not in sys.modules:
        return False
    import pandas as pd

    ones = pd.DataFrame(rows[:1], columns=names)
    texts = (ones.astype(object if name is None else {name: object}) for name in (None, *names))  # take text too
    taken = (each for each in chain((known, ones), texts) if each is not None and list(each.columns) == names)
    single = (frame.iloc[[i]] for frame in taken for i in range(len(frame)))
    row = next((row for row in single if _called(function, row) is not None), None)
    return False if row is None else np.array([_takes_nan(function, row, i, clean) for i in range(width)])


def _takes_nan(function: Callable[[Any], Any], row: Any, column: int, clean: bool | NDArray[np.bool_]) -> bool:
    """Return whether a function takes a DataFrame row with NaN in a column and, if ``clean``, gives no NaN for it.

    Parameters
    ----------
    function : callable
    row : DataFrame of one row
        The function takes it.
    column : int
    clean : bool or ndarray of bool
        As in :func:`nan_allowed_columns`.
    """
    import pandas as pd

    cells = row.iloc[:, column]
    missing = pd.Series([np.nan], index=row.index, dtype=float if cells.dtype.kind in "iub" else cells.dtype)
    result = _called(function, row.assign(**{row.columns[column]: missing}))
    before = _called(function, row)
    if result is None or before is None:
        return False
    if not np.any(clean) or result.shape != before.shape:
        return True
    new = _missing(result) & ~_missing(before)
    return not (new & _among(clean, new.shape[1])).any()


def _among(clean: bool | NDArray[np.bool_], width: int) -> bool | NDArray[np.bool_]:
    """Return which of ``width`` output columns must be free of NaN; all of them where ``clean`` has another length."""
    return clean if np.shape(clean) == (width,) else bool(np.any(clean))


def _called(function: Callable[[Any], Any], rows: Any) -> NDArray[Any] | None:
    """Return what a function gives as an array; None where it raises an error."""
    return tried(lambda copy: np.asarray(function(copy)), rows)


def _missing(result: NDArray[Any]) -> NDArray[np.bool_]:
    cells = result.reshape(len(result), -1)
    if result.dtype.kind == "f":
        return np.asarray(np.isnan(cells))
    missing: NDArray[np.bool_] = np.frompyfunc(is_missing, 1, 1)(cells).astype(bool)
    return missing


def _candidates(rows: NDArray[Any], names: list[str] | None) -> list[Any]:
    """Return rows in the forms that a function may take: pandas objects where pandas is loaded, then an array."""
    if "pandas" not in sys.modules or (rows.ndim == 2 and names is None):
        return [rows]
    import pandas as pd

    return [pd.Series(rows, name="x") if rows.ndim == 1 else pd.DataFrame(rows, columns=names), rows]
