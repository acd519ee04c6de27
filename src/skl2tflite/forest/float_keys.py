"""Float32 numbers as whole numbers of the same order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GREATEST = 0x7F7FFFFF
"""Key of the greatest finite float32; that of the least is its negative."""


def to_keys(x: NDArray[np.float32]) -> Ints:
    """Return integers in the order of float32 numbers, neighbours next to each other, both zeros 0."""
    bits = np.ascontiguousarray(x, dtype=np.float32).view(np.int32).astype(np.int64)
    return np.where(bits < 0, -(bits & 0x7FFFFFFF), bits)


def from_keys(keys: Ints) -> NDArray[np.float32]:
    """Return the float32 numbers of :func:`to_keys`."""
    return np.where(keys < 0, -keys | 0x80000000, keys).astype(np.uint32).view(np.float32)


Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
