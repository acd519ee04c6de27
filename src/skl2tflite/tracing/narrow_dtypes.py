"""User functions whose results depend on the dtype of the rows: integers that wrap around, float16 that loses digits.

A file computes with floats. So each function that reads the model's own rows is called twice: with made-up rows of each
narrow dtype, and with the same numbers as floats. If the results differ, the model refuses rows of that dtype.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.narrow import NARROW, NULLABLE, TEXT_WITH_NA, WITH_NA, Narrow
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix, is_sparse
from skl2tflite.flow.renamed import Renamed
from skl2tflite.flow.table import Table
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import DType, Tensor, as_tensor, ops
from skl2tflite.graph.op import Input, apply
from skl2tflite.graph.tensor import Node
from skl2tflite.tracing.matrix_arguments import as_held
from skl2tflite.tracing.pandas.replaced import Replaced
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.tracing_context import Collector
from skl2tflite.tracing.trial_calls import joined, near, tried

ROWS = 12
"""Number of made-up rows of each dtype."""
TOLERANCE = 1e-5
"""Relative difference of results beyond which rounding in float32 does not explain it."""
COLUMNS = 50
"""Largest number of columns of a table that are tested one by one, to find those that cause a difference. In a wider
table all columns are named."""
MOVES = (ops.Slice, ops.Take, ops.Reshape, ops.PermuteDims, ops.Concat, ops.AbsentAsZero)
"""Operations that move numbers without changing them."""

narrow_readers: Collector[Narrow | Node] = Collector("narrow_readers")
"""Collects, while a method is recorded, what computes in the dtype of the model's own rows (:class:`Narrow`), and the
nodes whose results still have that dtype."""


def distinct_readers(found: list[Narrow | Node]) -> tuple[Narrow, ...]:
    """Return each reader once, in the order in which they were found."""
    return tuple(dict.fromkeys(each for each in found if isinstance(each, Narrow)))


class _Widened(Renamed):
    """A column whose numbers have become float64, whatever dtype the rows had."""


def note_narrow_dtypes(function: Callable[[Any], Any], X: Given, result: Any, reader: str) -> Any:
    """Report the dtypes of the model's rows for which a function gives other results than for floats.

    Parameters
    ----------
    function : callable
    X : Tensor, Table, Column, AsArray or Matrix
        What the function was recorded on.
    result : object
        What recording it has given.
    reader : str
        Name of the function in messages.

    Returns
    -------
    object
        The result, in which later steps can see whether its numbers still have the dtype of the rows.
    """
    features = _features(X)
    trial = _Trial(function, X)
    if (text := _texts(X)) and "pandas" in sys.modules and not _alike(*trial.both_texts(text)):
        narrow_readers.add(Narrow(reader, (TEXT_WITH_NA,), tuple(text.values())))
    if features == ():
        return result
    dtypes = [
        dtype for dtype in NARROW if not (is_sparse(X) and dtype == "float16")
    ]  # SciPy has no sparse matrices of float16
    answers = {dtype: trial.both(dtype) for dtype in dtypes}
    nullable = NULLABLE if isinstance(X, Table | Column) and features is not None and "pandas" in sys.modules else ()
    found: dict[tuple[tuple[int, ...] | None, int], list[str]] = {}
    for dtype, (narrow, floats) in (answers | {dtype: trial.both(dtype) for dtype in nullable}).items():
        if not _alike(narrow, floats):
            found.setdefault(trial.concerned(dtype, features), []).append(dtype)
    for (concerned, least), those in found.items():
        narrow_readers.add(Narrow(reader, tuple(those), concerned, least))
    pairs = [pair for pair in answers.values() if pair[0] and len(pair[0]) == len(pair[1])]
    stays = [
        any(narrow[i].dtype != floats[i].dtype and _is_narrow(narrow[i].dtype) for narrow, floats in pairs)
        for i in range(min((len(pair[0]) for pair in pairs), default=0))
    ]
    return _with_dtypes(result, stays)


def _is_narrow(dtype: np.dtype[Any]) -> bool:
    return dtype.name in NARROW


def _features(X: Any) -> tuple[int, ...] | None:
    """Return the model's features that a function is given unchanged.

    None stands for all of them, in an array; () for none.
    """
    if isinstance(X, AsArray):
        X = X.table
        if not all(_reads(column) for column in X.columns):
            return ()  # one column of floats makes an array of floats
    if isinstance(X, Table):
        read = [column for column in X.columns if _reads(column)]
        features = [column.origin for column in read]
        return tuple(each for each in features if each is not None) if None not in features else None
    if isinstance(X, Column):
        return () if not _reads(X) else None if X.origin is None else (X.origin,)
    if isinstance(X, Matrix):
        return None if X.dtype is None and isinstance(X.values, Tensor) else ()
    return None if _is_given(as_tensor(X)) else ()


def _texts(X: Any) -> dict[int, int]:
    """Return which columns are the model's own text, and which features they are."""
    columns = X.columns if isinstance(X, Table) else [X] if isinstance(X, Column) else ()
    return {
        i: column.origin
        for i, column in enumerate(columns)
        if column.kind == DType.STRING and column.origin is not None and column.categories is None
    }


def _reads(column: Column) -> bool:
    """Return whether a column is a feature of the model in the dtype of the rows, and may hold numbers."""
    if isinstance(column, _Widened) or column.kind == DType.STRING or column.categories is not None:
        return False
    if column.origin is not None:
        return True
    while type(column) is Renamed:
        column = column.column
    if isinstance(column, Replaced):  # its dtype may not be decided yet
        return column.numbers_stay and _reads(column.column)
    place = column.place
    return _is_given(column.values if place is None else place[0])


def _is_given(x: Tensor) -> bool:
    """Return whether a tensor holds numbers in the dtype of the model's rows: the rows, or what a function left so."""
    node = x.node
    if isinstance(node.op, Input) or any(node is each for each in narrow_readers.found):
        return True
    if isinstance(node.op, Transformed):
        return _is_given(node.inputs[1])
    if isinstance(node.op, ops.Cast):
        return node.inputs[0].dtype != DType.FLOAT and _is_given(node.inputs[0])
    if not isinstance(node.op, MOVES):
        return False
    return all(map(_is_given, node.inputs if isinstance(node.op, ops.Concat) else node.inputs[:1]))


def _with_dtypes(result: Any, stays: list[bool]) -> Any:
    """Return a result from which later steps can tell whether its numbers still have the dtype of the rows.

    Parameters
    ----------
    result : Table, Tensor or object
    stays : list of bool
        For each column of a table, or in one value for a tensor, whether the numbers keep the dtype of the rows.
    """
    if isinstance(result, Table) and len(stays) == len(result.columns):
        if result.is_computed:
            matrix = result.matrix()
            cast = _with_dtypes(matrix, [any(stays)])
            return result if cast is matrix else Table.of_matrix(cast, result.names)
        columns = [
            _Widened(column.name, column) if _reads(column) and not stay else column
            for column, stay in zip(result.columns, stays, strict=True)
        ]
        return Table(columns, result.matrix_so_far) if any(isinstance(each, _Widened) for each in columns) else result
    if isinstance(result, Table):
        if len(stays) == 1 and not stays[0] and any(map(_reads, result.columns)):
            return Table([_Widened(column.name, column) for column in result.columns], result.matrix_so_far)
        return result
    if not isinstance(result, Tensor) or not stays:
        return result
    given = _is_given(result)
    if any(stays) and not given:
        narrow_readers.add(as_tensor(result).node)
    return apply(ops.Cast(DType.FLOAT), result) if given and not any(stays) and result.dtype == DType.FLOAT else result


@dataclass(frozen=True)
class _Trial:
    """A function that is called with rows of narrow dtypes and with the same numbers as floats."""

    function: Callable[[Any], Any]
    X: Given

    def both(self, dtype: str, narrow: tuple[int, ...] | None = None) -> tuple[list[Any], list[Any]]:
        """Return the function's results for rows of a dtype, and for the same numbers as floats.

        Parameters
        ----------
        dtype : str
        narrow : tuple of int, optional
            Positions of the columns that have the dtype, by default all; the others are floats in both calls.
        """
        first, second = (self._rows(dtype, kept) for kept in (narrow, ()))
        return self._pair(first, second)

    def both_texts(self, text: Iterable[int]) -> tuple[list[Any], list[Any]]:
        """Return the function's results for text with NA among it, and for the same text with NaN in its place."""
        import pandas as pd

        rows = self._rows("int64", ())
        both = []
        for missing, dtype in ((pd.NA, "string"), (np.nan, object)):
            cells = pd.Series(np.resize(np.array(["", "Rome", missing], dtype=object), ROWS), dtype=dtype)
            if isinstance(self.X, Column):
                both.append(cells.rename(self.X.name))
                continue
            frame = rows.copy()
            for i in text:
                frame.isetitem(i, cells)
            both.append(frame)
        return self._pair(*both)

    def _pair(self, first: Any, second: Any) -> tuple[list[Any], list[Any]]:
        """Return the function's results for rows in two forms; if it raises, for the rows that it takes in both."""
        pair = self._answer(first), self._answer(second)
        if None not in pair:
            return pair  # type: ignore[return-value]
        each = [(self._answer(first[i : i + 1]), self._answer(second[i : i + 1])) for i in range(ROWS)]
        taken = [(a, b) for a, b in each if a is not None and b is not None]
        return joined([a for a, _ in taken]), joined([b for _, b in taken])

    def concerned(self, dtype: str, features: tuple[int, ...] | None) -> tuple[tuple[int, ...] | None, int]:
        """Return the features that cause a difference, and how many of them must have the dtype for one: 1 or 2."""
        if features is None or not isinstance(self.X, Table):
            return features, 1
        columns = [i for i, column in enumerate(self.X.columns) if _reads(column)]
        if len(columns) > COLUMNS:
            return features, 1
        whole = self.both(dtype)[0]
        alone = [i for i in columns if not _alike(*self.both(dtype, (i,)))]
        others = [tuple(each for each in columns if each != i) for i in columns]
        together = [i for i, rest in zip(columns, others, strict=True) if not _alike(self.both(dtype, rest)[0], whole)]
        found = sorted({*alone, *together}) or columns
        at = dict(zip(columns, features, strict=True))
        return tuple(at[i] for i in found), 1 if alone or len(found) == 1 else 2

    def _answer(self, rows: Any) -> list[Any] | None:
        return tried(lambda copy: _arrays(self.function(copy)), rows)

    def _rows(self, dtype: str, narrow: tuple[int, ...] | None) -> Any:
        """Return made-up rows in which the columns at ``narrow`` (None: all) have the dtype, the others float64."""
        X = self.X
        if isinstance(X, Matrix):
            values = _numbers(dtype, int(X.shape[1]))
            return as_held(
                values, replace(X, values=values, stored=None, dtype=np.dtype(dtype if narrow is None else float))
            )
        if isinstance(X, Tensor | AsArray):
            shape = (len(X.table.columns),) if isinstance(X, AsArray) else tuple(n or 1 for n in X.shape[1:])
            rows = _numbers(dtype, int(np.prod(shape))).reshape(ROWS, *shape)
            return rows.astype(dtype) if narrow is None else rows
        columns = [X] if isinstance(X, Column) else list(X.columns)
        rows = _numbers(dtype, len(columns))
        series = [
            _series(column, rows[:, i], dtype if narrow is None or i in narrow else None)
            for i, column in enumerate(columns)
        ]
        if isinstance(X, Column):
            return series[0]
        import pandas as pd

        frame = pd.concat(series, axis=1)
        frame.columns = X.names
        return frame


def _series(column: Column, numbers: NDArray[Any], dtype: str | None) -> Any:
    """Return made-up cells of a column as a Series.

    Parameters
    ----------
    column : Column
    numbers : ndarray of shape (n_rows,)
        Used where the column holds numbers; text and categories are made up here.
    dtype : str or None
        Dtype of the numbers, for a column in the dtype of the rows; None for float64.
    """
    import pandas as pd

    categories = column.categories
    if categories is not None:
        cells = np.resize(np.array([*categories, None], dtype=object), ROWS)
        return pd.Series(pd.Categorical(cells, categories=list(categories) or None), name=column.name)
    if column.kind == DType.STRING:
        return pd.Series(np.resize(np.array(["", "Rome", "12"], dtype=object), ROWS), name=column.name)
    if dtype is None or not _reads(column):
        return pd.Series(numbers, name=column.name)
    if dtype in NULLABLE:
        nullable: Any = dtype.removesuffix(WITH_NA)
        return pd.Series(numbers, name=column.name).astype(nullable)
    return pd.Series(numbers.astype(dtype), name=column.name)


def _numbers(dtype: str, width: int) -> NDArray[np.float64]:
    """Return numbers of shape (ROWS, width) that a dtype can hold: its extremes, small ones, and others in between.

    Integers of more than two bytes stay within 2**24, which float32 holds exactly, and those of eight bytes within
    1000: beyond, NumPy wraps around only for numbers that no file could hold.
    """
    random = np.random.default_rng(0)
    if dtype in NULLABLE:
        rows = _numbers("bool" if dtype.startswith("boolean") else "int64", width)
        if dtype.startswith("Float64"):
            rows[6:] /= 64.0
        if not dtype.startswith("boolean"):  # some rows have numbers of one sign only
            rows[6:9], rows[9:] = np.abs(rows[6:9]) + 1.0, -np.abs(rows[9:]) - 1.0
        if dtype.endswith(WITH_NA):
            rows[:6][np.random.default_rng(1).random((6, width)) < 0.4] = np.nan
            rows[np.arange(6, ROWS), np.arange(6, ROWS) % width] = np.nan
        return rows
    if dtype == "bool":
        return random.integers(0, 2, (ROWS, width)).astype(float)
    if dtype == "float16":
        rows = random.normal(scale=30.0, size=(ROWS, width))
        rows[0], rows[1] = -60000.0, 60000.0
        return np.asarray(rows.astype(np.float16).astype(float))
    limits = np.iinfo(dtype)
    most = 1000 if limits.bits == 64 else 2**24
    least, greatest = max(int(limits.min), -most), min(int(limits.max), most)
    rows = random.integers(least, greatest + 1, (ROWS, width)).astype(float)
    rows[0], rows[1] = least, greatest
    rows[2:6] = random.integers(0, 4, (4, width))
    return rows


def _arrays(result: Any) -> list[Any]:
    """Return a result as a list of arrays: of a DataFrame one for each column."""
    if isinstance(result, Matrix):
        return _arrays(result.values)
    if hasattr(result, "toarray"):
        return [np.asarray(result.toarray())]
    if hasattr(result, "iloc") and np.ndim(result) == 2:
        return [_cells(result.iloc[:, i]) for i in range(result.shape[1])]
    return [_cells(each) for each in (result if isinstance(result, list | tuple) else [result])]


def _cells(column: Any) -> NDArray[Any]:
    """Return a column as an array, with NaN for NA, as scikit-learn converts it."""
    dtype: Any = getattr(column, "dtype", None)
    if type(getattr(dtype, "na_value", None)).__name__ == "NAType" and dtype.kind in "fiub" and column.isna().any():
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    return np.asarray(column)


def _alike(first: list[Any], second: list[Any]) -> bool:
    return len(first) == len(second) and all(_near(a, b) for a, b in zip(first, second, strict=True))


def _near(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fiub" or b.dtype.kind not in "fiub":
        return all(_same(x, y) for x, y in _pairs(a, b))
    return near(a, b, TOLERANCE)


def _pairs(a: NDArray[Any], b: NDArray[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)


def _same(x: Any, y: Any) -> bool:
    """Return whether two cells are equal, or both missing, NA and NaN alike."""
    x, y = (np.nan if type(each).__name__ == "NAType" else each for each in (x, y))
    return bool(x is y or x == y or (x != x and y != y))
