"""Rows that are sets of labels, as MultiLabelBinarizer takes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from skl2tflite import stored
from skl2tflite.errors import InvalidInputError
from skl2tflite.features.columns import NO_LABEL
from skl2tflite.features.reading import listed
from skl2tflite.features.rows.base import RowKind
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import LABELS_NAME
from skl2tflite.features.texts import Rows
from skl2tflite.flow.column import FOREIGN


@dataclass(frozen=True)
class SetRows(RowKind):
    """Sets of labels.

    Parameters
    ----------
    labels : tuple of str or int
        The labels that the estimator knows.
    """

    kind = "sets"
    file = "sets"
    only_column = LABELS_NAME
    column_axes = 2
    unbounded = "sets of labels of any length"

    labels: tuple[str | int, ...]

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return sets as rows of a matrix, filled up to one length by a value that is no label."""
        return {spec.name: spec.sets(_as_tuples(X), self.labels) for spec in schema.columns or ()}

    def materialized(self, X: Any) -> NDArray[np.object_]:
        """Return sets as tuples: rows may be iterators."""
        return _as_tuples(X)

    def held_exactly(self, X: Any) -> bool:
        """Labels are text, or integers of 32 bits."""
        return True

    def about_column(self, in_codes: bool) -> str:
        """Return what a file says of the tensor."""
        if in_codes:
            return "each row's set of labels, as positions in the vocabulary; -1: none"
        return f"each row's set of labels, filled up by {FOREIGN!a}, or {NO_LABEL}"

    @classmethod
    def from_facts(cls, facts: stored.Rows) -> Self:
        """Return the kind with the labels that a file knows."""
        assert isinstance(facts, stored.Sets)
        if len({type(label) for label in facts.labels}) > 1:
            raise stored.damaged("labels of sets", "are texts beside integers")
        return cls(facts.labels)


def _as_tuples(X: Any) -> NDArray[np.object_]:
    """Return rows that are sets of labels as tuples, in an array of shape (n_rows,).

    Raises
    ------
    InvalidInputError
        Where one is something else.
    """
    rows = listed(X, "sets of labels") if isinstance(X, Iterable) else [X]
    sets = np.empty(len(rows), dtype=object)
    for at, row in enumerate(rows):
        if not isinstance(row, Iterable):
            raise InvalidInputError(f"row {at} is a {type(row).__name__}, expected a set of labels")
        sets[at] = tuple(row)
    return sets
