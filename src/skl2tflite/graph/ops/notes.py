"""Notes in a graph, which say something of a tensor until the passes have run, and compute nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from skl2tflite.graph.dtype import Spec
from skl2tflite.graph.op import Op, Value


@dataclass(frozen=True, eq=False)
class Note(Op):
    """The second operand, and what is known of how it follows from the first."""

    @property
    def by_column(self) -> bool:
        """Whether each column is a monotone function of one of the first operand's columns."""
        return False

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Dtype and shape of the second operand."""
        return (inputs[1],)

    def evaluate(self, *inputs: Value) -> Value:
        """Return the second operand."""
        return inputs[1]


@dataclass(frozen=True, eq=False)
class Within(Note):
    """The second operand: which numbers of the first lie from ``low`` to ``high`` in scikit-learn's own arithmetic.

    Where the first is a monotone function of the rows, the comparison becomes one of the rows, which have the same
    numbers in float32 as in float64.

    Attributes
    ----------
    low, high : ndarray of float64, of a shape that broadcasts to the operands'
        Both included.
    narrow : bool
        Whether the numbers are rounded to float32 before, as XGBoost does.
    """

    low: Value = field(repr=False)
    high: Value = field(repr=False)
    narrow: bool = False


@dataclass(frozen=True)
class AbsentAsZero(Op):
    """The numbers of sparse rows, with 0 for what these do not hold, whatever the graph's input has for it.

    Whether that is 0 or NaN is decided when all methods are recorded (:mod:`skl2tflite.flow.binding`).
    """

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Dtype and shape of the operand."""
        return inputs

    def evaluate(self, *inputs: Value) -> Value:
        """Return the operand with 0 for NaN."""
        return np.where(np.isnan(inputs[0]), 0.0, inputs[0])
