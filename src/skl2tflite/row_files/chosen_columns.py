"""Columns of a file of rows, matched to the features of an estimator."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skl2tflite.errors import InvalidInputError


def check_regular(path: Path) -> None:
    """Raise where a path is a folder, a pipe or a device, and no regular file."""
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name a file of rows")
    if path.exists() and not path.is_file():
        raise InvalidInputError(f"{path} is no regular file; save the rows in one")


@dataclass(frozen=True)
class FeatureFile:
    """A file of rows, and the features of an estimator that its columns are.

    Parameters
    ----------
    path : Path
    count : int
        Number of features.
    names : sequence of str, optional
        Names of the features, by which columns are found. Without names in the estimator or in the file, the columns
        are the features in their order.
    target_column : str, optional
        A column that is no feature, by its name or by its position from 0.
    text : mapping of int to collection of str or None
        The features that are text, each with words that are never taken for a missing value. None: whatever is a number
        is one, and all else is text.
    tell : callable
        Called with a line for the user about what is left out of the file.
    """

    path: Path
    count: int
    names: Sequence[str] | None
    target_column: str | None = None
    text: Mapping[int, Collection[str] | None] = field(default_factory=dict)
    tell: Callable[[str], object] = str

    def positions(self, columns: Sequence[str] | int) -> list[int]:
        """Return the positions of the features among the file's columns.

        Parameters
        ----------
        columns : sequence of str, or int
            Names of the columns; where the file has none, the number of columns.

        Raises
        ------
        InvalidInputError
            Where features are missing, or there are more columns than features.
        """
        found: list[Any] = list(range(columns)) if isinstance(columns, int) else list(columns)
        target = self._target_position(found)
        left = [i for i in range(len(found)) if i != target]
        if self.names is not None and not isinstance(columns, int):
            return self._positions_by_name(self.names, columns, left)
        if len(left) != self.count:
            advice = "; name the one with labels by --target-column" if len(left) == self.count + 1 else ""
            raise InvalidInputError(
                f"{self.path} has {len(left)} columns of features, but the model takes {self.count}{advice}"
            )
        return left

    def _positions_by_name(self, names: Sequence[str], columns: Sequence[str], left: Sequence[int]) -> list[int]:
        twice = [name for name in names if columns.count(name) > 1]
        if twice:
            raise InvalidInputError(f"{self.path} has more than one column {twice[0]!r}")
        by_name = {columns[i]: i for i in left}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise InvalidInputError(
                f"{self.path} lacks {listed(missing)}, which the model was fitted on; it has {listed(list(by_name))}"
            )
        spare = [name for name in by_name if name not in names]
        if spare:
            self.tell(f"{self.path}: left out {listed(spare)}, which the model was not fitted on")
        return [by_name[name] for name in names]

    def _target_position(self, columns: list[Any]) -> int | None:
        """Return the position of the column that is no feature; None where there is no such column."""
        if self.target_column is None:
            return None
        if self.target_column in columns:
            return columns.index(self.target_column)
        try:
            position = int(self.target_column)
        except ValueError:
            position = len(columns)
        if not -len(columns) <= position < len(columns):
            raise InvalidInputError(
                f"{self.path} has no column {self.target_column!r} to leave out; it has "
                + (f"{len(columns)} without names" if columns and columns[0] == 0 else listed(columns))
            )
        return position % len(columns)


def listed(names: Sequence[str]) -> str:
    """Return the first names of a list for a message, and how many more there are."""
    shown = ", ".join(repr(str(name)) for name in names[:5]) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
