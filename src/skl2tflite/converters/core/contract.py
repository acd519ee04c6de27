"""What a converter promises of its answers, and what its estimator's own answers are worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Float64Error: TypeAlias = Callable[[str, NDArray[Any]], NDArray[np.float64] | float]
"""Takes a method and the estimator's answer, and gives the greatest error of each of its values."""
IsEquivalent: TypeAlias = Callable[
    [str, NDArray[Any], Sequence[tuple[NDArray[Any], NDArray[Any]]], float], NDArray[np.bool_]
]
"""Takes a method, rows, for each output the estimator's answer and the file's, and a tolerance; gives one boolean
for each row."""


def no_error(method: str, answer: NDArray[Any]) -> float:
    """Say that an estimator's own answer is its formula's."""
    return 0.0


def never_equivalent(
    method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
) -> NDArray[np.bool_]:
    """Say that of answers that differ one is wrong.

    Parameters
    ----------
    method : str
    rows : ndarray of shape (n_rows, n_features)
    answers : sequence of pairs of ndarrays, each of shape (n_rows, ...)
    tolerance : float

    Returns
    -------
    ndarray of bool, of shape (n_rows,)
    """
    return np.zeros(len(rows), dtype=bool)


@dataclass(frozen=True)
class Contract:
    """How close a file's answers are to the estimator's.

    Attributes
    ----------
    exact : frozenset of str
        Methods that give the same bits, or the same labels; others give values within ``tolerance``.
    tolerance : float
        Error that values may have, as a fraction of the greatest magnitude in their column.
    float64_error : callable
        How far the estimator's own answer may be from its formula, where its float64 arithmetic loses digits.
    is_equivalent : callable
        Whether, of each row, the estimator's answer and the file's are both right, though they differ.
    """

    exact: frozenset[str]
    tolerance: float
    float64_error: Float64Error = no_error
    is_equivalent: IsEquivalent = never_equivalent
