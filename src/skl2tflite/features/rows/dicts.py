"""Rows that are dicts of features: what the kinds of dicts have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.columns import ColumnSpec, sendable
from skl2tflite.features.exactness import number_held
from skl2tflite.features.reading import listed
from skl2tflite.features.rows.base import RowKind
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.texts import Rows


@dataclass(frozen=True)
class DictRows(RowKind):
    """Dicts of features."""

    file = "dicts"
    passes_through = True

    @property
    def absent(self) -> float:
        """What inputs of numbers hold where a row lacks the feature."""
        return 0.0

    def check_feature(self, row: int, name: object, value: object, taken: Collection[str]) -> None:
        """Raise where a feature of a row is one that the estimator refuses, or that no tensor can hold.

        Parameters
        ----------
        row : int
            Position of the row, for the message.
        name, value : object
            The feature's key and value in the row.
        taken : collection of str
            Names of the features that the model takes.
        """
        if not isinstance(value, str | Number) and value is not None:
            raise InvalidInputError(
                f"row {row}: feature {name!r} is a {type(value).__name__}, expected a number or a string"
            )

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return a tensor for each feature that the model takes."""
        columns = {spec.name: spec for spec in schema.columns or ()}
        cells = self._cells(_as_dicts(X), columns)
        allows_nan = bool(np.isnan(self.absent))
        return {name: schema.column_tensor(spec, cells[name], allows_nan) for name, spec in columns.items()}

    def held_exactly(self, X: Any) -> bool:
        """Return whether float32 holds every number in the dicts."""
        return all(number_held(value) for row in _as_dicts(X) for value in row.values())

    def given(self, X: Any) -> Any:
        """Return the dicts, which no vectorizer writes to."""
        return X

    def reference(self, X: Any, integers: bool = False) -> Any:
        """Return the dicts with floats as float32 holds them."""
        return [{name: _rounded(value) for name, value in row.items()} for row in _as_dicts(X)]

    def _cells(self, rows: list[Mapping[Any, Any]], columns: Mapping[str, ColumnSpec]) -> dict[str, NDArray[Any]]:
        """Return the cells of each column: 0, NaN or no text for what a row lacks."""
        cells: dict[str, list[Any]] = {name: [] for name in columns}
        for number, row in enumerate(rows):
            for name, value in row.items():
                self.check_feature(number, name, value, columns)
            for name, spec in columns.items():
                value = row.get(name, ... if spec.holds_text else self.absent)
                cells[name].append(self.absent if isinstance(value, str) and not spec.holds_text else value)
        return {name: np.array([*values, None], dtype=object)[:-1] for name, values in cells.items()}


def _rounded(value: Any) -> Any:
    return float(np.float32(value)) if isinstance(value, float | np.floating) else value


def _as_dicts(X: Any) -> list[Mapping[Any, Any]]:
    """Return rows that are dicts, in a list.

    Raises
    ------
    InvalidInputError
        Where one is something else.
    """
    one = isinstance(X, Mapping) and not hasattr(X, "toarray")  # SciPy's matrices by keys are mappings too
    rows = [X] if one else listed(X, "dicts of features")
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInputError(f"row {number} is a {type(row).__name__}, expected a dict of features")
    return rows


def record_names(X: Any) -> list[str]:
    """Return the names of all features that rows have, sorted.

    Raises
    ------
    InvalidInputError
        Where a row is no dict, or a name no text.
    """
    names = {name for row in _as_dicts(X) for name in row}
    for name in names:
        if not isinstance(name, str) or not sendable(name):
            raise InvalidInputError(f"feature {name!r} has a name that is no text (str) in UTF-8")
    return sorted(names)
