"""Symbolic tables: columns side by side, whose dtypes are decided by the first step that reads them.

A model's input is one matrix of numbers, or one tensor for each feature. Converters see both as a :class:`Table`: an
encoder reads a column as strings, a scaler reads the table as one matrix of numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from skl2tflite.flow.column import DTYPES, Column, KindError, recorded_tensor
from skl2tflite.flow.matrix import Matrix, is_sparse, side_by_side
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType, Shape
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor


class MatrixColumn(Column):
    """A column of a matrix of numbers.

    Parameters
    ----------
    name : str
    matrix : Tensor of shape (n_rows, n_columns)
    at : int
    made_of : Column, optional
        The column that this one was computed from; reading this one counts as reading that one.
    """

    def __init__(self, name: str, matrix: Tensor, at: int, made_of: Column | None = None) -> None:
        self.name = name
        self.matrix = matrix
        self.at = at
        self._made_of = made_of

    def mark_read(self) -> None:
        """Note that the column that it was computed from is read."""
        if self._made_of is not None:
            self._made_of.mark_read()

    @property
    def kind(self) -> DType:
        """Dtype of the matrix."""
        return self.matrix.dtype

    @property
    def dtype(self) -> Any:
        """NumPy's dtype for it."""
        return DTYPES[self.matrix.dtype]

    @property
    def place(self) -> tuple[Tensor, int]:
        """The matrix, and the column's position there."""
        return self.matrix, self.at

    @property
    def batch(self) -> int | None:
        """The matrix's number of rows."""
        return self.matrix.shape[0]

    def tensor(self, kind: DType) -> Tensor:
        """Return the column."""
        if kind != self.matrix.dtype:
            raise KindError(f"column {self.name!r} holds {self.matrix.dtype} values, not {kind}")
        self.mark_read()
        return recorded_tensor(self.matrix[:, self.at])


class Table:
    """Columns side by side, which can be read as one matrix where all hold numbers.

    Parameters
    ----------
    columns : sequence of Column
    matrix : Tensor of shape (n_rows, n_columns), optional
        The columns' numbers, where one tensor holds them already.
    """

    ndim = 2

    def __init__(self, columns: Sequence[Column], matrix: Tensor | None = None) -> None:
        self.columns = tuple(columns)
        self._matrix = matrix
        self._stacked: Tensor | None = None

    @classmethod
    def of_matrix(cls, matrix: Tensor, names: Sequence[str]) -> Table:
        """Return the columns of a matrix as a table."""
        return cls([MatrixColumn(name, matrix, i) for i, name in enumerate(names)], matrix)

    @classmethod
    def join(cls, parts: Sequence[TableLike], sparse: bool | None = None, keeps_dtypes: bool = False) -> TableLike:
        """Join parts side by side: to a matrix where all are matrices of numbers, else to a table.

        Features of the model may turn out to be text, so that they stay columns of a table.

        Parameters
        ----------
        parts : sequence of Table, Matrix or array
        sparse : bool, optional
            Whether scikit-learn's result is a sparse matrix; by default, whether one of the parts is.
        keeps_dtypes : bool, default=False
            Whether the result is a DataFrame, in which each column keeps its dtype and its categories; else an array.
        """
        parts = [part for part in parts if not isinstance(part, Table) or part.columns]
        tables = [part for part in parts if isinstance(part, Table)]
        sparse = any(map(is_sparse, parts)) if sparse is None else sparse
        matrix = None
        if parts and (sparse or all(table.is_matrix for table in tables)):
            matrix = side_by_side([part.matrix() if isinstance(part, Table) else part for part in parts], sparse)
            undecided = any(column.origin is not None for table in tables for column in table.columns)
            if not isinstance(matrix, Tensor) or not (undecided or (keeps_dtypes and tables)):
                return matrix
        columns: list[Column] = []
        for part in parts:
            columns += part.columns if isinstance(part, Table) else cls.of_matrix(_plain(part), _numbered(part)).columns
        return cls(columns if keeps_dtypes else [column.of_array() for column in columns], matrix)

    @property
    def shape(self) -> Shape:
        """The unknown number of rows (None) and the number of columns."""
        return (None, len(self.columns))

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def with_matrix(self, matrix: Tensor) -> Table:
        """Return the same columns with another tensor of their numbers."""
        return Table(self.columns, matrix)

    @property
    def matrix_so_far(self) -> Tensor | None:
        """The matrix of the columns' numbers, if it has been made; None before."""
        return self._stacked if self.whole is None else self.whole

    def each(self, function: Callable[[Tensor], Tensor]) -> Table:
        """Apply a function of each number by itself. Reading a column of the result counts as reading the original one.

        Parameters
        ----------
        function : callable
            Takes the matrix of the numbers and returns one of the same shape.
        """
        whole = self.whole
        matrix = self.matrix() if whole is None else whole
        made, before = function(matrix), enumerate(self.columns)
        return Table([MatrixColumn(column.name, made, i, made_of=column) for i, column in before], made)

    @property
    def whole(self) -> Tensor | None:
        """The columns as one tensor; None where there is none yet, or a feature has turned out to hold no floats.

        This does not count as reading the values.
        """
        features = (column for column in self.columns if column.origin is not None)
        known = self._matrix is not None and all(column.kind in (None, DType.FLOAT) for column in features)
        return self._matrix if known else None

    @property
    def is_matrix(self) -> bool:
        """Whether one tensor holds the columns already."""
        return self.whole is not None

    @property
    def is_computed(self) -> bool:
        """Whether one tensor holds all columns, and none of them is a feature of the model, whose dtype may change."""
        return self.is_matrix and all(column.origin is None for column in self.columns)

    @property
    def batch(self) -> int | None:
        """Number of rows, None where it is known only at run time."""
        return self.columns[0].batch if self.whole is None else self.whole.shape[0]

    def __len__(self) -> int:
        raise refusal("the number of rows of a table is known only at run time")

    def __getitem__(self, at: int) -> Column:
        return self.columns[at]

    def take(self, positions: Sequence[int] | Any) -> Table:
        """Return some of the columns."""
        at = [int(i) for i in positions]
        matrix = self.whole
        if matrix is not None and at != list(range(len(self.columns))):
            matrix = recorded_tensor(xp.take(matrix, np.array(at, dtype=int), axis=1))
        return Table([self.columns[i] for i in at], matrix)

    def mark_read(self) -> None:
        """Note that a step reads the values of all columns."""
        for column in self.columns:
            column.mark_read()

    def matrix(self) -> Tensor:
        """Return the columns' numbers as a matrix, or raise KindError where one holds strings."""
        if not self.columns:
            raise KindError("there are no columns left")
        self.mark_read()
        if (matrix := self.whole) is not None:
            return matrix
        if self._stacked is None:
            parts = [_side_by_side(list(run)) for _, run in groupby(self.columns, _made_in)]
            self._stacked = recorded_tensor(parts[0] if len(parts) == 1 else xp.concat(parts, axis=1))
        return self._stacked


TableLike: TypeAlias = Table | Any
"""A table, a matrix, or an array of two axes."""


def as_matrix(X: TableLike) -> Any:
    """Return the numbers of a table, a matrix or a column as an array, anything else as it is."""
    if isinstance(X, Table):
        return X.matrix()
    return X.numbers() if isinstance(X, Column) else _plain(X)


def _made_in(column: Column) -> int | None:
    """Return a key that columns of the same matrix of floats share; None for all other columns."""
    place = column.place
    return None if place is None or place[0].dtype != DType.FLOAT else id(place[0])


def _side_by_side(columns: Sequence[Column]) -> Any:
    """Return the numbers of columns as a matrix; all are columns of one matrix of floats, or none is."""
    first = columns[0].place
    if first is None or _made_in(columns[0]) is None:
        return xp.stack([column.numbers() for column in columns], axis=1)
    matrix, at = first[0], [column.place[1] for column in columns if column.place is not None]
    return matrix if at == list(range(matrix.shape[1] or 0)) else xp.take(matrix, np.array(at), axis=1)


def take_columns(X: Any, positions: Sequence[int] | Any) -> Any:
    """Return some of the columns of a table, a matrix or an array."""
    if isinstance(X, Table | Matrix):
        return X.take(positions)
    return xp.take(X, np.asarray(positions, dtype=int), axis=1)


def _plain(X: Any) -> Any:
    """Return a matrix as an array, anything else as it is."""
    return X.values if isinstance(X, Matrix) else X


def rows_of(X: TableLike) -> Any:
    """Return any array that has the rows of a table or column, to take the number of rows from."""
    if isinstance(X, Column):
        return X.values
    if not isinstance(X, Table):
        return _plain(X)
    if X.whole is not None:
        return X.whole
    return next((column for column in X.columns if column.kind is not None), X[0]).values


def _numbered(matrix: Any) -> list[str]:
    return [f"column {i}" for i in range(matrix.shape[1])]
