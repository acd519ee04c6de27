"""Compare a model with the estimator it came from, method by method and row by row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import is_regressor

from skl2tflite.arguments import positive, shown
from skl2tflite.conversion import Conversion
from skl2tflite.errors import EstimatorError, InvalidInputError, NoAnswerError
from skl2tflite.features import check_columns, check_given, reading
from skl2tflite.model import TFLiteModel
from skl2tflite.tracing.rows_at_hand import rows_at_hand
from skl2tflite.verify.answers import (
    answer_of,
    beside,
    dense,
    given_answer,
    gives_floats,
    precise_answer,
    rows_of,
    unsaturated,
)
from skl2tflite.verify.comparison import Comparison, Reading
from skl2tflite.verify.differences import example, of_a_kind, scale
from skl2tflite.verify.references import with_other_references
from skl2tflite.verify.report import MethodReport, Report
from skl2tflite.verify.within_rounding import comes_from_trees, decided_otherwise, own_errors, within_rounding


def verify(model: TFLiteModel, estimator: Any, X: Any, *, tolerance: float | None = None) -> Report:
    """Compare a model with its estimator on rows.

    The reference is the estimator on the rows as they are given, where float32 holds all their numbers exactly; else
    on the rows rounded to float32, which is all that a file can take in, or on the rows as given, whichever the file
    agrees with. Where the estimator loses digits of float32 rows by computing in float32 too, it is its answer for
    the same numbers in float64.
    Labels and other whole numbers must be equal, values within ``tolerance`` of their column's greatest
    magnitude. A row beyond that is looked at again: if moving the inputs and the estimator's parameters by
    one float32 ulp moves its answer as far, no float32 file can be held to more. Where that turns a label
    or another decision, the row is a near tie and counted apart. So is a row that has neighbours equally far, of
    which scikit-learn counts others than the file does.

    Parameters
    ----------
    model : TFLiteModel
    estimator : estimator
        The one that the model was converted from.
    X : array-like or DataFrame of shape (n_rows, n_features)
    tolerance : float, optional
        That of the estimator's converter: 1e-6 for nearly all.

    Returns
    -------
    Report

    Raises
    ------
    InvalidInputError
        Where X is not what the estimator takes, or the model was not converted from such an estimator.
    EstimatorError
        Where the estimator raises an exception; of that kind.
    """
    if not isinstance(model, TFLiteModel):
        raise InvalidInputError(f"model is a TFLiteModel, as convert and load give it, not {shown(model)}")
    if tolerance is not None:
        tolerance = positive("tolerance", tolerance)
    check_given(X)
    check_columns(X)
    return compare(model, Conversion(estimator, X), tolerance)


def compare(model: TFLiteModel, conversion: Conversion, tolerance: float | None = None) -> Report:
    """Compare a model with the estimator of a conversion, on its rows.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
        With rows.
    tolerance : float, optional
        That of the estimator's converter: 1e-6 for nearly all.

    Returns
    -------
    Report
    """
    with conversion.guarded(), rows_at_hand(conversion.X, alone=True):
        converter, X = conversion.converter, conversion.X
        tolerance = converter.contract.tolerance if tolerance is None else tolerance
        missing = [method for method in model.methods if not converter.has(method)]
        if missing:
            raise InvalidInputError(
                f"{converter.path} has no {missing[0]}, which the model has: it is of another estimator"
            )
        with reading(X):
            X = model.facts.features.rows.materialized(X)
        return Report(tuple([_method_report(model, conversion, method, X, tolerance) for method in model.methods]))


def _method_report(model: TFLiteModel, conversion: Conversion, method: str, X: Any, tolerance: float) -> MethodReport:
    """Compare one method.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
        The conversion's rows; sets of labels as lists.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    """
    facts = model.facts
    integers = conversion.converter.integer_columns or facts.features_of(method).holds_integers
    kind = facts.features_of(method).rows
    given = rows_of(model, conversion.estimator, method, X)
    with reading(X):
        reference: Reading = "as given" if kind.held_exactly(given) else "float32"
        rows = kind.reference(given, integers)
    actual = given_answer(model, method, given)
    if facts.runtime.saturates:
        actual = unsaturated(actual)
    try:
        expected = _as_given(conversion, method, kind.given(given)) if reference == "as given" else None
        if expected is None:
            refused = reference == "as given" and hasattr(given, "toarray")  # it does not take sparse rows
            reference = "float32"
            with reading(X):
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
    count = len(dense(expected[0] if isinstance(expected, list) else expected))
    if isinstance(actual, NoAnswerError):
        return _without_answer(method, count, actual)
    each = facts.features.rows.answers_per_row(count, X)
    comparison = Comparison(model, conversion, method, given, tolerance, each, reference)
    return replace(_compare(comparison, count, expected, actual), reference=reference)


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
            return _nothing_alike(method, rows, f"shape {got.shape} instead of {want.shape}")
        if not of_a_kind(want.dtype, got.dtype):
            return _nothing_alike(method, rows, f"dtype {got.dtype} instead of {want.dtype}")
    pairs, wrong = with_other_references(comparison, pairs)
    near, chosen = np.zeros((2, rows), dtype=bool)
    suspects = np.flatnonzero(wrong)
    if suspects.size:
        fell = decided_otherwise(comparison, pairs)
        for excused, apart in zip(within_rounding(comparison, pairs, suspects), (near, chosen), strict=True):
            wrong[suspects[excused]] = False
            apart[suspects[excused]] = fell[suspects[excused]]
    floats = [(want, got) for want, got in pairs if want.dtype.kind == "f"]
    usable = [own_errors(comparison, want, got)[~(near | chosen)] for want, got in floats]
    largest = max((float(e.max()) for e in usable if e.size), default=0.0)
    greatest = max((float(scale(want, method).max(initial=0.0)) for want, _ in floats), default=0.0)
    report = MethodReport(
        method,
        rows,
        np.flatnonzero(wrong),
        np.flatnonzero(near),
        largest,
        greatest,
        1.0 - float((wrong | near | chosen).mean()) if rows else 1.0,
        example(pairs, wrong, method) if wrong.any() else "",
        np.flatnonzero(chosen),
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
    return MethodReport(method, rows, error.rows, np.arange(0), np.inf, 1.0, agreement, str(error))


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
