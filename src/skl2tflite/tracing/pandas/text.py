"""Text in symbolic columns: missing values, and ``astype(str)``."""

from __future__ import annotations

from typing import Any

from skl2tflite.flow.column import NA, NAN, NONE
from skl2tflite.flow.renamed import MISSING_TEXT
from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import Array, Tensor
from skl2tflite.tracing.numpy.writable import plain


def is_missing_text(text: Tensor) -> Array:
    """Return whether strings are sentinels of missing values."""
    return xp.any(xp.expand_dims(text, 1) == MISSING_TEXT, axis=1)


def as_str(text: Tensor, dtype: Any) -> Any:
    """Return strings as ``astype(str)`` gives them: pandas 3 keeps missing values, older versions make text of them."""
    import pandas as pd

    missing = is_missing_text(text)
    if dtype == "string":
        return xp.where(missing, NA, text)
    if int(pd.__version__.split(".")[0]) >= 3:
        return xp.where(missing, NAN, text)
    for held, written in ((NAN, "nan"), (NONE, "None"), (NA, "<NA>")):
        text = plain(xp.where(text == held, written, text))
    return text
