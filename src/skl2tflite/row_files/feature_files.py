"""Features of an estimator, read from a file of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError
from skl2tflite.row_files.chosen_columns import FeatureFile, check_regular
from skl2tflite.row_files.csv_files import csv_batches
from skl2tflite.row_files.parquet_files import PARQUET, pandas_for_frames, parquet_batches


def read_features(file: FeatureFile) -> Any:
    """Read rows of a table: all of :func:`feature_batches` at once."""
    return next(feature_batches(file))


def feature_batches(file: FeatureFile, size: int | None = None) -> Iterator[Any]:
    """Yield rows of a table, at most so many at once; all of them by default.

    Parameters
    ----------
    file : FeatureFile
    size : int, optional

    Yields
    ------
    DataFrame or ndarray of shape (n_rows, n_features)
        A DataFrame where the features have names. Numbers are float64.

    Raises
    ------
    InvalidInputError
        Where the file holds no rows, lacks features, or holds cells that are no numbers.
    """
    path = file.path
    check_regular(path)
    if path.suffix.lower() == ".npy":
        raise InvalidInputError(
            f"{path}: rows of a table are read from CSV and Parquet files, .npy files hold images; write them with "
            "numpy.savetxt('rows.csv', X, delimiter=',')"
        )
    empty = True
    for columns in (parquet_batches if path.suffix.lower() in PARQUET else csv_batches)(file, size):
        if not columns or not len(columns[0]):
            break
        empty = False
        if file.names is not None:
            yield pandas_for_frames().DataFrame(dict(zip(file.names, columns, strict=True)))
        else:
            yield np.column_stack(columns)
    if empty:
        raise InvalidInputError(f"{path} holds no rows")
