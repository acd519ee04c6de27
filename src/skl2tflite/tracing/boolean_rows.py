"""Truth values in the array that is given to ``convert``: what a function gets then, which may join them by logic."""

from __future__ import annotations

import numpy as np

from skl2tflite.flow.table import Table
from skl2tflite.graph import as_tensor
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import Given


def truths_given(X: object) -> list[Given]:
    """Return the columns of a model's input as an array of truth values, where rows are one; else nothing."""
    rows = given().X
    if not isinstance(rows, np.ndarray) or rows.dtype.kind != "b" or not isinstance(X, Table):
        return []
    if any(column.origin is None for column in X.columns):
        return []
    return [as_tensor(X.matrix() != 0.0)]
