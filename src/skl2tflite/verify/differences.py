"""Where two answers differ, and by how much."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pairs: TypeAlias = list[tuple[NDArray[Any], NDArray[Any]]]
"""For each output of a method what the estimator gives, and what the model gives."""

PROBABILITIES = frozenset({"predict_proba", "predict_log_proba"})
"""Methods judged by 1, however small the probabilities of a column; an error of a logarithm is a relative one."""
FLOAT32 = np.finfo(np.float32)
ROUNDING = 2.0**-50
"""Fraction of the greatest value that float64 arithmetic may give instead of 0."""


def of_a_kind(want: np.dtype[Any], got: np.dtype[Any]) -> bool:
    """Whether both are numbers with or without fractions, booleans, or text; an object may be anything."""
    kinds = [dtype.kind.replace("u", "i").replace("S", "U") for dtype in (want, got)]
    return "O" in kinds or kinds[0] == kinds[1]


def as_rows(values: NDArray[Any]) -> NDArray[Any]:
    """Return an array with all its axes but the first in one."""
    return values.reshape(len(values), -1) if len(values) else values.reshape(0, 1)


def scale(want: NDArray[Any], method: str) -> NDArray[np.float64]:
    """Greatest finite magnitude in each column; probabilities are judged by 1."""
    magnitudes = np.abs(as_rows(want).astype(np.float64))
    least = 1.0 if method in PROBABILITIES else float(np.finfo(np.float32).tiny)
    return np.asarray(np.where(np.isfinite(magnitudes), magnitudes, 0.0).max(axis=0, initial=least))


def errors(want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.float64]:
    """Differences; 0 where both are NaN or the same infinity, infinite where only one is.

    Beyond the greatest float32 number infinity is right, and below the least normal one 0 is, to which XNNPACK rounds.
    """
    a, b = as_rows(want).astype(np.float64), as_rows(got).astype(np.float64)
    with np.errstate(invalid="ignore"):
        difference = np.abs(a - b)
        same = (a == b) | (np.isnan(a) & np.isnan(b)) | (difference <= FLOAT32.tiny)
        same |= np.isinf(b) & (np.abs(a) > FLOAT32.max) & (np.sign(a) == np.sign(b))
    difference[same] = 0.0
    # Where scikit-learn gives float64's rounding of its greatest value (of a Fourier transform), 0 is right.
    finite = np.abs(a[np.isfinite(a)])
    difference[(b == 0) & (np.abs(a) <= ROUNDING * finite.max(initial=0.0))] = 0.0
    difference[np.isnan(difference)] = np.inf
    return np.asarray(difference)


def unequal(want: NDArray[Any], got: NDArray[Any]) -> NDArray[np.bool_]:
    """Which labels or integers are not the same; NaN may be a label."""
    a, b = as_rows(want), as_rows(got)
    return np.asarray((a != b) & ~((a != a) & (b != b)))


def beyond(want: NDArray[Any], got: NDArray[Any], tolerance: float, method: str) -> NDArray[np.bool_]:
    """Rows in which some value differs by more than the tolerance, or some label at all.

    Parameters
    ----------
    want, got : ndarray of shape (n_rows, ...)
        What the estimator gives, and what the model gives.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    method : str
    """
    if want.dtype.kind != "f":
        return np.asarray(unequal(want, got).any(axis=1))
    allowed = tolerance * scale(want, method)
    return np.asarray((errors(want, got) > allowed).any(axis=1))


def any_beyond(pairs: Pairs, tolerance: float, method: str) -> NDArray[np.bool_]:
    """Rows in which some value of some output differs.

    Parameters
    ----------
    pairs : list of pairs of ndarrays, each of shape (n_rows, ...)
        For each output what the estimator gives, and what the model gives.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    method : str
    """
    return np.asarray(np.any([beyond(want, got, tolerance, method) for want, got in pairs], axis=0))


def nearer(want: NDArray[Any], precise: NDArray[Any], got: NDArray[Any], tolerance: float, method: str) -> NDArray[Any]:
    """Return the first reference, and the second in its stead in rows that differ from the first.

    Parameters
    ----------
    want, precise : ndarray of shape (n_rows, ...)
        The two references.
    got : ndarray of the same shape
        What the model gives.
    tolerance : float
        Of values, as a fraction of their column's greatest magnitude.
    method : str
    """
    differs = beyond(want, got, tolerance, method)
    return np.where(differs.reshape(-1, *[1] * (want.ndim - 1)), precise, want)
