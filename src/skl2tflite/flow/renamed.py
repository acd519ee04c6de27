"""Columns that refer to another column: under another name, or as a pandas categorical. Neither reads its values."""

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
"""The sentinels for missing values in a tensor of strings."""


class Renamed(Column):
    """A column under another name; everything else is as in that column."""

    def __init__(self, name: str, column: Column) -> None:
        self.name = name
        self.column = column
        self.is_seen = column.is_seen
        self.in_array = column.in_array

    @property
    def kind(self) -> DType | None:
        """Dtype of the column as a tensor."""
        return self.column.kind

    @property
    def categories(self) -> tuple[Any, ...] | None:
        """The column's categories."""
        return self.column.categories

    @property
    def made_categorical(self) -> bool:
        """Whether a user function has made it categorical."""
        return self.column.made_categorical

    @property
    def dtype(self) -> Any:
        """The column's dtype."""
        return self.column.dtype

    @property
    def origin(self) -> int | None:
        """Position among the model's features, if it is one."""
        return self.column.origin

    @property
    def place(self) -> tuple[Tensor, int] | None:
        """The matrix that it is part of, and its position there."""
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
        """Form in which a file takes its texts."""
        return self.column.text

    def mark_read(self) -> None:
        """Note that a step reads the column."""
        self.column.mark_read()

    def hold_text(self) -> None:
        """Note that the column is text."""
        self.column.hold_text()

    def tensor(self, kind: DType) -> Tensor:
        """Return the column's tensor."""
        return self.column.tensor(kind)

    def numbers(self) -> Tensor:
        """Return the column's numbers."""
        return self.column.numbers()

    def numbers_but(self, missing: str) -> Tensor:
        """Return the column's numbers, with NaN where the model's rows hold the text ``missing``."""
        return self.column.numbers_but(missing)

    def integers(self) -> Tensor:
        """Return the column's integers."""
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
    """A column as a pandas categorical: missing values, and values that are no category, are NaN.

    Parameters
    ----------
    column : Column
    categories : tuple
        In the order of their codes; empty where pandas takes them from the values of the rows.
    dtype : dtype
        Dtype in pandas.
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
        """Whether the column was not categorical before."""
        return self.column.categories is None or self.column.made_categorical

    @property
    def dtype(self) -> Any:
        """The categorical dtype."""
        return self._dtype

    @property
    def place(self) -> None:
        """The matrix that the column is part of: None, as it is computed."""
        return None

    @property
    def values(self) -> Tensor:
        """The values, with NaN for those that are no category."""
        return self._within(self.column.values)

    def tensor(self, kind: DType) -> Tensor:
        """Return the values, with NaN for those that are no category."""
        return self._within(self.column.tensor(kind))

    def numbers(self) -> Tensor:
        """Return the numbers, with NaN for those that are no category."""
        return self._within(self.column.numbers())

    def strings(self) -> Tensor:
        """Return the texts, with the sentinel of NaN for those that are no category."""
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
    """Return a column under a name, the column itself if that is its name."""
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
