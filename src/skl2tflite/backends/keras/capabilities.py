"""What a Keras model can hold: which operations of a graph have a spelling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from skl2tflite.backends.keras.lowering.registry import has_spelling
from skl2tflite.graph import DType, Op, Tensor, ops
from skl2tflite.legalize import element_kind

_WHY = {
    ops.WhileLoop: "a Keras model holds no loops",
    ops.Length: "a Keras model holds no lengths that are known only at run time",
    ops.Arange: "a Keras model holds no lengths that are known only at run time",
    ops.SegmentSum: "a Keras model holds no lengths that are known only at run time",
    ops.Ahead: "a Keras model holds no lengths that are known only at run time",
}


@dataclass(frozen=True)
class KerasOperations:
    """The operations of a Keras model (:class:`skl2tflite.legalize.Capabilities`)."""

    def has(self, op: Op, operands: Sequence[Tensor]) -> bool:
        """Tell whether an operation has a spelling of its own.

        Keras divides floats and takes their floor, where NumPy looks for the whole quotient.
        """
        if isinstance(op, ops.FloorDivide) and element_kind(op, operands) == DType.FLOAT:
            return False
        return has_spelling(op)

    def describe_lack(self, op: Op, operands: Sequence[Tensor]) -> str:
        """Return a clause that says what Keras lacks for an operation."""
        why = _WHY.get(type(op), f"a Keras model has no {op.name}")
        return f"{why}; convert writes a .tflite file that does"
