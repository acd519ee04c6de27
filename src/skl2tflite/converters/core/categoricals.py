"""Categorical columns for boosting libraries, whose trees see codes: positions among the categories of the fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.features.categoricals import TEXT, Categorical, Plain, kind_of
from skl2tflite.features.columns import INT32, sendable
from skl2tflite.flow.column import NA, NAN, NONE, Column, KindError, hold_text
from skl2tflite.flow.table import Table
from skl2tflite.graph import Array, DType, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_constraints import constrain_categories
from skl2tflite.tracing.category_values import as_held, category_kind
from skl2tflite.tracing.tracing_context import column_readings


@dataclass(frozen=True, eq=False)
class Coding:
    """How the categories of a column become codes.

    Attributes
    ----------
    categories : tuple
        In the order of their codes.
    refuses_unknown : bool
        Whether the library raises an error for other values; otherwise they count as missing.
    in_order : bool
        Whether the library takes the codes of a column as they are, so that the order of its categories matters.
    ascii_only : bool
        Whether the library misreads letters beyond ASCII.
    """

    categories: tuple[Any, ...]
    refuses_unknown: bool = False
    in_order: bool = False
    ascii_only: bool = False


class UnplacedCategoriesError(UnsupportedEstimatorError):
    """A model does not tell which of its features are categorical, or which categories they have.

    Attributes
    ----------
    lists : sequence of (categories, features)
        The lists of categories that the model keeps, in the order of their columns, each with the features that may
        have them; empty where it keeps none.
    needed : frozenset of int
        Features that are certainly categorical.
    """

    def __init__(
        self,
        message: str,
        lists: Sequence[tuple[Sequence[Any], Collection[int]]] = (),
        needed: Collection[int] = (),
    ) -> None:
        super().__init__(message)
        self.lists = lists
        self.needed = frozenset(needed)


class CodingConverter(Converter):
    """A converter of an estimator whose trees see codes in place of the categories of a DataFrame.

    The file takes the values and computes the codes; missing and unknown values become NaN.

    Attributes
    ----------
    library : str
        Name of the library, for messages.
    pandas_only : bool
        Whether it takes categoricals of pandas only, not of polars.
    """

    library: ClassVar[str]
    pandas_only: ClassVar[bool] = False

    def codings(self, columns: Sequence[Column]) -> Mapping[int, Coding]:
        """Return the codings of the categorical columns, by position."""
        raise NotImplementedError

    @property
    def used_columns(self) -> Collection[int]:
        """Positions of the columns that the model uses."""
        raise NotImplementedError

    def _of_numbers(self, function: Callable[[Array], Any]) -> Callable[[Any], Any]:
        """Return a method that takes tables in which some columns are categorical."""
        plain = super()._of_numbers(function)

        def call(X: Any) -> Any:
            table = X if isinstance(X, Table) else _columns_of(X)
            codings = {} if table is None else self.codings(table.columns)
            if table is not None:
                self._read(table, codings)
            return function(self._codes(table, codings)) if table is not None and codings else plain(X)

        return call

    def _read(self, table: Table, codings: Mapping[int, Coding]) -> None:
        """Report which features of the model must be categorical, and which must not be."""
        for at, column in enumerate(table.columns):
            coding = codings.get(at)
            if column.origin is None or column.in_array or column.made_categorical:
                continue  # the column is none of the model's features in a DataFrame, which are checked at run time
            if coding is None:
                column_readings.add(Plain(column.origin, self.library))
                continue
            kind = kind_of(coding.categories) if at in self.used_columns else None
            order = coding.categories if coding.in_order and kind is not None else None
            only = self.pandas_only or coding.in_order
            column_readings.add(Categorical(column.origin, self.library, kind, order, only, coding.ascii_only))

    def _codes(self, table: Table, codings: Mapping[int, Coding]) -> Array:
        """Return the matrix that the trees see: numbers, and codes in place of categories."""
        used = self.used_columns or {0}
        parts: list[Array | None] = []
        numbers: list[int] = []

        def end() -> None:
            if numbers:
                parts.append(self._numbers(table.take(numbers)))
                numbers.clear()

        for at, column in enumerate(table.columns):
            if at not in codings:
                numbers.append(at)
                continue
            end()
            if kind_of(codings[at].categories) == TEXT:
                hold_text(column)
            # Columns that no tree uses are not read: zeros take their place once other columns give the rows.
            codes = self._column_codes(column, codings[at]) if at in used else None
            parts.append(codes)
        end()
        rows = next(part for part in parts if part is not None)
        zeros = xp.broadcast_rows(np.zeros(1), rows)
        return xp.concat([zeros if part is None else part for part in parts], axis=1)

    def _numbers(self, table: Table) -> Array:
        try:
            return table.matrix()
        except KindError as error:
            raise self.refuse(f"takes numbers, but {error.reason}", "encode it before, or drop it") from None

    def _column_codes(self, column: Column, coding: Coding) -> Array:
        """Return the codes of one column, of shape (n_rows, 1); NaN for missing and unknown values."""
        categories = self._held(column.name, coding.categories)
        kind = category_kind(np.array([*coding.categories, None], dtype=object)[:-1])
        try:
            if kind == DType.STRING:
                values: Array = column.strings()
            else:
                values = column.integers() if kind == DType.INT else column.numbers()
        except KindError as error:
            raise self.refuse(f"has categories of kind {kind}, but {error.reason}") from None
        if coding.refuses_unknown:
            missing = {DType.STRING: [NAN, NONE, NA], DType.FLOAT: [np.nan]}.get(kind, [])
            constrain_categories(values, np.concatenate([categories, np.array(missing, dtype=categories.dtype)]))
        hot = xp.astype(xp.expand_dims(values, 1) == categories, float)
        number = xp.linear(hot, np.arange(1.0, len(categories) + 1.0)[:, np.newaxis])
        return xp.where(number > 0.0, number - 1.0, np.nan)

    def _held(self, name: str, categories: tuple[Any, ...]) -> NDArray[Any]:
        """Return categories as a tensor holds them; refuse those that it cannot hold exactly."""
        kind = kind_of(categories)
        cells = np.array([*categories, None], dtype=object)[:-1]
        if kind is None:
            raise self.refuse(
                f"column {name!r} has categories of several kinds, or neither text, numbers nor booleans",
                "make them text",
            )
        if kind == TEXT:
            if not all(map(sendable, categories)):
                raise self.refuse(f"column {name!r} has a category that no text in UTF-8 can be, or a reserved one")
            return as_held(cells, DType.STRING)
        if category_kind(cells) == DType.INT:
            if min(categories) < INT32.min or max(categories) > INT32.max:
                raise self.refuse(
                    f"column {name!r} has categories that are integers beyond 32 bits",
                    "make them text, or number them from 0",
                )
            return as_held(cells, DType.INT)
        numbers = cells.astype(np.float64)
        rounded = numbers[numbers.astype(np.float32) != numbers]
        if rounded.size:
            raise self.refuse(
                f"column {name!r} has the category {float(rounded[0])!r}, which float32 does not hold",
                "make them text, or number them from 0",
            )
        return numbers


def categories_told(column: Column) -> tuple[Any, ...] | None:
    """Return the categories of a DataFrame's column; None where it is not categorical, or not known to be."""
    return None if column.in_array else column.categories


def _columns_of(X: Any) -> Table | None:
    """Return the columns of a matrix of tensors as a table; None for NumPy arrays, which hold codes already."""
    if not isinstance(X, Tensor) or X.ndim != 2 or X.shape[1] is None:
        return None
    return Table.of_matrix(X, [f"column {i}" for i in range(X.shape[1])])
