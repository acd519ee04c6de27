"""Rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skl2tflite.features.frames import as_cells, column_kinds, column_types, columns_of, frame_names, is_frame
from skl2tflite.features.matrix import as_matrix
from skl2tflite.features.reading import check_columns, refuse_half
from skl2tflite.features.rows.base import RowKind, SeenColumns
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.table_columns import check_categoricals, column_places
from skl2tflite.features.tensor_names import INPUT_NAME
from skl2tflite.features.texts import Rows

SAMPLE = 20
"""Number of rows given to ``convert`` that are kept, to call an estimator's own methods with."""


@dataclass(frozen=True)
class TableRows(RowKind):
    """Rows of a table: a cell for each feature.

    Parameters
    ----------
    count : int, optional
        Number of columns of the rows given to ``convert``.
    names : tuple of str, optional
        Their names, where the rows are a DataFrame.
    dtypes : mapping of int to dtype
        Their dtypes, where it is one of pandas.
    sample : DataFrame, optional
        The first rows, where it is one of pandas.
    """

    kind = "table"
    file = "table"
    is_table = True
    read_once = False

    count: int | None = field(default=None, compare=False)
    names: tuple[str, ...] | None = field(default=None, compare=False)
    dtypes: Mapping[int, Any] = field(default_factory=dict, compare=False, repr=False)
    sample: Any = field(default=None, compare=False, repr=False)

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return rows as one matrix, or as a tensor for each column."""
        if schema.columns is None:
            return {INPUT_NAME: as_matrix(X, schema)}
        places = column_places(X, schema)
        found = columns_of(X, [places[column.feature] for column in schema.columns])
        if is_frame(X) and len(found) < len(X.columns):
            check_columns(X)
        else:
            refuse_half(getattr(column, "dtype", None) for column in found)
        check_categoricals(X, places, schema)
        return {
            spec.name: spec.texts(column) if spec.is_read else schema.column_tensor(spec, column)
            for spec, column in zip(schema.columns, found, strict=True)
        }

    def seen_in(self, X: Any) -> TableRows:
        """Return the kind with the number, names and dtypes of the columns, and the first rows."""
        if is_frame(X):
            named = all(isinstance(name, str) for name in X.columns)
            names = tuple(frame_names(X)) if named else None
            return type(self)(len(X.columns), names, _dtypes(X), X.iloc[:SAMPLE] if hasattr(X, "iloc") else None)
        shape = getattr(X, "shape", None)
        shape = as_cells(X).shape if shape is None else shape
        return type(self)(int(shape[1]) if len(shape) == 2 else None)

    def columns_in(self, X: Any) -> SeenColumns:
        """Return which columns hold text or booleans, their types, and whether rows are sparse."""
        return SeenColumns(column_kinds(X), column_types(X), hasattr(X, "toarray"))

    def is_like(self, other: RowKind) -> bool:
        """Whether other rows are of a table too."""
        return other.is_table

    def in_array(self) -> TableRows:
        """Return the number of columns."""
        return TableRows(self.count)

    def take(self, positions: Sequence[int]) -> TableRows:
        """Return what is known of a table of some of the columns."""
        if self.count is None or not all(0 <= at < self.count for at in positions):
            return TableRows(len(positions))
        names = None if self.names is None else tuple(self.names[at] for at in positions)
        dtypes = {i: self.dtypes[at] for i, at in enumerate(positions) if at in self.dtypes}
        sample = None if self.sample is None else self.sample.iloc[:, list(positions)]
        return TableRows(len(positions), names, dtypes, sample)

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name."""
        return {"kind": self.kind}

    def check_consistent(self, schema: FeatureSchema) -> None:
        """Accept any schema: the features of a table are a matrix or columns."""


def _dtypes(X: Any) -> dict[int, Any]:
    """Return the dtypes of a DataFrame's columns, where they are those of pandas."""
    return {i: each.dtype for i, each in column_types(X).items() if each.dtype is not None}


TABLE = TableRows()
"""Rows of a table of which nothing is known: what the rows of most models are."""
