"""Features of an estimator, read from a file of rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from skl2tflite.cli.chosen_columns import Text, check_regular
from skl2tflite.cli.csv_files import read_csv
from skl2tflite.cli.parquet_files import PARQUET, pandas_for_parquet, read_parquet
from skl2tflite.errors import InvalidInputError


def read_features(
    path: Path,
    count: int,
    names: Sequence[str] | None,
    target_column: str | None = None,
    text: Text | None = None,
) -> Any:
    """Read rows of so many features, chosen by their names where they have any; see :func:`read_rows`.

    Parameters
    ----------
    text : mapping of int to set of str or None, optional
        Features that are text, with words that are never taken for missing; None: text or numbers.
    """
    check_regular(path)
    if path.suffix.lower() == ".npy":
        raise InvalidInputError(
            f"{path}: rows of a table are read from CSV and Parquet files, .npy files hold images; write them with "
            "numpy.savetxt('rows.csv', X, delimiter=',')"
        )
    if path.suffix.lower() in PARQUET:
        columns = read_parquet(path, count, names, target_column, text or {})
    else:
        columns = read_csv(path, count, names, target_column, text or {})
    if not columns or not len(columns[0]):
        raise InvalidInputError(f"{path} holds no rows")
    if names is not None:
        return pandas_for_parquet().DataFrame(dict(zip(names, columns, strict=True)))
    return np.column_stack(columns)
