"""Lowerings of matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.elementwise import ACTIVATIONS
from skl2tflite.backends.tflite.lowering.emitter import Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape, Spec

LONG_DOT = 64
"""Inputs from which one output is computed by MUL and SUM.

XNNPACK's FULLY_CONNECTED adds the products of one output in one chain, each addition waiting for the last;
SUM keeps many partial sums. Measured for ``[n, k] · [k, 1]`` from 64 inputs on: MUL and SUM never slower, and
2 to 12 times more accurate. From two outputs on FULLY_CONNECTED is faster.
"""


@lowers(ops.Linear)
def lower_linear(emit: Emitter, op: ops.Linear, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """FULLY_CONNECTED, which wants one row of weights for each output; MUL and SUM for one long dot product."""
    x, weights, bias = inputs
    assert weights.array is not None
    assert bias.array is not None
    return constant_product(emit, x, weights.array, bias.array, outputs[0].shape, op.activation)


@lowers(ops.MatMul)
def lower_matmul(emit: Emitter, op: ops.MatMul, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """As a linear layer where the right side is one constant matrix (6 to 12 times faster), else BATCH_MATMUL."""
    a, b = inputs
    if b.array is not None and b.rank == 2 and a.array is None:
        bias = np.zeros(b.array.shape[1], np.float32)
        return constant_product(emit, a, b.array, bias, outputs[0].shape)
    return emit.op("BATCH_MATMUL", inputs, outputs[0].shape, "float32")


def constant_product(
    emit: Emitter,
    x: Value,
    weights: NDArray[Any],
    bias: NDArray[Any],
    shape: Shape,
    activation: str | None = None,
) -> Value:
    """Write ``x @ weights + bias``; ``weights`` has shape (n_inputs, n_outputs)."""
    n_inputs, n_outputs = weights.shape
    # What XNNPACK gains by it, the plain loops of other runtimes lose.
    if emit.target.has_xnnpack and len(shape) == 2 and n_outputs == 1 and n_inputs >= LONG_DOT:
        return long_dot(emit, x, weights[:, 0], bias, shape, activation)
    return fully_connected(emit, x, weights.T, bias, shape, activation)


def long_dot(
    emit: Emitter,
    x: Value,
    weights: NDArray[Any],
    bias: NDArray[Any],
    shape: Shape,
    activation: str | None,
) -> Value:
    """Write the dot product of each row with one constant vector as MUL, SUM and, where needed, ADD."""
    products = emit.op("MUL", [x, weights], x.shape, "float32")
    total = emit.op("SUM", [products, np.array([1], dtype=np.int32)], shape, "float32", keepDims=True)
    if activation is None and not bias.any():
        return total
    return emit.op("ADD", [total, bias], shape, "float32", fusedActivationFunction=ACTIVATIONS[activation])


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
