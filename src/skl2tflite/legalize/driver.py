"""Rewriting a graph until a target has each of its operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace

from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import Constant, Graph, Input, Node, Tensor, as_tensor
from skl2tflite.graph.ops import WhileLoop
from skl2tflite.legalize.registry import Capabilities, NoDecompositionError, decomposition_of


class LegalGraph(Graph):
    """A graph of operations that a target has, in the order in which it is to compute them; it cannot be rewritten.

    What stands for one operation comes in the order in which its decomposition was written, which decides how long
    results in between are kept.

    Parameters
    ----------
    graph : Graph
        What it was.
    target : Capabilities
        Whose operations these are.
    outputs : mapping of str to Tensor
    origins : mapping of Node to Node
        All nodes in order, each with the node of ``graph`` that it is (a part of).
    """

    def __init__(
        self, graph: Graph, target: Capabilities, outputs: Mapping[str, Tensor], origins: Mapping[Node, Node]
    ) -> None:
        super().__init__(graph.name, graph.inputs, outputs)
        self.target = target
        self.origins = dict(origins)

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes in order."""
        return iter(self.origins)

    def rewrite(self, rule: Callable[[Node, tuple[Tensor, ...]], Sequence[Tensor] | None]) -> Graph:
        """Refuse: simplifying what operations were decomposed into would take back what makes it exact."""
        raise TypeError(f"graph {self.name!r} is legalized, and nothing may be rewritten after that")


def legalize(graph: Graph, target: Capabilities) -> LegalGraph:
    """Replace operations that a target lacks by what they are made of, as often as it takes.

    Operations without a decomposition stay, for the backend to refuse. Graphs that loops repeat are legalized too.

    Parameters
    ----------
    graph : Graph
        After all passes.
    target : Capabilities

    Returns
    -------
    LegalGraph

    Raises
    ------
    UnsupportedOnTarget
        Where a decomposition does not apply to the operands; the message shows the converter's line.
    """
    if isinstance(graph, LegalGraph) and graph.target == target:
        return graph
    legalizer = _Legalizer(target)
    for node in graph.nodes():
        try:
            legalizer.add(node, origin=node)
        except UnsupportedOnTarget as error:
            raise UnsupportedOnTarget(f"{error} (needed by {node.op.name}, {node.source})") from None
    outputs = {name: legalizer.legal(tensor) for name, tensor in graph.outputs.items()}
    # An operation with several results, of which some are used, was decomposed for all of them.
    needed = set(Graph(graph.name, graph.inputs, outputs).nodes())
    origins = {node: origin for node, origin in legalizer.origins.items() if node in needed}
    return LegalGraph(graph, target, outputs, origins)


class _Legalizer:
    """Collects the nodes of a legal graph."""

    def __init__(self, target: Capabilities) -> None:
        self.target = target
        self.origins: dict[Node, Node] = {}
        self._replaced: dict[Tensor, Tensor] = {}

    def legal(self, tensor: Tensor) -> Tensor:
        """Return what stands for a tensor whose node was added."""
        return self._replaced.get(tensor, tensor)

    def add(self, node: Node, origin: Node) -> None:
        """Add a node, or what it is made of; its operands have been added."""
        operands = tuple(self.legal(tensor) for tensor in node.inputs)
        if isinstance(node.op, WhileLoop):
            parts = {"condition": node.op.condition, "body": node.op.body}
            op = replace(node.op, **{name: legalize(part, self.target) for name, part in parts.items()})
            self._keep(node, Node(op, operands, node.source), origin)
            return
        results = None if isinstance(node.op, Constant | Input) else self._decomposed(node, operands)
        if results is None:
            same = all(new is old for new, old in zip(operands, node.inputs, strict=True))
            self._keep(node, node if same else Node(node.op, operands, node.source), origin)
            return
        for part in self._new_nodes(results):
            self.add(part, origin)
        self._replaced.update(zip(node.outputs, map(self.legal, results), strict=True))

    def _keep(self, node: Node, kept: Node, origin: Node) -> None:
        self.origins[kept] = origin
        self._replaced.update(zip(node.outputs, kept.outputs, strict=True))

    def _decomposed(self, node: Node, operands: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        """Return what a node's results are made of, None where it stays as it is."""
        decomposition = decomposition_of(node.op, operands)
        if decomposition is None or self.target.has(node.op, operands):
            return None
        attributes = {field.name: getattr(node.op, field.name) for field in fields(node.op)}
        try:
            made = decomposition(*operands, **attributes)
        except NoDecompositionError as error:
            raise UnsupportedOnTarget(f"{self.target.describe_lack(node.op, operands)}; {error}") from None
        results = tuple(as_tensor(result) for result in (made if isinstance(made, tuple) else (made,)))
        for result, output in zip(results, node.outputs, strict=True):
            if result.spec != output.spec:
                raise TypeError(f"{node.op.name} gives {output.spec}, what it was decomposed into {result.spec}")
        return results

    def _new_nodes(self, results: Sequence[Tensor]) -> list[Node]:
        """Return the nodes that results need beside those added already, in the order in which they were made."""
        found: set[Node] = set()
        stack = [result.node for result in results]
        while stack:
            node = stack.pop()
            if node not in found and node not in self.origins:
                found.add(node)
                stack += [tensor.node for tensor in node.inputs]
        return sorted(found, key=lambda node: node.serial)
