"""Rows for an estimator, read from a file of the kind that its rows need."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.categoricals import BOOLS, Categorical, Reading
from skl2tflite.features.frames import is_frame
from skl2tflite.row_files.chosen_columns import FeatureFile, check_regular
from skl2tflite.row_files.feature_files import feature_batches
from skl2tflite.row_files.image_and_json_rows import lines_of_json, read_images


def read_rows(path: Path, estimator: Any, target_column: str | None = None, tell: Callable[[str], object] = str) -> Any:
    """Read rows for an estimator: all of :func:`row_batches` at once.

    Parameters
    ----------
    path : Path
    estimator : estimator
    target_column : str, optional
    tell : callable
    """
    return next(row_batches(path, estimator, target_column, tell=tell))


def row_batches(
    path: Path,
    estimator: Any,
    target_column: str | None = None,
    size: int | None = None,
    tell: Callable[[str], object] = str,
) -> Iterator[Any]:
    """Yield rows for an estimator, at most so many at once; all of them by default.

    Parameters
    ----------
    path : Path
        CSV (with or without a line of names; separated by commas, semicolons or tabs) or Parquet; .npy for images,
        .jsonl for dicts and sets of labels.
    estimator : estimator
        Fitted. Columns are chosen by the names of its features, where it has them.
    target_column : str, optional
        A column that is no feature, by name or by position from 0.
    size : int, optional
    tell : callable
        Called with a line for the user about what is left out of the file.

    Yields
    ------
    DataFrame, ndarray or list
        A DataFrame where the estimator was fitted on one, a list where rows are texts, dicts or sets. Numbers are
        float64. A word such as "none" is a missing value, unless it is one of the estimator's categories.

    Raises
    ------
    InvalidInputError
        Where the file holds no rows, lacks features of the estimator, or holds cells that are no numbers.
    """
    from skl2tflite.converters import converter_for
    from skl2tflite.converters.core.blame import blaming
    from skl2tflite.converters.core.categoricals import UnplacedCategoriesError
    from skl2tflite.plan import column_hints
    from skl2tflite.row_files.category_columns import category_columns

    check_regular(path)
    with blaming(estimator):
        converter = converter_for(estimator)
    kind = converter.rows.file
    if kind == "images":
        images = read_images(path)
        for start in range(0, len(images), size or len(images)):
            yield np.array(images[start : start + (size or len(images))])
        return
    if kind in ("dicts", "sets"):
        yield from lines_of_json(path, list if kind == "sets" else dict, size)
        return
    file = FeatureFile(path, converter.n_features, converter.feature_names, target_column, tell=tell)
    try:
        with blaming(estimator):
            hints = column_hints(estimator)
    except UnplacedCategoriesError as error:
        types = category_columns(file, error)
        with blaming(estimator):
            hints = column_hints(estimator, types)
    for rows in feature_batches(replace(file, text=hints.text), size):
        whole = _with_whole_numbers(rows) if converter.integer_columns else rows
        made = with_categoricals(whole, hints.readings)
        yield made[:, 0].tolist() if kind == "column" else made


def _with_whole_numbers(rows: Any) -> Any:
    """Return rows that have integers in columns of nothing else: the estimator takes no floats for categories."""

    def whole(column: NDArray[Any]) -> bool:
        return (
            column.dtype.kind == "f"
            and bool((np.isfinite(column) & (np.abs(column) < 2**53)).all())
            and bool((column == np.rint(column)).all())
        )

    if hasattr(rows, "columns"):
        return rows.astype({name: np.int64 for name in rows.columns if whole(rows[name].to_numpy())})
    if rows.dtype.kind != "f":
        return rows
    columns = [column.astype(np.int64) if whole(column) else column for column in rows.T]
    return np.column_stack([column.astype(object) for column in columns]) if any(map(whole, rows.T)) else rows


def with_categoricals(rows: Any, readings: Sequence[Reading]) -> Any:
    """Return a DataFrame with categoricals in the columns where a model takes such; other rows as they are."""
    if not is_frame(rows):
        return rows
    read = {rows.columns[each.feature]: each for each in readings if isinstance(each, Categorical)}
    return rows.assign(**{name: _categorical(rows[name], each) for name, each in read.items()})


def _categorical(column: Any, reading: Categorical) -> Any:
    """Return a column as a categorical, whose categories are integers or booleans where all cells are."""
    kept = column.dropna().infer_objects()
    if reading.kind == BOOLS:
        kept = kept.astype(bool)
    elif kept.dtype.kind == "f" and (kept == np.rint(kept)).all():
        kept = kept.astype(np.int64)
    kept = kept.astype("category")
    if reading.order is not None:
        kept = kept.cat.set_categories(list(reading.order))
    return kept.reindex(column.index)
