"""Arrays of booleans given to ``convert``: user functions are then recorded on booleans, for ``&`` and
``|``.
"""

from __future__ import annotations

import numpy as np

from skl2tflite.flow.table import Table
from skl2tflite.graph import as_tensor
from skl2tflite.tracing.rows_at_hand import given
from skl2tflite.tracing.sample_rows import Given


def truths_given(X: object) -> list[Given]:
    """Return the model's input as a tensor of booleans, where the rows given to ``convert`` are one; else nothing.

    Parameters
    ----------
    X : Table or object
        What a function is given; only a table of the model's own features can be such an input.
    """
    rows = given().X
    if not isinstance(rows, np.ndarray) or rows.dtype.kind != "b" or not isinstance(X, Table):
        return []
    if any(column.origin is None for column in X.columns):
        return []
    return [as_tensor(X.matrix() != 0.0)]
