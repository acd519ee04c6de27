"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.cli.chosen_columns import FeatureFile
from skl2tflite.errors import InvalidInputError, MissingDependencyError

PARQUET = frozenset({".parquet", ".pq"})


def parquet_frame(file: FeatureFile) -> tuple[Any, list[int]]:
    """Return the features of a Parquet file in a DataFrame, and which of them were categoricals when it was written.

    A categorical of numbers is read as plain numbers: of its dtype, pyarrow keeps only that it was a categorical.
    """
    with _readable_parquet(file.path):
        content = _table_of_parquet(file)
        frame = content.to_pandas()
        said = {
            each["field_name"]: each["pandas_type"]
            for each in (content.schema.pandas_metadata or {}).get("columns", ())
        }
    known = [
        name for name in content.column_names if said.get(name) == "categorical" or frame[name].dtype == "category"
    ]
    return frame, [content.column_names.index(name) for name in known]


@contextmanager
def _readable_parquet(path: Path) -> Iterator[None]:
    path.open("rb").close()  # a file that is not there, or not readable, is reported as such
    try:
        yield
    except (InvalidInputError, MissingDependencyError):
        raise
    except Exception as error:  # a damaged file can raise anything: ArrowException, OSError, KeyError, UnicodeError
        raise InvalidInputError(f"{path} is no Parquet file that can be read: {error!s:.300}") from None


def read_parquet(file: FeatureFile) -> list[NDArray[Any]]:
    """Read the features of a model, column by column, from a Parquet file."""
    with _readable_parquet(file.path):
        return _columns_of_parquet(file)


def _columns_of_parquet(file: FeatureFile) -> list[NDArray[Any]]:
    content = _table_of_parquet(file)
    arrow = import_module("pyarrow")
    found: list[NDArray[Any]] = []
    for i, name in enumerate(content.column_names):
        column = content.column(name)
        kind = arrow.types
        if i in file.text:
            cells = [np.nan if cell is None else cell for cell in column.to_pylist()]
            found.append(np.array(cells, dtype=object))
            continue
        if not (kind.is_integer(column.type) or kind.is_floating(column.type) or kind.is_boolean(column.type)):
            raise InvalidInputError(f"{file.path}: column {name!r} holds {column.type} values, not numbers")
        found.append(column.cast(arrow.float64(), safe=False).to_numpy())
    return found


def _table_of_parquet(file: FeatureFile) -> Any:
    """Return the features of a Parquet file as a table of pyarrow."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingDependencyError(
            f"{file.path}: Parquet files need pyarrow; pip install 'skl2tflite[parquet]'"
        ) from None
    with file.path.open("rb") as content:
        columns = [name for name in parquet.read_schema(content).names if not name.startswith("__index_level_")]
        chosen = [columns[i] for i in file.positions(columns)]
        return parquet.read_table(content, columns=chosen)


def pandas_for_frames() -> Any:
    """Return pandas, or raise the error that says to install it."""
    try:
        return import_module("pandas")
    except ImportError:
        raise MissingDependencyError(
            "the model was fitted on a DataFrame, so its rows need pandas; pip install 'skl2tflite[pandas]'"
        ) from None
