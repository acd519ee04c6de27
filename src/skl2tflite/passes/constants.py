"""Compute during conversion what does not depend on the input."""

from __future__ import annotations

from skl2tflite.graph import Constant, Graph, Input, Node, Tensor
from skl2tflite.passes.base import Pass

LARGEST_GROWTH = 2**16
"""How many more elements a folded result may have than its operands. Broadcasting a row is cheaper at run time."""


def fold_constants(graph: Graph) -> tuple[Graph, list[str]]:
    """Evaluate operations on constants in float64; a target rounds the result once."""
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        values = [tensor.constant for tensor in operands]
        if isinstance(node.op, Constant | Input) or not node.op.foldable:
            return None
        known = [value for value in values if value is not None]
        if len(known) < len(values) or not values:
            return None
        results = node.op.evaluate(*known)
        several = results if isinstance(results, tuple) else (results,)
        if sum(r.size for r in several) > sum(v.size for v in known) + LARGEST_GROWTH:
            notes.append(f"{node.op.name} left for run time: its result is much larger than its operands")
            return None
        notes.append(f"{node.op.name} computed")
        return [Node(Constant.of(result), (), node.source).outputs[0] for result in several]

    return graph.rewrite(rule), notes


FOLD_CONSTANTS = Pass("fold_constants", "compute in float64 what does not depend on the input", fold_constants)
