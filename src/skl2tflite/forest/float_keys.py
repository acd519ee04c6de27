"""Integer keys of float32 numbers: neighbouring numbers have neighbouring keys, so that one can bisect over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GREATEST_KEY = 0x7F7FFFFF
"""Key of the greatest finite float32; the least has the negative of it."""


def to_keys(x: NDArray[np.float32]) -> Ints:
    """Return the keys of float32 numbers; both zeros have the key 0."""
    bits = np.ascontiguousarray(x, dtype=np.float32).view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def from_keys(keys: Ints) -> NDArray[np.float32]:
    """Return the float32 numbers that have these keys."""
    return np.where(keys < 0, -keys | 0x80000000, keys).astype(np.uint32).view(np.float32)


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
