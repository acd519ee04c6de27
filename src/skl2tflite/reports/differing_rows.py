"""The rows of a comparison whose answers differ: a bounded list of the worst."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

WORST_KEPT = 10
"""Number of rows of a method that a report shows with their answers."""
REASONS = ("differs", "no answer", "near tie", "equally far", "within rounding")
"""Why the answers of a row differ, the worst first. ``"differs"`` breaks the contract, and so does ``"no answer"`` of
rows that were given; the others are what float32 explains."""


@dataclass(frozen=True)
class DifferingRow:
    """One row whose answers differ by more than the tolerance.

    Attributes
    ----------
    row : int
        Its position among the rows compared.
    reason : {"differs", "no answer", "near tie", "equally far", "within rounding"}
    error : float or None
        Its greatest difference as a fraction of the column's scale; None where labels differ, or the shapes.
    text : str
        The difference in words, without the row's number.
    expected, given : float, int, str, bool or None
        What the estimator answers and what the model answers, where they differ most; NaN and infinities as text.
    column, output : int or None
        Where that is.
    inputs : list or None
        The row's cells, where it is one of a table and not too long; numbers that are not finite as text.
    """

    row: int
    reason: str
    error: float | None
    text: str
    expected: Any = None
    given: Any = None
    column: int | None = None
    output: int | None = None
    inputs: list[Any] | None = None

    def __str__(self) -> str:
        return f"row {self.row}{self.text}"

    @property
    def badness(self) -> tuple[int, float, int]:
        """What rows are ordered by: the reason, then the error, then the earlier row."""
        return -REASONS.index(self.reason), float("inf") if self.error is None else self.error, -self.row

    def at(self, row: int) -> DifferingRow:
        """Return the same row with another position."""
        return replace(self, row=row)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON keeps them."""
        return {**asdict(self), "error": "inf" if self.error == float("inf") else self.error}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> DifferingRow:
        """Return what :meth:`to_json` wrote."""
        return cls(**{**data, "error": None if data["error"] is None else float(data["error"])})


def worst(rows: Iterable[DifferingRow]) -> tuple[DifferingRow, ...]:
    """Return the worst of some rows, the worst first."""
    return tuple(heapq.nlargest(WORST_KEPT, rows, key=lambda row: row.badness))
