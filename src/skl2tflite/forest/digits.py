"""Values of leaves as digits of 8 bits, so many as their sums need: half the bytes of two float32 numbers.

A value is ``unit * (… + 256 * d1 + d0)`` with digits from -128 to 127. Digits of one place add up exactly, and one
small matrix product makes the sums of the values from the sums of the digits.
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
EXACT_SUM = 2**24
"""Up to here float32 adds whole numbers exactly."""
SAME = 2.0**-45
"""Share of the greatest value by which sums of leaves' values may differ and be the same."""


@dataclass(frozen=True, eq=False)
class Digits:
    """How leaves' values become digits, and sums of values follow from sums of digits.

    Attributes
    ----------
    unit : ndarray of float64, shape (n_sums,)
        What the lowest digit of each value counts, for as many values of a leaf as have digits.
    places : int
        Digits of a value.
    parts : int
        Columns of the forest's values that make one value.
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
        """Digits of a leaf."""
        return self.places * len(self.unit)

    def encode(self, values: Floats) -> NDArray[np.int8]:
        """Return the digits of leaves, the lowest places of all values first.

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
    """Return the numbers that were split into parts, exactly."""
    whole: Floats = values.reshape(len(values), parts, -1).sum(axis=1)
    return whole


def digits_of(op: TreeSums) -> Digits | None:
    """Return the digits of an operation's values, None where float32 is as short.

    Parameters
    ----------
    op : TreeSums
        Its ``tolerance`` is what rounding of the values may usually do to a sum.

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
    n_sums = values.shape[1]
    scale = np.abs(values).max(axis=0)
    largest = float(scale.max())
    if not 0 < largest < np.inf or count * BASE // 2 > EXACT_SUM:
        return None
    # Where the values of each leaf make the same sum, as probabilities do, the last one follows from the others.
    total = values.sum(axis=1)
    implied = n_sums > 1 and bool(np.ptp(total) <= largest * SAME)
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
        # As many high places as float32 adds exactly make the coarse part.
        exact = (count * (BASE // 2) * powers <= EXACT_SUM).sum()
        coarse = np.arange(n_digits) >= n_digits - max(1, exact)
        grid = unit[0] * powers[coarse][0]
        shares = [coarse, ~coarse]
        biases = [np.rint(constant / grid) * grid]
        biases.append(constant - biases[0])
    weights = np.concatenate([np.kron(powers * share, single) for share in shares])
    return Digits(unit, n_digits, parts, weights, np.concatenate(biases))
