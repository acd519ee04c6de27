"""Rows that are texts, as CountVectorizer takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.reading import listed
from skl2tflite.features.rows.base import RowKind
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import TEXT_NAME
from skl2tflite.features.texts import Rows
from skl2tflite.graph import DType


@dataclass(frozen=True)
class TextRows(RowKind):
    """Texts, which a vectorizer reads."""

    kind = "texts"
    file = "column"
    passes_through = True
    only_column = TEXT_NAME

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return texts as code points, or as the ids or counts of their terms."""
        texts = _as_texts(X)
        return {spec.name: spec.texts(texts) for spec in schema.columns or ()}

    def held_exactly(self, X: Any) -> bool:
        """Texts hold no numbers."""
        return True

    def given(self, X: Any) -> Any:
        """Return the texts, which no vectorizer writes to."""
        return X

    def reference(self, X: Any, integers: bool = False) -> Any:
        """Return the texts in a list."""
        return list(X)

    @property
    def first_kinds(self) -> dict[int, DType]:
        """Say that it is text."""
        return {0: DType.STRING}


def _as_texts(X: Any) -> Sequence[object]:
    """Return the texts of rows: a list, an array or a column of them.

    Raises
    ------
    InvalidInputError
        Where X is one text, or a table.
    """
    if isinstance(X, str | bytes):
        raise InvalidInputError("X is one text; the model takes a list of texts")
    if getattr(X, "columns", None) is not None or np.ndim(X) > 1:
        raise InvalidInputError("X is a table; the model takes a list of texts, as a column holds them")
    return listed(X, "texts")
