"""How the errors of rows are distributed, in a fixed number of bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EDGES = tuple(float(f"1e{exponent}") for exponent in range(-12, 1))
"""Upper edges of the bins after the first, as fractions of a column's scale; the last bin has all errors above 1."""


@dataclass(frozen=True)
class ErrorHistogram:
    """Numbers of rows by their greatest error, as a fraction of its column's scale.

    Attributes
    ----------
    counts : tuple of int
        Rows without any error; those up to each of ``EDGES``; those above the last.
    """

    counts: tuple[int, ...] = (0,) * (len(EDGES) + 2)

    @classmethod
    def of(cls, errors: NDArray[np.float64]) -> ErrorHistogram:
        """Count rows, given the greatest error of each; NaN counts as infinite."""
        bins = np.where(errors == 0, 0, 1 + np.searchsorted(EDGES, errors, side="left"))
        return cls(tuple(np.bincount(bins, minlength=len(EDGES) + 2).tolist()))

    def __add__(self, other: ErrorHistogram) -> ErrorHistogram:
        return ErrorHistogram(tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    def to_json(self) -> dict[str, Any]:
        """Return the edges and the counts as JSON keeps them."""
        return {"edges": list(EDGES), "counts": list(self.counts)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ErrorHistogram:
        """Return what :meth:`to_json` wrote."""
        return cls(tuple(data["counts"]))
