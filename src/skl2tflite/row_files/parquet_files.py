"""Rows from Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import InvalidFileError, InvalidInputError, MissingDependencyError
from skl2tflite.row_files.chosen_columns import FeatureFile
from skl2tflite.unpacked_sizes import check_unpacked

_ADVICE = "give fewer rows"
PARQUET = frozenset({".parquet", ".pq"})


def parquet_frame(file: FeatureFile) -> tuple[Any, list[int]]:
    """Return the features of a Parquet file in a DataFrame, and which of them were categoricals when it was written.

    A categorical of numbers is read as plain numbers: of its dtype, pyarrow keeps only that it was a categorical.
    """
    with _readable_parquet(file.path):
        content = _spelt_out(file, _table_of_parquet(file))
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
    except (InvalidInputError, InvalidFileError, MissingDependencyError):
        raise
    except MemoryError:
        raise InvalidFileError(f"{path} cannot be read: there is not enough memory for what it holds") from None
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
            found.append(_cells(column))
            continue
        if not (kind.is_integer(column.type) or kind.is_floating(column.type) or kind.is_boolean(column.type)):
            held = column.type.value_type if kind.is_dictionary(column.type) else column.type
            raise InvalidInputError(f"{file.path}: column {name!r} holds {held} values, not numbers")
        found.append(column.cast(arrow.float64(), safe=False).to_numpy())
    return found


def _cells(column: Any) -> NDArray[Any]:
    """Return a column's values as objects of Python, NaN where there is none; equal texts are one object."""
    if not import_module("pyarrow").types.is_dictionary(column.type):
        return np.array([np.nan if cell is None else cell for cell in column.to_pylist()], dtype=object)
    parts = [np.array([], dtype=object)]
    for chunk in column.chunks:
        values = [np.nan if value is None else value for value in chunk.dictionary.to_pylist()]
        parts.append(np.array([*values, np.nan], dtype=object)[_codes(chunk)])
    return np.concatenate(parts)


def _codes(chunk: Any) -> NDArray[Any]:
    """Return the positions in the dictionary of a part of a column; those without a value are behind its end."""
    codes: NDArray[Any] = chunk.indices.cast("int64").fill_null(len(chunk.dictionary)).to_numpy(zero_copy_only=False)
    return codes


def _table_of_parquet(file: FeatureFile) -> Any:
    """Return the features of a Parquet file as a table of pyarrow, whose texts are coded by dictionaries.

    Raises
    ------
    InvalidFileError
        Where they would take too much memory: a file may hold a number or a text once, and say that all rows have it.
    """
    parquet = _pyarrow_parquet(file.path)
    with file.path.open("rb") as content:
        said = parquet.ParquetFile(content)
        chosen = _chosen(said.schema_arrow.names, file)
        kinds = {name: said.schema_arrow.field(name).type for name in chosen}
        for name, kind in kinds.items():
            if import_module("pyarrow").types.is_nested(kind):
                raise InvalidInputError(f"{file.path}: column {name!r} holds {kind} values, not numbers")
        check_unpacked(file.path, _bytes_of(said.metadata, len(chosen)), _ADVICE)
        texts = [name for name, kind in kinds.items() if _is_text(kind)]
        content.seek(0)
        return parquet.read_table(content, columns=chosen, read_dictionary=texts)


def _pyarrow_parquet(path: Path) -> Any:
    try:
        return import_module("pyarrow.parquet")
    except ImportError:
        raise MissingDependencyError(f"{path}: Parquet files need pyarrow; pip install 'skl2tflite[parquet]'") from None


def _chosen(names: Sequence[str], file: FeatureFile) -> list[str]:
    """Return the names of the features' columns, in the order of the features."""
    columns = [name for name in names if not name.startswith("__index_level_")]
    return [columns[i] for i in file.positions(columns)]


def _is_text(kind: Any) -> bool:
    types = import_module("pyarrow").types
    return any(each(kind) for each in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary))


def _bytes_of(metadata: Any, columns: int) -> int:
    """Return the bytes that columns without lists take in memory: eight for a number, or the file unpacked.

    Only groups of rows are asked: damaged metadata of a column raises an exception in C++ that pyarrow does not catch.
    """
    groups = map(metadata.row_group, range(metadata.num_row_groups))
    return sum(max(group.total_byte_size, 8 * columns * group.num_rows) for group in groups)


def _spelt_out(file: FeatureFile, content: Any) -> Any:
    """Return a table with the texts of each row in place of codes, in columns that have no codes in the file."""
    from pyarrow import compute, parquet

    needed = 0
    for i, field in enumerate(parquet.read_schema(file.path).field(name) for name in content.column_names):
        if _is_text(field.type):
            for chunk in content.column(i).chunks:
                lengths = compute.binary_length(chunk.dictionary).fill_null(0).to_numpy(zero_copy_only=False)
                needed += int(np.append(lengths, 0)[_codes(chunk)].sum())
            check_unpacked(file.path, needed, _ADVICE)
            content = content.set_column(i, field.name, content.column(i).cast(field.type))
    return content


def pandas_for_frames() -> Any:
    """Return pandas, or raise the error that says to install it."""
    try:
        return import_module("pandas")
    except ImportError:
        raise MissingDependencyError(
            "the model was fitted on a DataFrame, so its rows need pandas; pip install 'skl2tflite[pandas]'"
        ) from None
