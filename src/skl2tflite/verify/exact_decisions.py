"""Decisions on inputs as they are, which float32 makes exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.features import Features
from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Graph, Node, ops
from skl2tflite.verify.direct_inputs import DirectInputs

Values = Sequence[NDArray[Any]]
DECIDES = (ops.Comparison, ops.SearchSorted, ops.IsNan, TreeValues)
"""Operations whose results are decisions."""


class ExactDecisions:
    """The decisions of a graph that are made of its inputs as they are, and how they fall for some rows.

    Rounding moves none of them: the inputs are float32 numbers, and so are the thresholds of the file.

    Parameters
    ----------
    graph : Graph
        After all passes.
    features : Features
        What its inputs hold.
    """

    def __init__(self, graph: Graph, features: Features) -> None:
        self.direct = DirectInputs(graph, features)
        self.operands: dict[Node, list[NDArray[Any]]] = {}

    def note(self, node: Node, operands: Values) -> None:
        """Keep what a decision is made of, in an evaluation in which nothing moves."""
        if isinstance(node.op, DECIDES) and any(self.direct.of(tensor) is not None for tensor in node.inputs):
            self.operands[node] = list(operands)

    def corrected(self, node: Node, operands: Values, results: Values) -> tuple[Values, Values]:
        """Return the operands and results of an operation with inputs that have not moved.

        Parameters
        ----------
        node : Node
        operands, results : sequence of ndarray
            In an evaluation in which numbers move.
        """
        plain = self.operands.get(node)
        if plain is None:
            return operands, results
        if isinstance(node.op, TreeValues):
            places = self.direct.of(node.inputs[0])
            unmoved = np.where(places >= 0, plain[0], operands[0]) if places is not None else operands[0]
            return [unmoved], [np.asarray(node.op.evaluate(unmoved))]
        decided = np.asarray(node.op.evaluate(*plain))
        is_direct = np.zeros(1, dtype=bool)
        for tensor in node.inputs:
            places = self.direct.of(tensor)
            others = [each for each in node.inputs if each is not tensor]
            if places is not None and all(each.constant is not None for each in others):
                is_direct = places >= 0
        return operands, [np.where(is_direct, decided, results[0])]
