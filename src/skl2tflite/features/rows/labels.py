"""Rows that are labels, as LabelEncoder takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skl2tflite.errors import InvalidInputError
from skl2tflite.features.frames import as_cells
from skl2tflite.features.rows.base import RowKind
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.tensor_names import LABELS_NAME
from skl2tflite.features.texts import Rows


@dataclass(frozen=True)
class LabelRows(RowKind):
    """Labels, one a row."""

    kind = "labels"
    file = "column"
    only_column = LABELS_NAME

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return labels as a vector."""
        labels = X if hasattr(X, "iloc") else as_cells(X)
        if len(np.shape(labels)) != 1:
            raise InvalidInputError(f"labels have {len(np.shape(labels))} axes, expected one")
        return {spec.name: schema.column_tensor(spec, labels) for spec in schema.columns or ()}

    def given(self, X: Any) -> Any:
        """Return labels as they are where they are text, else as an array."""
        return X if _are_texts(X) else super().given(X)

    def reference(self, X: Any, integers: bool = False) -> Any:
        """Return text in a list, numbers as float32 holds them in an array."""
        return list(X) if _are_texts(X) else super().reference(X, integers)


def _are_texts(labels: Any) -> bool:
    return len(labels) > 0 and all(isinstance(label, str) for label in labels)
