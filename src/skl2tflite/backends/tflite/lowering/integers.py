"""How large an integer tensor's numbers can get, which decides whether float32 can stand in for them."""

from __future__ import annotations

import math

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value
from skl2tflite.backends.tflite.program import OperatorDef

FLOAT_INTEGERS = 2**24
"""Up to here float32 holds every whole number."""
_MOVES = frozenset({"RESHAPE", "GATHER", "STRIDED_SLICE", "TRANSPOSE", "BROADCAST_TO", "SQUEEZE"})
_CHOOSE = frozenset({"CONCATENATION", "MAXIMUM", "MINIMUM"})
_ADD = frozenset({"ADD", "SUB"})


def fits_float32(emit: Emitter, value: Value) -> bool:
    """Whether float32 holds every number that an integer tensor can have: it is small, or comes from float32."""
    if value.array is not None:
        return bool(np.all(value.array.astype(np.float32).astype(np.float64) == value.array))
    return magnitude(emit, value) <= FLOAT_INTEGERS or _is_cast_float(emit, value)


def magnitude(emit: Emitter, value: Value) -> float:
    """Return a bound of the absolute values of an integer or bool tensor, infinite where nothing is known."""
    return _Bounds(emit).of(value.index, value)


def _producers(emit: Emitter) -> dict[int, OperatorDef]:
    return {index: operator for operator in emit.subgraph.operators for index in operator.outputs}


def _is_cast_float(emit: Emitter, value: Value) -> bool:
    """Whether the numbers were float32 before, and have only been moved since."""
    producers = _producers(emit)
    index = value.index
    while index in producers:
        operator = producers[index]
        if operator.name == "CAST" and emit.subgraph.tensors[operator.inputs[0]].dtype == "float32":
            return True
        if operator.name not in _MOVES:
            return False
        index = operator.inputs[0]
    return False


class _Bounds:
    """Bounds of the tensors of one subgraph."""

    def __init__(self, emit: Emitter) -> None:
        self.tensors = emit.subgraph.tensors
        self.buffers = emit.program.buffers
        self.producers = _producers(emit)
        self.known: dict[int, float] = {}

    def of(self, index: int, value: Value | None = None) -> float:
        if value is not None and value.array is not None:
            return float(np.max(np.abs(value.array.astype(np.float64)), initial=0.0))
        if index not in self.known:
            self.known[index] = self._of(index)
        return self.known[index]

    def _of(self, index: int) -> float:
        tensor = self.tensors[index]
        if tensor.dtype in ("bool", "int8", "int16"):
            return 1.0 if tensor.dtype == "bool" else float(2 ** (int(tensor.dtype[3:]) - 1))
        if tensor.dtype != "int32":
            return math.inf
        if tensor.buffer:
            numbers = np.frombuffer(self.buffers[tensor.buffer], "<i4").astype(np.float64)
            return float(np.max(np.abs(numbers), initial=0.0))
        operator = self.producers.get(index)
        if operator is None:
            return math.inf
        operands = operator.inputs
        if operator.name in ("ARG_MAX", "ARG_MIN"):
            return float(max(self.tensors[operands[0]].shape))
        if operator.name in _MOVES or operator.name == "CAST":
            return self.of(operands[0])
        if operator.name in _CHOOSE:
            return max(self.of(operand) for operand in operands)
        if operator.name in _ADD:
            return sum(self.of(operand) for operand in operands)
        if operator.name == "MUL":
            return math.prod(self.of(operand) for operand in operands)
        return math.inf
