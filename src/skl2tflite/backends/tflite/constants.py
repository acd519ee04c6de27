"""Constants of a file: whether a buffer holds what its tensor says, and its numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.program import DYNAMIC, Program, Subgraph, TensorDef

ITEM_SIZES = {
    "float32": 4, "float64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "bool": 1, "qint8": 1, "qint32": 4,
}  # fmt: skip
_NUMBERS = {"int16": "<i2", "int32": "<i4", "int64": "<i8"}


def row_bytes(tensor: TensorDef) -> int:
    """Return the bytes that a tensor takes where each axis of unknown length has length 1."""
    return math.prod(n for n in tensor.shape if n != DYNAMIC) * ITEM_SIZES.get(tensor.dtype, 1)


def constant_fault(tensor: TensorDef, content: bytes) -> str:
    """Say how the bytes of a constant are not what its tensor says, nothing where they are."""
    if DYNAMIC in tensor.shape:
        return f"constant {tensor.name!r} has an unknown axis"
    count = math.prod(tensor.shape)
    if tensor.dtype == "string":
        fault = _strings_fault(count, content)
        return fault and f"constant {tensor.name!r} of string{list(tensor.shape)} {fault}"
    if tensor.dtype not in ITEM_SIZES:
        return f"constant {tensor.name!r} is {tensor.dtype}"
    if len(content) != count * ITEM_SIZES[tensor.dtype]:
        return f"constant {tensor.name!r} of {tensor.dtype}{list(tensor.shape)} has {len(content)} bytes"
    if tensor.dtype == "bool" and content.strip(b"\0\1"):
        return f"constant {tensor.name!r} of bool holds bytes that are neither 0 nor 1"
    return ""


def _strings_fault(count: int, content: bytes) -> str:
    """Say how packed strings are damaged: their number, then where each begins and the last ends, then their bytes."""
    if len(content) < 8 or int.from_bytes(content[:4], "little", signed=True) != count:
        return "holds another number of texts"
    start = 4 * (count + 2)
    if len(content) < start:
        return "is cut off"
    ends = np.frombuffer(content, "<i4", count + 1, 4)
    if ends[0] != start or ends[-1] != len(content) or (np.diff(ends) < 0).any():
        return "holds texts that lie outside of it"
    return ""


def whole_numbers(program: Program, subgraph: Subgraph, index: int) -> NDArray[np.int64] | None:
    """Return the numbers of a tensor, where it is a sound constant of whole numbers that is small enough to look at."""
    if not 0 <= index < len(subgraph.tensors):
        return None
    tensor = subgraph.tensors[index]
    if not 0 < tensor.buffer < len(program.buffers) or tensor.dtype not in _NUMBERS:
        return None
    content = program.buffers[tensor.buffer]
    if constant_fault(tensor, content):
        return None
    return np.frombuffer(content, _NUMBERS[tensor.dtype]).astype(np.int64).reshape(tensor.shape)
