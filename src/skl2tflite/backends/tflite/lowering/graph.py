"""Write whole graphs into a program."""

from __future__ import annotations

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Value, constant
from skl2tflite.backends.tflite.lowering.legality import TargetOperations
from skl2tflite.backends.tflite.lowering.registry import lowering_of
from skl2tflite.backends.tflite.lowering.shared_buffers import keep_apart
from skl2tflite.backends.tflite.min_runtime import require
from skl2tflite.backends.tflite.program import Program, Signature
from skl2tflite.backends.tflite.targets import Target
from skl2tflite.choices import OptimizeFor
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import Graph
from skl2tflite.graph.op import Constant, Input
from skl2tflite.graph.tensor import Tensor
from skl2tflite.legalize import legalize
from skl2tflite.legalize.not_a_number import may_be_nan, passes_nan


def lower(graph: Graph, program: Program, target: Target, optimize_for: OptimizeFor = "latency") -> int:
    """Write a graph as a subgraph with a signature of the graph's name.

    Returns
    -------
    int
        Index of the subgraph.

    Raises
    ------
    UnsupportedOnTarget
        Where the target lacks an operator, dtype or rank; the message shows the converter's line.
    """
    index = len(program.subgraphs)
    emitter = lower_subgraph(graph, program, target, optimize_for)
    for subgraph in program.subgraphs[index:]:
        keep_apart(program, subgraph, target)
    inputs = dict(zip(graph.inputs, emitter.subgraph.inputs, strict=True))
    outputs = dict(zip(graph.outputs, emitter.subgraph.outputs, strict=True))
    program.signatures.append(Signature(graph.name, index, inputs, outputs))
    if target.oldest is not None:
        require(program, target.oldest)
    return index


def lower_subgraph(graph: Graph, program: Program, target: Target, optimize_for: OptimizeFor = "latency") -> Emitter:
    """Legalize a graph and write it as a subgraph of its own; loops within it follow behind."""
    legal = legalize(graph, TargetOperations(target))
    emitter = Emitter(program, target, graph.name, optimize_for)
    program.subgraphs.append(emitter.subgraph)
    places: dict[Tensor, str] = {}
    nan: dict[Tensor, bool] = {}
    values: dict[Tensor, Value] = {tensor: emitter.input(name, tensor.spec) for name, tensor in graph.inputs.items()}
    for node, origin in legal.origins.items():
        if isinstance(node.op, Input):
            continue
        if isinstance(node.op, Constant):
            values[node.outputs[0]] = constant(node.op.value)
            continue
        # What a pass has made has the place of what it reads.
        place = origin.source.place or next(filter(None, (places.get(t, "") for t in reversed(node.inputs))), "")
        places.update(dict.fromkeys(node.outputs, place))
        emitter.origin = f"{place}/{origin.op.name}" if place else origin.op.name
        emitter.takes_nan = passes_nan(node, nan) and any(may_be_nan(x, nan) for x in origin.outputs)
        try:
            results = lowering_of(node.op)(
                emitter, node.op, [values[t] for t in node.inputs], [t.spec for t in node.outputs]
            )
        except UnsupportedOnTarget as error:
            raise UnsupportedOnTarget(f"{error} (needed by {origin.op.name}, {origin.source})") from None
        several = [results] if isinstance(results, Value) else list(results)
        values.update(zip(node.outputs, several, strict=True))
    for name, tensor in legal.outputs.items():
        value = emitter.own_tensor(values[tensor], static=target.dynamic_lengths and None not in tensor.shape)
        emitter.rename(value, name)
        emitter.subgraph.outputs.append(value.index)
    return emitter
