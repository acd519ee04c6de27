"""The rows that an estimator is given, so that its answers can be compared with those of a file."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.features.frames import as_cells, categories_of, columns_of, floats, is_frame, is_na


def reference_rows(X: Any, integers: bool = False) -> Any:
    """Return rows with their numbers rounded to float32, as a file is given them, and held in float64.

    Rows of float32 stay so; a DataFrame keeps its names and dtypes.

    Parameters
    ----------
    X : array-like or DataFrame
    integers : bool, default=False
        Whether integers stay as they are, for an estimator that takes them for categories.
    """
    if not is_frame(X) and hasattr(X, "iloc"):  # a Series, in which X[0] is a label of its index
        X = X.to_numpy()
    if not is_frame(X) or not hasattr(X, "iloc"):
        return _rounded_polars(X) if is_frame(X) else _rounded_array(X, integers)
    columns = columns_of(X, range(X.shape[1]))
    holed = {name: column for name, column in zip(X.columns, columns, strict=True) if _lacks(column)}
    if holed:  # an imputer tells None and text from NaN, so that these must stay
        rounded = {name: [_rounded(cell) for cell in column] for name, column in holed.items()}
        X = X.assign(**{name: type(X[name])(cells, X.index, dtype=object) for name, cells in rounded.items()})
    elif not integers and all(floats(column) is not None and categories_of(column) is None for column in columns):
        return X.astype(np.float32).astype(np.float64)
    kept = {}
    for i in range(X.shape[1]):
        dtype = X.dtypes.iloc[i]
        if getattr(dtype, "kind", "") == "f":
            kept[X.columns[i]] = np.float32 if isinstance(dtype, np.dtype) else "Float32"
        elif not integers and isinstance(dtype, np.dtype) and dtype.kind in "iu":
            X = _with_rounded_integers(X, i)
    return X.astype(kept).astype({name: X.dtypes[name] for name in kept})


def _with_rounded_integers(X: Any, at: int) -> Any:
    """Return a DataFrame with the integers of a column as float32 holds them; the same where it holds them exactly."""
    column = X.iloc[:, at]
    rounded = column.to_numpy().astype(np.float32).astype(np.float64)
    if (rounded == column).all() or (np.abs(rounded) > np.iinfo(column.dtype).max).any():
        return X
    X = X.copy(deep=False)
    X.isetitem(at, rounded.astype(column.dtype))
    return X


def given_rows(X: Any) -> Any:
    """Return rows as the estimator is given them: a copy, which it may write to; lists of rows as an array."""
    if hasattr(X, "copy") and (is_frame(X) or hasattr(X, "toarray") or isinstance(X, np.ndarray)):
        return X.copy()
    return X if is_frame(X) else as_cells(X)


def rows_in_float64(X: Any, integers: bool = False) -> Any:
    """Return rows with the same numbers in float64; None where they are an array without any.

    Floats of 16 bits stay: scikit-learn computes in half precision there, and that is its answer.

    Parameters
    ----------
    X : array-like or DataFrame
    integers : bool, default=False
        Whether integers and booleans become float64 too.
    """
    if not is_frame(X):
        dtype = getattr(X, "dtype", None)
        wanted = dtype is not None and dtype.kind in ("fiub" if integers else "f") and dtype != np.float16
        return X.astype(np.float64) if wanted else None
    if not hasattr(X, "iloc"):
        import polars

        taken = polars.selectors.numeric() if integers else polars.selectors.float()
        return X.with_columns(taken.cast(polars.Float64))
    kinds = "fiub" if integers else "f"
    names = [
        name
        for name, dtype in zip(X.columns, X.dtypes, strict=True)
        if getattr(dtype, "kind", "-") in kinds and dtype != np.float16
    ]
    return X.astype({name: np.float64 if isinstance(X[name].dtype, np.dtype) else "Float64" for name in names})


def _rounded_polars(X: Any) -> Any:
    import polars

    floats = polars.selectors.float().cast(polars.Float32)
    return X.with_columns(floats).with_columns(polars.selectors.float().cast(polars.Float64))


def _rounded_array(X: Any, integers: bool) -> Any:
    if hasattr(X, "toarray"):  # scipy.sparse: an estimator may read entries that are not stored as missing
        return X if integers and X.dtype.kind in "iu" else _as_float32(X)
    array = np.asarray(X)
    if integers and array.dtype.kind in "iu":
        return array
    if array.dtype.kind not in "OUST":
        return _as_float32(array)
    cells = np.array(X, dtype=object)
    if not integers and not _lacks(cells) and not any(isinstance(cell, str) for cell in cells.flat):
        try:
            return _as_float32(array)
        except (TypeError, ValueError, OverflowError):
            pass
    for at, cell in np.ndenumerate(cells):
        cells[at] = _rounded(cell)
    return cells


def _as_float32(numbers: Any) -> Any:
    """Return the numbers of an array or a sparse matrix as float32 holds them, in float64 if they are not float32."""
    rounded = numbers.astype(np.float32)
    return rounded if numbers.dtype == np.float32 else rounded.astype(np.float64)


def _lacks(cells: Any) -> bool:
    """Whether some cells of an array or a column of objects are None or pandas.NA, or text beside numbers."""
    if cells.dtype != object:
        return False
    flat = list(np.asarray(cells).flat)
    if any(cell is None or is_na(cell) for cell in flat):
        return True
    return any(isinstance(cell, str) for cell in flat) and any(isinstance(cell, float) for cell in flat)


def _rounded(cell: Any) -> Any:
    return float(np.float32(cell)) if isinstance(cell, float) else cell
