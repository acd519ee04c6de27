"""Numbers as whole numbers, whose products float32 adds exactly, and what is left of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def integer_and_remainder(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nearest whole numbers, and what is left."""
    whole = np.rint(values)
    return whole, values - whole
