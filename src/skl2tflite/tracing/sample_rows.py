"""Made-up rows of several kinds, on which a function and its recorded graph are compared."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.features.columns import as_text
from skl2tflite.features.frames import floats, objects
from skl2tflite.flow.column import Column, MadeColumn
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table
from skl2tflite.graph import Constant, DType, Graph, Tensor, as_tensor
from skl2tflite.tracing.matrix_arguments import as_held

ROWS = 5
"""Number of rows of each kind; a function is called with all of them, and with each alone."""
KINDS = 7
"""Kinds of rows: 0 near 1, 1 of both signs, 2 small integers, 3 with NaN, 4 constants of the graph, 5 in (0,
1), 6 large integers."""


@dataclass(frozen=True, eq=False)
class AsArray:
    """A table that a function takes or returns as a NumPy array: of dtype object where columns have several dtypes."""

    table: Table


Given: TypeAlias = Tensor | Table | Column | AsArray | Matrix


def constants_of(graph: Graph) -> tuple[list[str], NDArray[np.float64]]:
    """Return the text and the finite numbers among a graph's constants, without constants of more than 64 numbers."""
    values = [node.op.value for node in graph.nodes() if isinstance(node.op, Constant)]
    words = [word for value in values if value.dtype == object for word in value.ravel().tolist()]
    numbers = [value.ravel().astype(float) for value in values if value.dtype != object and value.size <= 64]
    numbers = [each for value in numbers for each in (value, value[1:], value[:-1])]
    found = np.unique(np.concatenate([np.zeros(1), *numbers]))
    return words, found[np.isfinite(found)]


BEYOND_16_BITS = 70_000
"""An integer that wraps around in every dtype of one or two bytes, and whose third power fits int64."""
LARGE = np.array([0, 100, 150, 300, 40_000, BEYOND_16_BITS, -100, -200, -40_000, -BEYOND_16_BITS])
"""Integers some of which wrap around in each dtype of one or two bytes, or as soon as they are doubled."""


def samples(
    X: Given, count: int, constants: tuple[list[str], NDArray[np.float64]], read: Container[str]
) -> Iterator[tuple[Mapping[str, NDArray[Any]], Any]]:
    """Yield rows of each kind, as feeds of the graph and as the argument of the function.

    Parameters
    ----------
    X : Tensor, Table, Column, AsArray or Matrix
        The graph's input.
    count : int
        Number of rows of each kind.
    constants : tuple of list of str and ndarray
        As :func:`constants_of` returns them.
    read : container of str
        Names of the inputs that the graph reads; columns that it does not read may hold what is no number.
    """
    random = np.random.default_rng(0)
    for which in range(KINDS):
        size = count * 4 if which == 4 and constants[0] else count
        if isinstance(X, Tensor):
            rows = _cells(random, X.dtype, (size, *(n or 1 for n in X.shape[1:])), which, constants)
            yield {"X": _fed(rows, X.dtype)}, rows
        elif isinstance(X, Matrix):
            rows = _matrix_cells(random, X, size, which, constants)
            yield {"X": _fed(rows, as_tensor(X.values).dtype)}, as_held(rows, X)
        elif isinstance(X, Column):
            cells = _column_cells(random, X, size, which, constants)
            yield {"X": _fed(cells, X.values.dtype)}, cells
        else:
            table = X.table if isinstance(X, AsArray) else X
            if table.is_matrix and all(column.dtype in (None, FLOAT64) for column in table.columns):
                rows = _cells(random, table.matrix().dtype, (size, len(table.columns)), which, constants)
                yield {"X": rows}, rows if isinstance(X, AsArray) else _frame(rows, table.names)
                continue
            columns = [_column_cells(random, column, size, which, constants) for column in table.columns]
            pairs = list(zip(columns, table.columns, strict=True))
            if table.is_matrix:
                feeds = {"X": np.stack([_fed(each, column.values.dtype) for each, column in pairs], axis=1)}
            else:
                read_here = [(f"X{i}", *pair) for i, pair in enumerate(pairs) if f"X{i}" in read]
                feeds = {name: _fed(each, column.values.dtype) for name, each, column in read_here}
            frame: Any
            if isinstance(X, AsArray):
                text = any(column.kind == DType.STRING for column in table.columns)
                plain = not text and all(np.asarray(each).dtype.kind in "fiub" for each in columns)
                cells = [np.asarray(each) if plain else objects(each) if text else floats(each) for each in columns]
                frame = np.stack([np.asarray(each) for each in cells], axis=1)
            else:
                import pandas as pd

                frame = pd.concat(columns, axis=1)
                frame.columns = table.names
            yield feeds, frame


def _frame(rows: NDArray[Any], names: list[str]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows, columns=names)


def _within(random: Any, cells: NDArray[Any], dtype: np.dtype[Any], which: int) -> NDArray[Any]:
    """Return integers within the range of a dtype; of up to two bytes, two kinds of rows cover the full range.

    Parameters
    ----------
    random : numpy.random.Generator
    cells : ndarray of int
        Numbers to bring into the range.
    dtype : dtype
    which : int
        Kind of rows (see ``KINDS``).
    """
    limits = np.iinfo(dtype)
    if which in (1, 5) and dtype.itemsize <= 2:
        cells = random.integers(limits.min, limits.max + 1, cells.shape)
        cells.flat[:2] = [limits.min, limits.max][: cells.size]
    return np.asarray(np.clip(cells, max(limits.min, -(2**63)), min(limits.max, 2**63 - 1)))


def _matrix_cells(
    random: Any, X: Matrix, size: int, which: int, constants: tuple[list[str], NDArray[np.float64]]
) -> NDArray[Any]:
    """Return cells in a matrix's dtype and range; of a sparse matrix, half of them are 0.

    Parameters
    ----------
    random : numpy.random.Generator
    X : Matrix
    size : int
        Number of rows.
    which : int
        Kind of rows (see ``KINDS``).
    constants : tuple of list of str and ndarray
        As :func:`constants_of` returns them.
    """
    shape = (size, int(X.shape[1]))
    kind = DType.FLOAT if X.dtype is None else DType.of(np.empty(0, X.dtype))
    cells = _cells(random, kind, shape, which, constants)
    if kind == DType.INT:
        assert X.dtype is not None
        limits = np.iinfo(X.dtype)
        least, greatest = (limits.min, limits.max) if X.bounds is None else map(int, X.bounds)
        if which in (1, 5) and X.dtype.itemsize <= 2:
            cells = random.integers(least, greatest + 1, shape)
        elif which == 5:
            cells.flat[::3] = BEYOND_16_BITS
        cells = np.clip(cells, least, greatest)
    return np.where(random.random(shape) < 0.5, cells, np.zeros((), cells.dtype)) if X.is_sparse else cells


def _column_cells(
    random: Any, column: Column, size: int, which: int, constants: tuple[list[str], NDArray[np.float64]]
) -> Any:
    """Return cells of a column as a Series of its dtype; as an array where pandas is not loaded.

    Parameters
    ----------
    random : numpy.random.Generator
    column : Column
    size : int
        Number of rows.
    which : int
        Kind of rows (see ``KINDS``).
    constants : tuple of list of str and ndarray
        As :func:`constants_of` returns them.
    """
    kind = column.values.dtype
    categories = getattr(column.dtype, "categories", None)
    if categories is not None and len(categories):
        held = np.array([*categories.tolist(), *([None] if which == 3 else [])], dtype=object)
        cells = random.choice(held, size)
    elif kind != DType.STRING and getattr(column.dtype, "kind", "f") in "iub":
        cells = _cells(random, DType.BOOL if column.dtype.kind == "b" else DType.INT, (size,), which, constants)
        if column.dtype.kind != "b":
            cells = _within(random, cells, np.dtype(f"{column.dtype.kind}{column.dtype.itemsize}"), which)
    else:
        cells = _cells(random, kind, (size,), which, constants)
    if "pandas" not in sys.modules:
        return cells
    import pandas as pd

    dtype = column.dtype
    if kind == DType.STRING and (dtype is None or type(column) is MadeColumn):
        newer = int(pd.__version__.split(".")[0]) >= 3
        dtype = "str" if newer and which % 2 else object
    try:
        return pd.Series(cells, name=column.name, dtype=dtype)
    except (TypeError, ValueError):
        return pd.Series(cells, name=column.name)


def _cells(
    random: Any, dtype: DType, size: tuple[int, ...], which: int, constants: tuple[list[str], NDArray[np.float64]]
) -> NDArray[Any]:
    """Return cells of a tensor's dtype, of one kind of rows.

    Parameters
    ----------
    random : numpy.random.Generator
    dtype : DType
    size : tuple of int
        Shape.
    which : int
        Kind of rows (see ``KINDS``).
    constants : tuple of list of str and ndarray
        As :func:`constants_of` returns them.
    """
    words, numbers = constants
    if dtype == DType.STRING:
        texts: list[Any] = [*words, *(["", "Rome", "ä ß", "12"] if which != 4 or not words else [])]
        texts += [None, np.nan] if which == 3 else []
        return np.asarray(
            random.choice(np.array([t for t in texts if t is None or t == t or which == 3], object), size)
        )
    if dtype == DType.BOOL:
        return np.asarray(random.random(size) < 0.5)
    if which == 6:
        return np.asarray(random.choice(LARGE, size)).astype(int if dtype == DType.INT else float)
    if dtype == DType.INT:
        whole = numbers[(numbers == numbers.round()) & (np.abs(numbers) < 2**31)]
        if which == 4:
            return np.asarray(random.choice(whole, size)).astype(int)
        return np.asarray(random.integers(-5, 20, size) if which % 2 else random.integers(0, 3, size))
    if which == 0:
        return np.asarray(random.uniform(0.5, 2.0, size))
    if which == 2:
        return np.asarray(random.integers(0, 3, size).astype(float))
    if which == 4:
        return np.asarray(random.choice(numbers, size))
    if which == 5:
        return np.asarray(random.uniform(0.05, 0.95, size))
    drawn = random.normal(scale=30.0, size=size)
    return np.where(random.random(size) < 0.4, np.nan, drawn) if which == 3 else np.asarray(drawn)


def _fed(cells: Any, kind: DType) -> NDArray[Any]:
    """Return cells as a graph input of a dtype takes them."""
    if kind == DType.STRING:
        return np.reshape(np.array(as_text(objects(np.ravel(cells))), dtype=object), np.shape(cells))
    if kind == DType.FLOAT and np.ndim(cells) == 1:
        numbers = floats(cells)
        if numbers is None:
            raise GraphError(
                f"takes column {getattr(cells, 'name', '')!r} for numbers, and it holds {cells.dtype} values"
            )
        return numbers
    return np.asarray(cells, dtype={DType.BOOL: bool, DType.INT: int}.get(kind, float))


FLOAT64 = np.dtype(np.float64)
