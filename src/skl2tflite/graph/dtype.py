"""Dtypes and shapes of tensors."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from numpy.typing import NDArray

from skl2tflite.graph.source import refusal

Shape: TypeAlias = tuple[int | None, ...]
"""Lengths of the axes; ``None`` where it is known only at run time, as the number of rows."""


class DType(StrEnum):
    """Dtype of a tensor's elements, without a width: how many bits a file uses is decided by the target."""

    FLOAT = "float"
    INT = "int"
    BOOL = "bool"
    STRING = "string"

    @property
    def kind(self) -> str:
        """The dtype's ``kind`` in NumPy."""
        return {"float": "f", "int": "i", "bool": "b", "string": "U"}[self.value]

    @classmethod
    def of(cls, array: NDArray[Any]) -> DType:
        """Return the dtype of a NumPy array's elements."""
        kind = array.dtype.kind
        if kind == "f":
            return cls.FLOAT
        if kind in "iu":
            return cls.INT
        if kind == "b":
            return cls.BOOL
        if kind in "UST" or (kind == "O" and all(issubclass(each, str | bytes) for each in {*map(type, array.flat)})):
            return cls.STRING
        raise refusal(f"an array of dtype {array.dtype} has no place in a graph; give numbers or strings")


@dataclass(frozen=True, slots=True)
class Spec:
    """Dtype and shape of a tensor, which are known before it is computed."""

    dtype: DType
    shape: Shape

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join('?' if n is None else str(n) for n in self.shape)}]"
