"""``astype`` as NumPy does it: integers of 8 and 16 bits hold what wrapping around leaves of a number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.tensor import Array, Tensor
from skl2tflite.tracing.tracing_context import possible_reasons

_KEEPING = (
    ops.Cast, ops.Reshape, ops.Take, ops.Slice, ops.PermuteDims, ops.BroadcastTo, ops.BroadcastRows, ops.Floor,
    ops.Ceil, ops.Round,
)  # fmt: skip
"""Operations that leave the numbers of their first operand between whole bounds."""
_CHOOSING = (ops.Concat, ops.Stack)


def cast(x: Array, dtype: Any) -> Array:
    """Convert to a dtype; where a number may not fit an integer of 8 or 16 bits, it wraps around."""
    note_narrow(dtype)
    width = np.dtype(dtype)
    if width.kind not in "iu" or width.itemsize > 2:
        return xp.astype(x, dtype)
    if xp.dtype_of(x) == DType.FLOAT:
        x = xp.where(xp.isnan(x), 0.0, x)  # as NumPy does; pandas raises an error
    result = xp.astype(x, dtype)
    limits = np.iinfo(width)
    low, high = between(x)
    if limits.min <= low and high <= limits.max:
        return result
    return xp.remainder(result - limits.min, 2**limits.bits) + limits.min


def note_narrow(dtype: Any) -> None:
    """Note that a function makes numbers of a dtype, where arithmetic on these may wrap around or lose digits."""
    made = np.dtype(dtype)
    if made.itemsize <= 2 and made.kind in "iuf":
        possible_reasons.add(
            f"it makes {made} of numbers, and what it computes of these wraps around or loses digits; make int64 or "
            "float64 of them"
        )


def between(x: Any) -> tuple[float, float]:
    """Return whole bounds of all numbers that a tensor can hold, infinite where none are known."""
    if not isinstance(x, Tensor) or x.constant is not None:
        held = np.asarray(x.constant if isinstance(x, Tensor) else x, dtype=float)
        return float(np.floor(held.min(initial=np.inf))), float(np.ceil(held.max(initial=-np.inf)))
    if x.dtype == DType.BOOL:
        return 0.0, 1.0
    op, inputs = x.node.op, x.node.inputs
    if isinstance(op, _KEEPING):
        return between(inputs[0])
    if isinstance(op, _CHOOSING):
        return _both([between(each) for each in inputs])
    if isinstance(op, ops.Where):
        return _both([between(each) for each in inputs[1:]])
    if isinstance(op, ops.Maximum | ops.Minimum):
        (a, b), (c, d) = (between(each) for each in inputs)
        return (max(a, c), max(b, d)) if isinstance(op, ops.Maximum) else (min(a, c), min(b, d))
    return -math.inf, math.inf


def _both(bounds: list[tuple[float, float]]) -> tuple[float, float]:
    return min(low for low, _ in bounds), max(high for _, high in bounds)
