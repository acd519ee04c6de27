"""Compare a model with the estimator it came from, method by method and row by row."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_regressor

from skl2tflite.converters import converter_for
from skl2tflite.converters.trace import trace
from skl2tflite.errors import InvalidInputError, NoAnswerError
from skl2tflite.features import (
    LABELS_NAME,
    TABLE,
    Features,
    ImageRows,
    SetRows,
    label_sets,
    reference_rows,
    rows_in_float64,
)
from skl2tflite.graph import Graph
from skl2tflite.model import TFLiteModel
from skl2tflite.spelling import answer
from skl2tflite.verify.report import MethodReport, Report
from skl2tflite.verify.sensitivity import FIRST, FURTHER, Effort, perturbed_outputs

PROBABILITIES = frozenset({"predict_proba", "predict_log_proba"})
"""Methods judged by 1, however small the probabilities of a column; an error of a logarithm is a relative one."""
REFUSALS = (IndexError, TypeError, ValueError, ZeroDivisionError)
"""What estimators raise for rows that they do not take."""
TURNED = 1e-4
"""An explained error beyond this is no rounding but a decision that fell the other way: a near tie."""
ROUNDING = 2.0**-50
"""Fraction of the greatest value that float64 arithmetic may give instead of 0."""
ALLOWANCE = 8.0
"""Where the estimator itself amplifies rounding: error allowed, in multiples of what one ulp does to it."""


def verify(model: TFLiteModel, estimator: Any, X: Any, *, tolerance: float | None = None) -> Report:
    """Compare a model with its estimator on rows.

    The reference is the estimator on the rows rounded to float32, which is all that a file can take in; where
    the estimator loses digits of them by computing in float32 too, its answer for the same numbers in float64.
    Labels and other whole numbers must be equal, values within ``tolerance`` of their column's greatest
    magnitude. A row beyond that is looked at again: if moving the inputs and the estimator's parameters by
    one float32 ulp moves its answer as far, no float32 file can be held to more. Where that turns a label
    or another decision, the row is a near tie and counted apart.

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
        Where X is not what the estimator takes.
    """
    reports = []
    tolerance = converter_for(estimator).tolerance if tolerance is None else tolerance
    X = label_sets(X) if isinstance(model.facts.features.rows, SetRows) else X
    for method in model.methods:
        integers = converter_for(estimator).integer_columns or model.facts.features_of(method).holds_integers
        given = _rows_of(model, estimator, method, X)
        rows = reference_rows(given, integers)
        actual = _given_answer(model, method, given)
        if model.facts.target == "micro":
            actual = _unsaturated(actual)
        try:
            expected = _answer(estimator, method, rows)
        except REFUSALS as error:
            # KMeans and NMF fitted on float64 refuse float32, for two.
            expected = _precise_answer(estimator, method, rows)
            if expected is None and isinstance(actual, NoAnswerError):
                raise actual from None
            if expected is None:
                raise InvalidInputError(f"{type(estimator).__name__}.{method} refuses X: {error}") from None
        if isinstance(actual, NoAnswerError):
            count = len(_dense(expected[0] if isinstance(expected, list) else expected))
            reports.append(_without_answer(method, count, actual))
            continue
        reports.append(_compare(model, estimator, method, given, expected, actual, tolerance))
    return Report(tuple(reports))


def _given_answer(model: TFLiteModel, method: str, X: Any) -> Any:
    """Return what a model answers, or the error that some rows have no answer."""
    try:
        info = model.facts.methods[method]
        if info.is_ragged or info.rows_second:
            return model.outputs_of(method, X)[info.outputs[0]].astype(info.dtype)
        return _varying(method, model.run(method, X))
    except NoAnswerError as error:
        return error


def _without_answer(method: str, rows: int, error: NoAnswerError) -> MethodReport:
    """Return the report of rows that scikit-learn has an answer for, and the model has not."""
    agreement = 1.0 - len(error.rows) / rows
    return MethodReport(method, rows, error.rows, np.arange(0), np.inf, 1.0, agreement, str(error))


def _unsaturated(results: Any) -> Any:
    """Return infinity where TFLM gives the greatest float32 number: its sums and products go no further."""
    if isinstance(results, NoAnswerError):
        return results
    if isinstance(results, list):
        return [_unsaturated(values) for values in results]
    values = np.asarray(results)
    if values.dtype.kind != "f":
        return values
    greatest = np.finfo(np.float32).max
    return np.where(np.abs(values) == greatest, np.copysign(np.inf, values), values)


def _answer(estimator: Any, method: str, rows: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = np.array(rows) if method == "inverse_transform" else rows  # OrdinalEncoder's writes to it
        given = answer(estimator, method, rows)
    if method in converter_for(estimator).ragged:
        values, positions = given
        return _spread(values, positions, estimator.n_samples_fit_)
    if method in converter_for(estimator).rows_second:
        return np.moveaxis(given, 1, 0)
    return _varying(method, given)


def _spread(values: NDArray[Any], positions: NDArray[Any], columns: int) -> NDArray[np.float64]:
    """Return rows of some values as a matrix, with infinity where a row has none."""
    matrix = np.full((len(values), columns), np.inf)
    for i, row in enumerate(positions):
        matrix[i, row] = values[i]
    return matrix


def _varying(method: str, answer: Any) -> Any:
    """Return what depends on the rows: a tuple as a list, a forest's path without the columns where its trees begin.

    Standard deviations as variances, for these are what rounding is a fraction of: the root of a small one has half
    its digits.
    """
    if isinstance(answer, tuple):
        return answer[0] if method == "decision_path" else [_judged(method, i, each) for i, each in enumerate(answer)]
    return answer


def _judged(method: str, position: int, values: Any) -> Any:
    """Return an element of a tuple as it is compared."""
    return np.square(np.asarray(values, dtype=np.float64)) if (method, position) == ("predict_std", 1) else values


def _precise_answer(estimator: Any, method: str, rows: Any) -> Any:
    """Return the estimator's answer for the same numbers held in float64, None where it has none."""
    if isinstance(rows, np.ndarray):
        precise = rows.astype(np.float64) if rows.dtype.kind == "f" else None
    else:
        precise = rows_in_float64(rows)
    if precise is None:
        return None
    try:
        return _answer(estimator, method, precise)
    except REFUSALS:
        return None


def _rows_of(model: TFLiteModel, estimator: Any, method: str, X: Any) -> Any:
    """Return what a method takes: an inverse that does not take these rows, what ``transform`` gives."""
    if method != "inverse_transform":
        return X
    takes = model.facts.features_of(method)
    try:
        model.run(method, X)
        return X if takes.rows == TABLE else takes.tensors(X)[LABELS_NAME]
    except (InvalidInputError, NoAnswerError):
        pass
    try:
        given = _dense(estimator.transform(reference_rows(X, integers=True)))
    except REFUSALS:
        return X
    return given if given.dtype.kind in "iu" else given.astype(np.float32)


def _compare(
    model: TFLiteModel, estimator: Any, method: str, X: Any, expected: Any, actual: Any, tolerance: float
) -> MethodReport:
    wanted, given = ([each] if not isinstance(each, list) else each for each in (expected, actual))
    rows = len(_dense(wanted[0]))
    each = rows // max(1, len(X)) if isinstance(model.facts.features.rows, ImageRows) else 1
    if isinstance(expected, list) != isinstance(actual, list) or len(wanted) != len(given):
        return _nothing_alike(method, rows, f"{_form(actual)} instead of {_form(expected)}")
    numbers = is_regressor(estimator)
    pairs = [(_beside(w, np.asarray(got), numbers), np.asarray(got)) for w, got in zip(wanted, given, strict=True)]
    wrong: NDArray[np.bool_] = np.zeros(rows, dtype=bool)
    for want, got in pairs:
        if want.shape != got.shape:
            return _nothing_alike(method, rows, f"shape {got.shape} instead of {want.shape}")
        if not _of_a_kind(want.dtype, got.dtype):
            return _nothing_alike(method, rows, f"dtype {got.dtype} instead of {want.dtype}")
        wrong |= _beyond(want, got, tolerance, method)
    rounded = reference_rows(X, model.facts.features_of(method).holds_integers) if wrong.any() else None
    if rounded is not None and (precise := _precise_answer(estimator, method, rounded)) is not None:
        answers = [_dense(answer) for answer in (precise if isinstance(precise, list) else [precise])]
        pairs = [
            (_nearer(want, answer, got, tolerance, method), got)
            for (want, got), answer in zip(pairs, answers, strict=True)
        ]
        wrong = _any_beyond(pairs, tolerance, method)
    if wrong.any():
        pairs = _as_given(estimator, method, X, pairs, tolerance)
        wrong = _any_beyond(pairs, tolerance, method)
    if wrong.any() and model.facts.target == "micro":
        pairs = _alone(estimator, method, X, np.flatnonzero(wrong), each, pairs)
        wrong = _any_beyond(pairs, tolerance, method)
    if wrong.any() and isinstance(rounded, np.ndarray) and len(rounded) == rows:
        both = [(want[wrong], got[wrong]) for want, got in pairs]
        wrong[wrong] = ~converter_for(estimator).equally_right(method, rounded[wrong], both, tolerance)
    near: NDArray[np.bool_] = np.zeros(rows, dtype=bool)
    suspects = np.flatnonzero(wrong)
    if suspects.size:
        explained = _explained(model, estimator, method, X, suspects, each, pairs, tolerance)
        if not explained.all():
            rest = suspects[~explained]
            explained[~explained] = _explained(model, estimator, method, X, rest, each, pairs, tolerance, FURTHER)
        excused = suspects[explained]
        wrong[excused] = False
        near[excused] = _turned(estimator, pairs, tolerance, method)[excused]
    errors = [_own_errors(estimator, method, want, got) for want, got in pairs if want.dtype.kind == "f"]
    usable = [e[~near] for e in errors]
    largest = max((float(e.max()) for e in usable if e.size), default=0.0)
    scale = max((_scale(want, method).max(initial=0.0) for want, _ in pairs if want.dtype.kind == "f"), default=0.0)
    example = _example(pairs, wrong) if wrong.any() else ""
    agreement = 1.0 - float((wrong | near).mean()) if rows else 1.0
    return MethodReport(
        method, rows, np.flatnonzero(wrong), np.flatnonzero(near), largest, float(scale), agreement, example
    )


def _any_beyond(pairs: list[tuple[NDArray[Any], NDArray[Any]]], tolerance: float, method: str) -> NDArray[np.bool_]:
    """Rows in which some value of some output differs."""
    return np.asarray(np.any([_beyond(want, got, tolerance, method) for want, got in pairs], axis=0))


def _as_given(
    estimator: Any, method: str, X: Any, pairs: list[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return the pairs with what the estimator answers for the rows before rounding, where the file gives that.

    So it does for numbers that are categories, as 0.1: rounded, scikit-learn would not know them.
    """
    try:
        answer = _answer(estimator, method, X)
    except REFUSALS:
        return pairs
    answers = answer if isinstance(answer, list) else [answer]
    exact = [(_beside(want, got), got) for want, (_, got) in zip(answers, pairs, strict=True)]
    if any(want.shape != got.shape or not _of_a_kind(want.dtype, got.dtype) for want, got in exact):
        return pairs
    right = ~_any_beyond(exact, tolerance, method)
    return [
        (np.where(right.reshape(-1, *[1] * (want.ndim - 1)), given, want), got)
        for (want, got), (given, _) in zip(pairs, exact, strict=True)
    ]


def _alone(
    estimator: Any,
    method: str,
    X: Any,
    suspects: NDArray[np.intp],
    each: int,
    pairs: list[tuple[NDArray[Any], NDArray[Any]]],
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return the pairs with what the estimator answers for each suspect row alone, as a file for one row does.

    That differs from its answer in a batch where it looks at the whole of it, as NMF does to stop.
    """
    rows = reference_rows(X)
    wants = [want.copy() for want, _ in pairs]
    for row in suspects if isinstance(rows, np.ndarray) else ():
        given = row // each
        answer = _precise_answer(estimator, method, rows[given : given + 1])
        if answer is not None:
            for want, one in zip(wants, answer if isinstance(answer, list) else [answer], strict=True):
                want[row] = _dense(one)[row % each]
    return [(want, got) for want, (_, got) in zip(wants, pairs, strict=True)]


def _nothing_alike(method: str, rows: int, text: str) -> MethodReport:
    """Return the report of results that cannot be compared."""
    return MethodReport(method, rows, np.arange(rows), np.arange(0), np.inf, 1.0, 0.0, text)


def _of_a_kind(want: np.dtype[Any], got: np.dtype[Any]) -> bool:
    """Whether both are numbers with or without fractions, truth values, or text; an object may be anything."""
    kinds = [dtype.kind.replace("u", "i").replace("S", "U") for dtype in (want, got)]
    return "O" in kinds or kinds[0] == kinds[1]


def _form(results: Any) -> str:
    return f"a list of {len(results)}" if isinstance(results, list) else "1 array"


def _dense(values: Any) -> NDArray[Any]:
    """Return what scikit-learn gave as an array: dense, and without the DataFrame of ``set_output``."""
    if hasattr(values, "toarray"):
        return np.asarray(values.toarray())
    dense = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    # A DataFrame of truth values beside numbers is an array of objects.
    return dense.astype(np.float64) if dense.dtype == object and _are_numbers(dense) else dense


def _beside(want: Any, got: NDArray[Any], numbers: bool = False) -> NDArray[Any]:
    """Return what scikit-learn gave; whole numbers of a DataFrame are numbers: a file has one dtype for all columns.

    So are those of a regressor: neighbours within a radius have means, and whole numbers where none has a neighbour.
    """
    dense = _dense(want)
    as_numbers = (numbers or hasattr(want, "dtypes")) and got.dtype.kind == "f" and dense.dtype.kind in "iub"
    return dense.astype(np.float64) if as_numbers else dense


def _are_numbers(values: NDArray[Any]) -> bool:
    return all(isinstance(cell, float | int | np.number | np.bool_) for cell in values.flat)


def _as_rows(values: NDArray[Any]) -> NDArray[Any]:
    return values.reshape(len(values), -1) if len(values) else values.reshape(0, 1)


def _scale(want: NDArray[Any], method: str) -> NDArray[np.float64]:
    """Greatest finite magnitude in each column; probabilities are judged by 1."""
    magnitudes = np.abs(_as_rows(want).astype(np.float64))
    least = 1.0 if method in PROBABILITIES else float(np.finfo(np.float32).tiny)
    return np.asarray(np.where(np.isfinite(magnitudes), magnitudes, 0.0).max(axis=0, initial=least))


def _errors(want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.float64]:
    """Differences; 0 where both are NaN or the same infinity, infinite where only one is."""
    a, b = _as_rows(want).astype(np.float64), _as_rows(got).astype(np.float64)
    with np.errstate(invalid="ignore"):
        difference = np.abs(a - b)
    difference[(a == b) | (np.isnan(a) & np.isnan(b))] = 0.0
    # Where scikit-learn gives float64's rounding of its greatest value (of a Fourier transform), 0 is right.
    finite = np.abs(a[np.isfinite(a)])
    difference[(b == 0) & (np.abs(a) <= ROUNDING * finite.max(initial=0.0))] = 0.0
    difference[np.isnan(difference)] = np.inf
    return np.asarray(difference)


def _beyond(want: NDArray[Any], got: NDArray[Any], tolerance: float, method: str) -> NDArray[np.bool_]:
    """Rows in which some value differs by more than the tolerance, or some label at all."""
    if want.dtype.kind != "f":
        a, b = _as_rows(want), _as_rows(got)
        return np.asarray(((a != b) & ~((a != a) & (b != b))).any(axis=1))  # NaN may be a label
    allowed = tolerance * _scale(want, method)
    return np.asarray((_errors(want, got) > allowed).any(axis=1))


def _turned(
    estimator: Any, pairs: list[tuple[NDArray[Any], NDArray[Any]]], tolerance: float, method: str
) -> NDArray[np.bool_]:
    """Rows in which some decision fell the other way; rounding errors beside great values are none."""
    turned = np.zeros(len(pairs[0][0]), dtype=bool)
    for want, got in pairs:
        beyond = _beyond(want, got, TURNED, method)
        if want.dtype.kind == "f":
            greatest = tolerance * _scale(want, method).max(initial=0.0)
            beyond &= (_own_errors(estimator, method, want, got) > greatest).any(axis=1)
        turned |= beyond
    return turned


def _own_errors(estimator: Any, method: str, want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.float64]:
    """Differences that are not what the estimator's own arithmetic loses."""
    errors = _errors(want, got)
    lost = np.broadcast_to(converter_for(estimator).noise(method, want), want.shape)
    return np.where(errors <= _as_rows(lost), 0.0, errors)


def _nearer(
    want: NDArray[Any], precise: NDArray[Any], got: NDArray[Any], tolerance: float, method: str
) -> NDArray[Any]:
    """Return the first reference, and the second in its stead in rows that differ from the first."""
    differs = _beyond(want, got, tolerance, method)
    return np.where(differs.reshape(-1, *[1] * (want.ndim - 1)), precise, want)


def _explained(
    model: TFLiteModel,
    estimator: Any,
    method: str,
    X: Any,
    suspects: NDArray[np.intp],
    each: int,
    pairs: list[tuple[NDArray[Any], NDArray[Any]]],
    tolerance: float,
    effort: Effort = FIRST,
) -> NDArray[np.bool_]:
    """Whether each suspect row's difference is no more than float32 inputs and parameters explain.

    Of a label that both the right one and the one that the file gives come out once the row's numbers move.
    """
    features = model.facts.features_of(method).as_strings
    graph, plain, perturbed = _perturbed(features, estimator, method, X, suspects, each, effort)
    converter = converter_for(estimator)
    excused: NDArray[np.bool_] = np.ones(len(suspects), dtype=bool)
    answers = [_varying(method, model.facts.methods[method].decode(outputs)) for outputs in (plain, *perturbed)]
    for i, (name, (want, got)) in enumerate(zip(graph.outputs, pairs, strict=True)):
        if want.dtype.kind == "f":
            base = _as_rows(_judged(method, i, plain[name]))
            moved = np.stack([_as_rows(_judged(method, i, draw[name])) for draw in perturbed])
            with np.errstate(invalid="ignore"):
                distance = np.where(moved == base, 0.0, np.abs(moved - base))
            reach = ALLOWANCE / effort.ulps * np.nan_to_num(distance, nan=0.0).max(axis=0)
            noise = _as_rows(np.broadcast_to(converter.noise(method, want[suspects]), want[suspects].shape))
            allowed = np.maximum(reach, tolerance * _scale(want, method)) + noise
            excused &= (_errors(want[suspects], got[suspects]) <= allowed).all(axis=1)
        else:
            labels = [_as_rows(np.asarray(answer[i] if isinstance(answer, list) else answer)) for answer in answers]
            given, right = _as_rows(got[suspects]), _as_rows(want[suspects])
            tied = np.logical_and(*(np.any([label == side for label in labels], axis=0) for side in (given, right)))
            excused &= ((given == right) | tied).all(axis=1)
    return excused


def _perturbed(
    features: Features,
    estimator: Any,
    method: str,
    X: Any,
    suspects: NDArray[np.intp],
    each: int,
    effort: Effort,
) -> tuple[Graph, dict[str, NDArray[Any]], list[dict[str, NDArray[Any]]]]:
    """Return a method's graph, and some rows of its outputs, plain and perturbed; ``each`` row of X gives so many."""
    tensors = features.tensors(X)
    converter = converter_for(estimator)
    converter.learn_rows(features.rows)
    if not features.reads_texts:
        graph = trace(converter, method, kinds=features.kinds).graph
        given, place = np.unique(suspects // each, return_inverse=True)
        plain, moved = perturbed_outputs(graph, {name: np.asarray(x)[given] for name, x in tensors.items()}, effort)
        at = place * each + suspects % each
        return graph, {n: x[at] for n, x in plain.items()}, [{n: x[at] for n, x in one.items()} for one in moved]
    graph = trace(converter, method, 1, features.kinds, features.text_input).graph
    alone = [{n: x[i] if isinstance(x, list) else x[i : i + 1] for n, x in tensors.items()} for i in suspects]
    rows = [perturbed_outputs(graph, inputs, effort) for inputs in alone]

    def joined(outputs: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
        return {name: np.concatenate([each[name] for each in outputs]) for name in graph.outputs}

    plain = joined([plain for plain, _ in rows])
    return graph, plain, [joined([perturbed[i] for _, perturbed in rows]) for i in range(effort.draws)]


def _example(pairs: list[tuple[NDArray[Any], NDArray[Any]]], wrong: NDArray[np.bool_]) -> str:
    """Say the worst wrong row in words."""
    for want, got in pairs:
        a, b = _as_rows(want), _as_rows(got)
        if want.dtype.kind != "f":
            row = int(np.flatnonzero(wrong)[0])
            column = int(np.argmax(a[row] != b[row]))
            return f"row {row} gives {b[row, column]!s} instead of {a[row, column]!s}"
        errors = np.where(wrong[:, np.newaxis], _errors(want, got), -1.0)
        row, column = (int(i) for i in np.unravel_index(int(errors.argmax()), errors.shape))
        return f"row {row} gives {b[row, column]:.9g} instead of {a[row, column]:.9g}"
    return ""
