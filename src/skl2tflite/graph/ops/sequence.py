"""Operations on sequences whose length is known only at run time, such as the characters and words of a text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import Op, Value


@dataclass(frozen=True)
class Length(Op):
    """Number of entries along the first axis."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Return one integer."""
        (x,) = inputs
        if not x.shape:
            raise GraphError("a single value has no length")
        return (Spec(DType.INT, ()),)

    def evaluate(self, *inputs: Value) -> Value:
        """Count."""
        return np.asarray(len(inputs[0]))


@dataclass(frozen=True)
class Arange(Op):
    """The integers from 0 up to, and without, the operand."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Return one axis, its length unknown."""
        (stop,) = inputs
        if stop != Spec(DType.INT, ()):
            raise GraphError(f"takes one integer, not {stop}")
        return (Spec(DType.INT, (None,)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Count up with NumPy."""
        return np.arange(int(inputs[0]))


@dataclass(frozen=True)
class SegmentSum(Op):
    """Sums of the first operand's entries over segments; the second operand gives the segment of each entry.

    The number of segments is the attribute or, without it, a third operand.
    """

    count: int | None = None

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Return one sum for each segment."""
        x, segments, *count = inputs
        if x.dtype not in (DType.FLOAT, DType.INT) or segments.dtype != DType.INT:
            raise GraphError(f"takes numbers and the integers of their segments, not {x.dtype} and {segments}")
        if len(segments.shape) != 1 or x.shape[:1] != segments.shape:
            raise GraphError("each entry along the first axis needs its segment")
        if (self.count is None) != (count == [Spec(DType.INT, ())]):
            raise GraphError("the number of segments is given once")
        return (Spec(x.dtype, (self.count, *x.shape[1:])),)

    def evaluate(self, *inputs: Value) -> Value:
        """Add up with NumPy."""
        x, segments, *count = inputs
        sums = np.zeros((int(count[0]) if self.count is None else self.count, *x.shape[1:]), x.dtype)
        np.add.at(sums, segments, x)
        return sums


@dataclass(frozen=True)
class Ahead(Op):
    """A sequence shifted by ``offset``: each entry is the one ``offset`` positions ahead, and 0 beyond the ends."""

    offset: int

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Same dtype and shape."""
        (x,) = inputs
        if x.dtype not in (DType.FLOAT, DType.INT) or len(x.shape) != 1:
            raise GraphError(f"takes numbers along one axis, not {x}")
        return (x,)

    def evaluate(self, *inputs: Value) -> Value:
        """Shift with NumPy; a negative offset gives predecessors."""
        (x,) = inputs
        shifted = np.zeros_like(x)
        kept = max(0, len(x) - abs(self.offset))
        if self.offset >= 0:
            shifted[:kept] = x[len(x) - kept :]
        else:
            shifted[len(x) - kept :] = x[:kept]
        return shifted
