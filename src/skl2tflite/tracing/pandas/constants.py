"""Constants that user code combines with columns, in the form in which a graph holds them."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor
from skl2tflite.tracing.numpy.writable import plain


def every_row(values: Any, shape: tuple[int | None, ...]) -> Any:
    """Return the one number of an array that holds it for each row of a fixed batch; anything else as it is."""
    if isinstance(values, np.ndarray) and values.shape == shape and len(np.unique(values)) == 1:
        return values[0]
    return values


def repeated(value: Any, like: Tensor) -> Tensor:
    """Return the number that a function gives for every value, for each row."""
    if np.ndim(value) or np.asarray(value).dtype.kind not in "fiub":
        raise refusal(f"map gives {value!r:.60} for every value, which is no number; use numpy.where")
    return plain(xp.broadcast_rows(np.asarray(value), like))  # type: ignore[no-any-return]
