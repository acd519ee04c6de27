"""Symbolic columns with the interface of a pandas Series, for user functions that work on a DataFrame's columns."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from skl2tflite.flow.column import Column, MadeColumn
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import NoAttributeError, refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.elementwise import around, isin
from skl2tflite.tracing.numpy.writable import Writable, assigned, plain, with_row_count
from skl2tflite.tracing.pandas.categories import Categories
from skl2tflite.tracing.pandas.clipped import clipped, of_numpy
from skl2tflite.tracing.pandas.combined import combined, truths_of
from skl2tflite.tracing.pandas.constants import every_row
from skl2tflite.tracing.pandas.converted import converted
from skl2tflite.tracing.pandas.dtypes import as_category, dtype_of, is_category, no_attribute, read
from skl2tflite.tracing.pandas.each_value import of_each
from skl2tflite.tracing.pandas.looked_up import NumbersOfText, looked_up, numbers_of_text
from skl2tflite.tracing.pandas.operators import add_operators, check_operation
from skl2tflite.tracing.pandas.replaced import blanked, is_missing, pairs_of
from skl2tflite.tracing.pandas.row_labels import RowLabels
from skl2tflite.tracing.pandas.text import as_str, is_missing_text, text_of
from skl2tflite.tracing.tracing_context import missing_asked
from skl2tflite.tracing.values_needed import needed, no_hash, no_number, no_text
from skl2tflite.tracing.ways import any_row, of_each_value
from skl2tflite.tracing.whether import Size, Whether, WhetherAll


@add_operators
class Series:
    """The stand-in for a pandas Series while a user function is recorded.

    Operators and methods that compute each value by itself record nodes; methods that need several rows are refused.

    Parameters
    ----------
    column : Column or Tensor of shape (n_rows,)
    name : str, optional
    """

    __array_priority__ = 2000
    __hash__ = no_hash
    __float__ = __int__ = __index__ = no_number
    __str__ = __format__ = no_text
    ndim = 1

    def __init__(self, column: Column | Tensor, name: Any = None) -> None:
        if isinstance(column, Tensor):
            if plain(column).ndim != 1:
                raise refusal(f"a column has one axis, and {plain(column).spec} cannot become one")
            column = MadeColumn(str(name), plain(column))
        self.column = column
        self.name = name

    def __tensor__(self) -> Tensor:
        return read(self.column)

    def __repr__(self) -> str:
        return f"<column {self.name!r}>"

    @property
    def index(self) -> RowLabels:
        """Whose rows there are."""
        return RowLabels(self.__tensor__())

    @property
    def is_text(self) -> bool:
        """Whether the values are known to be strings."""
        return self.column.kind == DType.STRING

    @property
    def is_undecided(self) -> bool:
        """Whether the values may be numbers or strings, as long as no step has read them."""
        return self.column.kind is None and self.column.dtype is None

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The number of rows: None where unknown, as it is but in a file for a fixed batch."""
        return with_row_count((self.column.batch,))

    @property
    def dtype(self) -> Any:
        """The dtype that pandas gives the column."""
        return dtype_of(self.column)

    @property
    def empty(self) -> bool:
        """Whether there are no rows: never, as a file is run with at least one."""
        return False

    @property
    def size(self) -> Size:
        """The number of rows, of which only is known that it is not 0."""
        return Size(True, repr(self))

    @property
    def cat(self) -> Categories:
        """Categories and codes of a categorical column."""
        if self.column.dtype is None and self.column.categories is None:
            raise refusal(f"the categories of {self!r} are not known: give convert rows, whose dtypes tell them")
        if self.column.categories is None:
            raise NoAttributeError(f".cat of {self!r}: it holds no categories that are known here")
        return Categories(self)

    @property
    def values(self) -> Tensor:
        """The values as an array that may not be written to, as it belongs to the column."""
        return Writable(self.__tensor__(), owner=repr(self))

    def to_numpy(self, dtype: Any = None, copy: bool = False, na_value: Any = None) -> Tensor:
        """Return the values as an array."""
        series = self if na_value is None else self.fillna(na_value)
        if dtype is not None:
            series = series.astype(dtype)
        return Writable(series.__tensor__(), owner="" if copy or dtype is not None else repr(self))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_ufunc

        result = record_ufunc(ufunc, method, tuple(map(plain, inputs)), kwargs)
        return self._made(result) if isinstance(result, Tensor) and result.ndim == 1 else result

    def __array_function__(self, func: Any, types: object, args: Any, kwargs: Any) -> Any:
        from skl2tflite.tracing.numpy.protocol import record_function

        if func is np.clip and args and args[0] is self:  # which calls the column's own
            return self.clip(**of_numpy(args, kwargs))
        if func is np.where and any(isinstance(each, str) or getattr(each, "is_text", False) for each in args[1:]):
            args = tuple(
                each.column.strings() if isinstance(each, Series) and i else each for i, each in enumerate(args)
            )
        result = record_function(func, args, kwargs)
        return self._made(result) if func in (np.round, np.around) else result

    def __array__(self, *_: object, **__: object) -> Any:
        raise refusal(f"{self!r} was passed to code that needs its values; only operations on columns can be recorded")

    def __bool__(self) -> bool:
        if of_each_value():
            return any_row(truths_of(self))
        reason = f"a condition on {self!r} cannot be recorded; use where, mask or numpy.where instead of if"
        raise needed(refusal(reason))

    def __len__(self) -> int:
        if (batch := self.column.batch) is not None:
            return batch
        raise refusal(f"the number of rows of {self!r} is known only at run time")

    def __iter__(self) -> Any:
        raise refusal(f"a loop over the rows of {self!r} cannot be recorded; compute with whole columns")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise no_attribute(name, repr(self))

    def _made(self, result: Any) -> Series:
        return Series(plain(result), self.name)

    def _kept(self, result: Any) -> Series:
        """Return values of which some were replaced, a categorical's by others of its categories."""
        return self._made(result).astype(self.column.dtype) if self.column.categories else self._made(result)

    # --- operators ------------------------------------------------------------------------------------------

    def combine(self, name: str, other: Any, axis: Any = 0, reflected: bool = False) -> Series:
        """Return the result of an operator between this column and another operand; see :meth:`FrameValues.combine`."""
        check_operation(name, other, "value")
        other = every_row(other, self.shape)
        if not isinstance(other, Series | Tensor) and np.ndim(other):
            raise refusal(f"{self!r} and an array of {np.size(other)} values have no number of rows in common")
        result = combined(self, name, other, reflected)
        same = not isinstance(other, Series) or other.name == self.name
        return Series(result, self.name if same else None)

    def __round__(self, decimals: int = 0) -> Series:
        return self.round(decimals)

    def __neg__(self) -> Series:
        return self._made(-self.__tensor__())

    def __pos__(self) -> Series:
        return self

    def __invert__(self) -> Series:
        return self._made(~self.__tensor__())

    def __abs__(self) -> Series:
        return self.abs()

    def __setitem__(self, key: Any, value: Any) -> None:
        self.column = MadeColumn(str(self.name), assigned(self.__tensor__(), plain(key), plain(value)))

    def __getitem__(self, key: Any) -> Any:
        raise refusal(f"rows of {self!r} cannot be selected: their number would depend on the values; use where")

    @property
    def loc(self) -> Series:
        """The column itself: of ``Series.loc`` only writing to the rows of a mask is recorded."""
        return self

    # --- methods --------------------------------------------------------------------------------------------

    def any(self, *_: object, **__: object) -> Whether:
        """Whether some row is true: an answer for conditions."""
        return Whether(self._truths("any"))

    def all(self, *_: object, **__: object) -> WhetherAll:
        """Whether all rows are true: an answer for conditions."""
        return WhetherAll(self._truths("all"))

    def sum(self, *_: object, **__: object) -> Whether:
        """The number of rows that are true, which can only be compared with 0."""
        return Whether(self._truths("sum"), counted=True)

    @property
    def hasnans(self) -> Whether:
        """Whether some value is missing: an answer for conditions."""
        return self.isna().any()

    def _truths(self, name: str) -> Tensor:
        values = self.__tensor__()
        if values.dtype != DType.BOOL:
            raise refusal(f"{name} of {self!r} depends on other rows; compute it in fit")
        return values

    def abs(self) -> Series:
        """Absolute values."""
        return self._made(xp.abs(self.__tensor__()))

    def round(self, decimals: int = 0) -> Series:
        """Round to a number of decimals."""
        return self._made(around(self.__tensor__(), decimals))

    def clip(self, lower: Any = None, upper: Any = None, **_: object) -> Series:
        """Limit values to an interval; missing values stay, and missing bounds do not limit."""
        return self._made(clipped(self.__tensor__(), plain(lower), plain(upper)))

    def isna(self) -> Series:
        """Whether values are missing."""
        if self.is_text:
            return self._made(is_missing_text(self.column.strings()))
        if self.column.kind is None and self.column.origin is not None and not self.column.is_seen:
            missing_asked.add(self.column.origin)
        values = self.__tensor__()
        return self._made(values != values if values.dtype != DType.FLOAT else xp.isnan(values))

    isnull = isna

    def notna(self) -> Series:
        """Whether values are not missing."""
        return ~self.isna()

    notnull = notna

    def case_when(self, caselist: Any) -> Series:
        """Replace values by that of the first condition that holds."""
        result = self
        for condition, value in reversed([tuple(each) for each in caselist]):
            result = result.mask(condition, value)
        return result

    def fillna(self, value: Any = None, **_: object) -> Series:
        """Replace missing values."""
        if value is None:
            raise refusal("fillna takes a value; what other rows hold is not known")
        if isinstance(value, str):
            text = self.column.strings()
            return self._kept(xp.where(plain(Series(text).isna()), value, text))
        return self.mask(self.isna(), value)

    combine_first = fillna

    def where(self, cond: Any, other: Any = np.nan, **_: object) -> Series:
        """Keep values where a condition holds, and replace the others."""
        cond = cond(self) if callable(cond) else cond
        other = other(self) if callable(other) and not isinstance(other, Tensor) else other
        if isinstance(other, str) or self.is_text:
            return self._kept(xp.where(plain(cond), self.column.strings(), text_of(other)))
        if self.is_undecided and is_missing(other):
            return Series(blanked(self.column, plain(cond)), self.name)
        return self._kept(xp.where(plain(cond), self.__tensor__(), plain(other)))

    def mask(self, cond: Any, other: Any = np.nan, **_: object) -> Series:
        """Replace values where a condition holds."""
        cond = cond(self) if callable(cond) else cond
        return self.where(~cond if isinstance(cond, Series) else xp.logical_not(plain(cond)), other)

    def between(self, left: Any, right: Any, inclusive: str = "both") -> Series:
        """Whether values lie in an interval."""
        low = self >= left if inclusive in ("both", "left") else self > left
        high = self <= right if inclusive in ("both", "right") else self < right
        result: Series = low & high
        return result

    def isin(self, values: Any) -> Series:
        """Whether values are among constants."""
        constants = list(values)
        there = [v for v in constants if v is not None and v == v]
        if any(isinstance(v, str) for v in there):
            found = isin(self.column.strings(), np.array([v for v in there if isinstance(v, str)], dtype=object))
        else:
            found = isin(self.__tensor__(), there)
        return self._made(found | plain(self.isna()) if len(there) < len(constants) else found)

    def map(self, arg: Any, na_action: str | None = None) -> Series:
        """Look values up in a dictionary, or call a function of each value."""
        if hasattr(arg, "to_dict"):
            arg = arg.to_dict()
        if arg in (float, int, bool, str):
            return self.astype(arg)
        if not isinstance(arg, Mapping):
            return self._made(of_each(arg, (self.copy(),), self))
        default: Any = copy.copy(arg)["\uffff"] if hasattr(arg, "__missing__") else np.nan
        missing = next((v for k, v in arg.items() if k is None or k != k), default)
        keys = [k for k in arg if k is not None and k == k]
        result = looked_up(self, keys, [arg[k] for k in keys], default, missing)
        return self._made(result)

    def apply(self, func: Any, args: Any = (), **kwargs: Any) -> Series:
        """Call a function of each value."""
        return self.map(partial(func, *args, **kwargs) if args or kwargs else func)

    def transform(self, func: Any, axis: Any = 0, *args: Any, **kwargs: Any) -> Series:
        """Call a function of each value, or the method of a name."""
        if isinstance(func, str):
            return getattr(self, func)(*args, **kwargs)  # type: ignore[no-any-return]
        return self.apply(func, args, **kwargs)

    def replace(self, to_replace: Any, value: Any = None) -> Series:
        """Replace values by other values."""
        pairs = pairs_of(to_replace, value)
        if any(callable(k) or isinstance(k, list | dict) for k in (*pairs, *pairs.values())):
            raise refusal("replace takes single values")
        if isinstance(self.column, NumbersOfText) and (more := numbers_of_text(pairs)):
            return Series(self.column.extended(more), self.name)
        if getattr(self.column.dtype, "kind", "O") in "fiub":
            pairs = {old: new for old, new in pairs.items() if not isinstance(old, str)}
        elif (numbers := numbers_of_text(pairs)) is not None:
            return Series(NumbersOfText(self, numbers), self.name)
        result = self
        for old, new in pairs.items():
            result = result.mask(self.isna() if old is None or old != old else self.combine("equal", old), new)
        return result

    def astype(self, dtype: Any, **_: object) -> Series:
        """Convert values to another dtype."""
        if is_category(dtype):
            return Series(as_category(self.column, dtype), self.name)
        if dtype in ("object", "O", object):
            if self.column.categories is None:
                return Series(self.column, self.name)
            return self._made(self.__tensor__())
        if dtype in (str, "str", "string"):
            if getattr(dtype_of(self.column) if not self.is_text else None, "kind", "") == "b":
                return self._made(xp.where(self.__tensor__(), "True", "False"))
            if not self.is_text:
                raise refusal(f"{self!r} holds numbers, and how they are written as text cannot be recorded")
            return self._made(as_str(self.column.strings(), dtype))
        undecided = self.column.kind is None and getattr(self.column.dtype, "kind", "") != "b"
        return self._made(converted(self.column.numbers() if undecided else self.__tensor__(), dtype))

    def infer_objects(self, *_: object, **__: object) -> Series:
        """Return the column itself: a symbolic column is never of dtype object without need."""
        return self

    def to_frame(self, name: Any = None) -> Any:
        """Return a frame of this column."""
        from skl2tflite.tracing.pandas.frame import Frame

        name = self.name if name is None else name
        return Frame.of({0 if name is None else name: self})

    def rename(self, index: Any = None) -> Series:
        """Return the column under another name."""
        return Series(self.column, index)

    def squeeze(self, axis: Any = None) -> Series:
        """Return the column itself: its number of rows is not known to be 1."""
        return self

    def copy(self, deep: bool | None = True) -> Series:
        """Return a column of the same values."""
        return Series(self.column, self.name)

    def reset_index(self, drop: bool = False) -> Series:
        """Return the column itself: rows have no labels."""
        return self

    def pipe(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a function with the column."""
        return func(self, *args, **kwargs)
