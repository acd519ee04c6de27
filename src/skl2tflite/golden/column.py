"""Values of one column: drawn from quantiles of the rows given to ``convert``, and rounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.examples import Range
from skl2tflite.features.frames import floats, objects
from skl2tflite.stored import Scalar
from skl2tflite.tracing.category_values import is_missing

LEVELS = (0.15, 0.4, 0.65, 0.9)
"""The quantiles that rows are made of, beside the median."""
DIGITS = 2
"""Decimal digits that are kept of a column's spread, behind the first."""


@dataclass(frozen=True)
class Column:
    """Values for one feature.

    Attributes
    ----------
    typical : scalar
        None where nothing was found.
    others : tuple of scalar
        One for each of ``LEVELS``.
    range : tuple of float, optional
        Of numbers: the least and the greatest, rounded outwards.
    has_missing : bool
        Whether given rows miss the value.
    """

    typical: Scalar
    others: tuple[Scalar, ...]
    range: Range | None = None
    has_missing: bool = False


def constant(value: Scalar) -> Column:
    """Return a column of one value."""
    return Column(value, (value,) * len(LEVELS))


def of_choices(cells: Any, choices: Sequence[Scalar]) -> Column:
    """Return values for a feature that has so many: the one that is most frequent, and some that lie far apart.

    Parameters
    ----------
    cells : Series or ndarray of shape (n_rows,)
    choices : sequence of scalar
        What the file holds anyway: the vocabulary of a column.
    """
    given = objects(cells).tolist()
    count: Counter[Scalar] = Counter(cell for cell in given if isinstance(cell, str | bool | int | float))
    typical = max(choices, key=lambda choice: count[choice])  # the first of those that are equally frequent
    others = tuple(choices[int(level * len(choices))] for level in LEVELS)
    return Column(typical, others, has_missing=any(is_missing(cell) for cell in given))


def of_numbers(cells: Any) -> Column:
    """Return values for a feature of numbers.

    Parameters
    ----------
    cells : Series or ndarray of shape (n_rows,)
    """
    numbers = floats(cells)
    if numbers is None:  # text stands for what is missing
        numbers = np.array([_number(cell) for cell in objects(cells)], dtype=np.float64)
    held = np.sort(numbers[np.isfinite(numbers)])
    has_missing = bool(np.isnan(numbers).any())
    if not held.size:
        return Column(None, (None,) * len(LEVELS), None, has_missing)
    whole = bool((held == np.rint(held)).all())
    step = _step(_quantile(held, 0.95, whole) - _quantile(held, 0.05, whole), held[-1], whole)
    typical, *others = (_rounded(_quantile(held, level, whole), step) for level in (0.5, *LEVELS))
    low, high = math.floor(held[0] / step) * step, math.ceil(held[-1] / step) * step
    return Column(typical, tuple(others), (_rounded(low, step), _rounded(high, step)), has_missing)


def of_truth_values(cells: Any) -> Column:
    """Return values for a feature of booleans.

    Parameters
    ----------
    cells : Series or ndarray of shape (n_rows,)
    """
    numbers = floats(cells)
    mostly = bool(numbers is not None and numbers.size and numbers.mean() > 0.5)
    return Column(mostly, tuple(bool(i % 2) == mostly for i in range(len(LEVELS))))


def _quantile(held: NDArray[np.float64], level: float, whole: bool) -> float:
    """Return a quantile of sorted numbers: one of them where all are whole, else what lies between two.

    Parameters
    ----------
    held : ndarray of shape (n,)
    level : float
        From 0 to 1.
    whole : bool
    """
    place = level * (len(held) - 1)
    below = int(place)
    if whole or below == len(held) - 1:
        return float(held[round(place)])
    share = place - below
    return float(held[below] * (1 - share) + held[below + 1] * share)


def _step(spread: float, greatest: float, whole: bool) -> float:
    """Return the power of ten whose multiples values are rounded to.

    Parameters
    ----------
    spread : float
        By how much the column's numbers differ.
    greatest : float
    whole : bool
        Whether all are integers.
    """
    size = spread or abs(greatest)
    exponent = math.floor(math.log10(size)) - DIGITS if size > 0 and math.isfinite(size) else 0
    if not spread:
        exponent -= 2 * DIGITS
    exponent = min(max(exponent, -37), 36)  # float32's
    return 10.0 ** (max(exponent, 0) if whole else exponent)


def _rounded(value: float, step: float) -> float:
    """Return the multiple of a power of ten that is nearest to a number, without the noise of binary fractions."""
    decimals = -round(math.log10(step))
    rounded = round(value, decimals) + 0.0
    return int(rounded) if decimals <= 0 and abs(rounded) < 2**53 else rounded


def _number(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
