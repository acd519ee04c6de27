"""Compare a model with its estimator on rows, method by method, on each of some runtimes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_regressor

from skl2tflite.answering import Answering
from skl2tflite.conversion import Conversion
from skl2tflite.errors import EstimatorError, InvalidInputError, NoAnswerError
from skl2tflite.features import reading
from skl2tflite.reports import MADE, DifferingRow, MethodReport, Reading, Report
from skl2tflite.reports.differing_rows import worst
from skl2tflite.tracing.rows_at_hand import rows_at_hand
from skl2tflite.verify.answers import (
    answer_of,
    beside,
    dense,
    given_answer,
    gives_floats,
    precise_answer,
    rows_of,
    same_answers,
    unsaturated,
)
from skl2tflite.verify.comparison import Comparison
from skl2tflite.verify.differences import of_a_kind, scale
from skl2tflite.verify.float64_ties import float64_ties
from skl2tflite.verify.references import with_other_references
from skl2tflite.verify.within_rounding import comes_from_trees, decided_otherwise, own_errors, within_rounding
from skl2tflite.verify.worst_rows import Found, differing_rows, error_histogram


def compare(model: Answering, conversion: Conversion, tolerance: float | None = None) -> Report:
    """Compare a model with the estimator of a conversion, on its rows.

    Parameters
    ----------
    model : Answering
    conversion : Conversion
        With rows.
    tolerance : float, optional
        That of the estimator's converter: 1e-6 for nearly all.

    Returns
    -------
    Report
    """
    with conversion.guarded(), rows_at_hand(conversion.X, alone=True):
        check_methods(model, conversion)
        return Report(tuple(on_runtimes([model], conversion, tolerance)))


def check_methods(model: Answering, conversion: Conversion) -> None:
    """Raise where an estimator lacks a method that the model has."""
    converter = conversion.converter
    missing = [method for method in model.methods if not converter.has(method)]
    if missing:
        raise InvalidInputError(
            f"{converter.path} has no {missing[0]}, which the model has: it is of another estimator"
        )


def on_runtimes(
    models: Sequence[Answering], conversion: Conversion, tolerance: float | None = None
) -> list[MethodReport]:
    """Compare all methods of a model on a conversion's rows, on each of some runtimes.

    Parameters
    ----------
    models : sequence of Answering
        The same file on each runtime, its own first.
    conversion : Conversion
        With rows.
    tolerance : float, optional
        That of the estimator's converter.
    """
    tolerance = conversion.converter.contract.tolerance if tolerance is None else tolerance
    with reading(conversion.X):
        X = models[0].facts.features.rows.materialized(conversion.X)
    return [
        report for method in models[0].methods for report in compare_method(models, conversion, method, X, tolerance)
    ]


def compare_method(
    models: Sequence[Answering],
    conversion: Conversion,
    method: str,
    X: Any,
    tolerance: float,
    made: bool = False,
) -> list[MethodReport]:
    """Compare one method, on each of some runtimes.

    Parameters
    ----------
    models : sequence of Answering
        The same file on each runtime, its own first.
    conversion : Conversion
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
        The conversion's rows; sets of labels as lists.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    made : bool, default=False
        Whether the rows were made from the model.
    """
    model = models[0]
    facts = model.facts
    given = rows_of(model, conversion.estimator, method, X)
    asked = _asked(models, method, given)
    expected, reference = _expected(model, conversion, method, given, asked[0])
    count = len(dense(expected[0] if isinstance(expected, list) else expected))
    each = facts.features.rows.answers_per_row(count, X)
    comparison = Comparison(model, conversion, method, given, tolerance, each, reference, made)
    reports: list[MethodReport] = []
    for running, actual in zip(models, asked, strict=True):
        runtime = running.runtime or "" if running is not model else ""
        if reports and same_answers(actual, asked[0]):
            reports.append(replace(reports[0], runtime=runtime))
            continue
        if isinstance(actual, NoAnswerError):
            report = _without_answer(method, count, actual)
        else:
            report = replace(_compare(comparison, count, expected, actual), reference=reference)
        reports.append(replace(report, runtime=runtime, origin=MADE if made else report.origin))
    return reports


def _asked(models: Sequence[Answering], method: str, X: Any) -> list[Any]:
    """Return what a file answers on each runtime, or the error that some rows have no answer."""
    answers = [given_answer(model, method, X) for model in models]
    return [unsaturated(each) for each in answers] if models[0].facts.runtime.saturates else answers


class _Expected(NamedTuple):
    """What an estimator answers, and for which reading of the rows."""

    answer: Any
    reference: Reading


def _expected(model: Answering, conversion: Conversion, method: str, given: Any, actual: Any) -> _Expected:
    """Return what an estimator answers, and for which reading of the rows.

    Parameters
    ----------
    model : Answering
    conversion : Conversion
    method : str
    given : array-like or DataFrame of shape (n_rows, n_features)
        What the method takes.
    actual : object
        What the model answers, for the error to raise where the estimator has no answer.
    """
    features = model.facts.features_of(method)
    integers, kind = conversion.converter.integer_columns or features.holds_integers, features.rows
    with reading(given):
        reference: Reading = "as given" if kind.held_exactly(given) else "float32"
        rows = kind.reference(given, integers)
    try:
        expected = _as_given(conversion, method, kind.given(given)) if reference == "as given" else None
        if expected is None:
            refused = reference == "as given" and hasattr(given, "toarray")  # it does not take sparse rows
            reference = "float32"
            with reading(given):
                rows = kind.reference(given.toarray() if refused else given, integers)
            expected = answer_of(conversion, method, rows)
    except EstimatorError:
        # KMeans and NMF fitted on float64 refuse float32, for two.
        expected = precise_answer(conversion, method, rows)
        if expected is None:  # nor does an encoder know decimals that are rounded
            expected, reference = _as_given(conversion, method, kind.given(given)), "as given"
        if expected is None and isinstance(actual, NoAnswerError):
            raise actual from None
        if expected is None:
            raise
    return _Expected(expected, reference)


def _as_given(conversion: Conversion, method: str, rows: Any) -> Any:
    """Return what the estimator answers for rows as they were given, None where it does not take them so.

    Parameters
    ----------
    conversion : Conversion
    method : str
    rows : array-like or DataFrame of shape (n_rows, n_features)
    """
    try:
        return answer_of(conversion, method, rows)
    except EstimatorError:  # an array's methods, for one, which a sparse matrix lacks
        return None


def _compare(comparison: Comparison, rows: int, expected: Any, actual: Any) -> MethodReport:
    """Return the report of one method's answers.

    Parameters
    ----------
    comparison : Comparison
    rows : int
        Number of rows of the answers.
    expected, actual : ndarray or list of ndarray
        What the estimator gives, and what the model gives.
    """
    method = comparison.method
    wanted, given = ([each] if not isinstance(each, list) else each for each in (expected, actual))
    if isinstance(expected, list) != isinstance(actual, list) or len(wanted) != len(given):
        return _nothing_alike(method, rows, f"{_form(actual)} instead of {_form(expected)}")
    numbers = is_regressor(comparison.conversion.estimator)
    if not numbers and any(
        np.asarray(got).dtype.kind == "f" and dense(w).dtype.kind in "iub" for w, got in zip(wanted, given, strict=True)
    ):
        numbers = gives_floats(comparison.conversion, method, comparison.X)
    pairs = [(beside(w, np.asarray(got), numbers), np.asarray(got)) for w, got in zip(wanted, given, strict=True)]
    for want, got in pairs:
        if want.shape != got.shape:
            text = f"shape {got.shape} instead of {want.shape}"
            labels = getattr(comparison.X, "index", None)
            if got.shape[:1] != want.shape[:1] and getattr(labels, "is_unique", True) is False:
                text += (
                    ": rows have equal labels, and pandas joins each of them with each; give X.reset_index(drop=True)"
                )
            return _nothing_alike(method, rows, text)
        if not of_a_kind(want.dtype, got.dtype):
            return _nothing_alike(method, rows, f"dtype {got.dtype} instead of {want.dtype}")
    pairs, wrong = with_other_references(comparison, pairs)
    near, chosen, explained = np.zeros((3, rows), dtype=bool)
    suspects = np.flatnonzero(wrong)
    if suspects.size:
        fell = decided_otherwise(comparison, pairs)
        for excused, apart in zip(within_rounding(comparison, pairs, suspects), (near, chosen), strict=True):
            wrong[suspects[excused]] = False
            apart[suspects[excused]] = fell[suspects[excused]]
            explained[suspects[excused]] = ~fell[suspects[excused]]
        left = np.flatnonzero(wrong)
        tied = left[float64_ties(comparison, pairs, left)]
        wrong[tied], near[tied] = False, True
    floats = [(want, got) for want, got in pairs if want.dtype.kind == "f"]
    usable = [own_errors(comparison, want, got)[~(near | chosen)] for want, got in floats]
    differing = differing_rows(comparison, pairs, Found(wrong, near, chosen, explained))
    report = MethodReport(
        method,
        rows,
        np.flatnonzero(wrong),
        np.flatnonzero(near),
        max((float(e.max()) for e in usable if e.size), default=0.0),
        max((float(scale(want, method).max(initial=0.0)) for want, _ in floats), default=0.0),
        1.0 - float((wrong | near | chosen).mean()) if rows else 1.0,
        str(differing[0]) if wrong.any() else "",
        np.flatnonzero(chosen),
        within_rounding=int(explained.sum()),
        differing=differing,
        errors=error_histogram(comparison, pairs),
    )
    return replace(report, trees=report.too_narrow and comes_from_trees(comparison))


def _without_answer(method: str, rows: int, error: NoAnswerError) -> MethodReport:
    """Return the report of rows that scikit-learn has an answer for, and the model has not.

    Parameters
    ----------
    method : str
    rows : int
        Number of rows compared.
    error : NoAnswerError
        What the model raises.
    """
    agreement = 1.0 - len(error.rows) / rows
    differing = worst(
        DifferingRow(int(row), "no answer", None, f" has no answer: {error.reason}") for row in error.rows
    )
    report = MethodReport(method, rows, error.rows, np.arange(0), np.inf, 1.0, agreement, str(error))
    return replace(report, differing=differing)


def _nothing_alike(method: str, rows: int, text: str) -> MethodReport:
    """Return the report of results that cannot be compared.

    Parameters
    ----------
    method : str
    rows : int
        Number of rows compared.
    text : str
        Why they cannot be compared.
    """
    return MethodReport(method, rows, np.arange(rows), np.arange(0), np.inf, 1.0, 0.0, text)


def _form(results: Any) -> str:
    return f"a list of {len(results)}" if isinstance(results, list) else "1 array"
