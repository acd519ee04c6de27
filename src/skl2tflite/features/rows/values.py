"""Rows of one number each, as IsotonicRegression takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from skl2tflite.features.frames import as_cells, is_frame
from skl2tflite.features.rows.table import TableRows
from skl2tflite.features.schema import FeatureSchema
from skl2tflite.features.texts import Rows


@dataclass(frozen=True)
class ValueRows(TableRows):
    """Rows of a table of one column, or its values in a vector."""

    kind = "values"

    def tensors(self, X: Any, schema: FeatureSchema) -> dict[str, Rows]:
        """Return a table, or the table that a vector is the column of, as tensors."""
        vector = not is_frame(X) and len(np.shape(as_cells(X))) == 1
        return super().tensors(as_cells(X).reshape(-1, 1) if vector else X, schema)
