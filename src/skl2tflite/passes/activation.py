"""Fuse an activation into the operation before it."""

from __future__ import annotations

from dataclasses import replace

from skl2tflite.graph import Graph, Node, Tensor, ops
from skl2tflite.passes.base import Pass


def fuse_activations(graph: Graph) -> tuple[Graph, list[str]]:
    """Move a RELU into the linear layer or arithmetic before it, where nothing else uses that result."""
    uses = graph.consumers()
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, ops.Relu):
            return None
        producer = operands[0].node
        if not isinstance(producer.op, ops.Linear | ops.elementwise.Activated) or producer.op.activation:
            return None
        if uses.get(node.inputs[0], 0) > 1:
            notes.append(f"relu stays apart: the {producer.op.name} before it is used elsewhere too")
            return None
        notes.append(f"relu joined the {producer.op.name} before it")
        return list(Node(replace(producer.op, activation="relu"), producer.inputs, node.source).outputs)

    return graph.rewrite(rule), notes


FUSE_ACTIVATIONS = Pass("fuse_activations", "put a RELU into the operator whose result it limits", fuse_activations)
