"""Constants as the sum of an integer and a remainder: float32 adds products of small integers exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def integer_and_remainder(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nearest integers, and the values less these."""
    whole = np.rint(values)
    return whole, values - whole
