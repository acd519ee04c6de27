"""Reductions over axes, and operations along one axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any as AnyType
from typing import ClassVar

import numpy as np
from scipy import special

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Shape, Spec
from skl2tflite.graph.op import Op, Value


def _reduced(shape: Shape, axes: tuple[int, ...], keepdims: bool) -> Shape:
    if keepdims:
        return tuple(1 if axis in axes else n for axis, n in enumerate(shape))
    return tuple(n for axis, n in enumerate(shape) if axis not in axes)


@dataclass(frozen=True)
class Reduction(Op):
    """A reduction over axes (non-negative, sorted)."""

    axes: tuple[int, ...]
    keepdims: bool = False
    function: ClassVar[Callable[..., AnyType]]
    accepts: ClassVar[tuple[DType, ...]] = (DType.FLOAT, DType.INT)

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Drop the axes, or keep them with length 1."""
        (x,) = inputs
        if x.dtype not in self.accepts:
            raise GraphError(f"takes {' or '.join(self.accepts)}, not {x.dtype}")
        return (Spec(x.dtype, _reduced(x.shape, self.axes, self.keepdims)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Reduce with NumPy."""
        with np.errstate(all="ignore"):
            return np.asarray(type(self).function(*inputs, axis=self.axes, keepdims=self.keepdims))


class Sum(Reduction):
    function = np.sum


class Mean(Reduction):
    function = np.mean
    accepts = (DType.FLOAT,)


@dataclass(frozen=True)
class Max(Reduction):
    """Greatest value. NaN if there is a NaN, as in NumPy; with ``nan_undefined`` any number then."""

    nan_undefined: bool = False
    function = np.max


@dataclass(frozen=True)
class Min(Reduction):
    """Least value. NaN if there is a NaN, as in NumPy; with ``nan_undefined`` any number then."""

    nan_undefined: bool = False
    function = np.min


class Prod(Reduction):
    function = np.prod


class Any(Reduction):
    function = np.any
    accepts = (DType.BOOL,)


class All(Reduction):
    function = np.all
    accepts = (DType.BOOL,)


@dataclass(frozen=True)
class ArgMax(Op):
    """Position of the first greatest value along an axis."""

    axis: int
    function: ClassVar[Callable[..., AnyType]] = np.argmax

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Integers, without the axis."""
        (x,) = inputs
        if x.dtype not in (DType.FLOAT, DType.INT):
            raise GraphError(f"takes numbers, not {x.dtype}")
        return (Spec(DType.INT, _reduced(x.shape, (self.axis,), False)),)

    def evaluate(self, *inputs: Value) -> Value:
        """Search with NumPy."""
        return np.asarray(type(self).function(*inputs, axis=self.axis))


class ArgMin(ArgMax):
    """Position of the first least value along an axis."""

    function = np.argmin


@dataclass(frozen=True)
class Along(Op):
    """A function along one axis that keeps the shape."""

    axis: int
    accepts: ClassVar[tuple[DType, ...]] = (DType.FLOAT,)
    function: ClassVar[Callable[..., AnyType]]

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Same dtype and shape."""
        (x,) = inputs
        if x.dtype not in self.accepts:
            raise GraphError(f"takes {' or '.join(self.accepts)}, not {x.dtype}")
        return (x,)

    def evaluate(self, *inputs: Value) -> Value:
        """Compute along the axis."""
        with np.errstate(all="ignore"):
            return np.asarray(type(self).function(*inputs, axis=self.axis))


@dataclass(frozen=True)
class CumulativeSum(Along):
    """The running sum: of all entries up to each one or, if ``exclusive``, of those before it."""

    exclusive: bool = False
    function = np.cumsum
    accepts = (DType.FLOAT, DType.INT)

    def evaluate(self, *inputs: Value) -> Value:
        """Add up with NumPy."""
        sums = super().evaluate(*inputs)
        if not self.exclusive:
            return sums
        before = np.zeros_like(sums)
        rest = tuple(slice(1, None) if axis == self.axis else slice(None) for axis in range(sums.ndim))
        last = tuple(slice(-1) if axis == self.axis else slice(None) for axis in range(sums.ndim))
        before[rest] = sums[last]
        return before


class Softmax(Along):
    function = special.softmax


class LogSoftmax(Along):
    function = special.log_softmax
