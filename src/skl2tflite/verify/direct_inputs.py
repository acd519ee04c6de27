"""Which numbers in a graph are cells of the inputs as they are, picked and moved but not computed with."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features import INPUT_NAME, Features
from skl2tflite.graph import DType, Graph, Node, Tensor, ops

Places = NDArray[np.float64]
"""For each element of a row, of shape (1, ...), the feature that it is; -1 for all else."""
_MOVES = (ops.Slice, ops.Reshape, ops.PermuteDims, ops.Concat, ops.Stack)


class DirectInputs:
    """The elements of tensors that are features as they are.

    Parameters
    ----------
    graph : Graph
    features : Features
        What the graph's inputs hold.
    """

    def __init__(self, graph: Graph, features: Features) -> None:
        self.places: dict[Tensor, Places] = {}
        columns = {column.name: column.feature for column in features.columns or () if not column.is_read}
        for name, tensor in graph.inputs.items():
            if features.columns is None and name == INPUT_NAME and tensor.ndim == 2:
                self.places[tensor] = np.arange(float(features.count))[np.newaxis]
            elif name in columns and tensor.ndim == 1:
                self.places[tensor] = np.full(1, float(columns[name]))
        for node in graph.nodes():
            found = self._moved(node)
            if found is not None and (found >= 0).any():
                self.places[node.outputs[0]] = found

    def of(self, tensor: Tensor) -> Places | None:
        """Return the features that a tensor's elements are; None where none is any."""
        return self.places.get(tensor)

    def _moved(self, node: Node) -> Places | None:
        """Return what the output of an operation that moves elements holds; None for any other operation."""
        if not any(tensor in self.places for tensor in node.inputs):
            return None
        if isinstance(node.op, ops.Take) and node.inputs[1].constant is not None:
            return np.asarray(node.op.evaluate(self._held(node.inputs[0]), node.inputs[1].constant))
        if isinstance(node.op, ops.Where):
            branches = [self._held(tensor) for tensor in node.inputs[1:]]
            fixed = [tensor.constant is not None for tensor in node.inputs[1:]]
            return np.maximum(*branches) if any(fixed) else None
        is_float = isinstance(node.op, ops.Cast) and node.op.dtype == DType.FLOAT
        if is_float:
            return self._held(node.inputs[0])
        if isinstance(node.op, _MOVES) and all(None not in tensor.shape[1:] for tensor in node.inputs):
            return np.asarray(node.op.evaluate(*map(self._held, node.inputs)))
        return None

    def _held(self, tensor: Tensor) -> Places:
        if tensor in self.places:
            return self.places[tensor]
        constant: NDArray[Any] | None = tensor.constant
        shape = (1, *(length or 1 for length in tensor.shape[1:])) if constant is None else constant.shape
        return np.full(shape, -1.0)
