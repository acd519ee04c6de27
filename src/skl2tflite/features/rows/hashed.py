"""Rows that are dicts of numbers, as FeatureHasher takes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

from skl2tflite import stored
from skl2tflite.errors import InvalidInputError
from skl2tflite.features.rows.dicts import DictRows, record_names


@dataclass(frozen=True)
class HashedRows(DictRows):
    """Dicts of numbers, whose names are hashed. A file knows some names only; rows with others are refused.

    Parameters
    ----------
    names : tuple of str
        The names in rows given to ``convert``, sorted.
    """

    kind = "hashed"

    names: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there are any names: an estimator learns none."""
        return bool(self.names)

    def seen_in(self, X: Any) -> HashedRows:
        """Return the kind with the names that rows have; itself, where it has names already."""
        return self if self.known else HashedRows(tuple(record_names(X)))

    def check_feature(self, row: int, name: Any, value: Any, taken: Collection[str]) -> None:
        """Raise where a file cannot know the column that scikit-learn's hash gives a feature."""
        if name not in taken:
            raise InvalidInputError(
                f"row {row} has the feature {name!r}, which was in no row given to convert: scikit-learn hashes it "
                "too, so leaving it out would change the answer; convert with rows that have it"
            )
        if isinstance(value, str):
            raise InvalidInputError(
                f"row {row}: feature {name!r} is text, and any text has a hash of its own, which a file cannot "
                "compute; use DictVectorizer or OneHotEncoder"
            )
        if value is None:
            raise InvalidInputError(
                f"row {row}: feature {name!r} is None, expected a number; scikit-learn refuses it too"
            )
        super().check_feature(row, name, value, taken)

    @classmethod
    def from_facts(cls, facts: stored.Rows) -> Self:
        """Return the kind with the names that a file knows."""
        assert isinstance(facts, stored.Hashed)
        return cls(facts.names)
