"""The categorical columns of a file of rows, for a model that does not know which of its features they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import column_types, is_na
from skl2tflite.flow.column import ColumnType
from skl2tflite.plan import EVERY_WORD
from skl2tflite.row_files.chosen_columns import FeatureFile
from skl2tflite.row_files.csv_files import MISSING, as_number
from skl2tflite.row_files.feature_files import read_features
from skl2tflite.row_files.parquet_files import PARQUET, parquet_frame

if TYPE_CHECKING:
    from skl2tflite.converters.core.categoricals import UnplacedCategoriesError


def category_columns(file: FeatureFile, error: UnplacedCategoriesError) -> Mapping[int, ColumnType]:
    """Return the types of a file's columns.

    A Parquet file keeps them. The cells of other files tell them, if there is only one way to give each of the model's
    lists of categories a column that holds no other cells.

    Parameters
    ----------
    file : FeatureFile
    error : UnplacedCategoriesError
        What the model knows of its categories.

    Raises
    ------
    InvalidInputError
        Where the file does not tell the types.
    """
    places: Sequence[int] | None = None
    if file.path.suffix.lower() in PARQUET:
        frame, places = parquet_frame(file)
        if places and not error.lists:
            return column_types(frame)
    if places is None or len(places) != len(error.lists):
        cells = read_features(replace(file, text=dict.fromkeys(range(file.count), EVERY_WORD)))
        columns = [cells.iloc[:, i] for i in range(file.count)] if file.names is not None else list(cells.T)
        places = _only_places([set(column) for column in columns], error)
    if places is None:
        raise InvalidInputError(
            f"{error}: {file.path} does not tell them; save the DataFrame as a Parquet file, which keeps dtype "
            "'category'"
        )
    import pandas as pd

    dtypes = [pd.CategoricalDtype(list(categories)) for categories, _ in error.lists]
    told = {i: ColumnType(d, tuple(d.categories.tolist())) for i, d in zip(places, dtypes, strict=True)}
    return {i: told.get(i, ColumnType()) for i in range(file.count)}


def _only_places(columns: Sequence[set[object]], error: UnplacedCategoriesError) -> list[int] | None:
    """Return the column of each list of categories, which are in the order of the columns; None unless one way fits."""
    ways: list[list[int]] = [[]]  # to place the lists so far
    for categories, features in error.lists:
        found = [i for i in sorted(features) if all(_is_one(cell, categories) for cell in columns[i])]
        longer = [[*way, i] for i in found for way in ways if _may_follow(i, way, error.needed)]
        # Of the ways that end in the same column two are enough, to know that there are several.
        ways = [way for n, way in enumerate(longer) if sum(w[-1] == way[-1] for w in longer[:n]) < 2]
    ways = [way for way in ways if way and error.needed <= set(way)]
    return ways[0] if len(ways) == 1 else None


def _may_follow(column: int, way: Sequence[int], needed: Collection[int]) -> bool:
    """Whether a column may have the next list: it comes after the last one, with no known categorical between them."""
    last = way[-1] if way else -1
    return last < column and not any(last < each < column for each in needed)


def _is_one(cell: object, categories: Sequence[Any]) -> bool:
    """Whether a cell is one of the categories, or missing."""
    if cell is None or is_na(cell) or cell != cell or cell in categories:
        return True
    if not isinstance(cell, str):
        return False
    if cell.strip().lower() in MISSING:
        return True
    return not any(isinstance(each, str) for each in categories) and as_number(cell) in categories
