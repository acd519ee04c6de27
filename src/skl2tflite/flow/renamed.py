"""Columns of a table under other names, and categories of pandas made of columns: nothing of them is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.flow.column import NA, NAN, NONE, Column, TextInput
from skl2tflite.flow.table import Table
from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.tensor import Tensor

MISSING_TEXT = np.array([NAN, NONE, NA], dtype=object)
"""What stands for missing values among strings."""


class Renamed(Column):
    """A column under another name, of which anything can be asked that the column has."""

    def __init__(self, name: str, column: Column) -> None:
        self.name = name
        self.column = column
        self.is_seen = column.is_seen
        self.in_array = column.in_array

    @property
    def kind(self) -> DType | None:
        """Kind of the column."""
        return self.column.kind

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """The column's categories."""
        return self.column.categories

    @property
    def made_categorical(self) -> bool:
        """Ask the column."""
        return self.column.made_categorical

    @property
    def dtype(self) -> Any:
        """The column's dtype."""
        return self.column.dtype

    @property
    def origin(self) -> int | None:
        """The column's."""
        return self.column.origin

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The column's."""
        return self.column.place

    @property
    def batch(self) -> int | None:
        """The column's number of rows."""
        return self.column.batch

    @property
    def values(self) -> Tensor:
        """The column's values."""
        return self.column.values

    @property
    def text(self) -> TextInput:
        """How its texts travel."""
        return self.column.text

    def ask(self) -> None:
        """Tell the column."""
        self.column.ask()

    def tensor(self, kind: DType) -> Tensor:
        """Return the column's tensor."""
        return self.column.tensor(kind)

    def numbers(self) -> Tensor:
        """Return the column's numbers."""
        return self.column.numbers()

    def numbers_but(self, missing: str) -> Tensor:
        """Return the column's numbers, NaN where rows hold a text for what is missing."""
        return self.column.numbers_but(missing)

    def integers(self) -> Tensor:
        """Return the column's whole numbers."""
        return self.column.integers()

    def strings(self) -> Tensor:
        """Return the column's strings."""
        return self.column.strings()

    def characters(self) -> Tensor:
        """Return the one row's text as code points."""
        return self.column.characters()

    def terms(self, vectorizer: Any, vocabulary: tuple[str, ...] | None, n_columns: int) -> Tensor:
        """Return the ids of the one row's terms, or their counts."""
        return self.column.terms(vectorizer, vocabulary, n_columns)

    def sets(self, kind: DType) -> Tensor:
        """Return each row's set of labels."""
        return self.column.sets(kind)


class Categorical(Renamed):
    """A column as a categorical of pandas: all that is missing is NaN, and so is what is none of its categories.

    Parameters
    ----------
    column : Column
    categories : tuple
        In the order of their codes; empty where pandas makes them of the values that it meets.
    dtype : dtype
        That of pandas.
    """

    def __init__(self, column: Column, categories: tuple[Any, ...], dtype: Any) -> None:
        super().__init__(column.name, column)
        self._categories = categories
        self._dtype = dtype

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """The categories."""
        return self._categories

    @property
    def made_categorical(self) -> bool:
        """Whether the column was none before."""
        return self.column.categories is None or self.column.made_categorical

    @property
    def dtype(self) -> Any:
        """A categorical's."""
        return self._dtype

    @property
    def place(self) -> None:
        """It is computed."""
        return None

    @property
    def values(self) -> Tensor:
        """The values that are categories."""
        return self._within(self.column.values)

    def tensor(self, kind: DType) -> Tensor:
        """Return the values that are categories."""
        return self._within(self.column.tensor(kind))

    def numbers(self) -> Tensor:
        """Return the numbers that are categories."""
        return self._within(self.column.numbers())

    def strings(self) -> Tensor:
        """Return the texts that are categories."""
        return self._within(self.column.strings())

    def _within(self, values: Tensor) -> Tensor:
        if values.dtype != DType.STRING:
            if not self._categories or values.dtype != DType.FLOAT:
                return values
            known = np.array([c for c in self._categories if not isinstance(c, str)], dtype=float)
            return _tensor(xp.where(_among(values, known), values, np.nan))
        if not self._categories:
            return _tensor(xp.where(_among(values, MISSING_TEXT), NAN, values))
        known = np.array([c for c in self._categories if isinstance(c, str)], dtype=object)
        return _tensor(xp.where(_among(values, known), values, NAN))


def named(column: Column, name: Any) -> Column:
    """Return a column under a name."""
    return column if column.name == str(name) else Renamed(str(name), column)


def renamed(table: Table, names: Sequence[Any]) -> Table:
    """Return a table's columns under other names."""
    columns = [named(column, name) for column, name in zip(table.columns, names, strict=True)]
    return Table(columns, table.whole)


def _among(values: Tensor, constants: Any) -> Any:
    return xp.any(xp.expand_dims(values, 1) == constants, axis=1)


def _tensor(x: Any) -> Tensor:
    assert isinstance(x, Tensor)
    return x
