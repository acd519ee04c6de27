"""Reductions of a symbolic DataFrame: one value of each row, or conditions on all rows at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy import statistics
from skl2tflite.tracing.numpy.writable import plain
from skl2tflite.tracing.pandas.along_rows import ALONG_ROWS
from skl2tflite.tracing.pandas.frame_values import FrameValues
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.whether import WhetherAll, of_some_row

REDUCTIONS = ("sum", "mean", "max", "min", "prod", "std", "var", "median", "any", "all", "count")
"""Reductions along ``axis=1`` that ``DataFrame.agg`` can record by name."""
NUMPY_REDUCTIONS: dict[Any, str] = {
    np.mean: "mean", np.sum: "sum", np.max: "max", np.min: "min", np.prod: "prod", np.std: "std", np.var: "var",
}  # fmt: skip
"""NumPy's functions that call the DataFrame's method of the same name, which skips missing values."""


class FrameReductions(FrameValues):
    """What pandas' DataFrame computes of the values of a row (``axis=1``), and what it says of all rows."""

    def __array_function__(self, func: Any, types: object, args: Any, kwargs: Any) -> Any:
        name = NUMPY_REDUCTIONS.get(func)
        if name is None:
            return super().__array_function__(func, types, args, kwargs)
        options = {"ddof": 0} if name in ("std", "var") else {}  # NumPy's default, not pandas'
        options |= {key: value for key, value in kwargs.items() if key in ("axis", "ddof")}
        return getattr(self, name)(*args[1:], **options)

    def agg(self, func: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Any:
        """Compute one reduction of each row, as a Series, or several, as a frame."""
        if axis not in (1, "columns"):
            raise refusal("aggregates of columns depend on other rows; compute them in fit, or use axis=1")
        several = not isinstance(func, str) and not callable(func)
        names = [
            each if isinstance(each, str) else NUMPY_REDUCTIONS.get(each, "") for each in (func if several else [func])
        ]
        found = [getattr(self, name)(*args, axis=1, **kwargs) for name in names if name in REDUCTIONS]
        if len(found) < len(names):
            raise refusal(f"agg takes names of {', '.join(REDUCTIONS)}, not {func!r:.60}")
        return self.of(dict(zip(names, found, strict=True))) if several else found[0]

    aggregate = agg

    def any(self, axis: Any = 0, **_: Any) -> Any:
        """Whether some value of each row is true (``axis=1``), or in some row (an answer for conditions)."""
        if axis in (1, "columns"):
            return Series(plain(xp.any(self.table.matrix(), axis=1)))
        found = of_some_row({name: column.column.values for name, column in self.items()})
        return found.any() if axis is None else found

    def all(self, axis: Any = 0, **_: Any) -> Any:
        """Whether all values of each row are true (``axis=1``), or in all rows (an answer for conditions)."""
        every = Series(plain(xp.all(self.table.matrix(), axis=1)))
        if axis in (1, "columns"):
            return every
        if axis is None:
            return every.all()
        return AllPerColumn({name: column.all() for name, column in self.items()})

    def count(self, axis: Any = 0, **_: Any) -> Series:
        """Number of values of each row that are not missing."""
        return self.notna().sum(axis=axis)  # type: ignore[no-any-return]

    def median(self, axis: Any = 0, skipna: bool = True, **_: Any) -> Series:
        """Median of each row, of the values that are not missing."""
        rows = self._rows("median", axis)
        ordered = statistics.sort(rows)
        count = xp.sum(~xp.isnan(rows), axis=1, keepdims=True)
        middle = [xp.clip((count - one) // 2, 0, None) for one in (1, 0)]
        low, high = (xp.take_along_axis(ordered, place, axis=1) for place in middle)
        result = xp.squeeze((low + high) * 0.5, 1)
        return Series(plain(result if skipna else xp.where(xp.any(xp.isnan(rows), axis=1), np.nan, result)))

    def _rows(self, name: str, axis: Any) -> Tensor:
        if axis not in (1, "columns"):
            raise refusal(f"{name} of a DataFrame's columns depends on other rows; compute it in fit, or use axis=1")
        return self.table.matrix()


def _reduction(
    name: str, skipping: Callable[..., Any], plainly: Callable[..., Any], **defaults: Any
) -> Callable[..., Series]:
    """Return a method that reduces each row.

    Parameters
    ----------
    name : str
        Name of pandas' method.
    skipping, plainly : callable
        The reduction that skips NaN, and the one that does not (``skipna=False``). Both take the matrix and an axis.
    **defaults
        Further keywords of the reductions, with pandas' defaults.
    """

    def call(self: FrameReductions, axis: Any = 0, skipna: bool = True, **others: Any) -> Any:
        if name == "sum" and axis in (0, "index", None) and self._has_truths:
            found = of_some_row({name: column.column.values for name, column in self.items()}, counted=True)
            return found.sum() if axis is None else found
        options = defaults | {k: v for k, v in others.items() if k in defaults}
        least = int(others.pop("min_count", 0))
        if others.pop("numeric_only", False):
            self = self.select_dtypes(["number", "bool"])
        if unknown := [k for k, v in others.items() if k not in defaults and v is not None]:
            raise refusal(f"{name} of a DataFrame's rows with {unknown[0]}= cannot be recorded")
        rows = self._rows(name, axis)
        result = (skipping if skipna else plainly)(rows, axis=1, **options)
        if least > 0:
            there = xp.sum(xp.astype(~xp.isnan(rows), int), axis=1)
            result = xp.where(there < least, np.nan, result)
        return Series(plain(result))

    return call


for _name, _method in ALONG_ROWS.items():
    setattr(FrameReductions, _name, _method)
for _name, _skipping, _plainly, _defaults in (
    ("sum", statistics.nansum, xp.sum, {}),
    ("mean", statistics.nanmean, xp.mean, {}),
    ("max", statistics.nanmax, xp.max, {}),
    ("min", statistics.nanmin, xp.min, {}),
    ("prod", statistics.nanprod, xp.prod, {}),
    ("std", statistics.nanstd, statistics.std, {"ddof": 1}),
    ("var", statistics.nanvar, statistics.var, {"ddof": 1}),
):
    setattr(FrameReductions, _name, _reduction(_name, _skipping, _plainly, **_defaults))


class AllPerColumn(dict[str, WhetherAll]):
    """Answers for the columns of a DataFrame: whether a condition holds of all rows."""

    def all(self) -> WhetherAll:
        """Whether it holds of all rows in all columns."""
        others: Any = 0
        for each in self.values():
            others = others + each.others
        return WhetherAll(plain(~others.rows))
