"""Functions of the user's in a graph: recorded, and looked at whether what was recorded is what they compute."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.flow.column import Column, MadeColumn
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import Table, rows_of
from skl2tflite.graph import Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_constraints import demands
from skl2tflite.tracing.distance_functions import patches as _distances
from skl2tflite.tracing.function_checks import Recorded, compare, outputs_of, twin_of
from skl2tflite.tracing.function_tracer import handle, record
from skl2tflite.tracing.numpy.writable import handled, is_handle, plain
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.patches import Patch
from skl2tflite.tracing.refusing import Refusing
from skl2tflite.tracing.row_errors import refuse_rows, unanswered
from skl2tflite.tracing.same import difference
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.scipy_sparse import Sparse, maker_of
from skl2tflite.tracing.tracing_context import column_readings
from skl2tflite.tracing.values import Values
from skl2tflite.tracing.ways import RaisedError, ways

CLOCKS = frozenset({"now", "today", "utcnow"})
"""Names of what tells the date (of datetime, date, Timestamp)."""
_BETTER = ("give convert rows", "before the pipeline", "in fit")
"""What to do instead, of which some reasons speak themselves."""


def _for_tensors(original: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """Return a check of scikit-learn's that has nothing to look at in a tensor."""

    def call(X: Any, *args: Any, **kwargs: Any) -> Any:
        return answer if isinstance(X, Tensor) else original(X, *args, **kwargs)

    return call


def _known_functions(function: Callable[..., Any]) -> tuple[Patch, ...]:
    """Return what lets a function give tensors to scikit-learn's checks, to distances and to SciPy's transforms."""
    scipy_stats = sys.modules.get("scipy.stats")
    transforms = () if scipy_stats is None else ((scipy_stats, "yeojohnson", _yeojohnson(scipy_stats.yeojohnson)),)
    return (*_checks(), *_distances(function), *transforms)


@cache
def _yeojohnson(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return SciPy's function, which picks elements by their sign, that computes of tensors what it computes."""

    def call(x: Any, lmbda: Any = None, **kwargs: Any) -> Any:
        if not is_handle(x) or lmbda is None:
            return original(x, lmbda, **kwargs)
        values = plain(x)
        above, below = xp.log1p(xp.clip(values, 0.0, None)), xp.log1p(-xp.clip(values, None, 0.0))
        eps = np.finfo(float).eps
        above = above if abs(lmbda) < eps else xp.expm1(above * lmbda) / lmbda
        below = below if abs(lmbda - 2) <= eps else xp.expm1(below * (2 - lmbda)) / (2 - lmbda)
        return handled(xp.where(values >= 0.0, above, -below), x)

    return call


@cache
def _checks() -> tuple[Patch, ...]:
    """Return what lets ``check_array`` and ``validate_data`` pass tensors."""
    from sklearn.utils import validation  # not when a file is only run: it takes a second

    answers = (("_assert_all_finite", None), ("_num_samples", 1))
    return tuple((validation, name, _for_tensors(getattr(validation, name), answer)) for name, answer in answers)


def recorded(
    function: Callable[[Any], Any], *given: Given, rows: NDArray[Any] | None = None, place: str = ""
) -> Recorded:
    """Record a function, and refuse it where the recording does not stand for it.

    A recording keeps one path: it is made twice, and computed beside the function on rows of several kinds, so that
    what hangs on chance, on other rows or on the values themselves is found.

    Parameters
    ----------
    function : callable
        Takes and gives arrays, one or a list, or pandas' frames and columns.
    *given : Tensor, Table, Column or AsArray
        What it may have been given, the likelier first. A table is a DataFrame to the function, a column a Series.
    rows : ndarray, optional
        Rows of an array to compute beside it too.
    place : str
        What to call it in the error for rows for which it raises one.

    Raises
    ------
    GraphError
        Where the function cannot be recorded; the message shows the user's line where there is one to blame.
    """
    X, *others = given
    if not others:
        return _recorded(function, X, rows, place)
    try:
        return _recorded(function, X, rows, place)
    except GraphError as error:
        try:
            return recorded(function, *others, rows=rows, place=place)
        except GraphError:
            raise error from None


def recorded_of(converter: Refusing, name: str, function: Callable[..., Any], *given: Given, instead: str) -> Recorded:
    """Record a function among an estimator's parameters, or raise the converter's error that says why it cannot be.

    Parameters
    ----------
    converter : Refusing
    name : str
        The parameter's.
    function : callable
    *given : Tensor, Table, Column or AsArray
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
        return recorded(function, *given, place=f"{converter.path}: {name}")
    except GraphError as error:
        while isinstance(function, partial):
            function = function.func
        shown = getattr(function, "__name__", function)
        known = any(advice in str(error) for advice in _BETTER)
        raise converter.refuse(f"{name}={shown!s} cannot be recorded ({error})", "" if known else instead) from error


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


def _recorded(function: Callable[[Any], Any], X: Given, rows: NDArray[Any] | None = None, place: str = "") -> Recorded:
    result, refused = _through(function, X)
    twin = twin_of(X)
    with unanswered(), demands(), column_readings.collect():  # of rows that are none
        first, second = _through(function, twin), _through(function, twin)
    once, again = ([*outputs_of(each), *(r.rows for r in those)] for each, those in (first, second))
    if len(once) != len(again):
        raise GraphError("gives another number of arrays at each call")
    for one, other in zip(once, again, strict=True):
        if (node := difference(one, other)) is not None:
            raise GraphError(f"gives another answer at each call, as at random [{node.source}]")
    gives_nan = compare(function, first[0], [each.rows for each in first[1]], twin, rows)
    for each in refused:
        reason = each.reason if each.estimator else f"{place or 'a function'} raises {each.reason}"
        refuse_rows(each.rows, reason, each.gives_nan or gives_nan, each.optional)
    return result.table if isinstance(result, AsArray) else result


@dataclass(frozen=True, eq=False)
class _Refused:
    """Rows for which a function raises an error, or an estimator in it does."""

    rows: Tensor
    reason: str
    estimator: bool = False
    gives_nan: bool = False
    optional: bool = False


def _through(function: Callable[[Any], Any], X: Given) -> tuple[Recorded | AsArray, list[_Refused]]:
    """Record a function in all ways that it may take, and return what each row gets, and the rows that are refused."""

    def run() -> tuple[Recorded | AsArray, list[Any]]:
        with unanswered() as within:
            return _recording(function, X), within

    result: Any = None
    refused: list[_Refused] = []
    first: Any = None
    all_ways = ways(run)
    asked = [rows for rows, _ in all_ways[0][0].asked]
    outright = [  # questions whose answer yes is an error, whatever else there is
        way.asked[-1][0]
        for way, found in all_ways
        if isinstance(found, RaisedError) and sum(yes for _, yes in way.asked) == 1 and way.asked[-1][1]
    ]
    same = [rows for rows in asked if any(difference(rows, each) is None for each in outright)]
    for way, found in all_ways:
        taken = way.taken([rows for rows, _ in way.asked if any(difference(rows, each) is None for each in same)])
        if isinstance(found, RaisedError):
            assert taken is not None
            refused.append(_Refused(taken, f"{type(found.original).__name__}: {found.original}"))
            continue
        given, within = found
        for each in within:
            rows = each.rows if taken is None else each.rows & taken
            refused.append(_Refused(rows, each.reason, True, each.gives_nan, each.optional))
        if first is None:
            result = first = given
        elif taken is not None:
            result = _chosen(taken, given, result, first)
    return result, refused


def _chosen(rows: Tensor, those: Any, others: Any, alike: Any) -> Any:
    """Return one result for some rows and another for the rest; the latter where both are the same as it was first."""
    if isinstance(those, AsArray) and isinstance(others, AsArray) and isinstance(alike, AsArray):
        return AsArray(_chosen(rows, those.table, others.table, alike.table))
    if type(those) is not type(others) and not (isinstance(those, Column) and isinstance(others, Column)):
        raise GraphError("gives another kind of result where some row is unlike the others")
    if isinstance(those, Matrix):
        values = _chosen(rows, as_tensor(those.values), as_tensor(others.values), as_tensor(alike.values))
        return others if values is others.values else Matrix(values, None, True)
    if isinstance(those, Table):
        if those.names != others.names:
            raise GraphError("gives other columns where some row is unlike the others")
        if those.is_matrix and others.is_matrix and alike.is_matrix:
            matrix = _chosen(rows, those.matrix(), others.matrix(), alike.matrix())
            return others if matrix is others.matrix() else Table.of_matrix(matrix, others.names)
        pairs = zip(those.columns, others.columns, alike.columns, strict=True)
        return Table([_chosen(rows, *each) for each in pairs])
    if isinstance(those, Column):
        if those.origin is not None and those.origin == alike.origin:
            return others
        if those.kind == alike.kind and difference(those.values, alike.values) is None:
            return others
        return MadeColumn(others.name, as_tensor(xp.where(rows, those.values, others.values)))
    if isinstance(those, list):
        if len(those) != len(others):
            raise GraphError("gives another number of arrays where some row is unlike the others")
        return [_chosen(rows, *each) for each in zip(those, others, alike, strict=True)]
    if difference(those, alike) is None:
        return others
    if those.ndim != others.ndim:
        raise GraphError("gives another shape where some row is unlike the others")
    return as_tensor(xp.where(xp.reshape(rows, (rows.shape[0], *[1] * (those.ndim - 1))), those, others))


def _listed(results: Any) -> list[Any]:
    return list(results) if isinstance(results, list | tuple) else [results]


def _recording(function: Callable[[Any], Any], X: Given) -> Recorded | AsArray:
    patches = _known_functions(function)
    bare = isinstance(function, partial) and not (function.args or function.keywords)
    function = maker_of(function.func if bare else function) or function  # type: ignore[attr-defined]
    result: Any
    if isinstance(X, Tensor):
        result = record(function, handle(X), rows=lambda: X, patches=patches)
    elif isinstance(X, Matrix):
        values = as_tensor(X.values)
        held = Sparse(X) if X.is_sparse else handle(values)
        result = record(function, held, rows=lambda: values, patches=patches)
    elif isinstance(X, AsArray):
        X.table.ask()  # scikit-learn's checks of arrays, which let tensors pass, look at all cells
        result = record(function, Values(X.table, owner="X"), rows=lambda: rows_of(X.table), patches=patches)
    else:
        given = Frame(X) if isinstance(X, Table) else Series(X, X.name)
        result = record(function, given, rows=lambda: rows_of(X), patches=patches)
    if isinstance(result, Sparse):
        matrix: Matrix = result.matrix
        return matrix
    if isinstance(result, Frame):
        return result.table
    if isinstance(result, Series):
        return result.column
    if isinstance(result, Values) and result.table is not None and not result.table.is_computed:
        return AsArray(result.table)
    for each in _listed(result):
        if not isinstance(each, Tensor):
            raise GraphError(f"gives a {type(each).__name__}, not an array that depends on its input")
    return [as_tensor(each) for each in result] if isinstance(result, list | tuple) else as_tensor(result)
