"""Compare rows that were made from the model, of which either side may refuse some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.conversion import Conversion
from skl2tflite.errors import EstimatorError, InvalidInputError, NoAnswerError
from skl2tflite.features import row_count
from skl2tflite.model import TFLiteModel
from skl2tflite.reports import MADE, DifferingRow, MethodReport, merged
from skl2tflite.verify.answers import answer_of
from skl2tflite.verify.batches import taken
from skl2tflite.verify.compare import compare_method


def compare_made(
    models: Sequence[TFLiteModel], conversion: Conversion, tolerance: float | None = None
) -> list[MethodReport]:
    """Compare all methods of a model on rows that were made from it.

    A row that scikit-learn refuses must be refused by the model too. A row that the model refuses, or says that it has
    no answer for, is counted, and breaks nothing: a file is faithful or it says so.

    Parameters
    ----------
    models : sequence of TFLiteModel
        The same file on each runtime, its own first.
    conversion : Conversion
        With the rows.
    tolerance : float, optional
        That of the estimator's converter.
    """
    tolerance = conversion.converter.contract.tolerance if tolerance is None else tolerance
    rows = np.arange(row_count(conversion.X))
    reports = []
    for method in models[0].methods:
        if method == "inverse_transform":  # it takes other rows
            continue
        try:
            found = compare_method(models, conversion, method, conversion.X, tolerance, made=True)
        except (InvalidInputError, EstimatorError):
            found = []
        if found and not any(map(_lacks_answers, found)):
            reports += found
            continue
        for i, model in enumerate(models):
            parts = _parts(model, conversion, method, rows, tolerance)
            reports.append(replace(merged(parts), runtime=(model.runtime or "") if i else "", origin=MADE))
    return reports


def _lacks_answers(report: MethodReport) -> bool:
    """Whether a report is of rows of which the model has no answer for some."""
    return bool(report.differing) and report.differing[0].reason == "no answer"


def _parts(
    model: TFLiteModel,
    conversion: Conversion,
    method: str,
    rows: NDArray[np.intp],
    tolerance: float,
) -> list[MethodReport]:
    """Compare one method on some of the rows, in as few parts as there must be for the rows that one side refuses.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    method : str
    rows : ndarray of int
        Positions among the conversion's rows.
    tolerance : float
    """
    try:
        (report,) = compare_method([model], conversion, method, taken(conversion.X, rows), tolerance, made=True)
    except (InvalidInputError, EstimatorError):
        if len(rows) == 1:
            return [_refused(model, conversion, method, rows, tolerance)]
        halves = np.array_split(rows, 2)
        return [part for half in halves for part in _parts(model, conversion, method, half, tolerance)]
    if _lacks_answers(report):
        return _without(model, conversion, method, rows, tolerance, report)
    return [report.at(rows)]


def _without(
    model: TFLiteModel,
    conversion: Conversion,
    method: str,
    rows: NDArray[np.intp],
    tolerance: float,
    report: MethodReport,
) -> list[MethodReport]:
    """Compare the rows for which a model has an answer, and count the others.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    method : str
    rows : ndarray of int
    tolerance : float
    report : MethodReport
        Its wrong rows have no answer.
    """
    none = _nothing(method, no_answer=len(report.wrong), rows=len(report.wrong))
    left = np.delete(rows, report.wrong)
    return [none, *(_parts(model, conversion, method, left, tolerance) if left.size else [])]


def _refused(
    model: TFLiteModel, conversion: Conversion, method: str, row: NDArray[np.intp], tolerance: float
) -> MethodReport:
    """Return the report of one row that the estimator refuses, or the model, or both.

    Parameters
    ----------
    model : TFLiteModel
    conversion : Conversion
    method : str
    row : ndarray of int, of shape (1,)
    tolerance : float
    """
    X = taken(conversion.X, row)
    try:
        answer = model.run(method, X)
    except InvalidInputError as error:
        known = isinstance(error, NoAnswerError)
        return _nothing(method, rows=1, no_answer=int(known), refused=int(not known))
    try:
        answer_of(conversion, method, X)
    except EstimatorError as error:
        if _is_nan(answer):
            return _nothing(method, rows=1, no_answer=1)
        text = f" has an answer, and scikit-learn refuses it: {error}"
        differing = DifferingRow(int(row[0]), "differs", None, text)
        return MethodReport(
            method, 1, row, np.arange(0), np.inf, 1.0, 0.0, str(differing), differing=(differing,), origin=MADE
        )
    return _nothing(method, rows=1)


def _is_nan(answer: Any) -> bool:
    """Whether an answer holds NaN, which is none."""
    if isinstance(answer, list | tuple):
        return any(map(_is_nan, answer))
    values = np.asarray(answer)
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def _nothing(method: str, rows: int, no_answer: int = 0, refused: int = 0) -> MethodReport:
    """Return the report of rows without answers to compare.

    Parameters
    ----------
    method : str
    rows, no_answer, refused : int
        How many there are, and for which reason.
    """
    none: NDArray[Any] = np.arange(0)
    return MethodReport(method, rows, none, none, 0.0, 0.0, 1.0, no_answer=no_answer, refused=refused, origin=MADE)
