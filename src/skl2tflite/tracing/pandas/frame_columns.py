"""The columns of a symbolic DataFrame: their names, how they are picked, added, replaced and left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, Self

import numpy as np

from skl2tflite.flow.column import MadeColumn
from skl2tflite.flow.renamed import named, renamed
from skl2tflite.flow.table import Table, rows_of
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain, with_row_count
from skl2tflite.tracing.pandas.constants import every_row
from skl2tflite.tracing.pandas.dtypes import dtype_of, no_attribute
from skl2tflite.tracing.pandas.row_labels import RowLabels
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.values_needed import needed, no_hash, no_text
from skl2tflite.tracing.whether import Size


def takes_inplace(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method that returns a new frame take ``inplace=True``: the frame then becomes that one, as in pandas."""

    @wraps(method)
    def call(self: FrameColumns, *args: Any, inplace: bool = False, **kwargs: Any) -> Any:
        result = method(self, *args, **kwargs)
        if not inplace:
            return result
        self.table = result.table
        return None

    return call


class FrameColumns:
    """What pandas' DataFrame does with its columns, whatever they hold; nothing here looks at a value.

    Parameters
    ----------
    table : Table
    like : Tensor, optional
        Has the rows of a frame without columns, for which numbers are repeated.
    """

    __array_priority__ = 3000
    __hash__ = no_hash
    __str__ = __format__ = no_text
    ndim = 2
    table: Table
    _having_rows: Tensor | None

    def __init__(self, table: Table, like: Tensor | None = None) -> None:
        self.__dict__.update(table=table, _having_rows=like)

    @classmethod
    def of(cls, columns: Mapping[Any, Any]) -> Self:
        """Return a frame of named columns, as ``pandas.DataFrame`` makes it of a dictionary.

        Parameters
        ----------
        columns : mapping of name to Series, Tensor of shape (n_rows,) or (n_rows, 1), or number
            Numbers are repeated for every row.
        """
        repeated = not all(isinstance(v, Series) for v in columns.values())
        like = next((plain(v) for v in columns.values() if repeated and isinstance(v, Tensor | Series)), None)
        return cls(Table([_column(name, value, like) for name, value in columns.items()]))

    @classmethod
    def of_array(cls, matrix: Any, names: Sequence[Any]) -> Self:
        """Return a frame whose columns are those of a matrix.

        Parameters
        ----------
        matrix : Tensor of shape (n_rows, n_columns)
        names : sequence of length n_columns
        """
        if not isinstance(matrix, Tensor) or matrix.ndim != 2 or matrix.shape[1] != len(names):
            raise refusal(f"an array of shape {np.shape(matrix)} does not make the columns {list(names)}")
        return cls(Table.of_matrix(matrix, [str(name) for name in names]))

    def __repr__(self) -> str:
        return f"<DataFrame of {', '.join(self.table.names)}>"

    @property
    def columns(self) -> Any:
        """Names of the columns, as a pandas Index."""
        import pandas as pd

        return pd.Index(self.table.names)

    @columns.setter
    def columns(self, names: Sequence[str]) -> None:
        self.table = self.set_axis(names, axis=1).table

    @property
    def index(self) -> RowLabels:
        """Whose rows there are."""
        return RowLabels(rows_of(self.table) if self.table.columns else self._having_rows)

    @index.setter
    def index(self, labels: Any) -> None:
        if not isinstance(labels, RowLabels):
            raise refusal("rows cannot be given labels: a file's rows have none")

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The number of rows, None where unknown (as it is but in a file for a fixed batch), and that of columns."""
        return with_row_count((self.table.batch if self.table.columns else None, len(self.table.columns)))

    @property
    def dtypes(self) -> Any:
        """Dtypes of the columns, as a pandas Series."""
        import pandas as pd

        return pd.Series([dtype_of(column) for column in self.table.columns], index=self.columns, dtype=object)

    @property
    def empty(self) -> bool:
        """Whether there are no columns; a file is always run with at least one row."""
        return not self.table.columns

    @property
    def size(self) -> Size:
        """The number of values, of which only whether it is 0 is known before run time."""
        return Size(bool(self.table.columns), "a DataFrame")

    @property
    def T(self) -> Any:  # noqa: N802 - pandas' name
        """Refuse: the unknown number of rows would become the number of columns."""
        raise refusal("a DataFrame cannot be transposed: its rows would become columns")

    def __contains__(self, name: object) -> bool:
        return name in self.table.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.table.names)

    def keys(self) -> Any:
        """Names of the columns."""
        return self.columns

    def items(self) -> Iterator[tuple[str, Series]]:
        """Yield the name and the Series of each column."""
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

    def position_of(self, name: Any) -> int:
        """Return the position of a column, or refuse where the frame has none of that name."""
        if name not in self.table.names:
            raise refusal(f"there is no column {name!r}; there are {', '.join(map(repr, self.table.names))}")
        return int(self.table.names.index(name))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return Series(self.table[self.position_of(key)], key)
        if isinstance(key, Series | Tensor | FrameColumns | slice):
            raise refusal(
                "rows cannot be selected: their number would depend on the values; use where, mask or numpy.where"
            )
        if isinstance(key, int | tuple):  # column names are text here, never numbers or MultiIndex tuples
            raise refusal(f"there is no column {key!r}; there are {', '.join(map(repr, self.table.names))}")
        names = list(key)
        if names and all(isinstance(name, bool | np.bool_) for name in names):
            raise refusal("a list of booleans picks rows, which must be kept; use .loc[:, mask]")
        return type(self)(self.table.take([self.position_of(name) for name in names]))

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(key, str):
            values: FrameColumns | None = None
            if isinstance(value, FrameColumns):
                values = value
            elif np.ndim(value):
                values = self.of_array(plain(value), list(key))
            for i, name in enumerate(key):
                self[name] = value if values is None else Series(values.table[i])
            return
        columns = list(self.table.columns)
        column = _column(key, value, self.index.like)
        if key in self.table.names:
            columns[self.position_of(key)] = column
        else:
            columns.append(column)
        self.table = Table(columns)

    def __delitem__(self, key: str) -> None:
        self.table = self.drop(columns=[key]).table

    def pop(self, item: str) -> Series:
        """Remove a column and return it."""
        column: Series = self[item]
        del self[item]
        return column

    def get(self, key: str, default: Any = None) -> Any:
        """Return a column, or a default where there is none of that name."""
        return self[key] if key in self.table.names else default

    def insert(self, loc: int, column: str, value: Any) -> None:
        """Insert a column at a position."""
        names = self.table.names
        names.insert(loc, column)
        self[column] = value
        self.table = self[names].table

    def assign(self, **columns: Any) -> Self:
        """Return a frame with columns added or replaced."""
        frame = self.copy()
        for name, value in columns.items():
            frame[name] = value(frame) if callable(value) and not isinstance(value, Tensor) else value
        return frame

    @takes_inplace
    def drop(self, labels: Any = None, axis: Any = 0, columns: Any = None, errors: str = "raise", **_: Any) -> Self:
        """Return the frame without some columns."""
        gone = columns if columns is not None else labels if axis in (1, "columns") else None
        if gone is None:
            raise refusal("rows cannot be dropped: there are as many answers as rows; name columns to drop (columns=…)")
        names = [gone] if isinstance(gone, str) else list(gone)
        if errors != "ignore":
            for name in names:
                self.position_of(name)
        return self[[name for name in self.table.names if name not in names]]  # type: ignore[no-any-return]

    @takes_inplace
    def rename(self, mapper: Any = None, axis: Any = 0, columns: Any = None, **_: Any) -> Self:
        """Return the same columns under other names."""
        names = columns if columns is not None else mapper
        if columns is None and axis not in (1, "columns"):
            raise refusal("rows have no labels to rename; use rename(columns=…)")
        return self.set_axis([names(n) if callable(names) else names.get(n, n) for n in self.table.names], axis=1)

    def set_axis(self, labels: Any, axis: Any = 0, **_: Any) -> Self:
        """Return the same columns under other names."""
        if axis not in (1, "columns"):
            raise refusal("rows have no labels; use set_axis(…, axis=1)")
        names = list(labels)
        if len(names) != len(self.table.columns):
            raise ValueError(f"{len(self.table.columns)} columns take as many names, not {len(names)}")
        return type(self)(renamed(self.table, names))

    def add_prefix(self, prefix: str, **_: Any) -> Self:
        """Return the columns with a prefix to each name."""
        return self.set_axis([prefix + name for name in self.table.names], axis=1)

    def add_suffix(self, suffix: str, **_: Any) -> Self:
        """Return the columns with a suffix to each name."""
        return self.set_axis([name + suffix for name in self.table.names], axis=1)

    def filter(self, items: Any = None, like: str | None = None, regex: str | None = None, axis: Any = None) -> Self:
        """Return the columns whose names match."""

        def wanted(name: str) -> bool:
            if items is not None:
                return name in items
            return like in name if like is not None else re.search(regex or "", name) is not None

        return self[[name for name in self.table.names if wanted(name)]]  # type: ignore[no-any-return]

    def select_dtypes(self, include: Any = None, exclude: Any = None) -> Self:
        """Return the columns of some dtypes."""
        import pandas as pd

        empty = pd.DataFrame(
            {i: pd.Series(dtype=dtype_of(column)) for i, column in enumerate(self.table.columns)},
        )
        return type(self)(self.table.take(empty.select_dtypes(include, exclude).columns))

    def reindex(
        self, labels: Any = None, axis: Any = 0, columns: Any = None, fill_value: Any = np.nan, **_: Any
    ) -> Self:
        """Return the columns in another order; those that are not there hold one value in every row."""
        columns = labels if columns is None and axis in (1, "columns") else columns
        if columns is None:
            raise refusal("rows have no labels to put in order; use reindex(columns=…)")
        names = list(columns)
        more = {name: fill_value for name in names if name not in self.table.names}
        return self.assign(**more)[names]  # type: ignore[no-any-return]

    def copy(self, deep: bool | None = True) -> Self:
        """Return a new frame of the same columns."""
        return type(self)(self.table)

    @takes_inplace
    def reset_index(self, drop: bool = False, **_: Any) -> Self:
        """Return the frame itself: rows have no labels."""
        if not drop:
            raise refusal("reset_index would make a column of the rows' labels, which a file does not have; drop=True")
        return self

    def pipe(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with the frame and return its result."""
        return func(self, *args, **kwargs)


def _column(name: Any, value: Any, like: Tensor | None) -> Any:
    """Return a value that was assigned to a column as that column.

    Parameters
    ----------
    name : object
        The column's name.
    value : frame of one column, Series, Tensor of shape (n_rows,) or (n_rows, 1), or number
    like : Tensor or None
        Has the rows of the frame, for which a number is repeated; None where no column is there yet.
    """
    if isinstance(value, FrameColumns) and len(value.table.columns) == 1:
        value = Series(value.table[0])
    if isinstance(value, Series):
        return named(value.column, name)
    if isinstance(value, Tensor):
        values = plain(value)
        return Series(plain(xp.squeeze(values, 1)) if values.ndim == 2 else values, name).column
    value = value if like is None else every_row(value, like.shape[:1])
    if np.ndim(value) or like is None or isinstance(value, str) or value is None:
        raise refusal(f"column {name!r} cannot be made of {value!r:.60}, which does not depend on the rows")
    kind = {"b": bool, "i": int, "u": int}.get(np.asarray(value).dtype.kind, float)
    return MadeColumn(str(name), plain(xp.broadcast_rows(np.asarray(value, dtype=kind), like)))
