"""Functions of the user's in a graph: recorded, and looked at whether what was recorded is what they compute."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.categories import is_missing
from skl2tflite.converters.distance_functions import patches
from skl2tflite.converters.unanswered import unanswered
from skl2tflite.errors import GraphError
from skl2tflite.features.columns import as_text
from skl2tflite.graph import Constant, DType, Graph, Tensor, as_tensor, evaluate, input_tensor
from skl2tflite.graph.frame import Frame
from skl2tflite.graph.recording import Patch, difference, handle, record
from skl2tflite.graph.series import Series
from skl2tflite.graph.table import Column, MadeColumn, Table

if TYPE_CHECKING:
    from skl2tflite.converters.base import Converter

TOLERANCE = 1e-6
"""Relative error that the graph's own approximations are allowed (of the error function, for one)."""
CLOCKS = frozenset({"now", "today", "utcnow"})
"""Names of what tells the date (of datetime, date, Timestamp)."""
ROWS = 5
"""Rows of each kind of numbers that a function is tried on, each alone too."""

Recorded: TypeAlias = Tensor | list[Tensor] | Table | Column


def _for_tensors(original: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """Return a check of scikit-learn's that has nothing to look at in a tensor."""

    def call(X: Any, *args: Any, **kwargs: Any) -> Any:
        return answer if isinstance(X, Tensor) else original(X, *args, **kwargs)

    return call


def _known_functions(function: Callable[..., Any]) -> tuple[Patch, ...]:
    """Return what lets a function give tensors to scikit-learn's checks and to distances."""
    return (*_checks(), *patches(function))


@cache
def _checks() -> tuple[Patch, ...]:
    """Return what lets ``check_array`` and ``validate_data`` pass tensors."""
    from sklearn.utils import validation  # not when a file is only run: it takes a second

    answers = (("_assert_all_finite", None), ("_num_samples", 1))
    return tuple((validation, name, _for_tensors(getattr(validation, name), answer)) for name, answer in answers)


def recorded(
    function: Callable[[Any], Any], *given: Tensor | Table | Column, rows: NDArray[Any] | None = None
) -> Recorded:
    """Record a function, and refuse it where the recording does not stand for it.

    A recording keeps one path: it is made twice, and computed beside the function on rows of several kinds, so that
    what hangs on chance, on other rows or on the values themselves is found.

    Parameters
    ----------
    function : callable
        Takes and gives arrays, one or a list, or pandas' frames and columns.
    *given : Tensor, Table or Column
        What it may have been given, the likelier first. A table is a DataFrame to the function, a column a Series.
    rows : ndarray, optional
        Rows of an array to compute beside it too.

    Raises
    ------
    GraphError
        Where the function cannot be recorded; the message shows the user's line where there is one to blame.
    """
    X, *others = given
    if not others:
        return _recorded(function, X, rows)
    try:
        return _recorded(function, X, rows)
    except GraphError as error:
        try:
            return recorded(function, *others, rows=rows)
        except GraphError:
            raise error from None


def recorded_of(
    converter: Converter, name: str, function: Callable[..., Any], *given: Tensor | Table | Column, instead: str
) -> Recorded:
    """Record a function among an estimator's parameters, or raise the converter's error that says why it cannot be.

    Parameters
    ----------
    converter : Converter
    name : str
        The parameter's.
    function : callable
    *given : Tensor, Table or Column
        As in :func:`recorded`.
    instead : str
        What to do where it cannot be recorded.
    """
    if (clock := reads_clock(function)) is not None:
        raise converter.refuse(
            f"{name} reads the clock ({clock}), and a file would keep the time of its conversion",
            "give it the date as an argument (functools.partial, kw_args)",
        )
    try:
        return recorded(function, *given)
    except GraphError as error:
        while isinstance(function, partial):
            function = function.func
        shown = getattr(function, "__name__", function)
        raise converter.refuse(f"{name}={shown!s} cannot be recorded ({error})", instead) from error


def reads_clock(function: Callable[..., Any]) -> str | None:
    """Return the name by which a function asks for the time, None where it does not.

    Two recordings may see the same day, so that its code is looked at.
    """
    while isinstance(function, partial):
        function = function.func
    code = getattr(inspect.unwrap(function), "__code__", None)
    codes = [code] if code is not None else []
    for each in codes:
        codes += [constant for constant in each.co_consts if hasattr(constant, "co_names")]
    return next((name for each in codes for name in each.co_names if name in CLOCKS), None)


def check_clock(function: Callable[..., Any]) -> None:
    """Refuse a function that reads the clock."""
    if (clock := reads_clock(function)) is not None:
        raise GraphError(f"it reads the clock ({clock})")


def columns_of_nan(
    function: Callable[[Any], Any], count: int | None, names: list[str] | None, clean: bool
) -> bool | NDArray[np.bool_]:
    """Return which columns may hold NaN: where a function takes it and, if ``clean``, makes no NaN of it.

    Parameters
    ----------
    function : callable
    count : int or None
        Number of columns; None for a single axis.
    names : list of str or None
        Names of the columns, for a function of DataFrames.
    clean : bool
    """
    width = count or 1
    rows = np.ones((width + 2, width))  # one of ones, one of NaN, one with NaN in each column
    rows[1] = np.nan
    rows[2:][np.eye(width, dtype=bool)] = np.nan
    for given in _candidates(rows[:, 0] if count is None else rows, names):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                result = np.asarray(function(given))
        except Exception:
            continue
        if result.shape[:1] != (len(rows),):
            return True  # recording it will say what is wrong
        missing = np.frompyfunc(is_missing, 1, 1)(result.reshape(len(rows), -1)).astype(bool)
        return np.array([not (row & ~missing[0]).any() for row in missing[2:]]) if clean else True
    return False


def _candidates(rows: NDArray[Any], names: list[str] | None) -> list[Any]:
    """Return rows as a function may have been given them."""
    if "pandas" not in sys.modules or (rows.ndim == 2 and names is None):
        return [rows]
    import pandas as pd

    return [pd.Series(rows, name="x") if rows.ndim == 1 else pd.DataFrame(rows, columns=names), rows]


def _recorded(function: Callable[[Any], Any], X: Tensor | Table | Column, rows: NDArray[Any] | None = None) -> Recorded:
    result = _recording(function, X)
    twin = _twin(X)
    with unanswered():  # of rows that are none
        first, second = _recording(function, twin), _recording(function, twin)
    outputs, others = _outputs(first), _outputs(second)
    if len(outputs) != len(others):
        raise GraphError("gives another number of arrays at each call")
    for one, other in zip(outputs, others, strict=True):
        if (node := difference(one, other)) is not None:
            raise GraphError(f"gives another answer at each call, as at random [{node.source}]")
    _compare(function, first, twin, rows)
    return result


def _listed(results: Any) -> list[Any]:
    return list(results) if isinstance(results, list | tuple) else [results]


def _recording(function: Callable[[Any], Any], X: Tensor | Table | Column) -> Recorded:
    if isinstance(X, Tensor):
        result = record(function, handle(X), rows=lambda: X, patches=_known_functions(function))
    else:
        given = Frame(X) if isinstance(X, Table) else Series(X, X.name)
        result = record(function, given, rows=lambda: _rows(X), patches=_known_functions(function))
    if isinstance(result, Frame):
        return result.table
    if isinstance(result, Series):
        return result.column
    for each in _listed(result):
        if not isinstance(each, Tensor):
            raise GraphError(f"gives a {type(each).__name__}, not an array that depends on its input")
    return [as_tensor(each) for each in result] if isinstance(result, list | tuple) else as_tensor(result)


def _rows(X: Table | Column) -> Tensor:
    """Return a tensor that has the rows of a table."""
    if isinstance(X, Table):
        return X.matrix() if X.is_matrix else X[0].values
    return X.values


def _twin(X: Tensor | Table | Column) -> Tensor | Table | Column:
    """Return an input of its own for what a function was called with, of the kinds that it asked for."""
    if isinstance(X, Tensor):
        return input_tensor("X", X.dtype, X.shape)
    batch = _rows(X).shape[0]
    if isinstance(X, Table):
        if X.is_matrix:
            matrix = input_tensor("X", X.matrix().dtype, (batch, len(X.columns)))
            return Table.of_matrix(matrix, X.names)
        return Table([_twin_column(column, f"X{i}", batch) for i, column in enumerate(X.columns)])
    return _twin_column(X, "X", batch)


def _twin_column(column: Column, name: str, batch: int | None) -> MadeColumn:
    return MadeColumn(column.name, input_tensor(name, column.kind or DType.FLOAT, (batch,)))


def _outputs(result: Recorded) -> list[Tensor]:
    if isinstance(result, Table):
        return [result.matrix()] if result.is_matrix else [column.values for column in result.columns]
    return [result.values] if isinstance(result, Column) else _listed(result)


def _compare(
    function: Callable[[Any], Any], result: Recorded, X: Tensor | Table | Column, rows: NDArray[Any] | None
) -> None:
    """Refuse a function that computes otherwise than its graph, or than for each row alone."""
    graph = Graph("recorded", {}, {str(i): output for i, output in enumerate(_outputs(result))})
    batch = (X if isinstance(X, Tensor) else _rows(X)).shape[0]
    count = ROWS if batch is None else batch * -(-ROWS // batch)
    own = [] if rows is None else [np.resize(rows, (count, *rows.shape[1:]))]
    for feeds, given in (*(({"X": each}, each) for each in own), *_samples(X, count, _words(graph))):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                together = _arrays(function(given.copy()), result)
                alone = _joined([_arrays(function(given[i : i + 1].copy()), result) for i in range(ROWS)])
        except GraphError:
            raise
        except Exception:
            continue  # the function does not take such numbers
        if not _agree([each[: len(each) * ROWS // count] for each in together], alone):
            raise GraphError("gives a row another answer beside other rows; compute it from each row alone")
        size = batch or count
        parts = [
            evaluate(graph, {name: feed[i : i + size] for name, feed in feeds.items()}) for i in range(0, count, size)
        ]
        if not _agree(_joined([list(part.values()) for part in parts]), together):
            raise GraphError(
                "computes otherwise when it is recorded: it looks at values, dtypes or types of its input, or writes "
                "to a part of an array that it has under another name"
            )


def _words(graph: Graph) -> list[str]:
    """Return the text that a graph compares with."""
    constants = [node.op.value for node in graph.nodes() if isinstance(node.op, Constant)]
    return [word for value in constants if value.dtype == object for word in value.ravel().tolist()]


def _samples(
    X: Tensor | Table | Column, count: int, words: list[str]
) -> Iterator[tuple[Mapping[str, NDArray[Any]], Any]]:
    """Yield so many rows of several kinds: what is fed to the graph, and what the function is called with."""
    random = np.random.default_rng(0)
    for which in range(4):
        if isinstance(X, Tensor):
            rows = _cells(random, X.dtype, (count, *(n or 1 for n in X.shape[1:])), which, words)
            yield {"X": _fed(rows)}, rows
            continue
        import pandas as pd

        if isinstance(X, Column):
            cells = _cells(random, X.values.dtype, (count,), which, words)
            yield {"X": _fed(cells)}, pd.Series(cells, name=X.name)
        elif X.is_matrix:
            rows = _cells(random, X.matrix().dtype, (count, len(X.columns)), which, words)
            yield {"X": rows}, pd.DataFrame(rows, columns=X.names)
        else:
            columns = [_cells(random, column.values.dtype, (count,), which, words) for column in X.columns]
            frame = pd.DataFrame(dict(zip(X.names, columns, strict=True)))
            yield {f"X{i}": _fed(cells) for i, cells in enumerate(columns)}, frame


def _cells(random: Any, dtype: DType, size: tuple[int, ...], which: int, words: list[str]) -> NDArray[Any]:
    """Return cells of one kind: near 1, of both signs, small and whole, or with holes."""
    if dtype == DType.STRING:
        texts = [*words, "", "Rome", "ä ß", "12", *([None, np.nan] if which == 3 else [])]
        return np.asarray(
            random.choice(np.array([t for t in texts if t is None or t == t or which == 3], object), size)
        )
    if dtype == DType.BOOL:
        return np.asarray(random.random(size) < 0.5)
    if dtype == DType.INT:
        return np.asarray(random.integers(-5, 20, size) if which % 2 else random.integers(0, 3, size))
    if which == 0:
        return np.asarray(random.uniform(0.5, 2.0, size))
    if which == 2:
        return np.asarray(random.integers(0, 3, size).astype(float))
    numbers = random.normal(scale=30.0, size=size)
    return np.where(random.random(size) < 0.4, np.nan, numbers) if which == 3 else np.asarray(numbers)


def _fed(cells: NDArray[Any]) -> NDArray[Any]:
    return np.array(as_text(cells), dtype=object) if cells.dtype == object else cells


def _arrays(given: Any, result: Recorded) -> list[NDArray[Any]]:
    """Return what a function gave, as the outputs of its recording are laid out."""
    if isinstance(result, Table):
        if list(map(str, given.columns)) != result.names:
            raise GraphError("gives columns of other names when it is recorded")
        if result.is_matrix:
            return [given.to_numpy().astype(float)]
        return [_column(given.iloc[:, i], column) for i, column in enumerate(result.columns)]
    return [_column(given, result)] if isinstance(result, Column) else [np.asarray(each) for each in _listed(given)]


def _column(series: Any, made: Column) -> NDArray[Any]:
    cells = np.asarray(series, dtype=object)
    return np.array(as_text(cells), dtype=object) if made.kind == DType.STRING else cells.astype(float)


def _joined(parts: list[list[Any]]) -> list[NDArray[Any]]:
    return [np.concatenate(blocks) for blocks in zip(*parts, strict=True)]


def _agree(first: list[Any], second: list[Any]) -> bool:
    return len(first) == len(second) and all(_near(a, b) for a, b in zip(first, second, strict=True))


def _near(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.shape != b.shape or (a.dtype == object) != (b.dtype == object):
        return False
    if a.dtype == object:
        return bool(np.array_equal(a, b))
    a, b = a.astype(float), b.astype(float)
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=TOLERANCE, atol=1e-9 * scale, equal_nan=True))
