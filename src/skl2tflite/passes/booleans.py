"""Inputs and outputs of booleans as the integers 0 and 1, for runtimes that take and give no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from skl2tflite.features import ColumnSpec
from skl2tflite.graph import DType, Graph, Input, Node, Tensor, as_tensor, input_tensor
from skl2tflite.graph import functions as xp


def booleans_as_integers(
    graphs: Mapping[str, Graph], columns: Sequence[ColumnSpec] | None
) -> tuple[dict[str, Graph], tuple[ColumnSpec, ...] | None]:
    """Replace inputs of booleans by integers, of which all but 0 are true, and outputs by 0 and 1.

    Parameters
    ----------
    graphs : mapping of str to Graph
        A model's methods, after the passes.
    columns : sequence of ColumnSpec, optional
        Where each feature is an input.

    Returns
    -------
    dict of str to Graph
    tuple of ColumnSpec or None
        The columns, and how their booleans travel.
    """
    replaced = {name: _replaced(graph) for name, graph in graphs.items()}
    if columns is None:
        return replaced, None
    return replaced, tuple(replace(c, dtype="truth") if c.dtype == "bool" else c for c in columns)


def _replaced(graph: Graph) -> Graph:
    inputs = {
        name: input_tensor(name, DType.INT, tensor.shape) if tensor.dtype == DType.BOOL else tensor
        for name, tensor in graph.inputs.items()
    }

    def rule(node: Node, operands: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        if isinstance(node.op, Input) and node.op.dtype == DType.BOOL:
            return (as_tensor(inputs[node.op.key] != 0),)
        return None

    outputs = {
        name: as_tensor(xp.astype(y, DType.INT)) if y.dtype == DType.BOOL else y
        for name, y in graph.rewrite(rule).outputs.items()
    }
    return Graph(graph.name, inputs, outputs)
