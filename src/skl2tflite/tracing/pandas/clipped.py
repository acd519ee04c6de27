"""``clip`` of symbolic columns and DataFrames. As in pandas, a missing bound does not limit."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Tensor


def clipped(values: Tensor, lower: Any, upper: Any) -> Any:
    """Return values within bounds; where a value or a bound is missing, the value stays.

    Parameters
    ----------
    values : Tensor
    lower, upper : number, array or None
        Two numbers may be given in either order. If bounds are arrays and the lower one is above the upper one, the
        upper one counts only where the value itself lies above it.
    """
    lower, upper = _bound(lower), _bound(upper)
    if _is_number(lower) and _is_number(upper):
        return xp.clip(values, min(lower, upper), max(lower, upper))
    result: Any = values
    for bound, limit, beyond in ((lower, xp.maximum, xp.less), (upper, xp.minimum, xp.greater)):
        if _is_number(bound):
            result = limit(result, bound)
        elif bound is not None:
            result = xp.where(beyond(values, bound), bound, result)
    return result


def _bound(bound: Any) -> Any:
    """Return a bound, lists as arrays, and None for a missing number."""
    if bound is None or isinstance(bound, Tensor) or np.ndim(bound):
        return np.asarray(bound, dtype=float) if isinstance(bound, list | tuple) else bound
    return None if bound != bound else bound


def _is_number(bound: Any) -> bool:
    return bound is not None and not isinstance(bound, Tensor) and not np.ndim(bound)


def of_numpy(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of pandas' ``clip`` for those of ``numpy.clip``."""
    named = {"a_min": "lower", "min": "lower", "a_max": "upper", "max": "upper"}
    said = dict(zip(("lower", "upper"), args[1:], strict=False))
    for name, value in kwargs.items():
        if name not in named and value is not None:
            raise refusal(f"numpy.clip of pandas' columns with {name}= cannot be recorded")
        said |= {named[name]: value} if name in named else {}
    return said
