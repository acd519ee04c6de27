"""Products of matrices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skl2tflite.errors import GraphError
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import Op, Value, broadcast_shapes
from skl2tflite.graph.ops.elementwise import Relu


@dataclass(frozen=True)
class MatMul(Op):
    """Product of (stacks of) matrices, by NumPy's rule, both with two axes or more."""

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Broadcast the stacks; the inner axes must agree."""
        a, b = inputs
        if a.dtype != DType.FLOAT or b.dtype != DType.FLOAT:
            raise GraphError("takes float matrices")
        if len(a.shape) < 2 or len(b.shape) < 2 or a.shape[-1] != b.shape[-2]:
            raise GraphError(f"shapes {a.shape} and {b.shape} do not match")
        stack = broadcast_shapes((a.shape[:-2], b.shape[:-2]))
        return (Spec(DType.FLOAT, (*stack, a.shape[-2], b.shape[-1])),)

    def evaluate(self, *inputs: Value) -> Value:
        """Multiply with NumPy."""
        with np.errstate(all="ignore"):
            return np.matmul(*inputs)


@dataclass(frozen=True)
class Linear(Op):
    """A fully connected layer: ``x @ weights + bias``, then an activation function.

    ``weights`` has shape ``(n_inputs, n_outputs)`` and ``bias`` ``(n_outputs,)``; both are constants. With
    ``nan_undefined`` rows with NaN may give anything.
    """

    activation: str | None = None
    nan_undefined: bool = False

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        """Replace the last axis by the outputs."""
        x, weights, bias = inputs
        if {x.dtype, weights.dtype, bias.dtype} != {DType.FLOAT}:
            raise GraphError("takes float arrays")
        if x.shape[-1] != weights.shape[0] or bias.shape != (weights.shape[1],):
            raise GraphError(f"shapes {x.shape}, {weights.shape} and {bias.shape} do not match")
        return (Spec(DType.FLOAT, (*x.shape[:-1], weights.shape[1])),)

    def evaluate(self, *inputs: Value) -> Value:
        """Multiply and add with NumPy."""
        x, weights, bias = inputs
        with np.errstate(all="ignore"):
            result = x @ weights + bias
        return Relu().evaluate(result) if self.activation == "relu" else result
