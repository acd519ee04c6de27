"""Compute equal subexpressions once."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable

from skl2tflite.graph import Constant, Graph, Input, Node, Tensor
from skl2tflite.passes.base import Pass


def _key(node: Node, operands: tuple[Tensor, ...]) -> Hashable:
    if isinstance(node.op, Constant):
        value = node.op.value
        content = repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
        return (value.dtype.str, value.shape, hashlib.blake2b(content).digest())
    return (type(node.op), node.op, operands)


def share_subexpressions(graph: Graph) -> tuple[Graph, list[str]]:
    """Merge operations of the same kind and attributes on the same operands."""
    known: dict[Hashable, tuple[Tensor, ...]] = {}
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if isinstance(node.op, Input):
            return None
        key = _key(node, operands)
        if key in known:
            if not isinstance(node.op, Constant):
                notes.append(f"{node.op.name} shared")
            return known[key]
        same = all(new is old for new, old in zip(operands, node.inputs, strict=True))
        known[key] = node.outputs if same else Node(node.op, operands, node.source).outputs
        return known[key]

    return graph.rewrite(rule), notes


COMMON_SUBEXPRESSIONS = Pass("common_subexpressions", "compute equal subexpressions once", share_subexpressions)
