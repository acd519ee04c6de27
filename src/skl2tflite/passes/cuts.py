"""Lower thresholds of XGBoost that equal values of training rows, where float32 arithmetic computes the rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.rounding import is_computed, units
from skl2tflite.forest.thresholds import clear_of_rounding
from skl2tflite.graph import Graph, Node, Tensor
from skl2tflite.graph.op import apply
from skl2tflite.passes.base import Pass
from skl2tflite.passes.preprocessing import grown_columns, origin_of
from skl2tflite.passes.rounded_once import rounded_once


def lower_cuts(graph: Graph) -> tuple[Graph, list[str]]:
    """Keep rows that float32 arithmetic computes on the right side of thresholds that are values of training rows.

    XGBoost tests ``x < c``, where ``c`` is a value of the training rows. A number that is ``c`` in scikit-learn's
    float64 may come out a few units in the last place below ``c`` in float32, and go the other way. So the row is
    computed in two float32 parts and rounded once, if all operations in front can be. Otherwise the thresholds of the
    computed columns are lowered by these few units: float32 cannot distinguish numbers so close below ``c`` from ``c``.
    """
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        op = node.op
        if not isinstance(op, TreeValues) or not op.forest.cuts_at_values or not is_computed(operands[0]):
            return None
        exact = rounded_once(operands[0])
        if exact is not None:
            notes.append("the rows are computed in two parts, and rounded once")
            forest = replace(op.forest, cuts_at_values=False)
            return list(apply(replace(op, forest=forest), exact, *operands[1:]).node.outputs)
        inner = ~op.forest.is_leaf & np.isfinite(op.forest.threshold)
        threshold = op.forest.threshold
        tested = np.unique(op.forest.feature[inner]).astype(np.int64)
        grown = grown_columns(operands[0], tested)
        far = units(threshold, grown[op.forest.feature])
        computed = tested[[is_computed(origin_of(operands[0], column)[0]) for column in tested.tolist()]]
        lowered = np.where(inner & np.isin(op.forest.feature, computed), clear_of_rounding(threshold, -far), threshold)
        notes.append("thresholds are lowered, as the rows are computed in float32")
        forest = replace(op.forest, threshold=lowered, cuts_at_values=False)
        return list(apply(replace(op, forest=forest), *operands).node.outputs)

    return graph.rewrite(rule), notes


LOWER_CUTS = Pass(
    "lower_cuts",
    "keep rows that float32 arithmetic computes on the right side of thresholds that are values of training rows",
    lower_cuts,
)
