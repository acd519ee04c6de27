"""Rows like those that were given, with some cells replaced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features import Features, row_count
from skl2tflite.features.frames import as_cells, columns_of, floats, is_frame
from skl2tflite.verify.batches import taken
from skl2tflite.verify.probe.critical_values import CriticalValues, exact_number
from skl2tflite.verify.probe.sample import Sample

BASE_WITHOUT_ROWS = 16
"""Number of rows that are drawn where none was given."""


@dataclass(frozen=True)
class Cells:
    """Cells that replace those of rows.

    Attributes
    ----------
    base : ndarray of int, of shape (n_rows,)
        The row of the template that each row begins as.
    numbers : ndarray of float64, of shape (n_rows, n_features)
        What replaces its cells.
    replaced : ndarray of bool, of the same shape
        Where; in columns of numbers only.
    """

    base: NDArray[np.intp]
    numbers: NDArray[np.float64]
    replaced: NDArray[np.bool_]


class Template:
    """Rows of a table to begin with, in the container that they were given in.

    Parameters
    ----------
    rows : DataFrame of pandas, ndarray or sparse matrix
    integers : sequence of int
        Columns that the model takes as integers, beside those whose dtype says so.
    """

    def __init__(self, rows: Any, integers: Sequence[int] = ()) -> None:
        self.sparse = type(rows) if hasattr(rows, "toarray") else None
        self.rows: Any = rows if is_frame(rows) else as_cells(rows)
        count = len(rows.columns) if is_frame(rows) else self.rows.shape[1]
        columns = columns_of(self.rows, range(count))
        self.kinds = [_kind(column) for column in columns]
        self.numeric = np.array([kind in "fiu" for kind in self.kinds])
        self.whole = np.array([kind in "iu" or i in integers for i, kind in enumerate(self.kinds)])
        held = [floats(column) if number else None for column, number in zip(columns, self.numeric, strict=True)]
        length = row_count(self.rows)
        self.numbers = np.column_stack([np.full(length, np.nan) if each is None else each for each in held])

    @classmethod
    def of(cls, sample: Sample, features: Features, critical: CriticalValues) -> Template | None:
        """Return the template for a model's rows, None where they are no table that can be made.

        Parameters
        ----------
        sample : Sample
        features : Features
            Of the model.
        critical : CriticalValues
            What columns hold where no rows were given.
        """
        integers = [column.feature for column in features.columns or () if column.dtype == "int32"]
        rows = sample.rows
        if rows is None:
            rows = _drawn(features, critical)
        if is_frame(rows) and not hasattr(rows, "iloc"):  # polars
            try:
                rows = rows.to_pandas()
            except ImportError:
                return None
        return cls(rows, integers)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.kinds)

    def __len__(self) -> int:
        return len(self.numbers)

    def allowed(self, column: int, values: Sequence[float]) -> list[float]:
        """Return what a column can hold of some numbers: if it is of whole ones, those below and above."""
        if not self.whole[column]:
            return sorted(set(values))
        limits = np.iinfo(np.int32)
        kept = {float(end) for value in values for end in (np.floor(value), np.ceil(value))}
        low = 0 if self.kinds[column] == "u" else limits.min
        return sorted(each for each in kept if low <= each <= self._greatest(column))

    def _greatest(self, column: int) -> int:
        dtype = self.rows.dtypes.iloc[column] if is_frame(self.rows) else self.rows.dtype
        if not isinstance(dtype, np.dtype) or dtype.kind not in "iu":
            return int(np.iinfo(np.int32).max)
        return min(int(np.iinfo(dtype).max), int(np.iinfo(np.int32).max))

    def one_by_one(self, changes: Sequence[tuple[int, float]]) -> Cells:
        """Return rows of which each has one number replaced: the column and the number are given."""
        count = len(changes)
        numbers = np.full((count, self.width), np.nan)
        replaced = np.zeros((count, self.width), dtype=bool)
        for row, (column, value) in enumerate(changes):
            numbers[row, column], replaced[row, column] = value, True
        return Cells(np.arange(count) % len(self), numbers, replaced)

    def beside_base(self, cells: Cells) -> Cells:
        """Return rows behind the template's own, as errors are judged by the magnitudes that a batch has."""
        none = np.zeros((len(self), self.width))
        return Cells(
            np.concatenate([np.arange(len(self)), cells.base]),
            np.concatenate([none, cells.numbers]),
            np.concatenate([none.astype(bool), cells.replaced]),
        )

    def with_numbers(self, cells: Cells) -> Any:
        """Return rows with numbers replaced."""
        rows = self._at(cells.base)
        for column in np.flatnonzero(cells.replaced.any(axis=0)):
            here = cells.replaced[:, column]
            self._replace(rows, int(column), np.flatnonzero(here), cells.numbers[here, column])
        return self._given(rows)

    def with_cells(self, changes: Sequence[tuple[int, Any]]) -> Any:
        """Return rows of which each has one cell replaced: the column and what it is to hold are given."""
        rows = self._at(np.arange(len(changes)) % len(self))
        for column in {column for column, _ in changes}:
            at = [row for row, (changed, _) in enumerate(changes) if changed == column]
            values = np.array([changes[row][1] for row in at] + [None], dtype=object)[:-1]
            self._replace(rows, column, np.array(at), values)
        return self._given(rows)

    def _at(self, base: NDArray[np.intp]) -> Any:
        rows = taken(self.rows, base)
        return rows.reset_index(drop=True) if is_frame(rows) else rows.copy()

    def _replace(self, rows: Any, column: int, at: NDArray[np.intp], values: NDArray[Any]) -> None:
        """Write values into a column.

        Parameters
        ----------
        rows : DataFrame or ndarray
        column : int
        at : ndarray of int
            Positions of the rows.
        values : ndarray
        """
        if is_frame(rows):
            dtype = rows.dtypes.iloc[column]
            kind = getattr(dtype, "kind", "O")
            new = values.astype(dtype) if kind in "fiu" and isinstance(dtype, np.dtype) else values
            if kind in "iu" and not isinstance(dtype, np.dtype):
                new = values.astype(np.int64)
            rows.isetitem(column, _written(rows.iloc[:, column], at, new))
        else:
            rows[at, column] = values

    def _given(self, rows: Any) -> Any:
        if self.sparse is None:
            return rows
        from scipy.sparse import csr_array, csr_matrix

        return (csr_matrix if "matrix" in self.sparse.__name__ else csr_array)(rows)


def _written(column: Any, at: NDArray[np.intp], values: NDArray[Any]) -> Any:
    """Return a column of pandas with some cells replaced."""
    changed = column.copy()
    changed.iloc[at] = values
    return changed


def _kind(column: Any) -> str:
    """Return the kind of a column's cells: "f", "i", "u", "b", or "O" for all others."""
    if hasattr(column.dtype, "categories"):
        return "O"
    kind = str(getattr(column.dtype, "kind", "O"))
    if kind == "O":
        cells = list(np.asarray(column, dtype=object))
        some = [cell for cell in cells if not (cell is None or cell != cell)]
        if some and all(isinstance(cell, float | np.floating) for cell in some):
            return "f"
        if some and all(isinstance(cell, int | np.integer) and not isinstance(cell, bool) for cell in some):
            return "i"
    return kind if kind in "fiub" else "O"


def _drawn(features: Features, critical: CriticalValues) -> Any:
    """Return rows drawn at random from what the model compares its columns with, and numbers from -1 to 1.

    Parameters
    ----------
    features : Features
    critical : CriticalValues
    """
    generator = np.random.default_rng(0)
    specs = {column.feature: column for column in features.columns or ()}
    columns: list[Any] = []
    for feature in range(features.count):
        spec = specs.get(feature)
        if spec is not None and spec.holds_text:
            choices = np.array([*sorted(critical.texts[feature])] or [""], dtype=object)
            columns.append(generator.choice(choices, BASE_WITHOUT_ROWS))
            continue
        exact = map(exact_number, sorted(critical.categories[feature]))
        known = [value for value in exact if value is not None]
        bounds = sorted(critical.bounds[feature])
        if known:
            columns.append(generator.choice(np.array(known), BASE_WITHOUT_ROWS))
        else:
            low, high = (bounds[0], bounds[-1]) if bounds else (-1.0, 1.0)
            drawn = generator.uniform(low, max(high, np.nextafter(low, np.inf)), BASE_WITHOUT_ROWS)
            columns.append(drawn.astype(np.float32).astype(np.float64))
        if spec is not None and spec.dtype == "int32":
            columns[-1] = np.rint(columns[-1]).astype(np.int64)
        if spec is not None and spec.dtype == "bool":
            columns[-1] = columns[-1] > np.median(columns[-1])
    if features.names is None:
        alike = len({column.dtype for column in columns}) == 1
        return np.column_stack(columns if alike else [column.astype(object) for column in columns])
    import pandas as pd

    frame = pd.DataFrame(dict(zip(features.names, columns, strict=True)))
    orders = {features.names[i]: pd.CategoricalDtype(list(each)) for i, each in features.categories.items() if each}
    return frame.astype(orders)
