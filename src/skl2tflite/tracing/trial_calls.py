"""Calls of user functions on made-up rows, whose results tell what the functions do."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Answer = TypeVar("Answer")


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings, Python's and NumPy's of arithmetic: they would be about rows that the user never gave."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def tried(function: Callable[[Any], Answer], rows: Any, raised: type[Exception] | tuple[()] = ()) -> Answer | None:
    """Return what a function gives for a copy of rows; None where it raises an error.

    Parameters
    ----------
    function : callable
    rows : array, DataFrame, Series or sparse matrix
    raised : type of exception, optional
        Errors that are passed on.
    """
    try:
        with quiet():
            return function(rows.copy())
    except raised:
        raise
    except Exception:
        return None


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
