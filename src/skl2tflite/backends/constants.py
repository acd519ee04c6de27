"""Constants as files hold them: rounded once, and refused where that would change what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import ConversionError


def rounded(array: NDArray[Any]) -> NDArray[Any]:
    """Return floats as float32 and whole numbers as int32; narrow integers, truth values and strings stay.

    Raises
    ------
    ConversionError
        Where a number is beyond float32 or int32.
    """
    kind = array.dtype.kind
    if kind == "f":
        with np.errstate(over="ignore"):
            result = array.astype(np.float32)
        if np.any(np.isinf(result) & ~np.isinf(array)):
            largest = float(np.max(np.abs(array[np.isfinite(array)])))
            raise ConversionError(
                f"the model holds {largest:.3g}, beyond the greatest "
                "float32 number (3.4e38); scale the features or the target"
            )
        return result
    if kind in "iu" and array.dtype.name not in ("int8", "int16", "int32"):
        if array.size and (array.min() < -(2**31) or array.max() >= 2**31):
            raise ConversionError(f"the model holds the integer {array.max()}, which does not fit int32")
        return array.astype(np.int32)
    return array
