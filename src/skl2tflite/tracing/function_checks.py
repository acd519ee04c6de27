"""Recordings of functions beside the functions themselves, on rows of several kinds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from skl2tflite.errors import GraphError, InvalidInputError
from skl2tflite.features.columns import as_text
from skl2tflite.features.frames import floats, frame_to_array, objects
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Column, MadeColumn, Table
from skl2tflite.graph import Constant, DType, Graph, Tensor, as_tensor, evaluate, input_tensor
from skl2tflite.tracing.matrix_arguments import as_held
from skl2tflite.tracing.trial_calls import joined, near, tried

TOLERANCE = 1e-6
"""Relative error that the graph's own approximations are allowed (of the error function, for one)."""
ROWS = 5
"""Rows of each kind of numbers that a function is tried on, each alone too."""
FLOAT64 = np.dtype(np.float64)
KINDS = 6
"""Kinds of rows: near 1, of both signs, small and whole, with holes, what the graph compares with, within 0 and 1."""


@dataclass(frozen=True, eq=False)
class AsArray:
    """A table whose cells a function gets, or gives, as an array: of objects where columns are of several kinds."""

    table: Table


Given: TypeAlias = Tensor | Table | Column | AsArray | Matrix
Recorded: TypeAlias = Tensor | list[Tensor] | Table | Column | Matrix


def is_symbolic(X: object) -> bool:
    """Whether something stands for numbers that are known only at run time."""
    return isinstance(X, Tensor | Table | Column) or (isinstance(X, Matrix) and isinstance(X.values, Tensor))


class _Twin(MadeColumn):
    """A column of what is known of another one."""

    def __init__(self, like: Column, made: Tensor) -> None:
        super().__init__(like.name, made)
        self._like = like

    @property
    def kind(self) -> DType | None:
        return None if self._like.kind is None else self.made.dtype

    @property
    def dtype(self) -> Any:
        return self._like.dtype

    @property
    def categories(self) -> tuple[Any, ...] | None:
        return self._like.categories

    @property
    def origin(self) -> int | None:
        return self._like.origin


def twin_of(X: Given) -> Given:
    """Return an input of its own for what a function was called with, of the kinds that it asked for."""
    if isinstance(X, Tensor):
        return input_tensor("X", X.dtype, X.shape)
    if isinstance(X, Matrix):
        values = as_tensor(X.values)
        return replace(X, values=input_tensor("X", values.dtype, values.shape), stored=None)
    if isinstance(X, AsArray):
        twin = twin_of(X.table)
        assert isinstance(twin, Table)
        return AsArray(twin)
    if isinstance(X, Column):
        return _twin_column(X, "X")
    if X.whole is None:
        return Table([_twin_column(column, f"X{i}") for i, column in enumerate(X.columns)])
    matrix = input_tensor("X", X.whole.dtype, (X.batch, len(X.columns)))
    columns = [
        _Twin(like, made.tensor(matrix.dtype))
        for like, made in zip(X.columns, Table.of_matrix(matrix, X.names).columns, strict=True)
    ]
    return Table(columns, matrix)


def _twin_column(column: Column, name: str) -> Column:
    return _Twin(column, input_tensor(name, column.kind or DType.FLOAT, (column.batch,)))


def outputs_of(result: Recorded | AsArray) -> list[Tensor]:
    """Return the tensors of which a result is made."""
    if isinstance(result, Matrix):
        return [as_tensor(result.values)]
    if isinstance(result, AsArray):
        return outputs_of(result.table)
    if isinstance(result, Table):
        return [result.matrix()] if result.is_matrix else [column.values for column in result.columns]
    if isinstance(result, Column):
        return [result.values]
    return list(result) if isinstance(result, list | tuple) else [result]


def compare(
    function: Callable[[Any], Any],
    result: Recorded | AsArray,
    refused: Sequence[Tensor],
    X: Given,
    rows: NDArray[Any] | None,
) -> bool:
    """Refuse a function that computes otherwise than its graph, or than for each row alone.

    Parameters
    ----------
    function : callable
    result : Recorded or AsArray
        What it has given for X.
    refused : sequence of Tensor
        Rows for which it raises an error.
    X : Tensor, Table, Column or AsArray
        The graph's input.
    rows : ndarray or None
        Rows of an array to compute beside it too.

    Returns
    -------
    bool
        Whether it has given NaN.

    Raises
    ------
    GraphError
    """
    outputs = outputs_of(result)
    graph = Graph("recorded", {}, {str(i): output for i, output in enumerate([*outputs, *refused])})
    batch = X.table.batch if isinstance(X, AsArray) else X.shape[0] if isinstance(X, Tensor | Matrix) else X.batch
    count = ROWS if batch is None else batch * -(-ROWS // batch)
    own = [] if rows is None else [np.resize(rows, (count, *rows.shape[1:]))]
    gives_nan = False
    for feeds, given in (*(({"X": each}, each) for each in own), *_samples(X, count, _constants(graph))):
        n_rows = len(next(iter(feeds.values())))
        alone = [_called(function, given[i : i + 1], result) for i in range(n_rows)]
        taken = np.array([answer is not None for answer in alone])
        if not taken.any():
            continue  # the function does not take such rows
        together = _called(function, given[taken], result)
        answers = joined([answer for answer in alone if answer is not None])
        if together is None or not _agree(together, answers):
            raise GraphError("gives a row another answer beside other rows; compute it from each row alone")
        size = batch or n_rows
        parts = [
            evaluate(graph, {name: feed[i : i + size] for name, feed in feeds.items()}) for i in range(0, n_rows, size)
        ]
        computed = [each[taken] for each in joined([list(part.values()) for part in parts])]
        if not _agree(computed[: len(outputs)], together):
            if isinstance(X, Matrix) and X.dtype is not None and X.dtype.kind in "iub":
                raise GraphError(
                    f"computes in {X.dtype}, as the step before it gives, and its results for the same numbers as "
                    "floats are others: integers wrap around; begin it with X.astype(float)"
                )
            if (dtypes := _narrow_dtypes(given)) and _agree(
                computed[: len(outputs)], _called(function, _widened(given[taken]), result) or []
            ):
                raise GraphError(
                    f"computes in {dtypes}, and its results for the same numbers as floats are others: such numbers "
                    "wrap around or lose digits; begin it with X.astype(float), or give such columns as floats"
                )
            raise GraphError(
                "computes otherwise when it is recorded: it looks at values, dtypes or types of its input, or writes "
                "to a part of an array that it has under another name"
            )
        if any(each.any() for each in computed[len(outputs) :]):
            raise GraphError("raises an error for rows when it is recorded that it takes otherwise")
        gives_nan |= any(each.dtype.kind == "f" and bool(np.isnan(each).any()) for each in together)
    return gives_nan


def _narrow_dtypes(given: Any) -> str:
    """Return the dtypes of the columns of rows that are whole numbers, truth values or of few digits, for a message."""
    dtypes = list(getattr(given, "dtypes", ())) if getattr(given, "ndim", 1) == 2 else []
    dtypes = [each for each in dtypes or [given.dtype] if _is_narrow(each)]
    narrowest = [each for each in dtypes if each.itemsize < FLOAT64.itemsize] or dtypes
    return " and ".join(sorted({str(each) for each in narrowest}))


def _is_narrow(dtype: Any) -> bool:
    return getattr(dtype, "kind", "") in "iub" or dtype == np.float16


def _widened(given: Any) -> Any:
    """Return rows whose numbers are all floats."""
    if getattr(given, "ndim", 1) == 2 and hasattr(given, "dtypes"):
        return given.astype({name: float for name, dtype in given.dtypes.items() if _is_narrow(dtype)})
    return given.astype(float)


def _called(function: Callable[[Any], Any], rows: Any, result: Recorded | AsArray) -> list[NDArray[Any]] | None:
    """Return what a function gives for rows, None where it raises an error."""
    return tried(lambda copy: _arrays(function(copy), result), rows, raised=GraphError)


def _constants(graph: Graph) -> tuple[list[str], NDArray[np.float64]]:
    """Return the text and the numbers that a graph compares and computes with, of those that are few."""
    values = [node.op.value for node in graph.nodes() if isinstance(node.op, Constant)]
    words = [word for value in values if value.dtype == object for word in value.ravel().tolist()]
    numbers = [value.ravel().astype(float) for value in values if value.dtype != object and value.size <= 64]
    numbers = [each for value in numbers for each in (value, value[1:], value[:-1])]
    found = np.unique(np.concatenate([np.zeros(1), *numbers]))
    return words, found[np.isfinite(found)]


def _samples(
    X: Given, count: int, constants: tuple[list[str], NDArray[np.float64]]
) -> Iterator[tuple[Mapping[str, NDArray[Any]], Any]]:
    """Yield rows of several kinds: what is fed to the graph, and what the function is called with."""
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
            feeds = [_fed(each, column.values.dtype) for each, column in zip(columns, table.columns, strict=True)]
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
            yield {"X": np.stack(feeds, axis=1)} if table.is_matrix else dict(_numbered(feeds)), frame


def _frame(rows: NDArray[Any], names: list[str]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows, columns=names)


def _within(random: Any, cells: NDArray[Any], dtype: np.dtype[Any], which: int) -> NDArray[Any]:
    """Return whole numbers that a dtype has; of few bits some from all that there are, the extremes among them."""
    limits = np.iinfo(dtype)
    if which in (1, 5) and dtype.itemsize <= 2:
        cells = random.integers(limits.min, limits.max + 1, cells.shape)
        cells.flat[:2] = [limits.min, limits.max][: cells.size]
    return np.asarray(np.clip(cells, max(limits.min, -(2**63)), min(limits.max, 2**63 - 1)))


def _matrix_cells(
    random: Any, X: Matrix, size: int, which: int, constants: tuple[list[str], NDArray[np.float64]]
) -> NDArray[Any]:
    """Return cells of a matrix's dtype, whole ones of few bits from all that there may be, half of a sparse one 0."""
    shape = (size, int(X.shape[1]))
    kind = DType.FLOAT if X.dtype is None else DType.of(np.empty(0, X.dtype))
    cells = _cells(random, kind, shape, which, constants)
    if kind == DType.INT:
        assert X.dtype is not None
        limits = np.iinfo(X.dtype)
        least, greatest = (limits.min, limits.max) if X.bounds is None else map(int, X.bounds)
        if which in (1, 5) and X.dtype.itemsize <= 2:
            cells = random.integers(least, greatest + 1, shape)
        cells = np.clip(cells, least, greatest)
    return np.where(random.random(shape) < 0.5, cells, np.zeros((), cells.dtype)) if X.is_sparse else cells


def _numbered(feeds: list[NDArray[Any]]) -> Iterator[tuple[str, NDArray[Any]]]:
    return ((f"X{i}", feed) for i, feed in enumerate(feeds))


def _column_cells(
    random: Any, column: Column, size: int, which: int, constants: tuple[list[str], NDArray[np.float64]]
) -> Any:
    """Return cells of a column as a Series of its dtype, as an array where pandas is not loaded."""
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
    """Return cells of one kind."""
    words, numbers = constants
    if dtype == DType.STRING:
        texts: list[Any] = [*words, *(["", "Rome", "ä ß", "12"] if which != 4 or not words else [])]
        texts += [None, np.nan] if which == 3 else []
        return np.asarray(
            random.choice(np.array([t for t in texts if t is None or t == t or which == 3], object), size)
        )
    if dtype == DType.BOOL:
        return np.asarray(random.random(size) < 0.5)
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
    """Return cells as a tensor of some kind holds them."""
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


def _arrays(given: Any, result: Recorded | AsArray) -> list[NDArray[Any]]:
    """Return what a function gave, as the outputs of its recording are laid out."""
    if isinstance(result, Matrix) != scipy.sparse.issparse(given):
        raise GraphError("gives a sparse matrix only when it is recorded, or only when it is not")
    if isinstance(result, Matrix):
        return [np.asarray(given.toarray())]
    if isinstance(result, AsArray):
        columns = list(np.asarray(given).T)
        if len(columns) != len(result.table.columns):
            raise GraphError(f"gives {len(columns)} columns, and {len(result.table.columns)} when it is recorded")
        if result.table.is_matrix:
            return [np.asarray(given).astype(float)]
        return [_column(cells, column) for cells, column in zip(columns, result.table.columns, strict=True)]
    if isinstance(result, Table):
        names = list(map(str, getattr(given, "columns", ())))
        if names != result.names:
            given_names = ", ".join(names) or "an array"
            raise GraphError(f"gives {', '.join(result.names)} when it is recorded, and {given_names} when it is not")
        for dtype, column in zip(given.dtypes, result.columns, strict=True):
            _check_category(dtype, column)
        if result.is_matrix:
            try:
                return [frame_to_array(given)]
            except InvalidInputError as error:
                raise GraphError(f"gives numbers when it is recorded, and else not: {error}") from None
        return [_column(given.iloc[:, i], column) for i, column in enumerate(result.columns)]
    if isinstance(result, Column):
        return [_column(given, result)]
    return [np.asarray(each) for each in (given if isinstance(given, list | tuple) else [given])]


def _check_category(dtype: Any, column: Column) -> None:
    """Refuse a categorical that is none when it is recorded, or the other way round, or of other categories."""
    categories = getattr(dtype, "categories", None)
    known = column.categories
    if known == () and categories is not None:
        return
    if (None if categories is None else tuple(categories.tolist())) != known:
        raise GraphError(f"gives other categories in column {column.name!r} when it is recorded")


def _column(series: Any, made: Column) -> NDArray[Any]:
    if made.kind == DType.STRING:
        return np.array(as_text(objects(series)), dtype=object)
    numbers = floats(series)
    return np.asarray(series, dtype=object) if numbers is None else numbers


def _agree(first: list[Any], second: list[Any]) -> bool:
    return len(first) == len(second) and all(_near(a, b) for a, b in zip(first, second, strict=True))


def _near(a: NDArray[Any], b: NDArray[Any]) -> bool:
    held_as_objects = a.dtype.kind in "OUS", b.dtype.kind in "OUS"
    if a.shape != b.shape or held_as_objects[0] != held_as_objects[1]:
        return False
    if held_as_objects[0]:
        return bool(np.array_equal(a, b))
    return near(a, b, TOLERANCE)
