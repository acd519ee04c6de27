"""Rows for golden vectors: made column by column, or taken from those given to ``convert``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from skl2tflite.converters import Converter
from skl2tflite.features import ColumnSpec, Features, row_count
from skl2tflite.features.filled import Row
from skl2tflite.features.frames import columns_of, floats, is_frame, objects
from skl2tflite.features.rows.dicts import DictRows
from skl2tflite.features.table_columns import column_places
from skl2tflite.flow.column import RESERVED
from skl2tflite.golden.column import LEVELS, Column, constant, of_choices, of_numbers, of_truth_values
from skl2tflite.golden.combined import combined, combined_between, split
from skl2tflite.golden.words import known_words, made_texts
from skl2tflite.stored import Scalar
from skl2tflite.verify.batches import taken

SAMPLED = 1000
"""Rows that columns are drawn from: so many of those given, evenly spread."""
MOST = len(LEVELS) + 1
"""Rows that are made at most."""
FEWEST = 5
"""Rows that must be given, so that values can be drawn from them."""


def sample_of(X: Any) -> Any:
    """Return some of the rows given to ``convert``, evenly spread, all where they are few."""
    count = row_count(X)
    return X if count <= SAMPLED else taken(X, np.linspace(0, count - 1, SAMPLED).astype(np.intp))


def cells_of(X: Any, features: Features) -> Callable[[int], Any]:
    """Return what gives the cells of a feature.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, n_features)
    features : Features
    """
    rows = features.rows
    if isinstance(rows, DictRows):
        names = {column.feature: column.name for column in features.columns or ()}
        given = [X] if isinstance(X, dict) else list(X)
        return lambda at: np.array([*(row.get(names.get(at)) for row in given), None], dtype=object)[:-1]
    if rows.only_column or (rows.kind == "values" and not is_frame(X) and np.ndim(X) == 1):
        return lambda at: X if hasattr(X, "dtype") else np.array([*X, None], dtype=object)[:-1]
    places = column_places(X, features)
    return lambda at: columns_of(X, [places[at]])[0]


def columns(X: Any, features: Features, converter: Converter) -> list[Column]:
    """Return values for each feature, drawn from rows.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, n_features)
    features : Features
    converter : Converter
        The model's, which knows the words of texts.
    """
    cells, words = cells_of(X, features), known_words(converter)
    given = {column.feature: column for column in features.columns or ()}
    known = {each.feature: each.values for each in features.known}
    read = _read(features)
    made = []
    for at in range(features.count):
        if at not in read:
            made.append(constant(None))
            continue
        made.append(_column(given.get(at), known.get(at), words, lambda at=at: cells(at)))  # type: ignore[misc]
    return made


def _column(
    spec: ColumnSpec | None, known: Sequence[Any] | None, words: Sequence[str], cells: Callable[[], Any]
) -> Column:
    """Return values for one feature.

    Parameters
    ----------
    spec : ColumnSpec or None
        Its tensor; None where all features are a matrix.
    known : sequence, optional
        The values that it may have.
    words : sequence of str
        Words for texts.
    cells : callable
        Gives the values in the rows that were given.
    """
    if spec is not None and spec.is_read:
        texts = made_texts(words, MOST)
        return Column(texts[0], texts[1:]) if texts else constant(None)
    holds_text = spec is not None and spec.holds_text
    choices = known if known is not None else spec.categories if spec is not None and holds_text else None
    choices = [c for c in choices or () if c is not None and not (isinstance(c, str) and c.startswith(RESERVED))]
    if choices:
        return of_choices(cells(), choices)
    if holds_text:  # whose texts are nowhere listed
        return constant("")
    return of_truth_values(cells()) if spec is not None and spec.dtype in ("bool", "truth") else of_numbers(cells())


def made_rows(columns: Sequence[Column], most: int, X: Any, features: Features) -> tuple[list[Row], list[Row]]:
    """Return made rows that differ from each other and from all rows of X, and some that equal rows of X.

    First is the typical row, where X does not have it, then others of quantiles that differ from column to column and
    other combinations of these values, and last one that misses some. Where all of these are rows of X, there are rows
    of values between those of X.

    Parameters
    ----------
    columns : sequence of Column
    most : int
        Number of rows at most.
    X : array-like or DataFrame of shape (n_rows, n_features)
    features : Features
    """
    cells = cells_of(X, features)
    texts = {column.feature: column.holds_text or column.is_read for column in features.columns or ()}
    holds_text = {at: texts.get(at, False) for at in sorted(_read(features))}
    mixed = _mixed(columns)
    takes_nan = np.broadcast_to(np.asarray(features.allows_nan), features.count)
    gaps = [c.has_missing and bool(takes_nan[at]) for at, c in enumerate(columns)]
    last: list[Row] | None = None
    fresh, equal = split(mixed, cells, holds_text)
    if any(gaps) and most > 1:
        rows = (*reversed(mixed), *combined(columns))
        last, _ = split(
            (tuple(None if g else v for g, v in zip(gaps, r, strict=True)) for r in rows), cells, holds_text
        )
    count = most - bool(last)
    for more in (combined, combined_between):
        if (more is combined and len(fresh) < count) or not fresh:
            others, others_equal = split(more(columns), cells, holds_text)
            fresh, equal = list(dict.fromkeys((*fresh, *others))), list(dict.fromkeys((*equal, *others_equal)))
    return list(dict.fromkeys((*fresh[:count], *(last or ())[:1]))), equal[:most]


def _mixed(columns: Sequence[Column]) -> list[Row]:
    """Return the typical row, and others of quantiles that differ from column to column."""
    made: list[Row] = [tuple(column.typical for column in columns)]
    return made + [tuple(_level(c, row, at) for at, c in enumerate(columns)) for row in range(MOST - 1)]


def _level(column: Column, row: int, place: int) -> Scalar:
    """Return the value of a quantile that differs from row to row, and from column to column.

    Parameters
    ----------
    column : Column
    row : int
    place : int
        Position of the column.
    """
    at = (row + place) % len(LEVELS)
    return column.others[len(LEVELS) - 1 - at if place // len(LEVELS) % 2 else at]


def given_rows(X: Any, features: Features, most: int) -> list[Row]:
    """Return some of the rows that were given, evenly spread.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_rows, n_features)
    features : Features
    most : int
        Number of rows at most.
    """
    count = row_count(X)
    some = taken(X, np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.intp)))
    cells, read = cells_of(some, features), _read(features)
    numbers = {column.feature: not (column.holds_text or column.is_read) for column in features.columns or ()}
    made = [
        _scalars(cells(at), numbers.get(at, True)) if at in read else [None] * row_count(some)
        for at in range(features.count)
    ]
    return list(zip(*made, strict=True))


def _scalars(cells: Any, are_numbers: bool) -> list[Scalar]:
    """Return cells as JSON has them."""
    held = floats(cells) if are_numbers else None
    if held is not None:
        return [None if np.isnan(number) else number for number in held.tolist()]
    return [cell if isinstance(cell, str | int | float) and cell == cell else None for cell in objects(cells).tolist()]


def _read(features: Features) -> frozenset[int]:
    """Return the features that the model reads."""
    if features.columns is not None:
        return frozenset(column.feature for column in features.columns)
    return frozenset(range(features.count) if features.read is None else features.read)
