"""A user function called with rows of narrow dtypes, and with the same numbers as floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.frames import floats
from skl2tflite.flow.column import Column
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table
from skl2tflite.graph import Tensor
from skl2tflite.tracing.given_dtypes import reads
from skl2tflite.tracing.matrix_arguments import as_held
from skl2tflite.tracing.narrow_rows import ROWS, numbers_of, series_of, within
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.trial_calls import joined, near, tried

TOLERANCE = 1e-5
"""Relative difference of results beyond which rounding in float32 does not explain it."""
COLUMNS = 50
"""Largest number of columns of a table that are tested one by one, to find those that cause a difference. In a wider
table all columns are named."""
HELD = ("bool", "int64", "int32")
"""Dtypes of columns that a recording follows: booleans, and integers of as many bits as a file has."""


class _Tried(NamedTuple):
    """Rows, and the function's results for them; None where it raises an error."""

    rows: Any
    answer: list[Any] | None


@dataclass(frozen=True)
class Trial:
    """A function that is called with rows of narrow dtypes and with the same numbers as floats."""

    function: Callable[[Any], Any]
    X: Given
    _known: dict[tuple[Any, ...], _Tried] = field(default_factory=dict, init=False)
    _needed: dict[str, tuple[int, ...]] = field(default_factory=dict, init=False)

    @cached_property
    def columns(self) -> tuple[int, ...]:
        """Positions of a table's columns that are features in the dtype of the rows; none in anything else."""
        X = self.X
        return tuple(i for i, column in enumerate(X.columns) if reads(column)) if isinstance(X, Table) else ()

    @property
    def _tells_columns_apart(self) -> bool:
        return 1 < len(self.columns) <= COLUMNS

    @cached_property
    def held(self) -> tuple[str | None, ...]:
        """For each column, the dtype that it is known to have, which the recording follows; None means float64."""
        if isinstance(self.X, Table | Column):
            columns = [self.X] if isinstance(self.X, Column) else self.X.columns
            return tuple(_held(column.dtype) if reads(column) else None for column in columns)
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
        always = self._always(dtype)
        having = narrow if narrow is None else tuple(sorted({*narrow, *always}))
        return self._pair(*(self._tried(dtype, kept, narrow, others) for kept in (having, always)))

    def _always(self, dtype: str) -> tuple[int, ...]:
        """Return the columns without which having a dtype the function takes no rows, by their positions.

        None, if it takes the numbers in the dtypes that are known. Else these columns have the dtype in both calls.
        """
        if dtype not in self._needed:
            needed: tuple[int, ...] = ()
            if self._tells_columns_apart and self._tried(dtype, ()).answer is None:
                needed = self.columns if self._tried(dtype, None).answer is not None else ()
                for i in needed:
                    fewer = tuple(each for each in needed if each != i)
                    needed = needed if self._tried(dtype, fewer).answer is None else fewer
            self._needed[dtype] = needed
        return self._needed[dtype]

    def groups(self, dtype: str) -> list[tuple[int, ...] | None]:
        """Return which columns to give a dtype at once, by their positions: all (None) and, if the function takes no
        such rows, as large groups as it takes, so that one operation that raises an error hides no other.
        """
        if not self._tells_columns_apart or self.both(dtype)[0]:
            return [None]
        groups: list[tuple[int, ...] | None] = [None]
        left = self.columns
        while left:
            group: tuple[int, ...] = ()
            for i in (*left, *(each for each in self.columns if each not in left)):
                wider = tuple(sorted((*group, i)))
                group = wider if self._tried(dtype, wider).answer is not None else group
            if not set(left) & set(group):
                break
            groups.append(group)
            left = tuple(i for i in left if i not in group)
        return groups

    def among_numbers(self, features: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the features that make a difference as booleans while all other columns hold numbers."""
        if features is None or not self._tells_columns_apart:
            return ()
        pairs = zip(self.columns, features, strict=True)
        return tuple(feature for i, feature in pairs if not alike(*self.both("bool", (i,), "int64")))

    def expected(self, concerned: tuple[int, ...] | None, features: tuple[int, ...] | None) -> str:
        """Return the one dtype that the recording follows in the concerned features; empty for floats or several."""
        if not isinstance(self.X, Table) or features is None or concerned is None:
            known = set(self.held)
        else:
            read = [held for held, column in zip(self.held, self.X.columns, strict=True) if reads(column)]
            known = {held for held, feature in zip(read, features, strict=True) if feature in concerned}
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
        return self._pair(*(_Tried(each, self._answer(each)) for each in both))

    def _pair(self, first: _Tried, second: _Tried) -> tuple[list[Any], list[Any]]:
        """Return the function's results for rows in two forms; if it raises, for the rows that it takes in both."""
        if first.answer is not None and second.answer is not None:
            return first.answer, second.answer
        narrow = [self._answer(first.rows[i : i + 1]) for i in range(ROWS)]
        refuses = first.answer is None and all(answer is None for answer in narrow)
        if refuses and second.answer is not None and any(self.held):
            return [], second.answer  # an error for all rows of the dtype, and answers for the same numbers
        each = [(answer, self._answer(second.rows[i : i + 1])) for i, answer in enumerate(narrow)]
        taken = [(a, b) for a, b in each if a is not None and b is not None]
        return joined([a for a, _ in taken]), joined([b for _, b in taken])

    def concerned(
        self, dtype: str, features: tuple[int, ...] | None, group: tuple[int, ...] | None = None
    ) -> tuple[tuple[int, ...] | None, int]:
        """Return the features that cause a difference, and how many of them must have the dtype for one: 1 or 2.

        Parameters
        ----------
        dtype : str
        features : tuple of int or None
            The model's features that the function is given, None for all of them in an array.
        group : tuple of int, optional
            Positions of the columns that had the dtype, by default all.
        """
        if features is None or not isinstance(self.X, Table):
            return features, 1
        if len(self.columns) > COLUMNS:
            return features, 1
        having = self.columns if group is None else group
        whole = self.both(dtype, group)[0]
        alone = [i for i in having if not alike(*self.both(dtype, (i,)))]
        others = [tuple(each for each in having if each != i) for i in having]
        together = [i for i, rest in zip(having, others, strict=True) if not alike(self.both(dtype, rest)[0], whole)]
        found = sorted({*alone, *together}) or having
        at = dict(zip(self.columns, features, strict=True))
        return tuple(at[i] for i in found), 1 if alone or len(found) == 1 else 2

    def _answer(self, rows: Any) -> list[Any] | None:
        return tried(lambda copy: _arrays(self.function(copy)), rows)

    def _tried(
        self,
        dtype: str,
        narrow: tuple[int, ...] | None,
        focus: tuple[int, ...] | None = None,
        others: str | None = None,
    ) -> _Tried:
        """Return made-up rows and the function's results for them. It is called once for the same rows.

        Parameters
        ----------
        dtype, narrow, focus, others
            As in :meth:`_rows`.
        """
        key = dtype, narrow, others and focus, others
        if key not in self._known:
            rows = self._rows(dtype, narrow, focus, others)
            self._known[key] = _Tried(rows, self._answer(rows))
        return self._known[key]

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
                (dtype if narrow is None or i in narrow else known) if reads(column) else None,
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


def alike(first: list[Any], second: list[Any]) -> bool:
    """Return whether results are equal but for rounding."""
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
