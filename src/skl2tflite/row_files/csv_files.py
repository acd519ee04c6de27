"""Rows from CSV files."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError
from skl2tflite.row_files.chosen_columns import FeatureFile

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""What cells without a value hold, in small or capital letters."""
TRUTHS = {"true": 1.0, "false": 0.0}
DELIMITERS = ",;\t"


def csv_batches(file: FeatureFile, size: int | None = None) -> Iterator[list[NDArray[Any]]]:
    """Yield the features of a model, column by column, of at most so many rows of a CSV file; of all by default."""
    try:
        with file.path.open(newline="", encoding="utf-8-sig") as content:
            yield from _parse(lines_of(content), file, size)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{file.path} is not text in UTF-8, so no CSV file") from None
    except csv.Error as error:
        raise InvalidInputError(f"{file.path} is no CSV file: {error}") from None


def lines_of(file: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty."""
    first = next((line for line in file if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    for cells in reader:
        if cells:
            yield reader.line_num, cells


def _parse(lines: Iterator[tuple[int, list[str]]], file: FeatureFile, size: int | None) -> Iterator[list[NDArray[Any]]]:
    """Yield the cells of each feature, numbers or text, of at most so many rows; of none where there are none.

    Parameters
    ----------
    lines : iterator of tuple
        The number and the cells of each line.
    file : FeatureFile
    size : int or None
    """
    path, text = file.path, file.text
    first = next(lines, None)
    if first is None:
        raise InvalidInputError(f"{path} is empty")
    titles = [cell.strip() for cell in first[1]]
    numbered = titles == [str(i) for i in range(len(titles))]  # what pandas writes for columns without names
    titled = not numbered and are_titles(titles, file.names)
    positions = file.positions(titles if titled else len(titles))
    columns, held, any_rows = _empty(file, len(positions)), 0, False
    for number, cells in lines if titled or numbered else chain([first], lines):
        if len(cells) != len(titles):
            raise InvalidInputError(f"{path}: line {number} has {len(cells)} cells, but the first has {len(titles)}")
        for feature, position in enumerate(positions):
            cell = cells[position]
            if feature in text:
                columns[feature].append(_text(cell, text[feature]))
                continue
            value = as_number(cell)
            if value is None:
                column = repr(titles[position]) if titled else str(position)
                raise InvalidInputError(f"{path}: line {number}, column {column}: {cell!r} is not a number")
            columns[feature].append(value)
        held, any_rows = held + 1, True
        if held == size:
            yield _arrays(columns, file)
            columns, held = _empty(file, len(positions)), 0
    if held or not any_rows:
        yield _arrays(columns, file)


def _empty(file: FeatureFile, count: int) -> list[Any]:
    return [[] if i in file.text else array("d") for i in range(count)]


def _arrays(columns: list[Any], file: FeatureFile) -> list[NDArray[Any]]:
    return [np.array(column, dtype=object if i in file.text else np.float64) for i, column in enumerate(columns)]


def _text(cell: str, words: Collection[str] | None) -> object:
    """Return a cell as text, NaN where it is missing. Without known words it is a number if it can be read as one."""
    if words is None:
        value = as_number(cell)
        return cell if value is None else value
    return np.nan if cell not in words and cell.strip().lower() in MISSING else cell


def are_titles(cells: Sequence[str], names: Sequence[str] | None) -> bool:
    """Whether a first line holds names of columns: no cell is a number, or all names of features are there."""
    if names is not None and set(names) <= set(cells):
        return True
    return all(cell.lower() in MISSING or as_number(cell) is None for cell in cells)


def as_number(cell: str) -> float | None:
    """Return a cell's value, NaN where it is missing, None where it is text."""
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        word = cell.strip().lower()
        return np.nan if word in MISSING else TRUTHS.get(word)
