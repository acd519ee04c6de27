"""pandas' methods of DataFrames that compute along each row (``axis=1``) and return columns, or the name of one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np

from skl2tflite.flow.column import NAN
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.tracing.numpy import statistics
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.whether import Whether


def _along(name: str, axis: Any) -> None:
    """Refuse an axis along which other rows matter."""
    if axis not in (1, "columns"):
        raise refusal(f"{name} of a DataFrame's columns depends on other rows; compute it in fit, or use axis=1")


def _columns(frame: Any) -> list[Any]:
    matrix = frame.table.matrix()
    return [matrix[:, i] for i in range(len(frame.table.columns))]


def _joined(frame: Any, columns: list[Any]) -> Any:
    return frame._like(xp.stack(columns, axis=1))


def sort_index(self: Any, axis: Any = 0, ascending: bool = True, **others: Any) -> Any:
    """Put columns in the order of their names."""
    _along("sort_index", axis)
    if any(value for name, value in others.items() if name not in ("kind", "na_position")):
        raise refusal(f"sort_index with {', '.join(others)} cannot be recorded; name the columns in their order")
    return self[sorted(self.table.names, reverse=not ascending)]


def _running(name: str, function: Callable[[Any, Any], Any], neutral: float) -> Callable[..., Any]:
    """Return ``cumsum`` or another running reduction.

    Parameters
    ----------
    name : str
    function : callable
        Combines the result so far with the next column.
    neutral : float
        Stands for missing values, which are left out.
    """

    def call(self: Any, axis: Any = 0, skipna: bool = True, **_: Any) -> Any:
        _along(name, axis)
        columns = _columns(self)
        filled = [xp.where(xp.isnan(each), neutral, each) if skipna else each for each in columns]
        found = accumulate(filled, function)
        return _joined(self, [xp.where(xp.isnan(x), np.nan, y) for x, y in zip(columns, found, strict=True)])

    return call


def shift(self: Any, periods: int = 1, freq: Any = None, axis: Any = 0, fill_value: Any = np.nan) -> Any:
    """Move values to other columns."""
    _along("shift", axis)
    columns = _columns(self)
    nothing = xp.broadcast_rows(np.asarray(fill_value, dtype=float), columns[0])
    at = [i - int(periods) for i in range(len(columns))]
    return _joined(self, [columns[i] if 0 <= i < len(columns) else nothing for i in at])


def diff(self: Any, periods: int = 1, axis: Any = 0) -> Any:
    """Return each value minus the value ``periods`` columns before it."""
    _along("diff", axis)
    return self - shift(self, periods, axis=1)


def _filling(name: str, step: int) -> Callable[..., Any]:
    """Return ``ffill`` or ``bfill``."""

    def call(self: Any, axis: Any = 0, limit: Any = None, **_: Any) -> Any:
        _along(name, axis)
        if limit is not None:
            raise refusal(f"{name} with limit= cannot be recorded")
        found: list[Any] = []
        for each in _columns(self)[::step]:
            found.append(xp.where(xp.isnan(each), found[-1], each) if found else each)
        return _joined(self, found[::step])

    return call


def _position(name: str, greatest: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``idxmax`` or ``idxmin``: the name of the first column that holds the row's extreme."""

    def call(self: Any, axis: Any = 0, skipna: bool = True, **_: Any) -> Series:
        import pandas as pd

        _along(name, axis)
        matrix, names = self.table.matrix(), self.table.names
        missing = xp.isnan(matrix)
        none = (xp.all if skipna else xp.any)(missing, axis=1)
        best = matrix == greatest(matrix, axis=1, keepdims=True)
        chosen: Any = xp.where(best[:, len(names) - 1], names[-1], names[-1])
        for i in reversed(range(len(names) - 1)):
            chosen = xp.where(best[:, i], names[i], chosen)
        if int(pd.__version__.split(".")[0]) < 3:
            return Series(plain(xp.where(none, NAN, chosen)))
        if Whether(plain(none)):
            raise ValueError("Encountered all NA values" if skipna else "Encountered an NA value with skipna=False")
        return Series(plain(chosen))

    return call


ALONG_ROWS: dict[str, Callable[..., Any]] = {
    "sort_index": sort_index,
    "shift": shift,
    "diff": diff,
    "ffill": _filling("ffill", 1),
    "bfill": _filling("bfill", -1),
    "cumsum": _running("cumsum", xp.add, 0.0),
    "cumprod": _running("cumprod", xp.multiply, 1.0),
    "cummax": _running("cummax", xp.maximum, -np.inf),
    "cummin": _running("cummin", xp.minimum, np.inf),
    "idxmax": _position("idxmax", statistics.nanmax),
    "idxmin": _position("idxmin", statistics.nanmin),
}
"""Methods of symbolic DataFrames."""
