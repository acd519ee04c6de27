"""Constants of a file: whether a buffer holds what its tensor says, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

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


class Constants:
    """The constants of a program. Each buffer is looked at once, for many tensors may share it.

    Parameters
    ----------
    program : Program
    """

    def __init__(self, program: Program) -> None:
        self._buffers = program.buffers
        self._seen: dict[tuple[object, ...], Any] = {}

    def fault(self, tensor: TensorDef) -> str:
        """Say how the bytes of a constant are not what its tensor says, nothing where they are."""
        if DYNAMIC in tensor.shape:
            return f"constant {tensor.name!r} has an unknown axis"
        count, content = math.prod(tensor.shape), self._buffers[tensor.buffer]
        fault = ""
        if tensor.dtype == "string":
            fault = self._once(("strings", tensor.buffer, count), lambda: _strings_fault(count, content))
        elif tensor.dtype not in ITEM_SIZES:
            fault = "is of no dtype that constants have"
        elif len(content) != count * ITEM_SIZES[tensor.dtype]:
            fault = f"has {len(content)} bytes"
        elif tensor.dtype == "bool" and self._once(("bool", tensor.buffer), lambda: bool(content.strip(b"\0\1"))):
            fault = "holds bytes that are neither 0 nor 1"
        return fault and f"constant {tensor.name!r} of {tensor.dtype}{list(tensor.shape)} {fault}"

    def numbers(self, subgraph: Subgraph, index: int) -> NDArray[Any] | None:
        """Return the numbers of a tensor, None where it is no sound constant of integers."""
        tensor = subgraph.tensors[index]
        if not 0 < tensor.buffer < len(self._buffers) or tensor.dtype not in _NUMBERS or self.fault(tensor):
            return None
        return np.frombuffer(self._buffers[tensor.buffer], _NUMBERS[tensor.dtype]).reshape(tensor.shape)

    def ends(self, subgraph: Subgraph, index: int, columns: int) -> list[tuple[int, int]] | None:
        """Return the least and the greatest number of each column of a constant of integers.

        Parameters
        ----------
        subgraph : Subgraph
        index : int
            The tensor.
        columns : int
            How many numbers are in a row.
        """
        numbers = self.numbers(subgraph, index)
        if numbers is None or not numbers.size or not columns:
            return None
        tensor = subgraph.tensors[index]

        def look() -> list[tuple[int, int]]:
            rows = numbers.reshape(-1, columns)
            return list(zip(rows.min(axis=0).tolist(), rows.max(axis=0).tolist(), strict=True))

        found: list[tuple[int, int]] = self._once(("ends", tensor.buffer, tensor.dtype, columns), look)
        return found

    def _once(self, key: tuple[object, ...], look: Callable[[], Any]) -> Any:
        if key not in self._seen:
            self._seen[key] = look()
        return self._seen[key]


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
