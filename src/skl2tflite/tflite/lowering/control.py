"""Spelling of loops."""

from __future__ import annotations

from collections.abc import Sequence

from skl2tflite.graph import ops
from skl2tflite.graph.tensor import Spec
from skl2tflite.tflite.lowering.emitter import WIDTHS, Emitter, Value
from skl2tflite.tflite.lowering.registry import lowers


@lowers(ops.WhileLoop)
def lower_while_loop(emit: Emitter, op: ops.WhileLoop, inputs: Sequence[Value], outputs: Sequence[Spec]) -> list[Value]:
    """WHILE, its condition and body as subgraphs of their own."""
    from skl2tflite.tflite.lowering.graph import lower_subgraph

    indices = []
    for role, graph in (("condition", op.condition), ("body", op.body)):
        indices.append(len(emit.program.subgraphs))
        inner = lower_subgraph(graph, emit.program, emit.target, emit.optimize_for)
        inner.subgraph.name = f"{emit.subgraph.name}_{role}_{indices[-1]}"
    condition, body = indices
    return emit.multi(
        "WHILE",
        inputs,
        [(spec.shape, WIDTHS[spec.dtype]) for spec in outputs],
        condSubgraphIndex=condition,
        bodySubgraphIndex=body,
    )
