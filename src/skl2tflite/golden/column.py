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
FEWEST_OUTSIDE = 3
"""So many given values, or ``SHARE_OUTSIDE`` of them, are at or beyond each end of what is drawn."""
SHARE_OUTSIDE = 0.01
FEWEST_OF_A_RANGE = 10
"""Values that a column with a range must have."""
MOST_BETWEEN = 4
"""Values that lie between those that were given."""


@dataclass(frozen=True)
class Column:
    """Values for one feature.

    Attributes
    ----------
    typical : scalar
        None where too few rows have a value.
    others : tuple of scalar
        One for each of ``LEVELS``.
    range : tuple of float, optional
        Of numbers: between which all but a few of the given ones lie, rounded outwards.
    has_missing : bool
        Whether given rows miss the value.
    between : tuple of scalar
        Of numbers: some that lie between those of given rows.
    """

    typical: Scalar
    others: tuple[Scalar, ...]
    range: Range | None = None
    has_missing: bool = False
    between: tuple[Scalar, ...] = ()

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The typical value and the others, each once."""
        return tuple(dict.fromkeys((self.typical, *self.others)))


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
    missing = sum(map(is_missing, given))
    count: Counter[Scalar] = Counter(cell for cell in given if isinstance(cell, str | bool | int | float))
    typical = max(choices, key=lambda choice: count[choice])  # the first of those that are equally frequent
    others = tuple(choices[int(level * len(choices))] for level in LEVELS)
    return Column(typical if _are_enough(len(given) - missing) else None, others, has_missing=missing > 0)


def of_numbers(cells: Any) -> Column:
    """Return values for a feature of numbers; none is that of a single row at the end of the column.

    Parameters
    ----------
    cells : Series or ndarray of shape (n_rows,)
    """
    numbers = floats(cells)
    if numbers is None:  # text stands for what is missing
        numbers = np.array([_number(cell) for cell in objects(cells)], dtype=np.float64)
    held = np.sort(numbers[np.isfinite(numbers)])
    has_missing = bool(np.isnan(numbers).any())
    if not _are_enough(held.size):
        return Column(None, (None,) * len(LEVELS), None, has_missing)
    whole = bool((held == np.rint(held)).all())
    outside = _outside(held.size) - 1
    inner = held[outside : held.size - outside]
    least, greatest = float(inner[0]), float(inner[-1])
    spread = _quantile(held, 0.95, whole) - _quantile(held, 0.05, whole) or greatest - least
    step = _step(spread, greatest, DIGITS, whole)
    typical, *others = (
        _rounded(min(max(_quantile(held, level, whole), least), greatest), step) for level in (0.5, *LEVELS)
    )
    span = _range(least, greatest, whole) if held.size >= FEWEST_OF_A_RANGE else None
    return Column(typical, tuple(others), span, has_missing, _between(inner, step, whole))


def _outside(count: int) -> int:
    """Return how many of a column's values are at or beyond each end of what is drawn."""
    return max(FEWEST_OUTSIDE, math.ceil(SHARE_OUTSIDE * count))


def _are_enough(count: int) -> bool:
    """Whether a column has a value that is at neither end."""
    return count >= 2 * _outside(count) - 1


def _range(least: float, greatest: float, whole: bool) -> Range:
    """Return a range with two digits of its width, rounded outwards; of equal ends, these.

    Parameters
    ----------
    least, greatest : float
    whole : bool
        Whether all numbers are integers.
    """
    step = _step(greatest - least, greatest, DIGITS - 1, whole)
    if least == greatest:
        return _rounded(least, step), _rounded(greatest, step)
    low, high = round(least / step, DIGITS), round(greatest / step, DIGITS)  # without what float32 adds
    return _rounded(math.floor(low) * step, step), _rounded(math.ceil(high) * step, step)


def _between(held: NDArray[np.float64], step: float, whole: bool) -> tuple[Scalar, ...]:
    """Return some numbers that lie between two neighboring ones of a column, evenly spread.

    Parameters
    ----------
    held : ndarray of shape (n,)
        Sorted.
    step : float
        To whose multiples they are rounded.
    whole : bool
    """
    distinct = np.unique(held)
    gaps = np.flatnonzero(np.diff(distinct) >= (2 if whole else 2 * step))
    some = gaps[np.unique(np.linspace(0, len(gaps) - 1, min(MOST_BETWEEN, len(gaps))).astype(np.intp))]
    middles = (float(distinct[i] + (distinct[i + 1] - distinct[i]) / 2) for i in some.tolist())
    return tuple(dict.fromkeys(_rounded(math.floor(m) if whole else m, step) for m in middles))


def of_truth_values(cells: Any) -> Column:
    """Return values for a feature of booleans.

    Parameters
    ----------
    cells : Series or ndarray of shape (n_rows,)
    """
    numbers = floats(cells)
    known = np.zeros(0) if numbers is None else numbers[~np.isnan(numbers)]
    mostly = bool(_are_enough(known.size) and known.mean() > 0.5)
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


def _step(spread: float, greatest: float, digits: int, whole: bool) -> float:
    """Return the power of ten whose multiples values are rounded to.

    Parameters
    ----------
    spread : float
        By how much the column's numbers differ; where it is 0, they are rounded to what float32 holds.
    greatest : float
    digits : int
        How many are kept of the spread, behind the first.
    whole : bool
        Whether all are integers.
    """
    size = spread or abs(greatest)
    exponent = math.floor(math.log10(size)) - digits if size > 0 and math.isfinite(size) else 0
    if not spread:
        exponent = 0 if whole else exponent + digits - 3 * DIGITS
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
