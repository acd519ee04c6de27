"""The text form of a graph, for people, errors and snapshot tests."""

from __future__ import annotations

import itertools

import numpy as np

from skl2tflite.graph.graph import Graph
from skl2tflite.graph.op import Constant, Input
from skl2tflite.graph.tensor import Tensor


def to_text(graph: Graph) -> str:
    """Return one line per operation; small constants are shown, large ones by their shape."""
    names: dict[Tensor, str] = {tensor: name for name, tensor in graph.inputs.items()}
    lines = []
    results = itertools.count()
    for node in graph.nodes():
        if isinstance(node.op, Input):
            continue
        if isinstance(node.op, Constant):
            names[node.outputs[0]] = _constant_text(node.outputs[0])
            continue
        for tensor in node.outputs:
            names[tensor] = f"%{next(results)}"
        attributes = [f"{key}={value}" for key, value in node.op.attributes.items()]
        operands = ", ".join([*(names[tensor] for tensor in node.inputs), *attributes])
        given = ", ".join(f"{names[tensor]}: {tensor.spec}" for tensor in node.outputs)
        lines.append(f"  {given} = {node.op.name}({operands})")
    inputs = ", ".join(f"{name}: {tensor.spec}" for name, tensor in graph.inputs.items())
    outputs = ", ".join(f"{name}={names[tensor]}" for name, tensor in graph.outputs.items())
    return "\n".join([f"{graph.name}({inputs}):", *lines, f"  return {outputs}"])


def _constant_text(tensor: Tensor) -> str:
    value = tensor.constant
    assert value is not None
    if value.size <= 4:
        return np.array2string(value, precision=6, separator=", ").replace("\n", "")
    return f"const {tensor.spec}"
