"""NumPy's functions of each element, and look-ups among constants.

Parameters and shapes are those of the functions of the same names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import functions as xp
from skl2tflite.graph.dtype import DType
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor
from skl2tflite.tracing.numpy.making import KINDS, ones_like, zeros_like
from skl2tflite.tracing.tracing_context import possible_reasons


def clip(a: Array, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Array:
    """Limit values to an interval."""
    return xp.clip(a, a_min if min is None else min, a_max if max is None else max)


def select(conditions: list[Any], choices: list[Any], default: Any = 0) -> Any:
    """For each element, the choice of the first condition that holds."""
    if len(conditions) != len(choices):
        raise refusal(f"numpy.select has {len(conditions)} conditions and {len(choices)} choices")
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = xp.where(condition, choice, result)
    return result


def piecewise(x: Array, condlist: Any, funclist: Sequence[Any], *args: Any, **kwargs: Any) -> Array:
    """For each element, the result of the function whose condition is the last that holds."""
    conditions = condlist if isinstance(condlist, list | tuple) else [condlist]
    result: Array = zeros_like(x)
    if len(funclist) == len(conditions) + 1:
        none = xp.logical_not(conditions[0])
        for condition in conditions[1:]:
            none = xp.logical_and(none, xp.logical_not(condition))
        conditions = [*conditions, none]
    for condition, function in zip(conditions, funclist, strict=True):
        value = function(x, *args, **kwargs) if callable(function) else function
        result = xp.where(condition, xp.astype(value, KINDS[xp.dtype_of(x)]), result)
    return result


def nan_to_num(x: Array, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Array:
    """Replace NaN, and infinities by the greatest float32 numbers unless others are given."""
    if not copy:
        raise refusal("numpy.nan_to_num with copy=False writes into its argument; assign the result instead")
    if xp.dtype_of(x) != DType.FLOAT:
        return x
    greatest = float(np.finfo(np.float32).max)
    if posinf is None or neginf is None:
        which = "posinf" if posinf is None else "neginf"
        possible_reasons.add(
            f"numpy.nan_to_num makes of infinity the greatest float64 number, which float32 cannot hold; give {which}="
        )
    x = xp.where(xp.isnan(x), nan, x)
    x = xp.where(x == np.inf, greatest if posinf is None else posinf, x)
    return xp.where(x == -np.inf, -greatest if neginf is None else neginf, x)


def isclose(a: Array, b: Array, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Array:
    """Whether two values are equal within a tolerance."""
    near = xp.abs(a - b) <= atol + rtol * xp.abs(b)
    near = near & (xp.abs(xp.astype(b, float)) < np.inf)
    same = near | (a == b)
    if not equal_nan:
        return same
    both = xp.isnan(a) & xp.isnan(b)
    return same | both


def around(a: Array, decimals: int = 0) -> Array:
    """Round to a number of decimals, halves to even."""
    scale = 10.0 ** abs(decimals)
    if decimals >= 0 and xp.dtype_of(a) == DType.INT:
        return a
    if decimals == 0:
        return xp.round(a)
    if decimals < 0:
        return xp.round(a / scale) * scale
    return xp.round(a * scale) / scale


def trunc(x: Array) -> Array:
    """Round toward zero."""
    return xp.where(x < 0, xp.ceil(x), xp.floor(x))


def sinc(x: Array) -> Array:
    """``sin(πx) / (πx)``, 1 at 0."""
    angle = x * np.pi
    zero = angle == 0.0
    return xp.where(zero, 1.0, xp.sin(angle) / xp.where(zero, 1.0, angle))


def interp(x: Array, xp_: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Array:
    """Interpolate linearly between constant knots."""
    if period is not None or isinstance(xp_, Tensor) or isinstance(fp, Tensor):
        raise refusal("numpy.interp takes constant knots and no period")
    return xp.interp(x, xp_, fp, left, right)


def polyval(p: Any, x: Array) -> Array:
    """Polynomial with coefficients from the highest power down."""
    result = zeros_like(x)
    for coefficient in p:
        result = result * x + coefficient
    return result


def vander(x: Array, N: int | None = None, increasing: bool = False) -> Array:
    """Powers of each value along a new last axis."""
    if N is None:
        raise refusal("numpy.vander needs N, as the number of rows is known only at run time")
    powers = [ones_like(x)]
    for _ in range(N - 1):
        powers.append(powers[-1] * x)
    return xp.stack(powers if increasing else powers[::-1], axis=-1)


def digitize(x: Array, bins: Any, right: bool = False) -> Array:
    """Number of the bin of each value; the constant edges may rise or fall."""
    edges = np.asarray(bins, dtype=float)
    if edges.ndim != 1 or not (np.all(np.diff(edges) >= 0) or np.all(np.diff(edges) <= 0)):
        raise refusal("bins must rise or fall")
    side = "left" if right else "right"
    if np.all(np.diff(edges) >= 0):
        return searchsorted(edges, x, side)
    return len(edges) - searchsorted(edges[::-1], x, side)


def searchsorted(a: Any, v: Array, side: Any = "left", sorter: Any = None) -> Array:
    """Position of each value among sorted constants."""
    if isinstance(a, Tensor) or sorter is not None:
        raise refusal("numpy.searchsorted takes sorted constants, and values of the input to look up")
    return xp.searchsorted(np.asarray(a, dtype=float).tolist(), v, side=side)


def as_held(values: Any) -> Any:
    """Return constants as they are; refuse floats that are no float32 numbers, which no value of a file can equal."""
    if values.dtype.kind == "f":
        held = values.astype(np.float32).astype(float)
        if not np.array_equal(held, values, equal_nan=True):
            lost = values[held != values][0]
            raise refusal(f"{lost} is no float32 number, so that it equals no value of a float32 input; round both")
    return values


def isin(
    element: Array, test_elements: Any, assume_unique: bool = False, invert: bool = False, *, kind: Any = None
) -> Array:
    """Whether each value is among constants."""
    if isinstance(test_elements, Tensor):
        raise refusal("numpy.isin looks values up among constants")
    values = np.unique(as_held(np.asarray(test_elements)))
    found = xp.any(xp.expand_dims(element, -1) == values, axis=-1) if values.size else zeros_like(element, bool)
    return ~found if invert else found
