"""Other people's functions, called on made-up rows to learn from their answers."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.tracing.kept_dictionaries import restore

Answer = TypeVar("Answer")


@contextmanager
def quiet() -> Iterator[None]:
    """Show no warnings, neither Python's nor NumPy's of arithmetic, as the rows are not the user's.

    What they have left in dictionaries of the user's is gone then.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            restore()


def tried(function: Callable[[Any], Answer], rows: Any, raised: type[Exception] | tuple[()] = ()) -> Answer | None:
    """Return what a function gives for a copy of rows, None where it raises an error.

    Parameters
    ----------
    function : callable
    rows : array, DataFrame, Series or sparse matrix
    raised : type of exception, optional
        Errors that are raised all the same.
    """
    try:
        with quiet():
            return function(rows.copy())
    except raised:
        raise
    except Exception:
        return None


def joined(parts: list[list[Any]]) -> list[NDArray[Any]]:
    """Return the arrays of answers for single rows, joined to those for all rows."""
    return [np.concatenate(each) for each in zip(*parts, strict=True)]


def near(a: NDArray[Any], b: NDArray[Any], tolerance: float) -> bool:
    """Whether numbers are equal up to a relative tolerance or float64's rounding of the greatest; NaN equals NaN."""
    a, b = a.astype(float), b.astype(float)
    scale = np.abs(b[np.isfinite(b)]).max(initial=0.0)
    return bool(np.allclose(a, b, rtol=tolerance, atol=1e-9 * scale, equal_nan=True))
