"""What stands in a graph for constants beside columns, and for text as pandas writes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.flow.column import NA, NAN, NONE
from skl2tflite.flow.renamed import MISSING_TEXT
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


def text_of(value: Any) -> Any:
    """Return text, of what is missing what stands for it."""
    if hasattr(value, "column"):
        return value.column.strings()  # of a Series
    if isinstance(value, str | Tensor):
        return value
    return NAN if value is None or value != value else value


def as_str(text: Tensor, dtype: Any) -> Any:
    """Return text as text, of what is missing what pandas makes of it."""
    import pandas as pd

    missing = xp.any(xp.equal(xp.expand_dims(text, 1), MISSING_TEXT), axis=1)
    if dtype == "string":
        return xp.where(missing, NA, text)
    if int(pd.__version__.split(".")[0]) >= 3:
        return xp.where(missing, NAN, text)
    for held, written in ((NAN, "nan"), (NONE, "None"), (NA, "<NA>")):
        text = plain(xp.where(xp.equal(text, held), written, text))
    return text
