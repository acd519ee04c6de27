"""Symbolic tables with the face of a pandas DataFrame, for functions that work on its columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from skl2tflite.flow.column import MadeColumn
from skl2tflite.flow.renamed import named, renamed
from skl2tflite.flow.table import Table, rows_of
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy import statistics
from skl2tflite.tracing.numpy.elementwise import around
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.pandas.along_rows import ALONG_ROWS
from skl2tflite.tracing.pandas.clipped import clipped, of_numpy
from skl2tflite.tracing.pandas.constants import every_row
from skl2tflite.tracing.pandas.dtypes import as_category, dtype_of, is_category, no_attribute
from skl2tflite.tracing.pandas.operators import add_operators, check_operation
from skl2tflite.tracing.pandas.replaced import by_kind, pairs_of, replaced
from skl2tflite.tracing.pandas.series import INDEX, Series
from skl2tflite.tracing.values import Values
from skl2tflite.tracing.values_needed import needed, no_hash, no_text
from skl2tflite.tracing.whether import Size, WhetherAll, of_some_row

_OF_PANDAS: dict[Any, str] = {
    np.mean: "mean", np.sum: "sum", np.max: "max", np.min: "min", np.prod: "prod", np.std: "std", np.var: "var",
}  # fmt: skip


@add_operators
class Frame:
    """A table: pandas' methods that keep each row to itself record nodes.

    Columns may be strings; what works on all columns at once works on the matrix of their numbers.

    Parameters
    ----------
    table : Table
    """

    __array_priority__ = 3000
    __hash__ = no_hash
    __str__ = __format__ = no_text
    ndim = 2
    index = INDEX
    table: Table

    def __init__(self, table: Table) -> None:
        self.__dict__["table"] = table

    @classmethod
    def of(cls, columns: Mapping[Any, Any]) -> Frame:
        """Return a frame of named columns; numbers are repeated for every row."""
        like = next((plain(v) for v in columns.values() if isinstance(v, Tensor | Series)), None)
        return cls(Table([_column(name, value, like) for name, value in columns.items()]))

    def __repr__(self) -> str:
        return f"<DataFrame of {', '.join(self.table.names)}>"

    # --- columns --------------------------------------------------------------------------------------------

    @property
    def columns(self) -> Any:
        """Names of the columns, as pandas has them."""
        import pandas as pd

        return pd.Index(self.table.names)

    @columns.setter
    def columns(self, names: Sequence[str]) -> None:
        self.table = self.set_axis(names, axis=1).table

    @property
    def shape(self) -> tuple[int | None, int]:
        """The number of rows, which a file for a fixed batch knows, and that of columns."""
        return (self.table.batch if self.table.columns else None, len(self.table.columns))

    @property
    def dtypes(self) -> Any:
        """The columns' dtypes, as pandas has them."""
        import pandas as pd

        return pd.Series([dtype_of(column) for column in self.table.columns], index=self.columns, dtype=object)

    @property
    def empty(self) -> bool:
        """Whether there are no columns; a file is run with some rows."""
        return not self.table.columns

    @property
    def size(self) -> Size:
        """The number of cells, which depends on the rows: only whether it is 0 is known."""
        return Size(bool(self.table.columns), "a DataFrame")

    @property
    def T(self) -> Any:  # noqa: N802 - pandas' name
        """Rows and columns exchanged, which cannot be."""
        raise refusal("a DataFrame cannot be transposed: its rows would become columns")

    def __contains__(self, name: object) -> bool:
        return name in self.table.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.names)

    def keys(self) -> Any:
        """Names of the columns."""
        return self.columns

    def items(self) -> Iterator[tuple[str, Series]]:
        """Yield names and columns."""
        return ((name, self[name]) for name in self.table.names)

    def __len__(self) -> int:
        if (rows := self.shape[0]) is not None:
            return rows
        raise refusal("the number of rows of a DataFrame is known only at run time")

    def __bool__(self) -> bool:
        raise needed(refusal("a condition on a DataFrame cannot be recorded"))

    def __array__(self, *_: object, **__: object) -> Any:
        raise refusal("a DataFrame was passed to code that needs its values; only operations on it can be recorded")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self.table.names:
            return self[name]
        raise no_attribute(name, "a DataFrame")

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "table" and name in self.table.names:
            self[name] = value
        else:
            super().__setattr__(name, value)

    def _at(self, name: Any) -> int:
        if name not in self.table.names:
            raise refusal(f"there is no column {name!r}; there are {', '.join(map(repr, self.table.names))}")
        return int(self.table.names.index(name))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return Series(self.table[self._at(key)], key)
        if isinstance(key, Series | Tensor | Frame | slice):
            raise refusal(
                "rows cannot be picked: their number would hang on the values; use where, mask or numpy.where"
            )
        if isinstance(key, int | tuple):  # names are text here, of one level
            raise refusal(f"there is no column {key!r}; there are {', '.join(map(repr, self.table.names))}")
        names = list(key)
        if names and all(isinstance(name, bool | np.bool_) for name in names):
            raise refusal("a list of truth values picks rows, which must be kept; use .loc[:, mask]")
        return Frame(self.table.take([self._at(name) for name in names]))

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Series | Tensor | Frame):
            self.table = self.mask(key, value).table
            return
        if not isinstance(key, str):
            parts = value if isinstance(value, Frame) else of_array(plain(value), list(key)) if np.ndim(value) else None
            for i, name in enumerate(key):
                self[name] = value if parts is None else Series(parts.table[i])
            return
        columns = list(self.table.columns)
        column = _column(key, value, rows_of(self.table) if columns else None)
        if key in self.table.names:
            columns[self._at(key)] = column
        else:
            columns.append(column)
        self.table = Table(columns)

    def __delitem__(self, key: str) -> None:
        self.table = self.drop(columns=[key]).table

    def pop(self, item: str) -> Series:
        """Take a column out."""
        column: Series = self[item]
        del self[item]
        return column

    def get(self, key: str, default: Any = None) -> Any:
        """Return a column, or something else where it is not there."""
        return self[key] if key in self.table.names else default

    def insert(self, loc: int, column: str, value: Any) -> None:
        """Put a column before another one."""
        names = self.table.names
        names.insert(loc, column)
        self[column] = value
        self.table = self[names].table

    def assign(self, **columns: Any) -> Frame:
        """Return a frame with more, or other, columns."""
        frame = self.copy()
        for name, value in columns.items():
            frame[name] = value(frame) if callable(value) and not isinstance(value, Tensor) else value
        return frame

    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, errors: str = "raise", **_: Any) -> Frame:
        """Leave columns out."""
        gone = columns if columns is not None else labels if axis in (1, "columns") else None
        if gone is None:
            raise refusal("rows cannot be dropped: there are as many answers as rows; name columns to drop (columns=…)")
        names = [gone] if isinstance(gone, str) else list(gone)
        if errors != "ignore":
            for name in names:
                self._at(name)
        return self[[name for name in self.table.names if name not in names]]  # type: ignore[no-any-return]

    def rename(self, mapper: Any = None, axis: Any = 0, columns: Any = None, **_: Any) -> Frame:
        """Return the columns under other names."""
        names = columns if columns is not None else mapper
        if columns is None and axis not in (1, "columns"):
            raise refusal("rows have no labels to rename; use rename(columns=…)")
        return self.set_axis([names(n) if callable(names) else names.get(n, n) for n in self.table.names], axis=1)

    def set_axis(self, labels: Any, axis: Any = 0, **_: Any) -> Frame:
        """Return the columns under other names."""
        if axis not in (1, "columns"):
            raise refusal("rows have no labels; use set_axis(…, axis=1)")
        names = list(labels)
        if len(names) != len(self.table.columns):
            raise ValueError(f"{len(self.table.columns)} columns take as many names, not {len(names)}")
        return Frame(renamed(self.table, names))

    def add_prefix(self, prefix: str, **_: Any) -> Frame:
        """Begin every name with some text."""
        return self.set_axis([prefix + name for name in self.table.names], axis=1)

    def add_suffix(self, suffix: str, **_: Any) -> Frame:
        """End every name with some text."""
        return self.set_axis([name + suffix for name in self.table.names], axis=1)

    def filter(self, items: Any = None, like: str | None = None, regex: str | None = None, axis: Any = None) -> Frame:
        """Return columns by their names."""

        def wanted(name: str) -> bool:
            if items is not None:
                return name in items
            return like in name if like is not None else re.search(regex or "", name) is not None

        return self[[name for name in self.table.names if wanted(name)]]  # type: ignore[no-any-return]

    def select_dtypes(self, include: Any = None, exclude: Any = None) -> Frame:
        """Return columns by their dtypes."""
        import pandas as pd

        empty = pd.DataFrame(
            {i: pd.Series(dtype=dtype_of(column)) for i, column in enumerate(self.table.columns)},
        )
        return Frame(self.table.take(empty.select_dtypes(include, exclude).columns))

    def reindex(
        self, labels: Any = None, axis: Any = 0, columns: Any = None, fill_value: Any = np.nan, **_: Any
    ) -> Frame:
        """Return columns in another order, and of one value those that are not there."""
        columns = labels if columns is None and axis in (1, "columns") else columns
        if columns is None:
            raise refusal("rows have no labels to put in order; use reindex(columns=…)")
        names = list(columns)
        more = {name: fill_value for name in names if name not in self.table.names}
        return self.assign(**more)[names]  # type: ignore[no-any-return]

    def join(self, other: Any, **_: Any) -> Frame:
        """Return two frames side by side."""
        from skl2tflite.tracing.pandas.protocol import concat

        return concat([self, other], axis=1)

    @property
    def loc(self) -> Any:
        """Columns by name, and rows by masks, to be written to."""
        from skl2tflite.tracing.pandas.located import Located

        return Located(self, by_name=True)

    @property
    def iloc(self) -> Any:
        """Columns by position."""
        from skl2tflite.tracing.pandas.located import Located

        return Located(self, by_name=False)

    # --- values ---------------------------------------------------------------------------------------------

    @property
    def values(self) -> Tensor:
        """The cells as an array, which belongs to the frame."""
        return Values(self.table, owner="the DataFrame's values")

    def to_numpy(self, dtype: Any = None, copy: bool = False, na_value: Any = None) -> Tensor:
        """Return the cells as an array."""
        frame = self if na_value is None else self.fillna(na_value)
        if dtype is not None:
            frame = frame.astype(dtype)
        return Values(frame.table, owner="" if copy or dtype is not None else "the DataFrame's values")

    def __tensor__(self) -> Tensor:
        return self.table.matrix()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_ufunc

        return self._like(record_ufunc(ufunc, method, tuple(map(plain, inputs)), kwargs))

    def __array_function__(self, func: Any, types: object, args: Any, kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_function

        name = _OF_PANDAS.get(func)
        if name is not None:  # which pandas' own methods answer, that pass over what is missing
            options = {"ddof": 0} if name in ("std", "var") else {}
            return getattr(self, name)(
                *args[1:], **options | {k: v for k, v in kwargs.items() if k in ("axis", "ddof")}
            )
        if func is np.clip and args and args[0] is self:  # which calls the frame's own
            return self.clip(**of_numpy(args, kwargs))
        result = record_function(func, args, kwargs)
        return self._like(result) if func in (np.round, np.around) else result

    def _like(self, result: Any) -> Any:
        """Return a matrix as a frame of the same columns."""
        result = plain(result)
        if not isinstance(result, Tensor) or result.shape[1:] != (len(self.table.columns),):
            return handled(result, self)
        return Frame(Table.of_matrix(result, self.table.names))

    @property
    def _has_truths(self) -> bool:
        return all(column.kind == DType.BOOL for column in self.table.columns)

    @property
    def _has_text(self) -> bool:
        return any(column.kind == DType.STRING for column in self.table.columns)

    def _each(self, function: Callable[[str, Series], Any]) -> Frame:
        return Frame.of({name: function(name, column) for name, column in self.items()})

    def copy(self, deep: bool | None = True) -> Frame:
        """Return a frame of the same columns."""
        return Frame(self.table)

    def infer_objects(self, *_: Any, **__: Any) -> Frame:
        """Return the frame itself: values have their own kinds."""
        return self

    def reset_index(self, drop: bool = False, **_: Any) -> Frame:
        """Return the frame itself: rows have no labels."""
        if not drop:
            raise refusal("reset_index would make a column of the rows' labels, which a file does not have; drop=True")
        return self

    def pipe(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with the frame."""
        return func(self, *args, **kwargs)

    def apply(self, func: Callable[..., Any], axis: Any = 0, args: Any = (), **kwargs: Any) -> Frame:
        """Call a function with each column."""
        if axis not in (0, "index"):
            raise refusal("apply with axis=1 calls Python for every row; compute with whole columns instead")
        return self._each(lambda _, column: func(column, *args, **kwargs))

    def map(self, func: Any, **kwargs: Any) -> Frame:
        """Compute a function of each value."""
        return self._each(lambda _, column: column.map(func))

    applymap = map
    transform = apply

    def combine(self, name: str, other: Any, axis: Any = 1, reflected: bool = False) -> Frame:
        """Return an operation of the graph's on this frame and another operand."""
        check_operation(name, other, "column")
        if isinstance(other, Frame):
            if set(other.table.names) != set(self.table.names):
                raise refusal("frames of other columns cannot be combined; name the same ones")
            other = other[self.table.names]
        elif isinstance(other, Series):
            if axis not in (0, "index"):
                raise refusal("a column beside a DataFrame means its columns in pandas; use df.div(column, axis=0)")
            other = xp.expand_dims(plain(other), 1)
        elif isinstance(other, Mapping) or hasattr(other, "to_dict"):
            other = self._of_columns(other)
        elif isinstance(other, str) or self._has_text:
            return self._each(lambda _, column: column.combine(name, other, reflected=reflected))
        a, b = self.table.matrix(), plain(other)
        return self._like(getattr(xp, name)(b, a) if reflected else getattr(xp, name)(a, b))  # type: ignore[no-any-return]

    def _of_columns(self, values: Any) -> Any:
        """Return numbers of columns, which a dictionary or a Series of pandas has by name, in the columns' order."""
        known = dict(values) if isinstance(values, Mapping) else values.to_dict()
        if set(known) != set(self.table.names):
            raise refusal("a DataFrame is combined with numbers for other columns; name the same ones")
        return np.array([float(known[name]) for name in self.table.names])

    def __neg__(self) -> Any:
        return self._like(xp.negative(self.table.matrix()))

    def __invert__(self) -> Any:
        if not self.table.is_matrix or any(getattr(c.dtype, "kind", "") == "b" for c in self.table.columns):
            return self._each(lambda _, column: ~column)
        return self._like(~self.table.matrix())

    def __abs__(self) -> Any:
        return self.abs()

    def abs(self) -> Any:
        """Absolute values."""
        return self._like(xp.abs(self.table.matrix()))

    def round(self, decimals: Any = 0) -> Any:
        """Nearest numbers of so many decimals."""
        if isinstance(decimals, Mapping):
            return self._each(lambda name, column: column.round(decimals[name]) if name in decimals else column)
        return self._like(around(self.table.matrix(), decimals))

    def clip(self, lower: Any = None, upper: Any = None, axis: Any = None, **_: Any) -> Any:
        """Limit values to an interval; what is missing stays, and does not limit."""
        return self._like(clipped(self.table.matrix(), self._bound(lower, axis), self._bound(upper, axis)))

    def _bound(self, bound: Any, axis: Any) -> Any:
        """Return a bound of ``clip`` in the places of the values that it limits."""
        if isinstance(bound, Series):
            if axis not in (0, "index"):
                raise refusal("a column that limits a DataFrame means its columns in pandas; use clip(…, axis=0)")
            return xp.expand_dims(plain(bound), 1)
        if isinstance(bound, Frame):
            if set(bound.table.names) != set(self.table.names):
                raise refusal("a DataFrame is limited by one of other columns; name the same ones")
            return plain(bound[self.table.names])
        return self._of_columns(bound) if hasattr(bound, "to_dict") else plain(bound)

    def isna(self) -> Any:
        """Whether values are missing."""
        if self._has_text:
            return self._each(lambda _, column: column.isna())
        return self._like(xp.isnan(self.table.matrix()))

    isnull = isna

    def notna(self) -> Any:
        """Whether values are there."""
        return ~self.isna()

    notnull = notna

    def fillna(self, value: Any = None, **_: Any) -> Any:
        """Put values in place of what is missing."""
        if value is None:
            raise refusal("fillna takes a value; what other rows hold is not known")
        if isinstance(value, Mapping) or hasattr(value, "to_dict"):
            values = value if isinstance(value, Mapping) else value.to_dict()
            return self._each(lambda name, column: column.fillna(values[name]) if name in values else column)
        if self._has_text or isinstance(value, str):
            return self._each(lambda _, column: column.fillna(value))
        if np.ndim(value) or isinstance(value, Tensor | Series | Frame):
            return self.mask(self.isna(), value)
        return Frame(self.table.each(lambda matrix: plain(xp.where(xp.isnan(matrix), value, matrix))))

    def where(self, cond: Any, other: Any = np.nan, **_: Any) -> Any:
        """Keep values where a condition holds."""
        cond = cond(self) if callable(cond) and not isinstance(cond, Frame | Tensor) else cond
        return self._like(xp.where(_wide(cond), self.table.matrix(), plain(other)))

    def mask(self, cond: Any, other: Any = np.nan, **_: Any) -> Any:
        """Replace values where a condition holds."""
        cond = cond(self) if callable(cond) and not isinstance(cond, Frame | Tensor) else cond
        return self._like(xp.where(_wide(cond), plain(other), self.table.matrix()))

    def isin(self, values: Any) -> Any:
        """Whether values are among constants."""
        return self._each(lambda _, column: column.isin(values))

    def replace(self, to_replace: Any = None, value: Any = None, **_: Any) -> Any:
        """Replace values by others."""
        if isinstance(to_replace, Mapping) and any(isinstance(each, Mapping) for each in to_replace.values()):
            return self._each(lambda name, column: column.replace(to_replace[name]) if name in to_replace else column)
        pairs = pairs_of(to_replace, value)
        kinds = by_kind(pairs)
        return self._each(lambda _, c: c.replace(pairs) if kinds is None else replaced(c, *kinds))

    def astype(self, dtype: Any, **_: Any) -> Any:
        """Bring values to another kind."""
        if isinstance(dtype, Mapping) or hasattr(dtype, "to_dict"):
            dtypes = dict(dtype) if isinstance(dtype, Mapping) else dtype.to_dict()
            for name in dtypes:
                self._at(name)
            return self._each(lambda name, column: column.astype(dtypes[name]) if name in dtypes else column)
        if is_category(dtype):
            return Frame(Table([as_category(column, dtype) for column in self.table.columns]))
        if self._has_text or dtype in (str, "str", "string", object, "object", "O"):
            return self._each(lambda _, column: column.astype(dtype))
        return self._like(xp.astype(self.table.matrix(), dtype))

    def agg(self, func: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Any:
        """Compute one number of each row, or several."""
        if axis not in (1, "columns"):
            raise refusal("aggregates of a DataFrame's columns hang on other rows; compute them in fit, or use axis=1")
        several = not isinstance(func, str) and not callable(func)
        names = [each if isinstance(each, str) else _OF_PANDAS.get(each, "") for each in (func if several else [func])]
        found = [getattr(self, name)(*args, axis=1, **kwargs) for name in names if name in REDUCTIONS]
        if len(found) < len(names):
            raise refusal(f"agg takes names of {', '.join(REDUCTIONS)}, not {func!r:.60}")
        return Frame.of(dict(zip(names, found, strict=True))) if several else found[0]

    aggregate = agg

    def any(self, axis: Any = 0, **_: Any) -> Any:
        """Whether some value of each row is true; of all rows, which can be asked in a condition."""
        if axis in (1, "columns"):
            return Series(plain(xp.any(self.table.matrix(), axis=1)))
        found = of_some_row({name: column.column.values for name, column in self.items()})
        return found.any() if axis is None else found

    def all(self, axis: Any = 0, **_: Any) -> Any:
        """Whether all values of each row are true; of all rows, which can be asked in a condition."""
        every = Series(plain(xp.all(self.table.matrix(), axis=1)))
        if axis in (1, "columns"):
            return every
        if axis is None:
            return every.all()
        return AllPerColumn({name: column.all() for name, column in self.items()})

    def count(self, axis: Any = 0, **_: Any) -> Series:
        """How many values of each row are there."""
        return self.notna().sum(axis=axis)  # type: ignore[no-any-return]

    def median(self, axis: Any = 0, skipna: bool = True, **_: Any) -> Series:
        """Middle value of each row, of what is there."""
        rows = self._rows("median", axis)
        ordered = statistics.sort(rows)
        count = xp.sum(xp.logical_not(xp.isnan(rows)), axis=1, keepdims=True)
        middle = [xp.clip(xp.floor_divide(xp.subtract(count, one), 2), 0, None) for one in (1, 0)]
        pair = [xp.take_along_axis(ordered, place, axis=1) for place in middle]
        result = xp.squeeze(xp.multiply(xp.add(*pair), 0.5), 1)
        return Series(plain(result if skipna else xp.where(xp.any(xp.isnan(rows), axis=1), np.nan, result)))

    def _rows(self, name: str, axis: Any) -> Tensor:
        if axis not in (1, "columns"):
            raise refusal(f"{name} of a DataFrame's columns hangs on other rows; compute it in fit, or use axis=1")
        return self.table.matrix()


def _with_inplace(method: Callable[..., Frame]) -> Callable[..., Frame | None]:
    """Return a method that takes ``inplace=True``."""

    @wraps(method)
    def call(self: Frame, *args: Any, inplace: bool = False, **kwargs: Any) -> Frame | None:
        result = method(self, *args, **kwargs)
        if not inplace:
            return result
        self.table = result.table
        return None

    return call


for _name, _method in ALONG_ROWS.items():
    setattr(Frame, _name, _method)
for _name in ("drop", "rename", "fillna", "where", "mask", "replace", "clip", "reset_index"):
    setattr(Frame, _name, _with_inplace(getattr(Frame, _name)))


REDUCTIONS = ("sum", "mean", "max", "min", "prod", "std", "var", "median", "any", "all", "count")
"""What a DataFrame can compute of each row."""


class AllPerColumn(dict[str, WhetherAll]):
    """Whether something holds of all rows, for each column."""

    def all(self) -> WhetherAll:
        """Whether it holds of all."""
        others: Any = 0
        for each in self.values():
            others = others + each.others
        return WhetherAll(plain(xp.logical_not(others.rows)))


def _wide(condition: Any) -> Any:
    """Return a condition for every value, or for every row, as a matrix."""
    return xp.expand_dims(plain(condition), 1) if isinstance(condition, Series) else plain(condition)


def _reduction(
    name: str, skipping: Callable[..., Any], plainly: Callable[..., Any], **defaults: Any
) -> Callable[..., Series]:
    def call(self: Frame, axis: Any = 0, skipna: bool = True, **others: Any) -> Any:
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
            there = xp.sum(xp.astype(xp.logical_not(xp.isnan(rows)), int), axis=1)
            result = xp.where(xp.less(there, least), np.nan, result)
        return Series(plain(result))

    return call


for _name, _skipping, _plainly, _defaults in (
    ("sum", statistics.nansum, xp.sum, {}),
    ("mean", statistics.nanmean, xp.mean, {}),
    ("max", statistics.nanmax, xp.max, {}),
    ("min", statistics.nanmin, xp.min, {}),
    ("prod", statistics.nanprod, xp.prod, {}),
    ("std", statistics.nanstd, statistics.std, {"ddof": 1}),
    ("var", statistics.nanvar, statistics.var, {"ddof": 1}),
):
    setattr(Frame, _name, _reduction(_name, _skipping, _plainly, **_defaults))


def _column(name: Any, value: Any, like: Tensor | None) -> Any:
    """Return a value as a column of a frame."""
    if isinstance(value, Frame) and len(value.table.columns) == 1:
        value = Series(value.table[0])
    if isinstance(value, Series):
        return named(value.column, name)
    if isinstance(value, Tensor):
        values = plain(value)
        return Series(plain(xp.squeeze(values, 1)) if values.ndim == 2 else values, name).column
    value = value if like is None else every_row(value, like.shape[:1])
    if np.ndim(value) or like is None or isinstance(value, str) or value is None:
        raise refusal(f"column {name!r} cannot be made of {value!r:.60}, whose rows are no input's")
    kind = {"b": bool, "i": int, "u": int}.get(np.asarray(value).dtype.kind, float)
    return MadeColumn(str(name), plain(xp.broadcast_rows(np.asarray(value, dtype=kind), like)))


def of_array(matrix: Any, names: Sequence[Any]) -> Frame:
    """Return a matrix as a frame of named columns."""
    if not isinstance(matrix, Tensor) or matrix.ndim != 2 or matrix.shape[1] != len(names):
        raise refusal(f"an array of shape {np.shape(matrix)} does not make the columns {list(names)}")
    return Frame(Table.of_matrix(matrix, [str(name) for name in names]))
