"""Features of which a graph reads only whether they are missing. The test for that differs for text and for numbers."""

from __future__ import annotations

from skl2tflite.features import INPUT_NAME
from skl2tflite.graph import Graph, Node, Tensor, ops


def only_missing(graph: Graph, name: str, feature: int) -> bool:
    """Return whether a graph reads nothing of a feature but whether it is missing.

    Parameters
    ----------
    graph : Graph
    name : str
        Name of the feature, and of its input if each feature has one.
    feature : int
        Its position in the input, if that is a matrix.
    """
    nodes = list(graph.nodes())
    if name in graph.inputs:
        readers = _readers(nodes, graph.inputs[name])
    elif INPUT_NAME in graph.inputs:
        matrix = graph.inputs[INPUT_NAME]
        readers = []
        for node in _readers(nodes, matrix):
            if (column := _column(node)) is None:
                if not _passes(node, feature):
                    return False
            elif column == feature:
                readers += _behind(nodes, node)
    else:
        return False
    return bool(readers) and all(isinstance(node.op, ops.IsNan) for node in readers)


def _readers(nodes: list[Node], x: Tensor) -> list[Node]:
    return [node for node in nodes if any(each is x for each in node.inputs)]


def _behind(nodes: list[Node], node: Node) -> list[Node]:
    """Return the nodes that read a node's result, directly or in another shape."""
    found = _readers(nodes, node.outputs[0])
    return [
        reader for each in found for reader in (_behind(nodes, each) if isinstance(each.op, ops.Reshape) else [each])
    ]


def _column(node: Node) -> int | None:
    """Return the only column of a matrix that a node takes; None where it takes none or several."""
    if not isinstance(node.op, ops.Slice) or len(node.op.slices) != 2:
        return None
    start, stop, step = node.op.slices[1]
    return start if start is not None and stop == start + 1 and step in (None, 1) else None


def _passes(node: Node, feature: int) -> bool:
    """Whether a node takes other columns of a matrix only."""
    if not isinstance(node.op, ops.Take) or node.op.axis != 1 or len(node.inputs) != 2:
        return False
    at = node.inputs[1].constant
    return at is not None and feature not in at.ravel().tolist()
