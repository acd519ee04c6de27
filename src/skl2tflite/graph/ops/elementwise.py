"""Operations on each element: one NumPy function each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any as AnyType
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from scipy.special import erf, expit

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import Op, Value, broadcast_shapes

NUMBERS = (DType.FLOAT, DType.INT)
Accuracy: TypeAlias = Literal["relative", "absolute"]


@dataclass(frozen=True)
class Unary(Op):
    """A function of one array that keeps its shape."""

    function: ClassVar[Callable[..., AnyType]]
    accepts: ClassVar[tuple[DType, ...]] = (DType.FLOAT,)
    returns: ClassVar[DType | None] = None

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Same shape; same dtype unless the class says otherwise."""
        (x,) = inputs
        if x.dtype not in self.accepts:
            raise GraphError(f"takes {' or '.join(self.accepts)}, not {x.dtype}")
        return (Spec(self.returns or x.dtype, x.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Call the NumPy function, without NumPy's warnings."""
        with np.errstate(all="ignore"):
            return np.asarray(type(self).function(*inputs))


@dataclass(frozen=True)
class Lenient(Unary):
    """A function whose error may be a fraction of 1 (``accuracy="absolute"``) instead of a fraction of the result."""

    accuracy: Accuracy = "relative"


class Abs(Unary):
    function = np.abs
    accepts = NUMBERS


class Negative(Unary):
    function = np.negative
    accepts = NUMBERS


class Sign(Unary):
    function = np.sign
    accepts = NUMBERS


class Square(Unary):
    function = np.square


class Sqrt(Unary):
    function = np.sqrt


@dataclass(frozen=True)
class Exp(Unary):
    """The exponential; with ``nan_undefined`` it may give anything for NaN."""

    nan_undefined: bool = False
    function = np.exp


class Expm1(Unary):
    function = np.expm1


class Log(Lenient):
    function = np.log


class Log1p(Unary):
    function = np.log1p


class Sin(Lenient):
    function = np.sin


class Cos(Lenient):
    function = np.cos


class Tanh(Unary):
    function = np.tanh


class Floor(Unary):
    function = np.floor


class Ceil(Unary):
    function = np.ceil


class Round(Unary):
    function = np.round


class Expit(Unary):
    """The logistic function."""

    function = expit


class Erf(Unary):
    """The error function (:func:`scipy.special.erf`)."""

    function = erf


class Relu(Unary):
    """Zero where negative."""

    @staticmethod
    def function(x: Value) -> Value:
        """Keep NaN and positive values."""
        return np.where(x < 0, x.dtype.type(0), x)


class IsNan(Unary):
    function = np.isnan
    returns = DType.BOOL


class LogicalNot(Unary):
    function = np.logical_not
    accepts = (DType.BOOL,)


@dataclass(frozen=True)
class Binary(Op):
    """A function of two arrays that broadcast; the same dtype on both sides."""

    function: ClassVar[Callable[..., AnyType]]
    accepts: ClassVar[tuple[DType, ...]] = NUMBERS
    returns: ClassVar[DType | None] = None

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Broadcast shape; the operands' dtype unless the class says otherwise."""
        a, b = inputs
        if a.dtype != b.dtype:
            raise GraphError(f"operands are {a.dtype} and {b.dtype}")
        if a.dtype not in self.accepts:
            raise GraphError(f"takes {' or '.join(self.accepts)}, not {a.dtype}")
        return (Spec(self.returns or a.dtype, broadcast_shapes((a.shape, b.shape))),)

    def evaluate(self, *inputs: Value) -> Value:
        """Call the NumPy function, without NumPy's warnings."""
        with np.errstate(all="ignore"):
            return np.asarray(type(self).function(*inputs))


@dataclass(frozen=True)
class Activated(Binary):
    """Arithmetic whose TFLite operator can also apply an activation function."""

    activation: str | None = None

    def evaluate(self, *inputs: Value) -> Value:
        """Arithmetic, then the activation."""
        result = super().evaluate(*inputs)
        return Relu().evaluate(result) if self.activation == "relu" else result


class Add(Activated):
    function = np.add


class Subtract(Activated):
    function = np.subtract


class Multiply(Activated):
    function = np.multiply


class SquaredDifference(Binary):
    """``(x - y)²``."""

    @staticmethod
    def function(x: Value, y: Value) -> Value:
        """Subtract, then square."""
        return np.asarray(np.square(x - y))


class Divide(Activated):
    function = np.true_divide
    accepts = (DType.FLOAT,)


class Power(Binary):
    function = np.power


@dataclass(frozen=True)
class Maximum(Binary):
    """Greater of two values; NaN where either is NaN, as in NumPy, or anything there with ``nan_undefined``."""

    nan_undefined: bool = False
    function = np.maximum


@dataclass(frozen=True)
class Minimum(Binary):
    """Lesser of two values; NaN where either is NaN, as in NumPy, or anything there with ``nan_undefined``."""

    nan_undefined: bool = False

    function = np.minimum


class FloorDivide(Binary):
    function = np.floor_divide


class Remainder(Binary):
    function = np.remainder


class Arctan2(Binary):
    function = np.arctan2
    accepts = (DType.FLOAT,)


class Comparison(Binary):
    """A comparison: two numbers to one boolean."""

    returns = DType.BOOL


class Equal(Comparison):
    function = np.equal
    accepts = tuple(DType)


class NotEqual(Comparison):
    function = np.not_equal
    accepts = tuple(DType)


class Less(Comparison):
    function = np.less


class LessEqual(Comparison):
    function = np.less_equal


class Greater(Comparison):
    function = np.greater


class GreaterEqual(Comparison):
    function = np.greater_equal


class LogicalAnd(Binary):
    function = np.logical_and
    accepts = (DType.BOOL,)


class LogicalOr(Binary):
    function = np.logical_or
    accepts = (DType.BOOL,)


@dataclass(frozen=True)
class Where(Op):
    """Elements of the second operand where the first is true, of the third elsewhere."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Broadcast of the three shapes."""
        condition, a, b = inputs
        if condition.dtype != DType.BOOL or a.dtype != b.dtype:
            raise GraphError(f"needs bool and two of one dtype, got {condition.dtype}, {a.dtype}, {b.dtype}")
        return (Spec(a.dtype, broadcast_shapes((condition.shape, a.shape, b.shape))),)

    def evaluate(self, *inputs: Value) -> Value:
        """Select with NumPy."""
        return np.where(*inputs)


@dataclass(frozen=True)
class Cast(Op):
    """Convert elements to another dtype; floats are truncated toward zero."""

    dtype: DType

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Same shape, the new dtype."""
        (x,) = inputs
        if DType.STRING in (x.dtype, self.dtype) and x.dtype != self.dtype:
            raise GraphError("strings cannot be converted to numbers, or back")
        return (Spec(self.dtype, x.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Cast to NumPy's widest dtype of that kind; a float keeps its width."""
        (x,) = inputs
        if DType.of(x) == self.dtype:
            return x
        wide: dict[DType, AnyType] = {DType.FLOAT: np.float64, DType.INT: np.int64, DType.BOOL: np.bool_}
        with np.errstate(invalid="ignore"):
            return x.astype(wide[self.dtype])
