"""Targets that lack some operations and have all others."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.graph import DType, Op, Tensor
from skl2tflite.legalize import element_kind


class Lacking:
    """A target that lacks operations, for one kind of elements or for more than so many axes if given."""

    def __init__(self, *kinds: type[Op], dtype: DType | None = None, axes: int = -1) -> None:
        self.kinds = kinds
        self.dtype = dtype
        self.axes = axes

    def has(self, op: Op, operands: Sequence[Tensor]) -> bool:
        if type(op) not in self.kinds or operands[0].ndim <= self.axes:
            return True
        return getattr(op, "nan_undefined", False) or self.dtype not in (None, element_kind(op, operands))

    def describe_lack(self, op: Op, operands: Sequence[Tensor]) -> str:
        return f"the target has no {op.name}"
