"""The values of a symbolic DataFrame: operators and methods that compute each value by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Self

import numpy as np

from skl2tflite.flow.column import Column
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.casting import cast
from skl2tflite.tracing.numpy.elementwise import around
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.pandas.clipped import clipped, of_numpy
from skl2tflite.tracing.pandas.dtypes import as_category, dtype_of, is_category
from skl2tflite.tracing.pandas.each_value import of_each
from skl2tflite.tracing.pandas.evaluated import evaluated
from skl2tflite.tracing.pandas.frame_columns import FrameColumns, takes_inplace
from skl2tflite.tracing.pandas.looked_up import NumbersOfText, numbers_of_text
from skl2tflite.tracing.pandas.operators import add_operators, check_operation
from skl2tflite.tracing.pandas.replaced import by_kind, is_missing, pairs_of, replaced
from skl2tflite.tracing.pandas.row import Row
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.values import Values


@add_operators
class FrameValues(FrameColumns):
    """What pandas' DataFrame computes of each value by itself.

    Where all columns hold numbers it is computed of their matrix at once, and otherwise column by column.
    """

    @property
    def values(self) -> Tensor:
        """The values as an array that may not be written to, as it belongs to the frame."""
        return Values(self.table, owner="the DataFrame's values")

    def to_numpy(self, dtype: Any = None, copy: bool = False, na_value: Any = None) -> Tensor:
        """Return the values as an array."""
        frame = self if na_value is None else self.fillna(na_value)
        if dtype is not None:
            frame = frame.astype(dtype)
        return Values(frame.table, owner="" if copy or dtype is not None else "the DataFrame's values")

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, Series | Tensor | FrameColumns):
            self.table = self.mask(key, value).table
        else:
            super().__setitem__(key, value)

    def __tensor__(self) -> Tensor:
        return self.table.matrix()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_ufunc

        return self._like(record_ufunc(ufunc, method, tuple(map(plain, inputs)), kwargs))

    def __array_function__(self, func: Any, types: object, args: Any, kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_function

        if func is np.clip and args and args[0] is self:  # NumPy calls the frame's own method
            return self.clip(**of_numpy(args, kwargs))
        result = record_function(func, args, kwargs)
        return self._like(result) if func in (np.round, np.around) else result

    def _like(self, result: Any) -> Any:
        """Return a matrix of as many columns as a frame with the same column names; any other result as an array."""
        result = plain(result)
        if not isinstance(result, Tensor) or result.shape[1:] != (len(self.table.columns),):
            return handled(result, self)
        return type(self)(Table.of_matrix(result, self.table.names))

    @property
    def _has_truths(self) -> bool:
        return all(column.kind == DType.BOOL for column in self.table.columns)

    @property
    def _has_text(self) -> bool:
        return any(column.kind == DType.STRING for column in self.table.columns)

    def eval(self, expr: str, inplace: bool = False, **_: Any) -> Any:
        """Return the column that an expression of columns stands for, or the frame with those that it assigns."""
        result = evaluated(self, expr)
        if not inplace:
            return result
        self.table = result.table
        return None

    def _holds_objects(self) -> bool:
        """Whether pandas' rows hold Python's own numbers, as they do beside text and booleans."""
        truths = [
            column.kind == DType.BOOL or getattr(column.dtype, "kind", "") == "b" for column in self.table.columns
        ]
        return self._has_text or (any(truths) and not all(truths))

    def _each(self, function: Callable[[str, Series], Any]) -> Self:
        return self.of({name: function(name, column) for name, column in self.items()})

    def infer_objects(self, *_: Any, **__: Any) -> Self:
        """Return the frame itself: symbolic columns are never of dtype object without need."""
        return self

    def apply(self, func: Callable[..., Any], axis: Any = 0, args: Any = (), **kwargs: Any) -> Self:
        """Call a function with each column, or with each row (``axis=1``)."""
        if axis not in (0, "index"):
            kwargs.pop("result_type", None)
            called = partial(func, *args, **kwargs) if args or kwargs else func
            row, like = Row(self), Series(self.table[0])
            return Series(of_each(called, (row,), like, python=self._holds_objects()))  # type: ignore[return-value]
        return self._each(lambda _, column: func(column, *args, **kwargs))

    def map(self, func: Any, **kwargs: Any) -> Self:
        """Call ``Series.map`` on each column."""
        return self._each(lambda _, column: column.map(func))

    applymap = map

    transform = apply

    def combine(self, name: str, other: Any, axis: Any = 1, reflected: bool = False) -> Self:
        """Return the result of an operator between this frame and another operand.

        Parameters
        ----------
        name : str
            Function of :mod:`skl2tflite.graph.functions`.
        other : FrameColumns, Series, mapping or Series of pandas, str or number
        axis : {0, 1, "index", "columns"}
            What the entries of a Series belong to: rows (0, "index") or columns.
        reflected : bool
            Whether the frame is the right operand.
        """
        check_operation(name, other, "column")
        if isinstance(other, FrameColumns):
            if set(other.table.names) != set(self.table.names):
                raise refusal("DataFrames with different columns cannot be combined; select the same columns")
            other = other[self.table.names]
        elif isinstance(other, Series):
            if axis not in (0, "index"):
                raise refusal("pandas matches a column with a DataFrame's columns here; use df.div(column, axis=0)")
            other = xp.expand_dims(plain(other), 1)
        elif isinstance(other, Mapping) or hasattr(other, "to_dict"):
            other = self._of_columns(other)
        elif isinstance(other, str) or self._has_text:
            return self._each(lambda _, column: column.combine(name, other, reflected=reflected))
        a, b = self.table.matrix(), plain(other)
        return self._like(getattr(xp, name)(b, a) if reflected else getattr(xp, name)(a, b))  # type: ignore[no-any-return]

    def _of_columns(self, values: Any) -> Any:
        """Return the numbers that a dictionary or a pandas Series holds for the columns, in their order."""
        known = dict(values) if isinstance(values, Mapping) else values.to_dict()
        if set(known) != set(self.table.names):
            raise refusal("a DataFrame is combined with numbers for other columns; give one for each of its columns")
        return np.array([float(known[name]) for name in self.table.names])

    def __neg__(self) -> Any:
        return self._like(-self.table.matrix())

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
        """Round to a number of decimals."""
        if isinstance(decimals, Mapping):
            return self._each(lambda name, column: column.round(decimals[name]) if name in decimals else column)
        return self._like(around(self.table.matrix(), decimals))

    @takes_inplace
    def clip(self, lower: Any = None, upper: Any = None, axis: Any = None, **_: Any) -> Any:
        """Limit values to an interval; missing values stay, and missing bounds do not limit."""
        return self._like(clipped(self.table.matrix(), self._bound(lower, axis), self._bound(upper, axis)))

    def _bound(self, bound: Any, axis: Any) -> Any:
        """Return a bound of ``clip`` in the places of the values that it limits."""
        if isinstance(bound, Series):
            if axis not in (0, "index"):
                raise refusal("pandas matches a column with a DataFrame's columns here; use clip(…, axis=0)")
            return xp.expand_dims(plain(bound), 1)
        if isinstance(bound, FrameColumns):
            if set(bound.table.names) != set(self.table.names):
                raise refusal("a DataFrame is limited by one with different columns; select the same columns")
            return plain(bound[self.table.names])
        return self._of_columns(bound) if hasattr(bound, "to_dict") else plain(bound)

    def isna(self) -> Any:
        """Whether values are missing."""
        if self._has_text:
            return self._each(lambda _, column: column.isna())
        return self._like(xp.isnan(self.table.matrix()))

    isnull = isna

    def notna(self) -> Any:
        """Whether values are not missing."""
        return ~self.isna()

    notnull = notna

    @takes_inplace
    def fillna(self, value: Any = None, **_: Any) -> Any:
        """Replace missing values."""
        if value is None:
            raise refusal("fillna takes a value; values of other rows cannot be recorded")
        if isinstance(value, Mapping) or hasattr(value, "to_dict"):
            values = value if isinstance(value, Mapping) else value.to_dict()
            return self._each(lambda name, column: column.fillna(values[name]) if name in values else column)
        if self._has_text or isinstance(value, str):
            return self._each(lambda _, column: column.fillna(value))
        if np.ndim(value) or isinstance(value, Tensor | Series | FrameColumns):
            return self.mask(self.isna(), value)
        return type(self)(self.table.each(lambda matrix: plain(xp.where(xp.isnan(matrix), value, matrix))))

    @takes_inplace
    def where(self, cond: Any, other: Any = np.nan, **_: Any) -> Any:
        """Keep values where a condition holds, and replace the others."""
        cond = cond(self) if callable(cond) and not isinstance(cond, FrameColumns | Tensor) else cond
        if self._may_hold_text(cond, other):
            return self._each(lambda name, column: column.where(_of_column(cond, name), other))
        return self._like(xp.where(_wide(cond), self.table.matrix(), plain(other)))

    @takes_inplace
    def mask(self, cond: Any, other: Any = np.nan, **_: Any) -> Any:
        """Replace values where a condition holds."""
        cond = cond(self) if callable(cond) and not isinstance(cond, FrameColumns | Tensor) else cond
        if self._may_hold_text(cond, other):
            return self._each(lambda name, column: column.mask(_of_column(cond, name), other))
        return self._like(xp.where(_wide(cond), plain(other), self.table.matrix()))

    def _may_hold_text(self, condition: Any, other: Any) -> bool:
        """Return whether columns that are or may be text are chosen from, each by a condition of its own."""
        told = isinstance(condition, Series | FrameColumns) and (isinstance(other, str) or np.ndim(other) == 0)
        if not told or isinstance(other, Tensor | Series | FrameColumns):
            return False
        undecided = is_missing(other) and any(column.is_undecided for _, column in self.items())
        return self._has_text or isinstance(other, str) or undecided

    def isin(self, values: Any) -> Any:
        """Whether values are among constants."""
        return self._each(lambda _, column: column.isin(values))

    @takes_inplace
    def replace(self, to_replace: Any = None, value: Any = None, **_: Any) -> Any:
        """Replace values by other values."""
        if isinstance(to_replace, Mapping) and any(isinstance(each, Mapping) for each in to_replace.values()):
            return self._each(lambda name, column: column.replace(to_replace[name]) if name in to_replace else column)
        pairs = pairs_of(to_replace, value)
        kinds = by_kind(pairs)
        if kinds is None and numbers_of_text(pairs) is not None:
            return self._each(lambda _, c: c.replace(pairs) if _is_of_text(c.column) else c)
        return self._each(lambda _, c: c.replace(pairs) if kinds is None else replaced(c, *kinds))

    def astype(self, dtype: Any, **_: Any) -> Any:
        """Convert values to other dtypes."""
        if isinstance(dtype, Mapping) or hasattr(dtype, "to_dict"):
            dtypes = dict(dtype) if isinstance(dtype, Mapping) else dtype.to_dict()
            for name in dtypes:
                self.position_of(name)
            return self._each(lambda name, column: column.astype(dtypes[name]) if name in dtypes else column)
        if is_category(dtype):
            return type(self)(Table([as_category(column, dtype) for column in self.table.columns]))
        if self._has_text or dtype in (str, "str", "string", object, "object", "O"):
            return self._each(lambda _, column: column.astype(dtype))
        return self._like(cast(self.table.matrix(), dtype))


def _is_of_text(column: Column) -> bool:
    """Return whether a column holds text, or did before some became numbers; refuse one of which it is not known."""
    if isinstance(column, NumbersOfText):
        return True
    return column.kind == DType.STRING or getattr(dtype_of(column), "kind", "O") not in "fiub"


def _of_column(condition: Any, name: str) -> Any:
    """Return a condition on rows, or what a condition on all values says of one column."""
    return condition[name] if isinstance(condition, FrameColumns) else condition


def _wide(condition: Any) -> Any:
    """Return a condition on rows as a column, which broadcasts over a frame's columns; one on values as it is."""
    return xp.expand_dims(plain(condition), 1) if isinstance(condition, Series) else plain(condition)
