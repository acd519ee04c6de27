"""Attribution of exceptions during a conversion: to the estimator, to a converter of another package, or to this
one.
"""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.saved_versions import advice, own_exception
from skl2tflite.errors import (
    ConversionError,
    DefectError,
    EstimatorError,
    Skl2TFLiteError,
)
from skl2tflite.method_arguments import METHODS, answer, offers

REFUSALS = (IndexError, TypeError, ValueError, ZeroDivisionError)
"""Exceptions that estimators raise for rows that they do not take."""
_QUOTED = 400
"""Number of characters of another exception's message that are quoted."""


def estimator_error(estimator: Any, method: str, error: Exception) -> EstimatorError:
    """Return the error for an exception that an estimator's own method raised.

    Parameters
    ----------
    estimator : estimator
    method : str
        The method that raised it.
    error : Exception
    """
    place = f"{type(estimator).__name__}.{method}"
    if isinstance(error, REFUSALS):
        return EstimatorError(f"{place} refuses X: {error!s:.{_QUOTED}}")
    return EstimatorError(f"{place} itself raises {_quoted(error)}; {advice(isinstance(error, AttributeError))}")


def ask(estimator: Any, method: str, X: Any) -> Any:
    """Call a method of an estimator.

    Parameters
    ----------
    estimator : estimator
    method : str
    X : object
        Rows, of shape (n_rows, n_features) or as the estimator takes them.

    Raises
    ------
    EstimatorError
        Quotes the exception that the method raises.
    """
    try:
        return answer(estimator, method, X)
    except (Skl2TFLiteError, Warning):
        raise
    except Exception as error:
        raise estimator_error(estimator, method, error) from error


@contextmanager
def blaming(estimator: Any, X: Any = None) -> Iterator[None]:
    """Turn an exception within the block into an error that says where it comes from.

    Parameters
    ----------
    estimator : object
        The estimator that is converted.
    X : array-like or DataFrame, optional
        Rows given to ``convert``.

    Raises
    ------
    EstimatorError
        Where a converter of another package raises the exception, or the estimator's own methods raise one too.
    ConversionError
        Where the estimator lacks what ``fit`` sets, is nested too deeply, or too large.
    DefectError
        In all other cases.
    """
    try:
        yield
    except (Skl2TFLiteError, Warning):  # a warning is an exception where the user wants it to be
        raise
    except Exception as error:
        raise _blamed(error, estimator, X) from error


def _blamed(error: Exception, estimator: Any, X: Any) -> Skl2TFLiteError:
    """Return the error for an exception: of another package's converter, of the estimator, or a defect of this package.

    Parameters
    ----------
    error : Exception
    estimator : object
        The whole model.
    X : object or None
        Rows given to ``convert``.
    """
    name = type(estimator).__name__
    foreign = _foreign_converter(error)
    if foreign is not None:
        kind = type(foreign)
        return EstimatorError(
            f"{foreign.path}: its converter {kind.__module__}.{kind.__qualname__} itself raises {_quoted(error)}"
        )
    if isinstance(error, RecursionError):
        return ConversionError(
            f"{name} holds itself, or parts nested more deeply than Python follows (sys.getrecursionlimit() is "
            f"{sys.getrecursionlimit()}); convert what is inside"
        )
    if isinstance(error, MemoryError):
        return ConversionError(f"there is not enough memory to convert {name}; {str(error) or 'make it smaller'}")
    whose = own_exception(estimator, error) or _own_error(error, estimator, X)
    return whose or DefectError(
        f"{name} cannot be converted, and the reason is a defect of skl2tflite ({_quoted(error)}); please report it "
        "with the estimator"
    )


def _foreign_converter(error: Exception) -> Converter | None:
    """Return the innermost converter of another package whose code an exception passed."""
    found = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        converter = frame.f_locals.get("self")
        ours = str(frame.f_globals.get("__name__", "")).split(".")[0] == "skl2tflite"
        if not ours and isinstance(converter, Converter):
            found = converter
    return found


def _own_error(error: Exception, estimator: Any, X: Any) -> EstimatorError | None:
    """Return the error that the estimator's own methods raise for rows; None where they give answers.

    Without rows they are called with one row of zeros, or an empty one, in every form that rows may have.

    Parameters
    ----------
    error : Exception
        Raised while the estimator was read, for the message.
    estimator : estimator
    X : object or None
        Rows given to ``convert``.
    """
    found = _of_parameters(estimator)
    given = [X] if X is not None else _rows_of_nothing(estimator)
    for method in METHODS if found is None else ():
        if method != "inverse_transform":  # it takes rows of another kind
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = found or _refusal(estimator, method, given)
    if found is None or X is not None:
        return found
    return EstimatorError(f"{found}; it is not as fit leaves it (reading it: {_quoted(error)})")


def _refusal(estimator: Any, method: str, given: Sequence[Any]) -> EstimatorError | None:
    """Return the error that a method raises for the first of several rows; None where it gives an answer for any.

    Parameters
    ----------
    estimator : estimator
    method : str
    given : sequence of object
        Rows to call the method with, one after another.
    """
    found = None
    for rows in given:
        try:
            if offers(estimator, method):
                ask(estimator, method, rows)
            return None
        except EstimatorError as raised:
            found = found or raised
        except Exception as raised:
            found = found or estimator_error(estimator, method, raised)
    return found


def _of_parameters(estimator: Any) -> EstimatorError | None:
    """Return scikit-learn's own error about the estimator's parameters; None where they are valid.

    ``fit`` checks them, but ``set_params`` does not, so that they may be invalid now. Users' own classes inherit the
    check, but declare no constraints for it.
    """
    kind = type(estimator)
    try:
        if hasattr(kind, "_validate_params") and hasattr(kind, "_parameter_constraints"):
            kind._validate_params(estimator)
    except Exception as raised:
        return estimator_error(estimator, "fit", raised)
    return None


def _rows_of_nothing(estimator: Any) -> list[Any]:
    """Return one row in every form that an estimator may take."""
    width = _width(estimator)
    zeros = np.zeros((1, width))
    rows: list[Any] = [zeros, np.full((1, width), "", dtype=object), [""], [{}], [()]]
    with suppress(Exception):  # it may have none, or what cannot be names
        rows.insert(0, sys.modules["pandas"].DataFrame(zeros, columns=estimator.feature_names_in_))
    return rows


def _width(estimator: Any) -> int:
    try:
        return int(min(max(estimator.n_features_in_, 1), 10_000))
    except Exception:  # not even that can be told of it
        return 1


def _quoted(error: Exception) -> str:
    return f"{type(error).__name__}: {error!s:.{_QUOTED}}"
