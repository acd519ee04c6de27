"""pandas' module-level functions and classes, for symbolic frames and columns while a user function is recorded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from skl2tflite.flow.column import Column
from skl2tflite.flow.renamed import named, renamed
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.elementwise import digitize
from skl2tflite.tracing.numpy.writable import handled, plain
from skl2tflite.tracing.pandas.dummies import dummies
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.row_labels import RowLabels
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.values import Values


def pandas_patches() -> list[tuple[Any, str, Any]]:
    """Return patches of pandas' functions and classes; none where pandas is not loaded."""
    pd = sys.modules.get("pandas")
    return [] if pd is None else _patches(pd)


@cache
def _patches(pd: Any) -> list[tuple[Any, str, Any]]:
    missing = {"isna": "isna", "isnull": "isna", "notna": "notna", "notnull": "notna"}
    return [
        (pd, "DataFrame", knowing(pd.DataFrame, (Frame,), make_frame)),
        (pd, "Series", knowing(pd.Series, (Series,), _make_series)),
        (pd, "concat", _on_symbols(pd.concat, concat)),
        (pd, "cut", _on_symbols(pd.cut, _cut)),
        (pd, "qcut", _on_symbols(pd.qcut, _refuse_quantiles)),
        (pd, "Categorical", knowing(pd.Categorical, (), _make_categorical)),
        (pd, "get_dummies", _on_symbols(pd.get_dummies, dummies)),
        (pd, "to_numeric", _on_symbols(pd.to_numeric, lambda arg, *args, **kwargs: arg)),
        *((pd, name, _on_symbols(getattr(pd, name), _missing(method))) for name, method in missing.items()),
    ]


def is_symbolic(x: object) -> bool:
    """Return whether an object is a symbolic array, frame or column, or a list or mapping with one."""
    if isinstance(x, Mapping):
        return any(map(is_symbolic, x.values()))
    return hasattr(type(x), "__tensor__") or (isinstance(x, list | tuple) and any(map(is_symbolic, x)))


def _on_symbols(original: Callable[..., Any], symbolic: Callable[..., Any]) -> Callable[..., Any]:
    def call(x: Any, *args: Any, **kwargs: Any) -> Any:
        return (symbolic if is_symbolic(x) else original)(x, *args, **kwargs)

    return call


def knowing(real: type, symbolic: tuple[type, ...], make: Callable[..., Any]) -> Any:
    """Return a stand-in for a class.

    Parameters
    ----------
    real : type
        The class.
    symbolic : tuple of type
        Classes whose objects count as instances of it.
    make : callable
        Called in place of the class where the first argument is symbolic, or the index is; and for an empty DataFrame,
        to which symbolic columns may be added.
    """

    class Meta(type):
        def __instancecheck__(cls, x: object) -> bool:
            return isinstance(x, (real, *symbolic))

        def __call__(cls, data: Any = None, *args: Any, **kwargs: Any) -> Any:
            given = (data, *args, *kwargs.values())
            recorded = is_symbolic(data) or any(isinstance(each, RowLabels) for each in given)
            nothing = data is None and len(given) == 1 and real.__name__ == "DataFrame"
            return (make if recorded or nothing else real)(data, *args, **kwargs)

        def __getattr__(cls, name: str) -> Any:
            return getattr(real, name)

    return Meta(real.__name__, (), {})


def _make_series(data: Any, index: Any = None, dtype: Any = None, name: Any = None, **_: Any) -> Series:
    if isinstance(index, RowLabels) and not is_symbolic(data):
        column = Frame(Table([]), index.like)
        column["value"] = np.nan if data is None else data
        data = column["value"]
        data.name = None
    is_series = isinstance(data, Series)
    series = Series(data.column, data.name if name is None else name) if is_series else Series(plain(data), name)
    return series if dtype is None else series.astype(dtype)


def _missing(method: str) -> Callable[..., Any]:
    def call(obj: Any) -> Any:
        if isinstance(obj, Frame | Series):
            return getattr(obj, method)()
        missing = xp.isnan(plain(obj))
        return handled(missing if method == "isna" else ~missing, obj)

    return call


def _cut(x: Any, bins: Any, right: bool = True, labels: Any = None, **others: Any) -> Any:
    lowest = bool(others.pop("include_lowest", False))
    precision = int(others.pop("precision", 3))
    if any(value is not False for name, value in others.items() if name != "ordered") or not hasattr(bins, "__len__"):
        raise refusal("pandas.cut takes bounds of the bins, not their number, which depends on other rows")
    if labels is None or labels is True:
        labels = _intervals(bins, right, precision, lowest)
    number = digitize(plain(x), bins, right=right)
    if lowest and right:
        number = xp.where(plain(x) == float(bins[0]), 1, number)
    inside = (number > 0) & (number < len(bins))
    result = Series(plain(xp.where(inside, xp.astype(number - 1, float), float("nan"))), getattr(x, "name", None))
    if labels is False:
        return result
    named = dict(enumerate(labels))
    return _categorical(result.map(named), list(dict.fromkeys(labels)), bool(others.get("ordered", True)))


def _refuse_quantiles(*_: Any, **__: Any) -> Any:
    raise refusal("pandas.qcut depends on other rows, and a file answers for each row alone; compute its bounds in fit")


def _intervals(bins: Any, right: bool, precision: int, lowest: bool) -> list[str]:
    """Return the names that ``pandas.cut`` gives to bins.

    Parameters
    ----------
    bins : sequence of float
    right : bool
    precision : int
    lowest : bool
        ``include_lowest`` of ``pandas.cut``, as the others are its parameters.
    """
    import pandas as pd

    cut = pd.cut([float(bins[0])], bins, right=right, precision=precision, include_lowest=lowest)
    return [str(interval) for interval in cut.categories]


class _Categorical(Series):
    """A ``pandas.Categorical``, which says by itself what a Series says as ``.cat``."""

    @property
    def codes(self) -> Tensor:
        """The position of each value among the categories."""
        return self.cat.codes.values  # type: ignore[no-any-return]

    @property
    def categories(self) -> Any:
        """The categories."""
        return self.cat.categories

    @property
    def ordered(self) -> bool:
        """Whether they have an order."""
        return self.cat.ordered


def _make_categorical(values: Any, *args: Any, **kwargs: Any) -> _Categorical:
    made = _categorical(values, *args, **kwargs)
    return _Categorical(made.column, made.name)


def _categorical(values: Any, categories: Any = None, ordered: bool = False, dtype: Any = None, **_: Any) -> Series:
    import pandas as pd

    if dtype is None:
        dtype = "category" if categories is None else pd.CategoricalDtype(list(categories), ordered=bool(ordered))
    return (values if isinstance(values, Series) else Series(plain(values))).astype(dtype)


def make_frame(data: Any = None, index: Any = None, columns: Any = None, dtype: Any = None, copy: Any = None) -> Frame:
    """Return a frame of symbolic columns or of a symbolic array; the parameters are those of ``pandas.DataFrame``."""
    if not is_symbolic(data):
        frame = Frame(Table([]), index.like if isinstance(index, RowLabels) else None)
        for name in [] if columns is None else columns:
            frame[name] = np.nan if data is None else data
    elif isinstance(data, Frame):
        frame = data.copy() if columns is None else data[list(columns)]
    elif isinstance(data, Mapping):
        frame = Frame.of(data)
        frame = frame if columns is None else frame[list(columns)]
    elif isinstance(data, Series):
        frame = data.to_frame(None if columns is None else columns[0])
    elif isinstance(data, Values) and data.table is not None:
        names = columns if columns is not None else range(len(data.table.columns))
        frame = Frame(renamed(data.table, list(names)))
    else:
        matrix = plain(data)
        matrix = xp.expand_dims(matrix, 1) if matrix.ndim == 1 else matrix
        frame = Frame.of_array(matrix, columns if columns is not None else range(matrix.shape[1] or 0))
    return frame if dtype is None else frame.astype(dtype)


def concat(objs: Any, axis: Any = 0, keys: Any = None, **_: Any) -> Frame:
    """Return frames and columns side by side; the parameters are those of ``pandas.concat``."""
    if axis not in (1, "columns"):
        raise refusal("pandas.concat puts rows below one another; use axis=1")
    if isinstance(objs, Mapping) or keys is not None:
        raise refusal("pandas.concat with keys makes names of several levels; rename the columns instead")
    columns: list[Column] = []
    unnamed = 0
    for part in objs:
        if isinstance(part, Series):
            name = str(unnamed if part.name is None else part.name)
            unnamed += part.name is None
            columns.append(named(part.column, name))
        elif isinstance(part, Frame):
            columns += part.table.columns
        else:
            raise refusal(f"pandas.concat of a {type(part).__name__}, which does not depend on the rows")
    return Frame(Table(columns))
