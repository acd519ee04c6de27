"""Algebraic simplifications that keep every bit, of NaN, infinities and signed zeros too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Graph, Node, Tensor, as_tensor, ops
from skl2tflite.passes.base import Pass


def _is(tensor: Tensor, value: float) -> bool:
    """Return whether a tensor is a constant all of whose elements are this value; 0.0 and -0.0 differ."""
    constant = tensor.constant
    if constant is None or constant.dtype.kind not in "fi" or not constant.size:
        return False
    if value == 0 and constant.dtype.kind == "f":
        return bool(np.all(constant == 0) and np.all(np.signbit(constant) == (math.copysign(1, value) < 0)))
    return bool(np.all(constant == value))


def _keeps_shape(node: Node, x: Tensor) -> bool:
    return node.outputs[0].shape == x.shape


def _neutral(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """``x·1``, ``x/1``, ``x-0``, ``x+(-0)``: the operand itself."""
    if getattr(node.op, "activation", None):
        return None
    if isinstance(node.op, ops.Multiply | ops.Add):
        neutral = 1.0 if isinstance(node.op, ops.Multiply) else -0.0
        for x, other in (operands, operands[::-1]):
            if _is(other, neutral) and _keeps_shape(node, x):
                return x
    if isinstance(node.op, ops.Divide | ops.Subtract):
        x, other = operands
        if _is(other, 1.0 if isinstance(node.op, ops.Divide) else 0.0) and _keeps_shape(node, x):
            return x
    return None


def _inverse_or_repeated(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """Two movements in a row: the one that does both, or none."""
    inner = operands[0].node
    if isinstance(node.op, ops.Reshape):
        x = inner.inputs[0] if isinstance(inner.op, ops.Reshape) else operands[0]
        if x.shape == node.outputs[0].shape:
            return x
        if x is not operands[0]:
            return Node(node.op, (x,), node.source).outputs[0]
    if isinstance(node.op, ops.PermuteDims) and isinstance(inner.op, ops.PermuteDims):
        axes = tuple(inner.op.axes[axis] for axis in node.op.axes)
        if axes == tuple(range(len(axes))):
            return inner.inputs[0]
        return Node(ops.PermuteDims(axes), inner.inputs, node.source).outputs[0]
    same = (ops.Negative, ops.LogicalNot)
    if isinstance(node.op, same) and type(inner.op) is type(node.op):
        return inner.inputs[0]
    return None


def _nested_take(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """Entries of a constant at positions that are looked up: those of the constant in another order."""
    if not isinstance(node.op, ops.Take) or not isinstance(operands[1].node.op, ops.Take):
        return None
    table, (order, places) = operands[0].constant, operands[1].node.inputs
    if table is None or order.constant is None or order.ndim != 1 or order.constant.size > table.shape[node.op.axis]:
        return None
    ordered = as_tensor(np.take(table, order.constant, axis=node.op.axis))
    return Node(node.op, (ordered, places), node.source).outputs[0]


def _flat_concat(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """Make one concatenation of nested ones on the same axis."""
    if not isinstance(node.op, ops.Concat):
        return None
    flat: list[Tensor] = []
    for x in operands:
        flat.extend(x.node.inputs if x.node.op == node.op else [x])
    if len(flat) == len(operands):
        return None
    return Node(node.op, tuple(flat), node.source).outputs[0]


def _exact_reciprocal(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """Division by powers of two is multiplication by their reciprocals, which is exact."""
    if not isinstance(node.op, ops.Divide) or operands[1].constant is None:
        return None
    divisor = operands[1].constant
    if not _powers_of_two(divisor):
        return None
    factor = as_tensor(1.0 / divisor)
    return Node(ops.Multiply(node.op.activation), (operands[0], factor), node.source).outputs[0]


def _scaled_linear(node: Node, operands: Sequence[Tensor]) -> Tensor | None:
    """A linear layer times powers of two, or their negatives: the same factors on its weights, which is exact."""
    if not isinstance(node.op, ops.Multiply) or node.op.activation:
        return None
    for x, other in (operands, operands[::-1]):
        factor = other.constant
        if factor is None or factor.ndim != 1 or not isinstance(x.node.op, ops.Linear) or x.node.op.activation:
            continue
        source, weights, bias = x.node.inputs
        if weights.constant is None or bias.constant is None or not _powers_of_two(factor):
            continue
        if weights.shape[1] not in (1, factor.size):
            continue
        scaled = (source, as_tensor(weights.constant * factor), as_tensor(bias.constant * factor))
        return Node(x.node.op, scaled, node.source).outputs[0]
    return None


def _powers_of_two(values: NDArray[Any]) -> bool:
    """Return whether multiplying and dividing by each value is exact in float32, without under- or overflow."""
    mantissa, exponent = np.frexp(values)
    return bool(np.all(np.abs(mantissa) == 0.5) and np.all(np.abs(exponent) < 60))


RULES = (_neutral, _inverse_or_repeated, _nested_take, _flat_concat, _exact_reciprocal, _scaled_linear)


def simplify(graph: Graph) -> tuple[Graph, list[str]]:
    """Apply each rule at each node, operands first."""
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not operands or len(node.outputs) != 1:
            return None
        for simplification in RULES:
            result = simplification(node, operands)
            if result is not None:
                notes.append(f"{node.op.name}: {(simplification.__doc__ or '').splitlines()[0]}")
                return [result]
        return None

    return graph.rewrite(rule), notes


SIMPLIFY = Pass("simplify", "algebra that keeps every bit: neutral elements, double movements", simplify)
