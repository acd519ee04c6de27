"""A graph: named inputs, named outputs, and the nodes that compute the outputs."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from skl2tflite.graph.op import Constant, Input
from skl2tflite.graph.tensor import Node, Tensor


class Graph:
    """What one method of an estimator computes.

    Parameters
    ----------
    name : str
        The method's name.
    inputs, outputs : mapping of str to Tensor
        Named, in order.
    """

    def __init__(self, name: str, inputs: Mapping[str, Tensor], outputs: Mapping[str, Tensor]) -> None:
        self.name = name
        self.inputs = dict(inputs)
        self.outputs = dict(outputs)

    def nodes(self) -> Iterator[Node]:
        """Yield every node that an output depends on, operands first, each once, in a reproducible order."""
        seen: set[Node] = set()
        for output in self.outputs.values():
            stack = [(output.node, iter(output.node.inputs))]
            while stack:
                node, operands = stack[-1]
                if node in seen:
                    stack.pop()
                    continue
                unseen = next((t.node for t in operands if t.node not in seen), None)
                if unseen is None:
                    seen.add(node)
                    stack.pop()
                    yield node
                else:
                    stack.append((unseen, iter(unseen.inputs)))

    def all_nodes(self) -> Iterator[Node]:
        """Yield every node, including those of the graphs within loops."""
        for node in self.nodes():
            yield node
            for part in node.op.graphs:
                yield from part.all_nodes()

    def operations(self) -> Iterator[Node]:
        """Yield the nodes that compute: neither inputs nor constants."""
        return (node for node in self.nodes() if not isinstance(node.op, Input | Constant))

    def consumers(self) -> dict[Tensor, int]:
        """Count how often each tensor is used, graph outputs included."""
        counts: dict[Tensor, int] = {}
        for node in self.nodes():
            for tensor in node.inputs:
                counts[tensor] = counts.get(tensor, 0) + 1
        for tensor in self.outputs.values():
            counts[tensor] = counts.get(tensor, 0) + 1
        return counts

    def rewrite(self, rule: Callable[[Node, tuple[Tensor, ...]], Sequence[Tensor] | None]) -> Graph:
        """Rebuild the graph, letting a rule replace nodes.

        Parameters
        ----------
        rule : callable
            Called with each node and its already rewritten operands; returns what stands for the
            node's outputs, or None to keep it.
        """
        replaced: dict[Tensor, Tensor] = {}
        for node in self.nodes():
            operands = tuple(replaced.get(tensor, tensor) for tensor in node.inputs)
            results = rule(node, operands)
            if results is None:
                if all(new is old for new, old in zip(operands, node.inputs, strict=True)):
                    continue
                results = Node(node.op, operands, node.source).outputs
            for old, new in zip(node.outputs, results, strict=True):
                if new is not old:
                    replaced[old] = new
        return Graph(self.name, self.inputs, {k: replaced.get(t, t) for k, t in self.outputs.items()})

    def __str__(self) -> str:
        return _to_text(self)


def _to_text(graph: Graph) -> str:
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
