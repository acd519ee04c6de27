"""Checks of a recorded function: its graph must give what the function gives, on made-up rows of several kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from skl2tflite.errors import GraphError, InvalidInputError
from skl2tflite.features.columns import as_text
from skl2tflite.features.frames import floats, frame_to_array, objects
from skl2tflite.flow.column import Column, MadeColumn
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table
from skl2tflite.graph import DType, Graph, Input, Tensor, as_tensor, evaluate, input_tensor
from skl2tflite.tracing.sample_rows import FLOAT64, ROWS, AsArray, Given, constants_of, samples
from skl2tflite.tracing.trial_calls import joined, near, tried

TOLERANCE = 1e-6
"""Relative error allowed to the graph, whose functions may be approximations (the error function's, for example)."""


Recorded: TypeAlias = Tensor | list[Tensor] | Table | Column | Matrix


class OtherwiseError(GraphError):
    """A function gives other numbers than its graph, and nothing here tells why."""


def is_symbolic(X: object) -> bool:
    """Return whether X is symbolic: a tensor, a table, a column, or a matrix of such numbers."""
    return isinstance(X, Tensor | Table | Column) or (isinstance(X, Matrix) and isinstance(X.values, Tensor))


class _FreshColumn(MadeColumn):
    """A new input column of which the same is known as of another column: categories, dtype, position."""

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


def fresh_input(X: Given) -> Given:
    """Return a new graph input of the form that a function was called with, in the dtypes that it has used."""
    if isinstance(X, Tensor):
        return input_tensor("X", X.dtype, X.shape)
    if isinstance(X, Matrix):
        values = as_tensor(X.values)
        return replace(X, values=input_tensor("X", values.dtype, values.shape), stored=None, with_holes=None)
    if isinstance(X, AsArray):
        fresh = fresh_input(X.table)
        assert isinstance(fresh, Table)
        return AsArray(fresh)
    if isinstance(X, Column):
        return _fresh_column(X, "X")
    if X.whole is None:
        return Table([_fresh_column(column, f"X{i}") for i, column in enumerate(X.columns)])
    matrix = input_tensor("X", X.whole.dtype, (X.batch, len(X.columns)))
    columns = [
        _FreshColumn(like, made.tensor(matrix.dtype))
        for like, made in zip(X.columns, Table.of_matrix(matrix, X.names).columns, strict=True)
    ]
    return Table(columns, matrix)


def _fresh_column(column: Column, name: str) -> Column:
    return _FreshColumn(column, input_tensor(name, column.kind or DType.FLOAT, (column.batch,)))


def outputs_of(result: Recorded | AsArray) -> list[Tensor]:
    """Return the tensors that a result consists of."""
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
    """Refuse a function that gives other results than its graph, or for one row alone than for the row among others.

    Parameters
    ----------
    function : callable
        The user's.
    result : Recorded or AsArray
        What recording it on ``X`` has given.
    refused : sequence of Tensor
        Booleans of shape (n_rows,): rows for which the graph says that the function raises an error.
    X : Tensor, Table, Column or AsArray
        The graph's input.
    rows : ndarray or None
        Further rows to compare on, beside made-up ones.

    Returns
    -------
    bool
        Whether the function gave NaN for some row.

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
    read = {node.op.key for node in graph.nodes() if isinstance(node.op, Input)}
    for feeds, given in (*(({"X": each}, each) for each in own), *samples(X, count, constants_of(graph), read)):
        n_rows = len(given) if isinstance(X, Table) else len(next(iter(feeds.values())))
        alone = [_called(function, given[i : i + 1], result) for i in range(n_rows)]
        taken = np.array([answer is not None for answer in alone])
        if not taken.any():
            continue  # the function does not take such rows
        together = _called(function, given[taken], result)
        answers = joined([answer for answer in alone if answer is not None])
        if together is None or not _agree(together, answers):
            raise GraphError("gives answers for a row that change with the other rows; compute it from each row alone")
        size = batch or n_rows
        parts = [
            evaluate(graph, {name: feed[i : i + size] for name, feed in feeds.items()}) for i in range(0, n_rows, size)
        ]
        computed = [each[taken] for each in joined([list(part.values()) for part in parts])]
        if not _agree(computed[: len(outputs)], together):
            if isinstance(X, Matrix) and X.dtype is not None and X.dtype.kind in "iub":
                raise GraphError(
                    f"computes in {X.dtype}, which the step before it gives, and gives other results for the same "
                    "numbers as floats: integers wrap around; begin it with X.astype(float)"
                )
            if (dtypes := _narrow_dtypes(given)) and _agree(
                computed[: len(outputs)], _called(function, _widened(given[taken]), result) or []
            ):
                raise GraphError(
                    f"computes in {dtypes}, and gives other results for the same numbers as floats: numbers of these "
                    "dtypes wrap around or lose digits; begin it with X.astype(float), or give such columns as floats"
                )
            raise OtherwiseError(
                "computes otherwise when it is recorded: it looks at values, dtypes or types of its input, or writes "
                "to a part of an array to which another variable refers" + _unknown_dtypes(X)
            )
        if any(each.any() for each in computed[len(outputs) :]):
            raise GraphError("raises an error when it is recorded, for rows that it takes when it is called")
        gives_nan |= any(each.dtype.kind == "f" and bool(np.isnan(each).any()) for each in together)
    return gives_nan


def _unknown_dtypes(X: Given) -> str:
    """Return advice for columns whose dtypes are not known: booleans and text compute otherwise than numbers."""
    columns = X.columns if isinstance(X, Table) else [X] if isinstance(X, Column) else []
    names = [column.name for column in columns if column.dtype is None]
    return (
        f"; if {names[0]!r} or another column holds no numbers, give convert rows, whose dtypes tell" if names else ""
    )


def _narrow_dtypes(given: Any) -> str:
    """Return, for a message, the dtypes of integer, boolean and float16 columns; the narrow ones only, if any."""
    dtypes = list(getattr(given, "dtypes", ())) if getattr(given, "ndim", 1) == 2 else []
    dtypes = [each for each in dtypes or [given.dtype] if _is_narrow(each)]
    narrowest = [each for each in dtypes if each.itemsize < FLOAT64.itemsize] or dtypes
    return " and ".join(sorted({str(each) for each in narrowest}))


def _is_narrow(dtype: Any) -> bool:
    return getattr(dtype, "kind", "") in "iub" or dtype == np.float16


def _widened(given: Any) -> Any:
    """Return rows with all numbers as float64."""
    if getattr(given, "ndim", 1) == 2 and hasattr(given, "dtypes"):
        return given.astype({name: float for name, dtype in given.dtypes.items() if _is_narrow(dtype)})
    return given.astype(float)


def _called(function: Callable[[Any], Any], rows: Any, result: Recorded | AsArray) -> list[NDArray[Any]] | None:
    """Return what a function gives for rows, as arrays; None where it raises an error.

    Parameters
    ----------
    function : callable
    rows : object
        Argument of the function.
    result : Recorded or AsArray
        What recording the function has given, which says how its results are laid out.
    """
    return tried(lambda copy: _arrays(function(copy), result), rows, raised=GraphError)


def _arrays(given: Any, result: Recorded | AsArray) -> list[NDArray[Any]]:
    """Return what a function gave as one array for each output of its recording; refuse another kind of result."""
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
                raise GraphError(f"gives numbers when it is recorded, but not when it is called: {error}") from None
        return [_column(given.iloc[:, i], column) for i, column in enumerate(result.columns)]
    if isinstance(result, Column):
        return [_column(given, result)]
    return [np.asarray(each) for each in (given if isinstance(given, list | tuple) else [given])]


def _check_category(dtype: Any, column: Column) -> None:
    """Refuse a column that is categorical only when recorded or only when not, or whose categories differ."""
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
