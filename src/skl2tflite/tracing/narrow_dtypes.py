"""User functions whose results depend on the dtype of the rows: integers that wrap around, float16 that loses digits.

A file computes with floats. So each function that reads the model's own rows is called twice: with made-up rows of each
narrow dtype, and with the same numbers as floats. If the results differ, the model refuses rows of that dtype.

If rows given to ``convert`` hold truth values or whole numbers, the file computes what the function gives for them. So
they take the place of floats in the comparison, and floats are compared too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.frames import floats
from skl2tflite.features.narrow import NARROW, NULLABLE, TEXT_WITH_NA, WIDE, Narrow
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix, is_sparse
from skl2tflite.flow.renamed import Renamed
from skl2tflite.flow.table import Table
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import DType, Tensor, as_tensor, ops
from skl2tflite.graph.op import Input, apply
from skl2tflite.graph.tensor import Node
from skl2tflite.tracing.matrix_arguments import as_held
from skl2tflite.tracing.narrow_rows import ROWS, numbers_of, series_of, within
from skl2tflite.tracing.pandas.replaced import Replaced
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.tracing_context import Collector
from skl2tflite.tracing.trial_calls import joined, near, tried

TOLERANCE = 1e-5
"""Relative difference of results beyond which rounding in float32 does not explain it."""
COLUMNS = 50
"""Largest number of columns of a table that are tested one by one, to find those that cause a difference. In a wider
table all columns are named."""
HELD = ("bool", "int64", "int32")
"""Dtypes of columns that a recording follows: truth values, and whole numbers of as many bits as a file has."""
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
    further = NULLABLE if isinstance(X, Table | Column) and features is not None and "pandas" in sys.modules else ()
    further = (*further, *(WIDE if any(trial.held) else ()))
    found: dict[tuple[tuple[int, ...] | None, int], list[str]] = {}
    for dtype, (narrow, held) in (answers | {dtype: trial.both(dtype) for dtype in further}).items():
        if not _alike(narrow, held):
            found.setdefault(trial.concerned(dtype, features), []).append(dtype)
    if (truths := trial.among_numbers(features)) and "bool" not in found.get((truths, 1), ()):
        found.setdefault((truths, 1), []).append("bool")
    for (concerned, least), those in found.items():
        narrow_readers.add(Narrow(reader, tuple(those), concerned, least, trial.expected(concerned, features)))
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

    @cached_property
    def held(self) -> tuple[str | None, ...]:
        """For each column, the dtype that it is known to have, which the recording follows; None means float64."""
        if isinstance(self.X, Table | Column):
            columns = [self.X] if isinstance(self.X, Column) else self.X.columns
            return tuple(_held(column.dtype) if _reads(column) else None for column in columns)
        rows = given().X
        if not isinstance(rows, np.ndarray) or rows.dtype.kind != "b" or not isinstance(self.X, AsArray):
            return (None,)
        numbers = numbers_of("bool", len(self.X.table.columns))  # which were recorded if the function takes them
        return ("bool" if self._answer(numbers) is None else None,)

    def both(
        self, dtype: str, narrow: tuple[int, ...] | None = None, others: str | None = None
    ) -> tuple[list[Any], list[Any]]:
        """Return the function's results for rows of a dtype, and for the same numbers in the dtypes that are known.

        Parameters
        ----------
        dtype : str
        narrow : tuple of int, optional
            Positions of the columns that have the dtype, by default all; the others have their own in both calls.
        others : str, optional
            A dtype whose numbers the other columns hold, by default those of ``dtype``.
        """
        first, second = (self._rows(dtype, kept, narrow, others) for kept in (narrow, ()))
        return self._pair(first, second)

    def among_numbers(self, features: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the features that make a difference as truth values while all other columns hold numbers."""
        if features is None or not isinstance(self.X, Table):
            return ()
        columns = [i for i, column in enumerate(self.X.columns) if _reads(column)]
        if not 1 < len(columns) <= COLUMNS:
            return ()
        pairs = zip(columns, features, strict=True)
        return tuple(feature for i, feature in pairs if not _alike(*self.both("bool", (i,), "int64")))

    def expected(self, concerned: tuple[int, ...] | None, features: tuple[int, ...] | None) -> str:
        """Return the one dtype that the recording follows in the concerned features; empty for floats or several."""
        if not isinstance(self.X, Table) or features is None or concerned is None:
            known = set(self.held)
        else:
            reads = [held for held, column in zip(self.held, self.X.columns, strict=True) if _reads(column)]
            known = {held for held, feature in zip(reads, features, strict=True) if feature in concerned}
        return next(iter(known)) or "" if len(known) == 1 else ""

    def both_texts(self, text: Iterable[int]) -> tuple[list[Any], list[Any]]:
        """Return the function's results for text with NA among it, and for the same text with NaN in its place."""
        import pandas as pd

        rows = self._rows("int64", ())
        both: list[Any] = []
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
        refuses = pair[0] is None and pair[1] is not None and any(self.held)
        if refuses and all(self._answer(first[i : i + 1]) is None for i in range(ROWS)):
            return [], pair[1] or []  # an error for all rows of the dtype, and answers for the same numbers
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

    def _rows(
        self,
        dtype: str,
        narrow: tuple[int, ...] | None,
        focus: tuple[int, ...] | None = None,
        others: str | None = None,
    ) -> Any:
        """Return made-up rows in which the columns at ``narrow`` (None: all) have the dtype, the others their own.

        Parameters
        ----------
        dtype, narrow
            As in :meth:`both`.
        focus : tuple of int, optional
            Positions of the columns that hold numbers of ``dtype`` (None: all), the others those of ``others``.
        others : str, optional
            A dtype.
        """
        X = self.X
        if isinstance(X, Matrix):
            values = numbers_of(dtype, int(X.shape[1]))
            return as_held(
                values, replace(X, values=values, stored=None, dtype=np.dtype(dtype if narrow is None else float))
            )
        if isinstance(X, Tensor | AsArray):
            shape = (len(X.table.columns),) if isinstance(X, AsArray) else tuple(n or 1 for n in X.shape[1:])
            known = self.held[0]
            rows = within(numbers_of(dtype, int(np.prod(shape))), known).reshape(ROWS, *shape)
            return rows.astype(dtype if narrow is None else known or float)
        columns = [X] if isinstance(X, Column) else list(X.columns)
        rows = numbers_of(dtype, len(columns))
        if others is not None and focus is not None:
            rows = np.where(np.isin(np.arange(len(columns)), focus), rows, numbers_of(others, len(columns)))
        series = [
            series_of(
                column,
                within(numbers, known),
                (dtype if narrow is None or i in narrow else known) if _reads(column) else None,
                known,
            )
            for i, (column, numbers, known) in enumerate(zip(columns, rows.T, self.held, strict=True))
        ]
        if isinstance(X, Column):
            return series[0]
        import pandas as pd

        frame = pd.concat(series, axis=1)
        frame.columns = X.names
        return frame


def _held(dtype: Any) -> str | None:
    """Return the name of a dtype that a recording follows, None for all others."""
    return str(dtype) if isinstance(dtype, np.dtype) and dtype.name in HELD else None


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
        numbers = [floats(each) if each.ndim == 1 else None for each in (a, b)]
        if numbers[0] is not None and numbers[1] is not None:
            return near(numbers[0], numbers[1], TOLERANCE)
        return all(_same(x, y) for x, y in _pairs(a, b))
    return near(a, b, TOLERANCE)


def _pairs(a: NDArray[Any], b: NDArray[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)


def _same(x: Any, y: Any) -> bool:
    """Return whether two cells are equal, or both missing, NA and NaN alike."""
    x, y = (np.nan if type(each).__name__ == "NAType" else each for each in (x, y))
    return bool(x is y or x == y or (x != x and y != y))
