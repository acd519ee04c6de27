"""Columns of a file, matched to the features of an estimator."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from skl2tflite.cli.console import note
from skl2tflite.errors import InvalidInputError


def check_regular(path: Path) -> None:
    """Raise where a path is no file to be read whole, but a folder, a pipe or a device."""
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name a file of rows")
    if path.exists() and not path.is_file():
        raise InvalidInputError(f"{path} is no regular file; save the rows in one")


def choose(
    path: Path, columns: Sequence[str] | int, count: int, names: Sequence[str] | None, target_column: str | None
) -> list[int]:
    """Return the positions of an estimator's features among a file's columns.

    Parameters
    ----------
    path : Path
        For messages.
    columns : sequence of str, or int
        Names of the file's columns; without names, how many there are.
    count : int
        Number of features.
    names : sequence of str, optional
        Their names.
    target_column : str, optional
        A column to leave out.
    """
    found: list[Any] = list(range(columns)) if isinstance(columns, int) else list(columns)
    left = [i for i in range(len(found)) if i != target_position(path, found, target_column)]
    if names is not None and not isinstance(columns, int):
        twice = [name for name in names if found.count(name) > 1]
        if twice:
            raise InvalidInputError(f"{path} has more than one column {twice[0]!r}")
        by_name = {columns[i]: i for i in left}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise InvalidInputError(
                f"{path} lacks {listed(missing)}, which the model was fitted on; it has {listed(list(by_name))}"
            )
        spare = [name for name in by_name if name not in names]
        if spare:
            note(f"{path}: left out {listed(spare)}, which the model was not fitted on")
        return [by_name[name] for name in names]
    if len(left) != count:
        advice = "; name the one with labels by --target-column" if len(left) == count + 1 else ""
        raise InvalidInputError(f"{path} has {len(left)} columns of features, but the model takes {count}{advice}")
    return left


def target_position(path: Path, columns: list[Any], target_column: str | None) -> int | None:
    """Return the position of the column of labels, which is left out, by its name or number."""
    if target_column is None:
        return None
    if target_column in columns:
        return columns.index(target_column)
    try:
        position = int(target_column)
    except ValueError:
        position = len(columns)
    if not -len(columns) <= position < len(columns):
        raise InvalidInputError(
            f"{path} has no column {target_column!r} to leave out; it has "
            + (f"{len(columns)} without names" if columns and columns[0] == 0 else listed(columns))
        )
    return position % len(columns)


def listed(names: Sequence[str]) -> str:
    """Return the first names as text, and how many more there are."""
    shown = ", ".join(repr(str(name)) for name in names[:5]) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


Text: TypeAlias = Mapping[int, Collection[str] | None]
