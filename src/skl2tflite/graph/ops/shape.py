"""Operations that move elements without changing them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import Shape, Spec
from skl2tflite.graph.op import Op, Value, broadcast_shapes


@dataclass(frozen=True)
class Reshape(Op):
    """Give the elements another shape; at most one length is -1 and follows from the rest."""

    shape: tuple[int, ...]

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Resolve -1: to a number where all lengths are known, else to the unknown batch."""
        (x,) = inputs
        if None not in x.shape:
            size = math.prod(n for n in x.shape if n is not None)
            rest = math.prod(n for n in self.shape if n != -1)
            if (-1 in self.shape and (rest == 0 or size % rest)) or (-1 not in self.shape and size != rest):
                raise GraphError(f"{size} elements do not fit shape {self.shape}")
            return (Spec(x.dtype, tuple(size // rest if n == -1 else n for n in self.shape)),)
        if x.shape.count(None) > 1 or self.shape.count(-1) != 1:
            raise GraphError(f"shape {self.shape} must leave the axis known only at run time as -1")
        known = math.prod(n for n in x.shape if n is not None)
        rest = math.prod(n for n in self.shape if n != -1)
        # The unknown length stays one axis only if the known lengths of the two shapes divide one another.
        if known % rest and rest % known:
            raise GraphError(f"rows of {known} elements do not fit shape {self.shape}")
        return (Spec(x.dtype, tuple(None if n == -1 else n for n in self.shape)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Reshape with NumPy; an empty batch leaves -1 undetermined and is resolved by the known lengths."""
        (x,) = inputs
        if x.size == 0 and -1 in self.shape:
            return x.reshape(tuple(0 if n == -1 else n for n in self.shape))
        return x.reshape(self.shape)


@dataclass(frozen=True)
class PermuteDims(Op):
    """Reorder the axes."""

    axes: tuple[int, ...]

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Lengths in the new order."""
        (x,) = inputs
        if sorted(self.axes) != list(range(len(x.shape))):
            raise GraphError(f"axes {self.axes} do not name the {len(x.shape)} axes once each")
        return (Spec(x.dtype, tuple(x.shape[axis] for axis in self.axes)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Transpose with NumPy."""
        return np.transpose(inputs[0], self.axes)


@dataclass(frozen=True)
class Concat(Op):
    """Join arrays along an axis."""

    axis: int

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Add the lengths along the axis; all others must agree."""
        first = inputs[0]
        others = {tuple(n for a, n in enumerate(x.shape) if a != self.axis) for x in inputs}
        if len(others) > 1 or len({x.dtype for x in inputs}) > 1:
            raise GraphError("arrays to join differ in dtype or in another axis")
        lengths = [x.shape[self.axis] for x in inputs]
        total = None if None in lengths else sum(n for n in lengths if n is not None)
        shape = (*first.shape[: self.axis], total, *first.shape[self.axis + 1 :])
        return (Spec(first.dtype, shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Concatenate with NumPy."""
        return np.concatenate(inputs, axis=self.axis)


@dataclass(frozen=True)
class Stack(Op):
    """Join arrays along a new axis."""

    axis: int

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Insert an axis as long as there are arrays."""
        first = inputs[0]
        if len({(x.dtype, x.shape) for x in inputs}) > 1:
            raise GraphError("arrays to stack differ in dtype or shape")
        shape: Shape = (*first.shape[: self.axis], len(inputs), *first.shape[self.axis :])
        return (Spec(first.dtype, shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Stack with NumPy."""
        return np.stack(inputs, axis=self.axis)


@dataclass(frozen=True)
class BroadcastTo(Op):
    """Repeat axes of length 1 up to a shape without unknown lengths beyond the operand's own."""

    shape: Shape

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Check the lengths."""
        (x,) = inputs
        result = broadcast_shapes((x.shape, self.shape))
        if result != self.shape:
            raise GraphError(f"shape {x.shape} does not broadcast to {self.shape}")
        return (Spec(x.dtype, self.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Broadcast with NumPy; unknown lengths are the operand's."""
        (x,) = inputs
        offset = len(self.shape) - x.ndim
        shape = tuple(x.shape[a - offset] if n is None else n for a, n in enumerate(self.shape))
        return np.broadcast_to(x, shape)
