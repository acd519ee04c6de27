"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidInputError, MissingDependencyError
from skl2tflite.row_files.chosen_columns import FeatureFile

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


def parquet_batches(file: FeatureFile, size: int | None = None) -> Iterator[list[NDArray[Any]]]:
    """Yield the features of a model, column by column, of at most so many rows of a Parquet file; of all by default."""
    with _readable_parquet(file.path):
        if size is None:
            yield _columns_of(_table_of_parquet(file), file)
            return
        arrow, parquet = import_module("pyarrow"), _pyarrow_parquet(file.path)
        with file.path.open("rb") as content:
            opened = parquet.ParquetFile(content)
            chosen = _chosen(opened.schema_arrow.names, file)
            for batch in opened.iter_batches(batch_size=size, columns=chosen):
                yield _columns_of(arrow.Table.from_batches([batch]).select(chosen), file)


def _columns_of(content: Any, file: FeatureFile) -> list[NDArray[Any]]:
    """Return the columns of a table of pyarrow as arrays: numbers, or text."""
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


def _pyarrow_parquet(path: Path) -> Any:
    try:
        return import_module("pyarrow.parquet")
    except ImportError:
        raise MissingDependencyError(f"{path}: Parquet files need pyarrow; pip install 'skl2tflite[parquet]'") from None


def _chosen(names: Sequence[str], file: FeatureFile) -> list[str]:
    """Return the names of the features' columns, in the order of the features."""
    columns = [name for name in names if not name.startswith("__index_level_")]
    return [columns[i] for i in file.positions(columns)]


def _table_of_parquet(file: FeatureFile) -> Any:
    """Return the features of a Parquet file as a table of pyarrow."""
    parquet = _pyarrow_parquet(file.path)
    with file.path.open("rb") as content:
        return parquet.read_table(content, columns=_chosen(parquet.read_schema(content).names, file))


def pandas_for_frames() -> Any:
    """Return pandas, or raise the error that says to install it."""
    try:
        return import_module("pandas")
    except ImportError:
        raise MissingDependencyError(
            "the model was fitted on a DataFrame, so its rows need pandas; pip install 'skl2tflite[pandas]'"
        ) from None
