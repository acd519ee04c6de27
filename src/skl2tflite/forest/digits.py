"""Values of leaves as fixed-point numbers of 8-bit digits, which take half the bytes of two float32 numbers.

A value is ``unit * (… + 256 * d1 + d0)`` with digits from -128 to 127. Digits of the same place add up exactly in
float32, and one small matrix product gives the sums of the values from the sums of the digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeSums
from skl2tflite.forest.trees import Forest

Floats = NDArray[np.float64]

BASE = 256
MOST_DIGITS = 6
LARGEST_EXACT_INTEGER = 2**24
"""float32 adds integers exactly up to this sum."""
EQUAL_SUMS_TOLERANCE = 2.0**-45
"""Sums of a leaf's values count as equal if they differ by no more than this fraction of the greatest value."""


@dataclass(frozen=True, eq=False)
class Digits:
    """How values of leaves become digits, and how sums of values follow from sums of digits.

    Attributes
    ----------
    unit : ndarray of float64, shape (n_sums,)
        Unit of the lowest digit of each value that has digits; where values add to a constant, the last has none.
    places : int
        Number of digits of a value.
    parts : int
        Number of columns of the forest's values that add up to one value: 2 for double-float sums, else 1.
    weights : ndarray of float64, shape (n_outputs, n_digits)
    bias : ndarray of float64, shape (n_outputs,)
        ``sums of values = weights @ sums of digits + bias``.
    """

    unit: Floats
    places: int
    parts: int
    weights: Floats
    bias: Floats

    @property
    def count(self) -> int:
        """Number of digits of a leaf."""
        return self.places * len(self.unit)

    def encode(self, values: Floats) -> NDArray[np.int8]:
        """Return the digits of leaves: the lowest place of all values first.

        Parameters
        ----------
        values : ndarray of float64, shape (n_values, n_outputs)
            Of the forest's leaves.

        Returns
        -------
        ndarray of int8, shape (n_values, n_digits)
        """
        rest = np.rint(_whole(values, self.parts)[:, : len(self.unit)] / self.unit)
        places = []
        for _ in range(self.places):
            digit = (rest + BASE // 2) % BASE - BASE // 2
            rest = (rest - digit) / BASE
            places.append(digit.astype(np.int8))
        return np.concatenate(places, axis=1)


def _whole(values: Floats, parts: int) -> Floats:
    """Return the exact sums of the parts of each value."""
    whole: Floats = values.reshape(len(values), parts, -1).sum(axis=1)
    return whole


def digits_of(op: TreeSums) -> Digits | None:
    """Return the digits of an operation's values; None where float32 takes no more bytes.

    Parameters
    ----------
    op : TreeSums
        Its ``tolerance`` is the usual error that rounding the values may cause in a sum.

    Returns
    -------
    Digits or None
    """
    made = _known.setdefault(op.forest, {})
    key = (op.parts, op.groups, op.tolerance)
    if key not in made:
        values = op.forest.value[op.forest.is_leaf]
        found = _digits(_whole(values, op.parts), op.parts, op.forest.n_trees // op.groups, op.tolerance)
        made[key] = found if found is not None and found.count < 4 * values.shape[1] else None
    return made[key]


_known: WeakKeyDictionary[Forest, dict[tuple[int, int, float], Digits | None]] = WeakKeyDictionary()


def _digits(values: Floats, parts: int, count: int, tolerance: float) -> Digits | None:
    """Return the fewest digits that hold values well enough, and the weights of their sums; None where there are none.

    Parameters
    ----------
    values : ndarray of float64, shape (n_leaves, n_sums)
    parts : int
        Number of parts in which the sums are wanted: 2 for high and low, else 1.
    count : int
        Number of summands of a sum.
    tolerance : float
        Usual error that rounding of the values may cause in a sum.
    """
    n_sums = values.shape[1]
    scale = np.abs(values).max(axis=0)
    largest = float(scale.max())
    if not 0 < largest < np.inf or count * BASE // 2 > LARGEST_EXACT_INTEGER:
        return None
    # Where the values of every leaf have the same sum, as probabilities have, the last value follows from the others.
    total = values.sum(axis=1)
    implied = n_sums > 1 and bool(np.ptp(total) <= largest * EQUAL_SUMS_TOLERANCE)
    scale = np.full(n_sums, largest) if implied else np.where(scale > 0, scale, largest)
    for n_digits in range(1, MOST_DIGITS + 1):
        unit = 2.0 ** np.ceil(np.log2(scale / (127.0 * BASE ** (n_digits - 1))))
        whole = np.rint(values / unit)
        error = np.sqrt(count * np.mean((whole * unit - values) ** 2, axis=0)) / scale
        if error.max() * largest <= tolerance:
            break
    else:
        return None
    single, constant = np.diag(unit), np.zeros(n_sums)
    if implied:
        unit = unit[:-1]
        single = np.vstack([np.diag(unit), -unit])
        constant[-1] = count * np.rint(total[0] / unit[0]) * unit[0]
    powers = float(BASE) ** np.arange(n_digits)
    if parts == 1:
        shares, biases = [np.ones(n_digits)], [constant]
    else:
        # The high part of the sums is made of as many high places as float32 adds exactly.
        exact = (count * (BASE // 2) * powers <= LARGEST_EXACT_INTEGER).sum()
        coarse = np.arange(n_digits) >= n_digits - max(1, exact)
        grid = unit[0] * powers[coarse][0]
        shares = [coarse, ~coarse]
        biases = [np.rint(constant / grid) * grid]
        biases.append(constant - biases[0])
    weights = np.concatenate([np.kron(powers * share, single) for share in shares])
    return Digits(unit, n_digits, parts, weights, np.concatenate(biases))
