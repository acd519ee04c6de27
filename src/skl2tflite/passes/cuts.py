"""Let thresholds that are values of training rows stand where rounding does not turn a row at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.rounding import is_computed, units
from skl2tflite.forest.thresholds import clear_of_rounding
from skl2tflite.graph import Graph, Node, Tensor
from skl2tflite.graph.op import apply
from skl2tflite.passes.base import Pass
from skl2tflite.passes.preprocessing import grown_columns


def lower_cuts(graph: Graph) -> tuple[Graph, list[str]]:
    """Lower the thresholds of trees whose rows are computed, where thresholds are values that training rows had.

    XGBoost tests ``x < c`` with a value ``c`` of the training rows. Where float32 arithmetic makes the row, a number
    that is ``c`` in scikit-learn's float64 may come out a few units in the last place below it, and go the other way.
    Numbers that really lie within so few units below ``c`` are not to be told from it anyway.
    """
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        op = node.op
        if not isinstance(op, TreeValues) or not op.forest.cuts_at_values or not is_computed(operands[0]):
            return None
        inner = ~op.forest.is_leaf & np.isfinite(op.forest.threshold)
        threshold = op.forest.threshold
        grown = grown_columns(operands[0], np.unique(op.forest.feature[inner]))
        far = units(threshold, grown[op.forest.feature])
        lowered = np.where(inner, clear_of_rounding(threshold, -far), threshold)
        notes.append("thresholds are lowered, as the rows are computed in float32")
        forest = replace(op.forest, threshold=lowered, cuts_at_values=False)
        return list(apply(replace(op, forest=forest), *operands).node.outputs)

    return graph.rewrite(rule), notes


LOWER_CUTS = Pass(
    "lower_cuts",
    "keep rows that float32 arithmetic makes on their side of thresholds that training rows had",
    lower_cuts,
)
