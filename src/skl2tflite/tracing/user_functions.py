"""User functions in a graph: each is recorded, and the recording is compared with the function itself."""

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
from skl2tflite.tracing.category_constraints import category_constraints
from skl2tflite.tracing.distance_functions import patches as _distances
from skl2tflite.tracing.function_checks import OtherwiseError, Recorded, compare, fresh_input, outputs_of
from skl2tflite.tracing.function_tracer import handle, record
from skl2tflite.tracing.numpy.writable import handled, is_handle, plain
from skl2tflite.tracing.pandas.dummies import Dummies
from skl2tflite.tracing.pandas.frame import Frame
from skl2tflite.tracing.pandas.looked_up import settle
from skl2tflite.tracing.pandas.series import Series
from skl2tflite.tracing.patches import Patch
from skl2tflite.tracing.refusing import Refusing
from skl2tflite.tracing.row_errors import refuse_rows, row_errors
from skl2tflite.tracing.same import difference
from skl2tflite.tracing.sample_rows import AsArray, Given
from skl2tflite.tracing.scipy_sparse import Sparse, maker_of
from skl2tflite.tracing.tracing_context import column_readings, missing_asked, possible_reasons
from skl2tflite.tracing.values import Values
from skl2tflite.tracing.ways import RaisedError, ways

CLOCKS = frozenset({"now", "today", "utcnow"})
"""Names of methods that read the clock (of datetime, date and Timestamp)."""
_BETTER = ("give convert rows", "before the pipeline", "in fit")
"""Phrases by which an error already says what to do instead."""


def _for_tensors(original: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """Return a validation function of scikit-learn that returns a fixed answer for tensors."""

    def call(X: Any, *args: Any, **kwargs: Any) -> Any:
        return answer if isinstance(X, Tensor) else original(X, *args, **kwargs)

    return call


def _known_functions(function: Callable[..., Any]) -> tuple[Patch, ...]:
    """Return patches that let scikit-learn's validation, distances, and SciPy's ``yeojohnson`` take tensors."""
    scipy_stats = sys.modules.get("scipy.stats")
    transforms = () if scipy_stats is None else ((scipy_stats, "yeojohnson", _yeojohnson(scipy_stats.yeojohnson)),)
    return (*_checks(), *_distances(function), *transforms)


@cache
def _yeojohnson(original: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``scipy.stats.yeojohnson`` that also takes tensors: SciPy's own code picks elements by their sign."""

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
    """Return patches that let ``check_array`` and ``validate_data`` pass tensors."""
    from sklearn.utils import validation  # imported here, as it takes a second, which running a file should not

    answers = (("_assert_all_finite", None), ("_num_samples", 1))
    return tuple((validation, name, _for_tensors(getattr(validation, name), answer)) for name, answer in answers)


def recorded(
    function: Callable[[Any], Any], *given: Given, rows: NDArray[Any] | None = None, place: str = ""
) -> Recorded:
    """Record a function, and refuse it where its graph does not give what the function gives.

    The function is recorded twice, which shows whether it draws random numbers, and its graph is compared with the
    function itself on made-up rows, together and one by one, which shows whether results depend on other rows or on
    values that the code looks at.

    Parameters
    ----------
    function : callable
        Takes an array, DataFrame, Series or sparse matrix, and returns one of these or a list of arrays.
    *given : Tensor, Table, Column or AsArray
        What the function may be given, the likeliest first; the others are tried where it cannot be recorded on that.
        The function gets a table as a DataFrame and a column as a Series.
    rows : ndarray, optional
        Further rows to compare the graph and the function on.
    place : str
        Name of the function in the text of row errors, for rows for which it raises an exception.

    Raises
    ------
    GraphError
        Where the function cannot be recorded; the message shows the user's line where there is one to blame.
    """
    X, *others = given
    if not others:
        return _record_and_check(function, X, rows, place)
    try:
        return _record_and_check(function, X, rows, place)
    except GraphError as error:
        try:
            return recorded(function, *others, rows=rows, place=place)
        except GraphError:
            raise error from None


def recorded_of(converter: Refusing, name: str, function: Callable[..., Any], *given: Given, instead: str) -> Recorded:
    """Record a function that is a parameter of an estimator, or raise the converter's error that says why it cannot be.

    Parameters
    ----------
    converter : Refusing
    name : str
        Name of the parameter.
    function : callable
    *given : Tensor, Table, Column or AsArray
        As in :func:`recorded`.
    instead : str
        Advice in the error: what to do where the function cannot be recorded.
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
    """Return the name of the method by which a function reads the clock; None where it does not.

    Two recordings may see the same date, so that the function's code is searched for such names.
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


def _record_and_check(
    function: Callable[[Any], Any], X: Given, rows: NDArray[Any] | None = None, place: str = ""
) -> Recorded:
    """Record a function on one form of its argument, and refuse it where its graph does not give what it gives.

    Parameters
    ----------
    function : callable
    X : Tensor, Table, Column, AsArray or Matrix
    rows, place
        As in :func:`recorded`.
    """
    result, refused = _record_all_ways(function, X)
    fresh = fresh_input(X)
    # Reports about made-up inputs are dropped.
    with (
        row_errors.collect(),
        category_constraints.collect(),
        column_readings.collect(),
        missing_asked.collect(),
        possible_reasons.collect() as reasons,
    ):
        first, second = _record_all_ways(function, fresh), _record_all_ways(function, fresh)
    tensors, tensors_again = ([*outputs_of(each), *(r.rows for r in those)] for each, those in (first, second))
    if len(tensors) != len(tensors_again):
        raise GraphError("gives another number of arrays at each call")
    for one, other in zip(tensors, tensors_again, strict=True):
        if (node := difference(one, other)) is not None:
            raise GraphError(f"gives another answer at each call, as at random [{node.source}]")
    try:
        told = [[each.rows for each in first[1] if each.wider is wider] for wider in (False, True)]
        gives_nan = compare(function, first[0], told[0], fresh, rows, told[1])
    except OtherwiseError as error:
        raise (GraphError(f"computes otherwise when it is recorded: {reasons[0]}") if reasons else error) from None
    for each in refused:
        reason = each.reason if each.estimator else f"{place or 'a function'} raises {each.reason}"
        refuse_rows(each.rows, reason, each.gives_nan or gives_nan, each.optional)
    return result.table if isinstance(result, AsArray) else result


@dataclass(frozen=True, eq=False)
class _Refused:
    """Rows for which a user function raises an exception, or an estimator that it calls refuses them.

    ``estimator`` says which of the two; the other attributes are those of :class:`RowError`.
    """

    rows: Tensor
    reason: str
    estimator: bool = False
    gives_nan: bool = False
    optional: bool = False
    wider: bool = False


def _record_all_ways(function: Callable[[Any], Any], X: Given) -> tuple[Recorded | AsArray, list[_Refused]]:
    """Record a function in all ways through its branches (:mod:`skl2tflite.tracing.ways`).

    Returns
    -------
    Recorded or AsArray
        The result, chosen for each row by the way that it would take.
    list of _Refused
    """

    def run() -> tuple[Recorded | AsArray, list[Any]]:
        with row_errors.collect() as within:
            return _record_once(function, X), within

    result: Any = None
    refused: list[_Refused] = []
    first: Any = None
    all_ways = ways(run)
    asked = [rows for rows, _ in all_ways[0][0].questions]
    outright = [  # questions to which the answer yes alone makes the function raise an exception
        way.questions[-1][0]
        for way, found in all_ways
        if isinstance(found, RaisedError) and sum(yes for _, yes in way.questions) == 1 and way.questions[-1][1]
    ]
    same = [rows for rows in asked if any(difference(rows, each) is None for each in outright)]
    for way, found in all_ways:
        taken = way.taken([rows for rows, _ in way.questions if any(difference(rows, each) is None for each in same)])
        if isinstance(found, RaisedError):
            assert taken is not None
            refused.append(_Refused(taken, f"{type(found.original).__name__}: {found.original}"))
            continue
        given, within = found
        for each in within:
            rows = each.rows if taken is None else each.rows & taken
            refused.append(_Refused(rows, each.reason, not each.of_function, each.gives_nan, each.optional, each.wider))
        if first is None:
            result = first = given
        elif taken is not None:
            result = _select_by_row(taken, given, result, first)
    return result, refused


def _select_by_row(rows: Tensor, those: Any, others: Any, alike: Any) -> Any:
    """Return one result for some rows and another for the rest.

    Parameters
    ----------
    rows : Tensor of shape (n_rows,)
        Booleans: which rows get the first result.
    those, others : object
        The two results.
    alike : object
        The result of the first way. Where ``those`` is the same as that, ``others`` is returned unchanged.
    """
    if isinstance(those, AsArray) and isinstance(others, AsArray) and isinstance(alike, AsArray):
        return AsArray(_select_by_row(rows, those.table, others.table, alike.table))
    if type(those) is not type(others) and not (isinstance(those, Column) and isinstance(others, Column)):
        raise GraphError("gives another kind of result when a condition on all rows turns out otherwise")
    if isinstance(those, Matrix):
        values = _select_by_row(rows, as_tensor(those.values), as_tensor(others.values), as_tensor(alike.values))
        return others if values is others.values else Matrix(values, None, True)
    if isinstance(those, Table):
        if those.names != others.names:
            raise GraphError("gives other columns when a condition on all rows turns out otherwise")
        if those.is_matrix and others.is_matrix and alike.is_matrix:
            matrix = _select_by_row(rows, those.matrix(), others.matrix(), alike.matrix())
            return others if matrix is others.matrix() else Table.of_matrix(matrix, others.names)
        pairs = zip(those.columns, others.columns, alike.columns, strict=True)
        return Table([_select_by_row(rows, *each) for each in pairs])
    if isinstance(those, Column):
        if those.origin is not None and those.origin == alike.origin:
            return others
        if those.kind == alike.kind and difference(those.values, alike.values) is None:
            return others
        return MadeColumn(others.name, as_tensor(xp.where(rows, those.values, others.values)))
    if isinstance(those, list):
        if len(those) != len(others):
            raise GraphError("gives another number of arrays when a condition on all rows turns out otherwise")
        return [_select_by_row(rows, *each) for each in zip(those, others, alike, strict=True)]
    if difference(those, alike) is None:
        return others
    if those.ndim != others.ndim:
        raise GraphError("gives another shape when a condition on all rows turns out otherwise")
    return as_tensor(xp.where(xp.reshape(rows, (rows.shape[0], *[1] * (those.ndim - 1))), those, others))


def _listed(results: Any) -> list[Any]:
    return list(results) if isinstance(results, list | tuple) else [results]


def _record_once(function: Callable[[Any], Any], X: Given) -> Recorded | AsArray:
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
        X.table.mark_read()  # scikit-learn's validation of arrays, which is skipped for tensors, reads all cells
        result = record(function, Values(X.table, owner="X"), rows=lambda: rows_of(X.table), patches=patches)
    else:
        given = Frame(X) if isinstance(X, Table) else Series(X, X.name)
        result = record(function, given, rows=lambda: rows_of(X), patches=patches)
    if isinstance(result, Sparse):
        matrix: Matrix = result.matrix
        return matrix
    if isinstance(result, Dummies):
        raise result.refusal()
    if isinstance(result, Frame):
        settle(result.table.columns if not result.table.is_matrix else ())
        return result.table
    if isinstance(result, Series):
        settle([result.column])
        return result.column
    if isinstance(result, Values) and result.table is not None and not result.table.is_computed:
        return AsArray(result.table)
    for each in _listed(result):
        if not isinstance(each, Tensor):
            raise GraphError(f"gives a {type(each).__name__}, not an array that depends on its input")
    return [as_tensor(each) for each in result] if isinstance(result, list | tuple) else as_tensor(result)
