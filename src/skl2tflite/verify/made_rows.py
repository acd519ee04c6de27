"""Compare rows that were made from the model, of which either side may refuse some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
            parts = _Asked(model, conversion, method, tolerance).parts(rows)
            reports.append(replace(merged(parts), runtime=(model.runtime or "") if i else "", origin=MADE))
    return reports


def _lacks_answers(report: MethodReport) -> bool:
    """Whether a report is of rows of which the model has no answer for some."""
    return bool(report.differing) and report.differing[0].reason == "no answer"


@dataclass(frozen=True)
class _Asked:
    """One method that a model and its estimator are asked for, on rows of which either may refuse some."""

    model: TFLiteModel
    conversion: Conversion
    method: str
    tolerance: float

    def parts(self, rows: NDArray[np.intp]) -> list[MethodReport]:
        """Compare some rows, in as few parts as there must be for those that one side refuses."""
        X = taken(self.conversion.X, rows)
        try:
            (report,) = compare_method([self.model], self.conversion, self.method, X, self.tolerance, made=True)
        except (InvalidInputError, EstimatorError):
            if len(rows) == 1:
                return [self._refused(rows)]
            return [part for half in np.array_split(rows, 2) for part in self.parts(half)]
        if not _lacks_answers(report):
            return [report.at(rows)]
        # Its wrong rows have no answer; the others are compared again.
        none = _nothing(self.method, no_answer=len(report.wrong), rows=len(report.wrong))
        left = np.delete(rows, report.wrong)
        return [none, *(self.parts(left) if left.size else [])]

    def _refused(self, row: NDArray[np.intp]) -> MethodReport:
        """Return the report of one row that the estimator refuses, or the model, or both."""
        X = taken(self.conversion.X, row)
        try:
            answer = self.model.run(self.method, X)
        except InvalidInputError as error:
            known = isinstance(error, NoAnswerError)
            return _nothing(self.method, rows=1, no_answer=int(known), refused=int(not known))
        try:
            answer_of(self.conversion, self.method, X)
        except EstimatorError as error:
            if _is_nan(answer):
                return _nothing(self.method, rows=1, no_answer=1)
            text = f" has an answer, and scikit-learn refuses it: {error}"
            differing = DifferingRow(int(row[0]), "differs", None, text)
            return MethodReport(
                self.method, 1, row, np.arange(0), np.inf, 1.0, 0.0, str(differing), differing=(differing,), origin=MADE
            )
        return _nothing(self.method, rows=1)


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
