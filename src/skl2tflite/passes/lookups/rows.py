"""Rows of a table, looked up by the case of a column: what a function of that column alone gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skl2tflite.graph import Array, DType, Tensor, as_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.passes.lookups.cases import Cases

NARROW = 64
"""Columns up to which a table is kept with all its zeros."""

Now: TypeAlias = Callable[[Tensor], Tensor]
"""Gives what has taken a tensor's place in the rewritten graph."""
Number: TypeAlias = Callable[[Cases], Tensor]
"""Gives the numbers of the cases of a column in the rewritten graph."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Columns that depend on the case of one column alone.

    Attributes
    ----------
    cases : Cases
    table : csr_array of shape (n_cases, n_columns)
        What they hold in each case.
    base : ndarray of shape (n_columns,), optional
        What is added to it in every case.
    """

    cases: Cases
    table: sparse.csr_array
    base: NDArray[np.float64] | None = None

    @classmethod
    def of_dense(cls, cases: Cases, values: NDArray[Any]) -> Rows:
        """Return rows of a table that has no more than a few columns."""
        return cls(cases, sparse.csr_array(values.reshape(len(cases), -1)))

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.table.shape[1])

    def dense(self) -> NDArray[Any]:
        """Return the table with its zeros, and with what is added to it."""
        values: NDArray[Any] = self.table.toarray()
        return values if self.base is None else values + self.base

    def pick(self, at: NDArray[np.int64]) -> Rows:
        """Return some of the columns."""
        return replace(self, table=self.table[:, at], base=None if self.base is None else self.base[at])

    def times(self, factor: NDArray[np.float64]) -> Rows:
        """Return the columns, each times a factor."""
        scaled = sparse.csr_array(self.table.multiply(factor[np.newaxis]))
        return replace(self, table=scaled, base=None if self.base is None else self.base * factor)

    def plus(self, shift: NDArray[np.float64]) -> Rows:
        """Return the columns with a number added to each."""
        return replace(self, base=shift if self.base is None else self.base + shift)

    def chosen(self, others: Rows, condition: NDArray[np.bool_]) -> Rows:
        """Return these rows in the cases for which a condition holds, and other rows in all others.

        Parameters
        ----------
        others : Rows
            Of the same column.
        condition : ndarray of bool, shape (n_cases,)
        """
        parts = [(self.table.tocoo(), condition), (others.table.tocoo(), ~condition)]
        kept = [(part, where[part.coords[0]]) for part, where in parts]
        data = np.concatenate([part.data[at] for part, at in kept])
        places = [np.concatenate([part.coords[axis][at] for part, at in kept]) for axis in (0, 1)]
        return Rows(self.cases, sparse.csr_array((data, (places[0], places[1])), shape=self.table.shape))

    def product(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the table times a matrix."""
        product: NDArray[np.float64] = self.table @ weights
        return product if self.base is None else product + self.base @ weights

    def written(self, number: Tensor, dtype: DType) -> Tensor | None:
        """Return the columns, of shape (n_rows, n_columns); None where that would take too large a table.

        Parameters
        ----------
        number : Tensor of int, shape (n_rows,)
            Number of the case of each row.
        dtype : DType
            Of the result.
        """
        if self.width <= NARROW and (self.width == 1 or not self._is_one_hot):
            values = self.dense()
            if self.width == 1:
                return as_tensor(xp.expand_dims(xp.take(values[:, 0], number), 1))
            return as_tensor(xp.take(values, number, axis=0))
        if not self._is_one_hot:
            return None
        filled, at = self._filled, np.full(len(self.cases), -1)
        coo = self.table.tocoo()
        hot = ~filled[coo.coords[0]]
        at[coo.coords[0][hot]] = coo.coords[1][hot]
        nan = filled if filled.any() else None
        if dtype == DType.FLOAT and self.width > NARROW:
            return _outer(at, nan, self.width, number)
        return as_tensor(_hot(at, nan, self.width, number, dtype))

    @property
    def _filled(self) -> NDArray[np.bool_]:
        """Cases in which all columns are NaN."""
        filled = np.zeros(len(self.cases), dtype=np.bool_)
        if self.table.dtype.kind == "f":
            coo = self.table.tocoo()
            counts = np.bincount(coo.coords[0][np.isnan(coo.data)], minlength=len(filled))
            filled = counts == self.width
        return filled

    @property
    def _is_one_hot(self) -> bool:
        """Whether in each case at most one column is 1 and all others are 0, or all are NaN."""
        counts = np.diff(self.table.indptr)
        own = np.repeat(~self._filled, counts)
        return self.base is None and bool(np.all(self.table.data[own] == 1) and np.all(counts[~self._filled] <= 1))


def _hot(
    at: NDArray[np.int64], nan: NDArray[np.bool_] | None, width: int, number: Tensor, dtype: DType = DType.FLOAT
) -> Array:
    """Return columns of which one is 1.

    Parameters
    ----------
    at : ndarray of int, shape (n_cases,)
        Which column is 1 in each case; -1 for none.
    nan : ndarray of bool, shape (n_cases,), or None
        Cases in which all are NaN.
    width : int
        Number of columns.
    number : Tensor of int, shape (n_rows,)
        Number of the case of each row.
    dtype : DType
        Of the result.
    """
    block: Array = xp.one_hot(xp.take(at, number), width, dtype)
    return block if nan is None else xp.where(xp.expand_dims(xp.take(nan, number), 1), np.nan, block)


def _outer(at: NDArray[np.int64], nan: NDArray[np.bool_] | None, width: int, number: Tensor) -> Tensor:
    """Return many columns of which one is 1: a product of two digits, which is quicker than to compare with each.

    Parameters
    ----------
    at, nan, width, number
        As of :func:`_hot`.
    """
    low = _digit(width)
    high = -(-width // low)
    leading = _hot(np.where(at < 0, -1, at // low), nan, high, number)
    block = xp.expand_dims(leading, 2) * xp.expand_dims(_hot(at % low, None, low, number), 1)
    joined = xp.reshape(block, (-1 if number.shape[0] is None else number.shape[0], high * low))
    return as_tensor(joined if high * low == width else joined[:, :width])


def _digit(width: int) -> int:
    """Return how many values the last of two digits has: it divides the width, where it can be near the root of it."""
    root = int(np.sqrt(width))
    near = [n for n in range(max(8, root // 2), 2 * root + 1) if width % n == 0]
    return min(near, key=lambda n: abs(n - root)) if near else root


@dataclass(frozen=True, eq=False)
class Plain:
    """Columns that are computed as before.

    Attributes
    ----------
    width : int
    written : callable
        Writes them into the rewritten graph.
    """

    width: int
    written: Callable[[Now], Tensor]

    def pick(self, at: NDArray[np.int64]) -> Plain:
        """Return some of the columns."""
        if np.array_equal(at, np.arange(self.width)):
            return self
        return Plain(len(at), lambda now: as_tensor(xp.take(self.written(now), at, axis=1)))


Part: TypeAlias = Rows | Plain


def pick(parts: Sequence[Part], at: NDArray[np.int64]) -> list[Part]:
    """Return some of the columns of parts that lie side by side, in any order."""
    ends = np.cumsum([part.width for part in parts])
    owner = np.searchsorted(ends, at, side="right")
    runs = np.split(np.arange(len(at)), np.flatnonzero(np.diff(owner)) + 1) if len(at) else []
    picked: list[Part] = []
    for run in runs:
        part = parts[owner[run[0]]]
        picked.append(part.pick(at[run] - (ends[owner[run[0]]] - part.width)))
    return picked
