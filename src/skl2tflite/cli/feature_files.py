"""Features of an estimator, read from a file of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.cli.chosen_columns import FeatureFile, check_regular
from skl2tflite.cli.csv_files import read_csv
from skl2tflite.cli.parquet_files import PARQUET, pandas_for_frames, read_parquet
from skl2tflite.errors import InvalidInputError


def read_features(file: FeatureFile) -> Any:
    """Read rows of a table.

    Returns
    -------
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
    columns = read_parquet(file) if path.suffix.lower() in PARQUET else read_csv(file)
    if not columns or not len(columns[0]):
        raise InvalidInputError(f"{path} holds no rows")
    if file.names is not None:
        return pandas_for_frames().DataFrame(dict(zip(file.names, columns, strict=True)))
    return np.column_stack(columns)
