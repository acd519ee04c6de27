"""Which operations a target has: what legalization asks a :class:`Target`, which knows operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS
from skl2tflite.backends.tflite.lowering.indexing import as_slice
from skl2tflite.backends.tflite.lowering.operators import NAN_LOSERS, OPERATORS
from skl2tflite.backends.tflite.lowering.registry import has_lowering
from skl2tflite.backends.tflite.targets import Target
from skl2tflite.graph import DType, Tensor, ops
from skl2tflite.graph.op import Op
from skl2tflite.legalize import compares_with_infinity, element_kind
from skl2tflite.legalize.not_a_number import may_be_nan


@dataclass(frozen=True)
class TargetOperations:
    """The operations of a target (:class:`skl2tflite.legalize.Capabilities`).

    A target has an operation if there is a lowering for it and, where :data:`OPERATORS` names its operator, if the
    runtime has a kernel of that operator for the dtype.

    Parameters
    ----------
    target : Target
    """

    target: Target
    _nan: dict[Tensor, bool] = field(default_factory=dict, compare=False, repr=False)

    def has(self, op: Op, operands: Sequence[Tensor]) -> bool:
        """Tell whether the target computes an operation of these operands by itself."""
        if not has_lowering(op) or self._loses_nan(op, operands):
            return False
        operator = OPERATORS.get(type(op))
        if operator is None:
            return True
        kind = element_kind(op, operands)
        if self.target.saturates and compares_with_infinity(op, operands):
            return False
        if kind == DType.FLOAT:
            if isinstance(op, ops.FloorDivide):
                return False  # FLOOR_DIV takes the floor of a rounded quotient, and refuses zeros
            if isinstance(op, ops.Max | ops.Min) and not op.nan_undefined:
                return False  # REDUCE_MAX and REDUCE_MIN pass over NaN
        if isinstance(op, ops.Slice):
            x = operands[0]
            return None in x.shape or self._slices(x)
        if isinstance(op, ops.Take):
            x, indices = operands
            if kind in (DType.INT, DType.BOOL) and x.constant is not None:
                return True  # how a constant table lies in the file is the lowering's matter
            if as_slice(indices.constant, x.shape[op.axis]) is not None and self._slices(x):
                return True
        return self.target.supports(operator, WIDTHS[kind])

    def _loses_nan(self, op: Op, operands: Sequence[Tensor]) -> bool:
        """Tell whether operands may be NaN that the target's operator would lose."""
        if isinstance(op, ops.MatMul):
            fixed = operands[1].constant is not None and operands[1].ndim == 2 and operands[0].constant is None
        else:
            fixed = isinstance(op, ops.Linear)
        operator = "FULLY_CONNECTED" if fixed else NAN_LOSERS.get(type(op))
        if operator is None or element_kind(op, operands) != DType.FLOAT or getattr(op, "nan_undefined", False):
            return False
        rank = max(x.ndim for x in operands)
        return self.target.loses_nan(operator, rank) and any(may_be_nan(x, self._nan) for x in operands)

    def _slices(self, x: Tensor) -> bool:
        return self.target.supports("STRIDED_SLICE", WIDTHS[x.dtype], x.ndim)

    def describe_lack(self, op: Op, operands: Sequence[Tensor]) -> str:
        """Return a clause that names the operator, dtype and rank that the target lacks."""
        if self.target.saturates and compares_with_infinity(op, operands):
            return f"target {self.target.name!r} keeps no infinite numbers"
        rank = max(tensor.ndim for tensor in operands)
        width = WIDTHS[element_kind(op, operands)]
        return f"target {self.target.name!r} has no {OPERATORS.get(type(op), op.name)} for {width} of {rank} axes"
