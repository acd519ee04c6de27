"""What a model and its estimator answer, brought to a form in which they can be compared."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from joblib import parallel_config
from numpy.typing import NDArray

from skl2tflite.answering import Answering
from skl2tflite.conversion import Conversion
from skl2tflite.converters.core.blame import ask
from skl2tflite.errors import EstimatorError, InvalidInputError, NoAnswerError
from skl2tflite.features import LABELS_NAME, rows_in_float64
from skl2tflite.features.frames import as_cells


def given_answer(model: Answering, method: str, X: Any) -> Any:
    """Return what a model answers, or the error that some rows have no answer.

    Parameters
    ----------
    model : Answering
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
    """
    try:
        info = model.facts.methods[method]
        if info.is_ragged or info.rows_second:
            return model.outputs_of(method, X)[info.outputs[0]].astype(info.dtype)
        return varying(method, model.run(method, X))
    except NoAnswerError as error:
        return error


def unsaturated(results: Any) -> Any:
    """Return infinity where TFLM gives the greatest float32 number: its sums and products go no further."""
    if isinstance(results, NoAnswerError):
        return results
    if isinstance(results, list):
        return [unsaturated(values) for values in results]
    values = np.asarray(results)
    if values.dtype.kind != "f":
        return values
    greatest = np.finfo(np.float32).max
    return np.where(np.abs(values) == greatest, np.copysign(np.inf, values), values)


def same_answers(a: Any, b: Any) -> bool:
    """Whether two answers of a model are the same to the bit, or both the same error."""
    if isinstance(a, NoAnswerError) or isinstance(b, NoAnswerError):
        return isinstance(a, NoAnswerError) and isinstance(b, NoAnswerError) and np.array_equal(a.rows, b.rows)
    if isinstance(a, list) or isinstance(b, list):
        both = isinstance(a, list) and isinstance(b, list) and len(a) == len(b)
        return both and all(map(same_answers, a, b))
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def answer_of(conversion: Conversion, method: str, rows: Any) -> Any:
    """Return what an estimator answers, ragged answers as a matrix.

    Parameters
    ----------
    conversion : Conversion
        Of the estimator.
    method : str
    rows : array-like or DataFrame of shape (n_rows, n_features)

    Raises
    ------
    EstimatorError
        Where the estimator raises an exception.
    """
    with warnings.catch_warnings(), parallel_config(backend="sequential"):  # whatever n_jobs is: rows are few
        warnings.simplefilter("ignore")
        rows = np.array(rows) if method == "inverse_transform" else rows  # OrdinalEncoder's writes to it
        given = ask(conversion.estimator, method, rows)
    if method in conversion.converter.ragged:
        values, positions = given
        return _spread(values, positions, conversion.estimator.n_samples_fit_)
    if method in conversion.converter.rows_second:
        return np.moveaxis(given, 1, 0)
    return varying(method, given)


def precise_answer(conversion: Conversion, method: str, rows: Any) -> Any:
    """Return the estimator's answer for the same numbers held in float64, None where it has none.

    Parameters
    ----------
    conversion : Conversion
        Of the estimator.
    method : str
    rows : array-like or DataFrame of shape (n_rows, n_features)
    """
    precise = rows_in_float64(rows)
    if precise is None:
        return None
    try:
        return answer_of(conversion, method, precise)
    except EstimatorError:
        return None


def gives_floats(conversion: Conversion, method: str, X: Any) -> bool:
    """Whether a transformer gives numbers of the rows' dtype: floats, once the integers of the rows are floats.

    Parameters
    ----------
    conversion : Conversion
        Of the estimator.
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
    """
    if method not in ("transform", "inverse_transform"):
        return False
    floats = rows_in_float64(X, integers=True)
    try:
        floats = as_cells(X).astype(np.float64) if floats is None else floats
        return bool(dense(answer_of(conversion, method, floats)).dtype.kind == "f")
    except (EstimatorError, TypeError, ValueError):
        return False


def rows_of(model: Answering, estimator: Any, method: str, X: Any) -> Any:
    """Return what a method takes: an inverse that does not take these rows, what ``transform`` gives.

    Parameters
    ----------
    model : Answering
    estimator : estimator
    method : str
    X : array-like or DataFrame of shape (n_rows, n_features)
    """
    if method != "inverse_transform":
        return X
    takes = model.facts.features_of(method)
    try:
        model.run(method, X)
        return X if takes.rows.is_table else takes.tensors(X)[LABELS_NAME]
    except (InvalidInputError, NoAnswerError):
        pass
    try:
        given = dense(ask(estimator, "transform", model.facts.features.rows.reference(X, integers=True)))
    except EstimatorError:
        return X
    return given if given.dtype.kind in "iu" else given.astype(np.float32)


def _spread(values: NDArray[Any], positions: NDArray[Any], columns: int) -> NDArray[np.float64]:
    """Return rows of some values as a matrix, with infinity where a row has none.

    Parameters
    ----------
    values, positions : ndarray of ndarrays, of shape (n_rows,)
        The values of each row, and the columns that they stand in.
    columns : int
    """
    matrix = np.full((len(values), columns), np.inf)
    for i, row in enumerate(positions):
        matrix[i, row] = values[i]
    return matrix


def varying(method: str, answer: Any) -> Any:
    """Return what depends on the rows: a tuple as a list, a forest's path without the columns where its trees begin.

    Standard deviations as variances, for these are what rounding is a fraction of: the root of a small one has half
    its digits.
    """
    if isinstance(answer, tuple):
        return answer[0] if method == "decision_path" else [judged(method, i, each) for i, each in enumerate(answer)]
    return answer


def judged(method: str, position: int, values: Any) -> Any:
    """Return an element of a tuple as it is compared.

    Parameters
    ----------
    method : str
    position : int
        Of the output among the method's.
    values : ndarray of shape (n_rows, ...)
    """
    return np.square(np.asarray(values, dtype=np.float64)) if (method, position) == ("predict_std", 1) else values


def dense(values: Any) -> NDArray[Any]:
    """Return what scikit-learn gave as an array: dense, and without the DataFrame of ``set_output``."""
    if hasattr(values, "toarray"):
        return np.asarray(values.toarray())
    dense = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    # A DataFrame of booleans beside numbers is an array of objects.
    return dense.astype(np.float64) if dense.dtype == object and _are_numbers(dense) else dense


def _are_numbers(values: NDArray[Any]) -> bool:
    return all(isinstance(cell, float | int | np.number | np.bool_) for cell in values.flat)


def beside(want: Any, got: NDArray[Any], numbers: bool = False) -> NDArray[Any]:
    """Return what scikit-learn gave; integers of a DataFrame are numbers: a file has one dtype for all columns.

    So are those of a regressor: neighbours within a radius have means, and integers where none has a neighbour;
    and what a transformer hands on of the rows.

    Parameters
    ----------
    want : ndarray of shape (n_rows, ...)
        What the estimator gives; it may be sparse, or a DataFrame.
    got : ndarray of shape (n_rows, ...)
        What the model gives.
    numbers : bool, default=False
        Whether integers are values that happen to be whole, not labels or counts.
    """
    values = dense(want)
    as_numbers = (numbers or hasattr(want, "dtypes")) and got.dtype.kind == "f" and values.dtype.kind in "iub"
    return values.astype(np.float64) if as_numbers else values
