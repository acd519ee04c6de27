"""Rows that are dicts of numbers and texts, as DictVectorizer takes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Self

from skl2tflite import stored
from skl2tflite.errors import InvalidInputError
from skl2tflite.features.rows.dicts import DictRows


@dataclass(frozen=True)
class RecordRows(DictRows):
    """Dicts of numbers and texts. Features that the estimator has not met at fit are ignored.

    Parameters
    ----------
    separator : str
        What DictVectorizer puts between a feature's name and its text, in the names of its columns.
    absent_is_nan : bool
        What inputs of numbers hold where a row lacks the feature: NaN, where an estimator reads it as missing; else 0.
    """

    kind = "records"

    separator: str
    absent_is_nan: bool = False

    @property
    def absent(self) -> float:
        """What inputs of numbers hold where a row lacks the feature."""
        return float("nan") if self.absent_is_nan else 0.0

    def check_feature(self, row: int, name: Any, value: Any, taken: Collection[str]) -> None:
        """Raise where a feature cannot be told from another feature, or from one that the row lacks."""
        if name not in taken and self.separator and self.separator in str(name):
            raise InvalidInputError(
                f"row {row} has the feature {name!r}, which holds {self.separator!r}, so that it cannot be "
                "distinguished from a feature and its text"
            )
        super().check_feature(row, name, value, taken)
        if self.absent_is_nan and (value is None or value != value):
            raise InvalidInputError(
                f"row {row}: feature {name!r} is {value}, which the model cannot distinguish from a feature "
                "that the row lacks; leave it out"
            )

    def with_nan_for_absent(self) -> RecordRows:
        """Return the kind with NaN, in place of 0, for features that a row lacks."""
        return replace(self, absent_is_nan=True)

    def to_json(self) -> dict[str, Any]:
        """Return the kind's name, the separator, and what is not as usual."""
        fields = super().to_json()
        return fields if self.absent_is_nan else {k: v for k, v in fields.items() if k != "absent_is_nan"}

    @classmethod
    def from_facts(cls, facts: stored.Rows) -> Self:
        """Return what :meth:`to_json` wrote."""
        assert isinstance(facts, stored.Records)
        return cls(facts.separator, facts.absent_is_nan)
