"""Calls of user functions on made-up rows, whose results tell what the functions do."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.tracing.kept_dictionaries import restore

Answer = TypeVar("Answer")

NO_NUMBER = -(2.0**31)
"""The greatest number that NumPy makes of NaN in an integer of four bytes or more."""


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings, Python's and NumPy's of arithmetic: they would be about rows that the user never gave.

    What those rows have left in dictionaries of the user's is taken out again.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            restore()


def tried(function: Callable[[Any], Answer], rows: Any, raised: type[Exception] | tuple[()] = ()) -> Answer | None:
    """Return what a function gives for a copy of rows; None where it raises an error, or makes integers of NaN.

    Parameters
    ----------
    function : callable
    rows : array, DataFrame, Series or sparse matrix
    raised : type of exception, optional
        Errors that are passed on.
    """
    try:
        with quiet(), np.errstate(invalid="warn"), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RuntimeWarning)
            result = function(rows.copy())
    except raised:
        raise
    except Exception:
        return None
    if any("in cast" in str(each.message) for each in caught) and _holds_no_number(result):
        return None
    return result


def _holds_no_number(result: Any) -> bool:
    """Return whether a result holds what NumPy makes of NaN as an integer: the least one, with a warning."""
    arrays = [np.asarray(each) for each in (result if isinstance(result, list | tuple) else [result])]
    return any(
        bool((each.astype(float) <= NO_NUMBER).any()) for each in arrays if each.dtype.kind in "fiub" and each.size
    )


def joined(parts: list[list[Any]]) -> list[NDArray[Any]]:
    """Concatenate, array by array, the answers that were given for single rows."""
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def near(a: NDArray[Any], b: NDArray[Any], tolerance: float) -> bool:
    """Return whether numbers are equal; NaN equals NaN.

    Parameters
    ----------
    a, b : ndarray of the same shape
    tolerance : float
        Relative difference allowed. Differences up to 1e-9 of the greatest magnitude in ``b`` are allowed as well.
    """
    a, b = a.astype(float), b.astype(float)
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=tolerance, atol=1e-9 * scale, equal_nan=True))
