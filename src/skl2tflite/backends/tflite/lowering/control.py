"""Lowering of loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from skl2tflite.backends.tflite.lowering.emitter import WIDTHS, Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.graph import lower_subgraph
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.graph import ops
from skl2tflite.graph.dtype import Shape, Spec


@lowers(ops.WhileLoop)
def lower_while_loop(emit: Emitter, op: ops.WhileLoop, inputs: Sequence[Value], outputs: Sequence[Spec]) -> list[Value]:
    """WHILE, its condition and body as subgraphs of their own."""
    indices = []
    for role, graph in (("condition", op.condition), ("body", op.body)):
        indices.append(len(emit.program.subgraphs))
        inner = lower_subgraph(graph, emit.program, emit.target, emit.optimize_for)
        inner.subgraph.name = f"{emit.subgraph.name}_{role}_{indices[-1]}"
    condition, body = indices
    return write_while(emit, inputs, [(spec.shape, WIDTHS[spec.dtype]) for spec in outputs], condition, body)


def write_while(
    emit: Emitter, inputs: Sequence[Operand], outputs: Sequence[tuple[Shape, str]], condition: int, body: int
) -> list[Value]:
    """Write WHILE with the numbers of its subgraphs."""
    return emit.multi(
        "WHILE",
        inputs,
        outputs,
        condSubgraphIndex=condition,
        bodySubgraphIndex=body,
    )


def repeat(
    emit: Emitter, count: int, state: Value, others: Sequence[Value], step: Callable[[Emitter, list[Value]], Value]
) -> Value:
    """Write a step that is done a fixed number of times.

    Parameters
    ----------
    emit : Emitter
    count : int
        How many times.
    state : Value
        What each step makes anew.
    others : sequence of Value
        What all steps read.
    step : callable
        Writes the step into a subgraph of its own: given its emitter, the state and the others, returns the next state.

    Returns
    -------
    Value
        The last state.
    """
    # Counted in float32, for which every TFLM has ADD.
    carried = [emit.materialize(np.zeros(1, np.float32)), state, *others]
    shapes = [(value.shape, value.dtype) for value in carried]
    condition, variables = _subgraph_of(emit, "condition", shapes)
    more = condition.op("LESS", [variables[0], np.array([count], np.float32)], (1,), "bool")
    condition.subgraph.outputs.append(more.index)
    body, variables = _subgraph_of(emit, "body", shapes)
    done = body.op("ADD", [variables[0], np.ones(1, np.float32)], (1,), "float32")
    following = body.own_tensor(step(body, variables[1:]))
    # What no step changes goes through as it is: XNNPACK would take a copy of it, and keep its number of rows.
    kept = variables[2:] if emit.target.has_xnnpack else [body.own_tensor(other) for other in variables[2:]]
    for value in (done, following, *kept):
        body.subgraph.outputs.append(value.index)
    indices = [emit.program.add_subgraph(inner.subgraph) for inner in (condition, body)]
    return write_while(emit, carried, shapes, *indices)[1]


def _subgraph_of(emit: Emitter, role: str, shapes: Sequence[tuple[Shape, str]]) -> tuple[Emitter, list[Value]]:
    inner = Emitter(emit.program, emit.target, f"loop_{role}", emit.optimize_for)
    inner.origin = emit.origin
    return inner, [inner.input_of("", shape, dtype) for shape, dtype in shapes]
