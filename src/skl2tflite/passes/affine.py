"""Fold scaling into the weights of the linear layer behind it; this changes rounding, so it runs under "fast" only."""

from __future__ import annotations

import numpy as np

from skl2tflite.graph import Graph, Node, Tensor, as_tensor, ops
from skl2tflite.passes.base import Pass


def fold_affine(graph: Graph) -> tuple[Graph, list[str]]:
    """Fold ``±``, ``·`` and ``/`` by constants in front of a linear layer into its weights and bias."""
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, ops.Linear):
            return None
        x, weights, bias = operands
        matrix, offset = weights.constant, bias.constant
        if matrix is None or offset is None:
            return None
        folded = 0
        while (step := _affine(x)) is not None:
            x, factor, shift = step  # the layer's input was x * factor + shift
            offset = offset + np.broadcast_to(shift, (matrix.shape[0],)) @ matrix
            matrix = matrix * np.broadcast_to(factor, (matrix.shape[0],))[:, np.newaxis]
            folded += 1
        if not folded:
            return None
        notes.append(f"{folded} scaling operations folded into a linear layer's weights")
        return list(Node(node.op, (x, as_tensor(matrix), as_tensor(offset)), node.source).outputs)

    return graph.rewrite(rule), notes


def _affine(x: Tensor) -> tuple[Tensor, np.ndarray, np.ndarray] | None:
    op = x.node.op
    if not isinstance(op, ops.elementwise.Activated) or op.activation:
        return None
    first, second = x.node.inputs
    one, zero = np.ones(1), np.zeros(1)
    for tensor, other, second_is_constant in ((first, second, True), (second, first, False)):
        c = other.constant
        if c is None or tensor.constant is not None or c.ndim > 1 or tensor.shape != x.shape:
            continue
        if isinstance(op, ops.Add):
            return tensor, one, c
        if isinstance(op, ops.Multiply):
            return tensor, c, zero
        if isinstance(op, ops.Subtract):
            return (tensor, one, -c) if second_is_constant else (tensor, -one, c)
        if isinstance(op, ops.Divide) and second_is_constant:
            return tensor, 1.0 / c, zero
    return None


FOLD_AFFINE = Pass(
    "fold_affine", "fold scaling into the weights of the linear layer behind it", fold_affine, exact=False
)
