"""The base class of operations: name, attributes, inference of dtypes and shapes, evaluation on NumPy arrays."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Shape, Spec
from skl2tflite.graph.source import refusal
from skl2tflite.graph.tensor import Array, Node, Tensor

if TYPE_CHECKING:
    from skl2tflite.graph.graph import Graph

Value = NDArray[Any]


@dataclass(frozen=True, eq=False)  # a generated __eq__ would compare no fields; classes with eq=False would inherit it
class Op(ABC):
    """An operation: a frozen dataclass whose fields are its attributes.

    Subclasses give ``infer`` (dtypes and shapes of the outputs) and ``evaluate`` (NumPy, in the float width of the
    operands). Which operators of a target it becomes is decided by ``skl2tflite.backends.tflite.lowering``.
    """

    label: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "label" not in cls.__dict__:
            cls.label = "".join("_" + c.lower() if c.isupper() else c for c in cls.__name__).lstrip("_")

    @property
    def name(self) -> str:
        """The operation's name in texts and errors."""
        return self.label

    @property
    def attributes(self) -> dict[str, object]:
        """The fields that differ from their defaults, for the text form."""
        shown = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.repr and value is not field.default and value != field.default:
                shown[field.name] = value
        return shown

    @abstractmethod
    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Return the outputs' dtypes and shapes, or raise GraphError."""

    @abstractmethod
    def evaluate(self, *inputs: Value) -> Value | tuple[Value, ...]:
        """Return the outputs' values, computed by NumPy."""

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """Graphs within the operation, as a loop has them."""
        return ()

    @property
    def foldable(self) -> bool:
        """Whether the op may be evaluated at conversion when all operands are constants."""
        return True


def apply(op: Op, *inputs: object) -> Any:
    """Record an operation, where an operand is a tensor, or compute it on arrays.

    Returns
    -------
    Tensor, ndarray or tuple of these
        A tuple where the operation has several results.
    """
    if not any(isinstance(x, Tensor) for x in inputs):
        return op.evaluate(*(np.asarray(x) for x in inputs))
    outputs = Node(op, tuple(as_tensor(x) for x in inputs)).outputs
    return outputs[0] if len(outputs) == 1 else outputs


def as_tensor(x: object) -> Tensor:
    """Return a tensor: itself, or a constant of the array's value."""
    if isinstance(x, Tensor):
        return x.node.outputs[x.index]  # of a handle (skl2tflite.tracing.numpy.writable), the tensor it refers to
    return Node(Constant.of(np.asarray(x)), ()).outputs[0]


@dataclass(frozen=True, eq=False)
class Constant(Op):
    """A value known at conversion, kept in float64 or int64 until a target rounds it once."""

    value: Value

    @classmethod
    def of(cls, value: Value) -> Constant:
        """Make a constant of an array, in the widest dtype of its kind and read-only."""
        wide: dict[str, Any] = {"float": np.float64, "int": np.int64, "bool": np.bool_, "string": object}
        array = np.array(value, dtype=wide[DType.of(value)], order="C")
        array.flags.writeable = False
        return cls(array)

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Dtype and shape of the value."""
        return (Spec(DType.of(self.value), self.value.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Return the value."""
        return self.value


@dataclass(frozen=True, eq=False)
class Input(Op):
    """An input of a graph, whose value the caller gives; ``allows_nan``: which may be NaN."""

    key: str
    dtype: DType
    shape: Shape
    allows_nan: bool = True

    @property
    def name(self) -> str:
        """The input's own name."""
        return self.key

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Dtype and shape as declared."""
        return (Spec(self.dtype, self.shape),)

    def evaluate(self, *inputs: Value) -> Value:
        """Fail: an input has no value of its own."""
        raise GraphError(f"input {self.key!r} was not fed")


def input_tensor(name: str, dtype: DType, shape: Shape, allows_nan: bool = True) -> Tensor:
    """Return a new graph input.

    Parameters
    ----------
    name : str
    dtype : DType
    shape : tuple of int or None
        None for a length that is known only at run time.
    allows_nan : bool, default=True
        Whether its values may be NaN.
    """
    return Node(Input(name, dtype, shape, allows_nan), ()).outputs[0]


def broadcast_shapes(shapes: Sequence[Shape]) -> Shape:
    """Return the shape that operands broadcast to, by NumPy's rule.

    An unknown length stays unknown beside 1 or another unknown one; beside any other length it is refused.
    """
    rank = max((len(shape) for shape in shapes), default=0)
    result: list[int | None] = []
    for axis in range(-rank, 0):
        lengths = [shape[axis] for shape in shapes if len(shape) >= -axis]
        known = {n for n in lengths if n is not None and n != 1}
        if len(known) > 1:
            raise GraphError(f"axis {axis} has lengths {' and '.join(map(str, sorted(known)))}")
        if known and None in lengths:
            raise GraphError(f"axis {axis} is {known.pop()} in one operand and known only at run time in another")
        result.append(known.pop() if known else None if None in lengths else 1)
    return tuple(result)


def normalize_axes(axis: int | Sequence[int] | None, rank: int) -> tuple[int, ...]:
    """Return axes as sorted non-negative numbers; None means all of them."""
    axes = range(rank) if axis is None else (axis,) if isinstance(axis, int | np.integer) else axis
    result = sorted({int(a) + rank if a < 0 else int(a) for a in axes})
    if result and (result[0] < 0 or result[-1] >= rank):
        raise refusal(f"axis {axis} is out of range for {rank} axes")
    return tuple(result)


__all__ = [
    "Array",
    "Constant",
    "Input",
    "Op",
    "Value",
    "apply",
    "as_tensor",
    "broadcast_shapes",
    "input_tensor",
    "normalize_axes",
]
