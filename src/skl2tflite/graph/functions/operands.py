"""Dtypes, shapes and axes of operands, and promotion to a common dtype."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.dtype import DType, Shape
from skl2tflite.graph.op import Op, apply, normalize_axes
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Tensor

Operand = Array | float | int | bool | Sequence[Any]
GREATEST = float(np.finfo(np.float32).max)
"""The greatest float32 number."""
_ORDER = [DType.BOOL, DType.INT, DType.FLOAT]


def dtype_of(x: Any) -> DType:
    """Return the dtype of an array, tensor or scalar."""
    return x.dtype if isinstance(x, Tensor) else DType.of(np.asarray(x))


def astype(x: Operand, dtype: object, **_: object) -> Array:
    """Convert to another dtype; its width is ignored, as a graph knows none."""
    kind = dtype if isinstance(dtype, DType) else DType.of(np.empty(0, dtype=dtype))  # type: ignore[call-overload]
    return as_kind(x, kind)


def as_kind(x: Any, kind: DType) -> Array:
    """Convert an operand to a dtype."""
    if dtype_of(x) == kind:
        return x if isinstance(x, Tensor) else np.asarray(x)
    result: Array = apply(ops.Cast(kind), x)
    return result


def promote(*operands: Any, least: DType = DType.BOOL) -> list[Array]:
    """Convert operands to a common dtype: the highest of bool, int, float among theirs and ``least``."""
    kinds = {dtype_of(x) for x in operands}
    if DType.STRING in kinds:
        if len(kinds) > 1:
            raise refusal("strings and numbers cannot be combined or compared")
        return [as_kind(x, DType.STRING) for x in operands]
    kind = builtins.max([least, *kinds], key=_ORDER.index)
    return [as_kind(x, kind) for x in operands]


def apply_to_floats(op: Op, x: Any) -> Array:
    """Apply an operation to an operand converted to floats."""
    result: Array = apply(op, as_kind(x, DType.FLOAT))
    return result


def apply_to_numbers(op: Op, *operands: Any) -> Array:
    """Apply an operation to operands converted to a common dtype, int or float."""
    result: Array = apply(op, *promote(*operands, least=DType.INT))
    return result


def refuse_truths(symbol: str, *operands: Any) -> None:
    """Refuse an operator between booleans, as NumPy does."""
    if {dtype_of(x) for x in operands} == {DType.BOOL}:
        raise refusal(f"{symbol} between booleans has no meaning, in NumPy neither; use ^ or ~")


def shape_of(x: Any) -> Shape:
    """Return the shape of an array, tensor or scalar."""
    return x.shape if isinstance(x, Tensor) else np.shape(x)


def rank_of(x: Any) -> int:
    """Return the number of axes."""
    return x.ndim if isinstance(x, Tensor) else np.ndim(x)


def normal_axis(x: Any, axis: int) -> int:
    """Return an axis counted from the front."""
    return normalize_axes(axis, rank_of(x))[0]
