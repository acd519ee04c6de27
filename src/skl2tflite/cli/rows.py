"""Rows from CSV and Parquet files, their columns matched to an estimator's features."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.cli.console import note
from skl2tflite.cli.image_and_json_rows import read_images, read_lines_of_json
from skl2tflite.errors import InvalidInputError, MissingDependencyError
from skl2tflite.features.categoricals import BOOLS, Categorical, Reading
from skl2tflite.features.frames import is_frame

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})
"""What a cell without a value holds, in any case."""
TRUTHS = {"true": 1.0, "false": 0.0}
Text: TypeAlias = Mapping[int, Collection[str] | None]
DELIMITERS = ",;\t"
PARQUET = frozenset({".parquet", ".pq"})


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
        float64; text is told from what is missing by the estimator's categories.

    Raises
    ------
    InvalidInputError
        Where the file holds no rows, columns that the estimator lacks, or cells that are no numbers.
    """
    from skl2tflite.cli.category_columns import category_columns
    from skl2tflite.converters import converter_for
    from skl2tflite.converters.core.blame import blaming
    from skl2tflite.converters.core.categoricals import UnplacedCategoriesError
    from skl2tflite.features import HashedRows, ImageRows, LabelRows, RecordRows, SetRows, TextRows
    from skl2tflite.plan import column_hints

    with blaming(estimator):
        converter = converter_for(estimator)
    if isinstance(converter.rows, ImageRows):
        return read_images(path)
    if isinstance(converter.rows, RecordRows | HashedRows | SetRows):
        return read_lines_of_json(path, list if isinstance(converter.rows, SetRows) else dict)
    try:
        with blaming(estimator):
            hints = column_hints(estimator)
    except UnplacedCategoriesError as error:
        types = category_columns(path, converter.n_features, converter.feature_names, target_column, error)
        with blaming(estimator):
            hints = column_hints(estimator, types)
    rows = read_features(path, converter.n_features, converter.feature_names, target_column, hints.text)
    if converter.integer_columns:
        rows = _with_whole_numbers(rows)
    rows = with_categoricals(rows, hints.readings)
    return rows[:, 0].tolist() if isinstance(converter.rows, TextRows | LabelRows) else rows


def _with_whole_numbers(rows: Any) -> Any:
    """Return rows with columns of whole numbers as such, for an estimator that takes no floats for categories."""

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
        columns = _read_parquet(path, count, names, target_column, text or {})
    else:
        columns = _read_csv(path, count, names, target_column, text or {})
    if not columns or not len(columns[0]):
        raise InvalidInputError(f"{path} holds no rows")
    if names is not None:
        return _pandas().DataFrame(dict(zip(names, columns, strict=True)))
    return np.column_stack(columns)


def check_regular(path: Path) -> None:
    """Raise where a path is no file to be read whole, but a folder, a pipe or a device."""
    if path.is_dir():
        raise InvalidInputError(f"{path} is a folder; name a file of rows")
    if path.exists() and not path.is_file():
        raise InvalidInputError(f"{path} is no regular file; save the rows in one")


def with_categoricals(rows: Any, readings: Sequence[Reading]) -> Any:
    """Return rows with categoricals in the columns of a DataFrame where a model takes such."""
    if not is_frame(rows):
        return rows
    read = {rows.columns[each.feature]: each for each in readings if isinstance(each, Categorical)}
    return rows.assign(**{name: _categorical(rows[name], each) for name, each in read.items()})


def _categorical(column: Any, reading: Categorical) -> Any:
    """Return a column as a categorical, of whole numbers or truth values where all of it is that."""
    kept = column.dropna().infer_objects()
    if reading.kind == BOOLS:
        kept = kept.astype(bool)
    elif kept.dtype.kind == "f" and (kept == np.rint(kept)).all():
        kept = kept.astype(np.int64)
    kept = kept.astype("category")
    if reading.order is not None:
        kept = kept.cat.set_categories(list(reading.order))
    return kept.reindex(column.index)


# --- columns ----------------------------------------------------------------------------------------


def choose(
    path: Path, columns: Sequence[str] | int, count: int, names: Sequence[str] | None, target_column: str | None
) -> list[int]:
    """Return the positions of an estimator's features among a file's columns.

    Parameters
    ----------
    path : Path
        For messages.
    columns : sequence of str, or int
        Names of the file's columns; without names, how many there are.
    count : int
        Number of features.
    names : sequence of str, optional
        Their names.
    target_column : str, optional
        A column to leave out.
    """
    found: list[Any] = list(range(columns)) if isinstance(columns, int) else list(columns)
    left = [i for i in range(len(found)) if i != _target(path, found, target_column)]
    if names is not None and not isinstance(columns, int):
        twice = [name for name in names if found.count(name) > 1]
        if twice:
            raise InvalidInputError(f"{path} has more than one column {twice[0]!r}")
        by_name = {columns[i]: i for i in left}
        missing = [name for name in names if name not in by_name]
        if missing:
            raise InvalidInputError(
                f"{path} lacks {_listed(missing)}, which the model was fitted on; it has {_listed(list(by_name))}"
            )
        spare = [name for name in by_name if name not in names]
        if spare:
            note(f"{path}: left out {_listed(spare)}, which the model was not fitted on")
        return [by_name[name] for name in names]
    if len(left) != count:
        advice = "; name the one with labels by --target-column" if len(left) == count + 1 else ""
        raise InvalidInputError(f"{path} has {len(left)} columns of features, but the model takes {count}{advice}")
    return left


def _target(path: Path, columns: list[Any], target_column: str | None) -> int | None:
    if target_column is None:
        return None
    if target_column in columns:
        return columns.index(target_column)
    try:
        position = int(target_column)
    except ValueError:
        position = len(columns)
    if not -len(columns) <= position < len(columns):
        raise InvalidInputError(
            f"{path} has no column {target_column!r} to leave out; it has "
            + (f"{len(columns)} without names" if columns and columns[0] == 0 else _listed(columns))
        )
    return position % len(columns)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:5]) or "none"
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown


# --- CSV --------------------------------------------------------------------------------------------


def _read_csv(
    path: Path, count: int, names: Sequence[str] | None, target_column: str | None, text: Text
) -> list[NDArray[Any]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _parse(path, _lines(file), count, names, target_column, text)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{path} is not text in UTF-8, so no CSV file") from None
    except csv.Error as error:
        raise InvalidInputError(f"{path} is no CSV file: {error}") from None


def _lines(file: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not empty."""
    first = next((line for line in file if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    for cells in reader:
        if cells:
            yield reader.line_num, cells


def _parse(
    path: Path,
    lines: Iterator[tuple[int, list[str]]],
    count: int,
    names: Sequence[str] | None,
    target_column: str | None,
    text: Text,
) -> list[NDArray[Any]]:
    first = next(lines, None)
    if first is None:
        raise InvalidInputError(f"{path} is empty")
    titles = [cell.strip() for cell in first[1]]
    numbered = titles == [str(i) for i in range(len(titles))]  # what pandas writes for columns without names
    titled = not numbered and _are_titles(titles, names)
    positions = choose(path, titles if titled else len(titles), count, names, target_column)
    columns: list[Any] = [[] if i in text else array("d") for i in range(len(positions))]
    for number, cells in lines if titled or numbered else chain([first], lines):
        if len(cells) != len(titles):
            raise InvalidInputError(f"{path}: line {number} has {len(cells)} cells, but the first has {len(titles)}")
        for feature, position in enumerate(positions):
            cell = cells[position]
            if feature in text:
                columns[feature].append(_text(cell, text[feature]))
                continue
            value = as_number(cell)
            if value is None:
                column = repr(titles[position]) if titled else str(position)
                raise InvalidInputError(f"{path}: line {number}, column {column}: {cell!r} is not a number")
            columns[feature].append(value)
    return [np.array(column, dtype=object if i in text else np.float64) for i, column in enumerate(columns)]


def _text(cell: str, words: Collection[str] | None) -> object:
    """Return a cell as text, NaN where it is missing; where nothing is known of it, a number if it is one."""
    if words is None:
        value = as_number(cell)
        return cell if value is None else value
    return np.nan if cell not in words and cell.strip().lower() in MISSING else cell


def _are_titles(cells: Sequence[str], names: Sequence[str] | None) -> bool:
    """Whether a first line names the columns: none of it is a number, or it is the names that are looked for."""
    if names is not None and set(names) <= set(cells):
        return True
    return all(cell.lower() in MISSING or as_number(cell) is None for cell in cells)


def as_number(cell: str) -> float | None:
    """Return a cell's value, NaN where it is missing, None where it is text."""
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        word = cell.strip().lower()
        return np.nan if word in MISSING else TRUTHS.get(word)


# --- Parquet ----------------------------------------------------------------------------------------


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


def _read_parquet(
    path: Path, count: int, names: Sequence[str] | None, target_column: str | None, text: Text
) -> list[NDArray[Any]]:
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


def _pandas() -> Any:
    try:
        return import_module("pandas")
    except ImportError:
        raise MissingDependencyError(
            "the model was fitted on a DataFrame, so its rows need pandas; pip install 'skl2tflite[pandas]'"
        ) from None
