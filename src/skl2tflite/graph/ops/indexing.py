"""Operations that pick elements by position, and find positions by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Shape, Spec
from skl2tflite.graph.op import Op, Value


@dataclass(frozen=True)
class Slice(Op):
    """Basic slices, one ``(start, stop, step)`` per axis, with NumPy's meaning of None."""

    slices: tuple[tuple[int | None, int | None, int | None], ...]

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Length of each slice; an unknown axis can only be taken whole."""
        (x,) = inputs
        shape: list[int | None] = []
        for length, bounds in zip(x.shape, self.slices, strict=True):
            if length is None:
                if bounds != (None, None, None):
                    raise GraphError("an axis known only at run time cannot be sliced")
                shape.append(None)
            else:
                shape.append(len(range(*slice(*bounds).indices(length))))
        return (Spec(x.dtype, tuple(shape)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Slice with NumPy."""
        return inputs[0][tuple(slice(*bounds) for bounds in self.slices)]


@dataclass(frozen=True)
class Take(Op):
    """Entries of the first operand along an axis, at the integer positions of the second."""

    axis: int

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Put the positions' shape in place of the axis."""
        x, indices = inputs
        if indices.dtype != DType.INT:
            raise GraphError(f"positions are {indices.dtype}, not int")
        return (Spec(x.dtype, (*x.shape[: self.axis], *indices.shape, *x.shape[self.axis + 1 :])),)

    def evaluate(self, *inputs: Value) -> Value:
        """Gather with NumPy."""
        x, indices = inputs
        return np.asarray(np.take(x, indices, axis=self.axis))


@dataclass(frozen=True)
class TakeAlongAxis(Op):
    """Entries of each row at that row's own positions, along the last axis."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Take the shape of the positions."""
        x, indices = inputs
        if indices.dtype != DType.INT or x.shape[:-1] != indices.shape[:-1]:
            raise GraphError("positions must be int and share all axes but the last")
        return (Spec(x.dtype, indices.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Gather with NumPy."""
        x, indices = inputs
        return np.take_along_axis(x, indices, axis=-1)


@dataclass(frozen=True)
class TopK(Op):
    """The k greatest along the last axis, descending, and their positions; the first of equals first."""

    k: int

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Values and positions, k along the last axis."""
        (x,) = inputs
        if x.shape[-1] is None or x.shape[-1] < self.k:
            raise GraphError(f"the last axis has fewer than {self.k} entries")
        shape: Shape = (*x.shape[:-1], self.k)
        return Spec(x.dtype, shape), Spec(DType.INT, shape)

    def evaluate(self, *inputs: Value) -> tuple[Value, ...]:
        """Sort with NumPy, stable."""
        (x,) = inputs
        order = np.argsort(-x, axis=-1, kind="stable")[..., : self.k]
        return np.take_along_axis(x, order, axis=-1), order


@dataclass(frozen=True)
class SearchSorted(Op):
    """Number of constant sorted bounds at or below (``right``), or below (``left``), each value."""

    bounds: tuple[float, ...]
    side: Literal["left", "right"] = "right"

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Integers of the same shape."""
        (x,) = inputs
        if x.dtype != DType.FLOAT:
            raise GraphError(f"takes float, not {x.dtype}")
        return (Spec(DType.INT, x.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Search with NumPy."""
        return np.asarray(np.searchsorted(np.asarray(self.bounds), inputs[0], side=self.side))


@dataclass(frozen=True)
class OneHot(Op):
    """A last axis of ``depth`` that is 1 at each integer and 0 elsewhere; all 0 out of range."""

    depth: int
    dtype: DType = DType.FLOAT

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Append the axis."""
        (x,) = inputs
        if x.dtype != DType.INT:
            raise GraphError(f"takes int, not {x.dtype}")
        return (Spec(self.dtype, (*x.shape, self.depth)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Compare with the range."""
        hot = np.equal(inputs[0][..., None], np.arange(self.depth))
        return hot.astype({DType.BOOL: np.bool_, DType.INT: np.int64}.get(self.dtype, np.float64))


@dataclass(frozen=True)
class BroadcastRows(Op):
    """The first operand (one row, no batch axis) repeated for every row of the second."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Put the rows' axis in front of the row."""
        row, like = inputs
        return (Spec(row.dtype, (like.shape[0], *row.shape)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Broadcast with NumPy."""
        row, like = inputs
        return np.broadcast_to(row, (like.shape[0], *row.shape))
