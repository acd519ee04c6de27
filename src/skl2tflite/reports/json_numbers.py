"""Numbers in JSON, which has no infinity and no NaN."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def to_json_scalar(value: Any) -> Any:
    """Return a cell as JSON holds it; NaN and infinities become ``"nan"``, ``"inf"`` and ``"-inf"``."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def float_from_json(value: Any) -> float:
    """Return a float that :func:`to_json_scalar` wrote."""
    return float(value)
