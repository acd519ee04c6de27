"""Symbolic tables: columns whose kinds are decided by what first asks for them.

A model's rows are one matrix of numbers, or one tensor for each column. Converters see both as a :class:`Table`:
an encoder asks a column for strings, a scaler asks the table for the matrix of its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from skl2tflite.flow.column import DTYPES, Column, ColumnType, KindError, OneRowError, RetraceError, recorded_tensor
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
    feature : int, optional
        Which of the model's features it is; a column of strings is then asked for by tracing again.
    types : mapping of int to ColumnType, optional
        Of a model's features, what the rows given to ``convert`` show of them; None without rows.
    asked : set of int, optional
        Where features are noted once something looks at their values.
    made_of : Column, optional
        The column that this one is made of, and that is asked for once this one is.
    """

    def __init__(
        self,
        name: str,
        matrix: Tensor,
        at: int,
        feature: int | None = None,
        types: Mapping[int, ColumnType] | None = None,
        asked: set[int] | None = None,
        made_of: Column | None = None,
    ) -> None:
        self.name = name
        self.matrix = matrix
        self.at = at
        self.feature = feature
        self.is_seen = types is not None
        self._type = (types or {}).get(-1 if feature is None else feature, ColumnType())
        self._asked = asked
        self._made_of = made_of

    def ask(self) -> None:
        """Note the feature, that of the column of which it is made."""
        if self._made_of is not None:
            self._made_of.ask()
        if self._asked is not None and self.feature is not None:
            self._asked.add(self.feature)

    @property
    def kind(self) -> DType | None:
        """Kind of the matrix; of a model's input, undecided: it may have to be a column of its own."""
        return self.matrix.dtype if self.feature is None else None

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """Those that the rows given to ``convert`` have."""
        return self._type.categories

    @property
    def dtype(self) -> Any:
        """What is known of it, or the matrix's; of a model's input, unknown."""
        known = self._type.dtype
        return DTYPES[self.matrix.dtype] if known is None and self.feature is None else known

    @property
    def origin(self) -> int | None:
        """Its position, in the matrix that is a model's input."""
        return self.feature

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The matrix, and where it is in it."""
        return self.matrix, self.at

    @property
    def batch(self) -> int | None:
        """The matrix's number of rows."""
        return self.matrix.shape[0]

    def tensor(self, kind: DType) -> Tensor:
        """Return the column."""
        if kind != self.matrix.dtype:
            if self.feature is None:
                raise KindError(f"column {self.name!r} holds {self.matrix.dtype} values, not {kind}")
            raise RetraceError(self.feature, kind)
        self.ask()
        return recorded_tensor(self.matrix[:, self.at])

    def numbers_but(self, missing: str) -> Tensor:
        """Ask for the column as an input of its own."""
        if self.feature is None:
            return self.numbers()
        raise RetraceError(self.feature, DType.FLOAT)

    def characters(self) -> Tensor:
        """Ask for the column as an input of its own."""
        if self.feature is None:
            return super().characters()
        raise OneRowError(self.feature)


class Table:
    """Columns side by side; what holds only numbers can be asked for as one matrix.

    Parameters
    ----------
    columns : sequence of Column
    matrix : Tensor of shape (n_rows, n_columns), optional
        The columns' numbers, where they are one tensor already.
    """

    ndim = 2

    def __init__(self, columns: Sequence[Column], matrix: Tensor | None = None) -> None:
        self.columns = tuple(columns)
        self._matrix = matrix
        self._stacked: Tensor | None = None

    @classmethod
    def of_matrix(
        cls,
        matrix: Tensor,
        names: Sequence[str],
        inputs: bool = False,
        types: Mapping[int, ColumnType] | None = None,
        asked: set[int] | None = None,
    ) -> Table:
        """Return the columns of a matrix; of a model's input, ``inputs`` says, with ``types`` of its features.

        Those features are noted in ``asked`` whose values something looks at.
        """
        columns = [MatrixColumn(name, matrix, i, i if inputs else None, types, asked) for i, name in enumerate(names)]
        return cls(columns, matrix)

    @classmethod
    def join(cls, parts: Sequence[TableLike], sparse: bool | None = None, keeps_dtypes: bool = False) -> TableLike:
        """Return parts side by side: a matrix where all are matrices of numbers, else a table.

        Columns of a model's input may turn out to be text, so that they stay columns of a table.

        Parameters
        ----------
        parts : sequence of Table, Matrix or array
        sparse : bool, optional
            Whether scikit-learn's result is a sparse matrix; by default it is where one of the parts is.
        keeps_dtypes : bool, default=False
            Whether the result is a DataFrame, in which categoricals stay what they are, and so does a matrix's column.
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
        """Unknown rows, and the number of columns."""
        return (None, len(self.columns))

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def with_matrix(self, matrix: Tensor) -> Table:
        """Return the same columns with another tensor of their numbers."""
        return Table(self.columns, matrix)

    @property
    def asked_matrix(self) -> Tensor | None:
        """The matrix of the columns' numbers, None as long as nothing has asked for it."""
        return self._stacked if self._matrix is None else self._matrix

    def each(self, function: Callable[[Tensor], Tensor]) -> Table:
        """Return what a function makes of each number by itself: a column is asked for once what it became is.

        Parameters
        ----------
        function : callable
            Takes the matrix of the numbers, and gives one of the same shape.
        """
        matrix = self.matrix() if self._matrix is None else self._matrix
        made, before = function(matrix), enumerate(self.columns)
        return Table([MatrixColumn(column.name, made, i, made_of=column) for i, column in before], made)

    @property
    def whole(self) -> Tensor | None:
        """The columns as one tensor, None where they are none yet; this asks for no values."""
        return self._matrix

    @property
    def is_matrix(self) -> bool:
        """Whether the columns are one tensor already."""
        return self._matrix is not None

    @property
    def is_computed(self) -> bool:
        """Whether the columns are one tensor, and none may turn out to be an input of another kind."""
        return self.is_matrix and all(column.origin is None for column in self.columns)

    @property
    def batch(self) -> int | None:
        """Number of rows, None where it is known only at run time."""
        return self.columns[0].batch if self._matrix is None else self._matrix.shape[0]

    def __len__(self) -> int:
        raise refusal("the number of rows of a table is known only at run time")

    def __getitem__(self, at: int) -> Column:
        return self.columns[at]

    def take(self, positions: Sequence[int] | Any) -> Table:
        """Return some of the columns."""
        at = [int(i) for i in positions]
        matrix = (
            None if self._matrix is None else recorded_tensor(xp.take(self._matrix, np.array(at, dtype=int), axis=1))
        )
        if matrix is not None and at == list(range(len(self.columns))):
            matrix = self._matrix
        return Table([self.columns[i] for i in at], matrix)

    def ask(self) -> None:
        """Note that something looks at the values of all columns."""
        for column in self.columns:
            column.ask()

    def matrix(self) -> Tensor:
        """Return the columns' numbers as a matrix, or raise KindError where one holds strings."""
        if not self.columns:
            raise KindError("there are no columns left")
        self.ask()
        if self._matrix is not None:
            return self._matrix
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
    """Return what tells columns of one matrix of floats from others."""
    place = column.place
    return None if place is None or place[0].dtype != DType.FLOAT else id(place[0])


def _side_by_side(columns: Sequence[Column]) -> Any:
    """Return the numbers of columns that are all of one matrix, or none of any, as a matrix."""
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
    """Return an array that has the rows of a table or column, whatever they hold."""
    if isinstance(X, Column):
        return X.values
    if not isinstance(X, Table):
        return _plain(X)
    if X.whole is not None:
        return X.whole
    return next((column for column in X.columns if column.kind is not None), X[0]).values


def _numbered(matrix: Any) -> list[str]:
    return [f"column {i}" for i in range(matrix.shape[1])]
