"""Categories as tensors hold them: text, floats, or whole numbers beyond those that float32 holds."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features.columns import as_text, is_nan
from skl2tflite.graph import DType

WHOLE = 2**24
"""Up to here float32 holds every whole number."""


def is_missing(cell: object) -> bool:
    """Whether a cell is NaN, None or pandas.NA."""
    return cell is None or is_nan(cell) or type(cell).__name__ == "NAType"


def category_kind(categories: NDArray[Any]) -> DType:
    """Return what a feature's categories are."""
    if any(isinstance(c, str) for c in categories) or all(c is None for c in categories):
        return DType.STRING
    if all(isinstance(c, int | np.integer) and not isinstance(c, bool) for c in categories):
        return DType.INT if any(abs(int(c)) > WHOLE for c in categories) else DType.FLOAT
    return DType.FLOAT


def as_held(categories: NDArray[Any], kind: DType) -> NDArray[Any]:
    """Return categories as a tensor holds them."""
    if kind == DType.STRING:
        return np.array(as_text(np.asarray(categories, dtype=object)), dtype=object)
    if kind == DType.INT:
        return np.asarray(categories, dtype=np.int64)
    return np.asarray(categories, dtype=np.float64).astype(np.float32).astype(np.float64)


def held_by_numpy(column: NDArray[Any], kind: DType) -> NDArray[Any]:
    """Return a column of an array in the kind of its categories."""
    if kind == DType.STRING:
        return np.array(as_text(np.asarray(column, dtype=object)), dtype=object)
    return np.asarray(column, dtype=np.int64 if kind == DType.INT else np.float64)


def unknown_value(categories: NDArray[Any], kind: DType) -> Any:
    """Return a value that is none of the categories."""
    if kind == DType.STRING:
        return "".join(c for c in categories if isinstance(c, str)) + "?"
    numbers = set(np.asarray(categories, dtype=np.float64).tolist())
    return next(float(number) for number in count() if number not in numbers)
