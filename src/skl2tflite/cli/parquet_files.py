"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.cli.chosen_columns import Text, choose
from skl2tflite.errors import InvalidInputError, MissingDependencyError

PARQUET = frozenset({".parquet", ".pq"})


def parquet_frame(
    path: Path, count: int, names: Sequence[str] | None, target_column: str | None
) -> tuple[Any, list[int]]:
    """Return the features of a Parquet file in a DataFrame, and which of them pandas wrote as categoricals.

    Those of numbers come back as plain numbers: pyarrow keeps only that they were categoricals.
    """
    with _readable_parquet(path):
        content = _table_of_parquet(path, count, names, target_column)
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
    path.open("rb").close()  # the plainest error first
    try:
        yield
    except (InvalidInputError, MissingDependencyError):
        raise
    except Exception as error:  # a damaged file can raise anything: ArrowException, OSError, KeyError, UnicodeError
        raise InvalidInputError(f"{path} is no Parquet file that can be read: {error!s:.300}") from None


def read_parquet(
    path: Path, count: int, names: Sequence[str] | None, target_column: str | None, text: Text
) -> list[NDArray[Any]]:
    """Read the features of a model, column by column, from a Parquet file."""
    with _readable_parquet(path):
        return _columns_of_parquet(path, count, names, target_column, text)


def _columns_of_parquet(
    path: Path, count: int, names: Sequence[str] | None, target_column: str | None, text: Text
) -> list[NDArray[Any]]:
    content = _table_of_parquet(path, count, names, target_column)
    arrow = import_module("pyarrow")
    found: list[NDArray[Any]] = []
    for i, name in enumerate(content.column_names):
        column = content.column(name)
        kind = arrow.types
        if i in text:
            cells = [np.nan if cell is None else cell for cell in column.to_pylist()]
            found.append(np.array(cells, dtype=object))
            continue
        if not (kind.is_integer(column.type) or kind.is_floating(column.type) or kind.is_boolean(column.type)):
            raise InvalidInputError(f"{path}: column {name!r} holds {column.type} values, not numbers")
        found.append(column.cast(arrow.float64(), safe=False).to_numpy())
    return found


def _table_of_parquet(path: Path, count: int, names: Sequence[str] | None, target_column: str | None) -> Any:
    """Return the columns of features of a Parquet file in a table of pyarrow."""
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingDependencyError(f"{path}: Parquet files need pyarrow; pip install 'skl2tflite[parquet]'") from None
    with path.open("rb") as file:
        columns = [name for name in parquet.read_schema(file).names if not name.startswith("__index_level_")]
        chosen = [columns[i] for i in choose(path, columns, count, names, target_column)]
        return parquet.read_table(file, columns=chosen)


def pandas_for_parquet() -> Any:
    """Return pandas with an engine that reads Parquet files."""
    try:
        return import_module("pandas")
    except ImportError:
        raise MissingDependencyError(
            "the model was fitted on a DataFrame, so its rows need pandas; pip install 'skl2tflite[pandas]'"
        ) from None
