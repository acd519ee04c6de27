"""Rows for an estimator, read from a file of the kind that its rows need."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.cli.chosen_columns import FeatureFile, check_regular
from skl2tflite.cli.feature_files import read_features
from skl2tflite.cli.image_and_json_rows import read_images, read_lines_of_json
from skl2tflite.features.categoricals import BOOLS, Categorical, Reading
from skl2tflite.features.frames import is_frame


def read_rows(path: Path, estimator: Any, target_column: str | None = None) -> Any:
    """Read rows for an estimator.

    Parameters
    ----------
    path : Path
        CSV (with or without a line of names; separated by commas, semicolons or tabs) or Parquet; .npy for images,
        .jsonl for dicts and sets of labels.
    estimator : estimator
        Fitted. Columns are chosen by the names of its features, where it has them.
    target_column : str, optional
        A column that is no feature, by name or by position from 0.

    Returns
    -------
    DataFrame, ndarray or list
        A DataFrame where the estimator was fitted on one, a list where rows are texts, dicts or sets. Numbers are
        float64. A word such as "none" is a missing value, unless it is one of the estimator's categories.

    Raises
    ------
    InvalidInputError
        Where the file holds no rows, lacks features of the estimator, or holds cells that are no numbers.
    """
    from skl2tflite.cli.category_columns import category_columns
    from skl2tflite.converters import converter_for
    from skl2tflite.converters.core.blame import blaming
    from skl2tflite.converters.core.categoricals import UnplacedCategoriesError
    from skl2tflite.plan import column_hints

    check_regular(path)
    with blaming(estimator):
        converter = converter_for(estimator)
    file = converter.rows.file
    if file == "images":
        return read_images(path)
    if file in ("dicts", "sets"):
        return read_lines_of_json(path, list if file == "sets" else dict)
    try:
        with blaming(estimator):
            hints = column_hints(estimator)
    except UnplacedCategoriesError as error:
        types = category_columns(FeatureFile(path, converter.n_features, converter.feature_names, target_column), error)
        with blaming(estimator):
            hints = column_hints(estimator, types)
    rows = read_features(FeatureFile(path, converter.n_features, converter.feature_names, target_column, hints.text))
    if converter.integer_columns:
        rows = _with_whole_numbers(rows)
    rows = with_categoricals(rows, hints.readings)
    return rows[:, 0].tolist() if file == "column" else rows


def _with_whole_numbers(rows: Any) -> Any:
    """Return rows with integers in the columns of whole numbers: the estimator takes no floats for categories."""

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
    """Return a column as a categorical, whose categories are integers or truth values where all cells are."""
    kept = column.dropna().infer_objects()
    if reading.kind == BOOLS:
        kept = kept.astype(bool)
    elif kept.dtype.kind == "f" and (kept == np.rint(kept)).all():
        kept = kept.astype(np.int64)
    kept = kept.astype("category")
    if reading.order is not None:
        kept = kept.cat.set_categories(list(reading.order))
    return kept.reindex(column.index)
