"""The dtype in which a tensor holds the categories of a feature, and the categories in that dtype.

Categories are text, floats, or integers that float32 does not hold exactly.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.columns import as_text, is_nan
from skl2tflite.graph import DType

LARGEST_EXACT_INTEGER = 2**24
"""float32 holds every integer up to this magnitude exactly."""


def is_missing(cell: object) -> bool:
    """Whether a cell is NaN, None or pandas.NA."""
    return cell is None or is_nan(cell) or type(cell).__name__ == "NAType"


def category_kind(categories: NDArray[Any]) -> DType:
    """Return the dtype of the tensor that holds a feature with these categories."""
    if any(isinstance(c, str) for c in categories) or all(c is None for c in categories):
        return DType.STRING
    if all(isinstance(c, int | np.integer) and not isinstance(c, bool) for c in categories):
        return DType.INT if any(abs(int(c)) > LARGEST_EXACT_INTEGER for c in categories) else DType.FLOAT
    return DType.FLOAT


def as_held(categories: NDArray[Any], kind: DType) -> NDArray[Any]:
    """Return categories as a tensor of a dtype holds them: text as text, floats rounded to float32."""
    if kind == DType.STRING:
        return np.array(as_text(np.asarray(categories, dtype=object)), dtype=object)
    if kind == DType.INT:
        return np.asarray(categories, dtype=np.int64)
    return np.asarray(categories, dtype=np.float64).astype(np.float32).astype(np.float64)


def held_by_numpy(column: NDArray[Any], kind: DType) -> NDArray[Any]:
    """Return a NumPy column in the dtype of its categories, to be compared with them."""
    if kind == DType.STRING:
        return np.array(as_text(np.asarray(column, dtype=object)), dtype=object)
    return np.asarray(column, dtype=np.int64 if kind == DType.INT else np.float64)


def unknown_value(categories: NDArray[Any], kind: DType) -> Any:
    """Return a value that is none of the categories."""
    if kind == DType.STRING:
        return "".join(c for c in categories if isinstance(c, str)) + "?"
    numbers = set(np.asarray(categories, dtype=np.float64).tolist())
    return next(float(number) for number in count() if number not in numbers)
