"""Let thresholds that are values of training rows stand where rounding does not turn a row at them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from skl2tflite.forest.folding import Transformed
from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Constant, DType, Graph, Input, Node, Tensor, ops
from skl2tflite.graph.op import apply
from skl2tflite.passes.base import Pass

ULPS = 8
"""Units in the last place by which thresholds are lowered: more than a few float32 operations are off."""
_AS_THEY_ARE = (
    Constant, Input, Transformed, ops.BroadcastRows, ops.BroadcastTo, ops.Cast, ops.Concat, ops.Maximum, ops.Minimum,
    ops.Negative, ops.Abs, ops.PermuteDims, ops.Relu, ops.Reshape, ops.Round, ops.Floor, ops.Ceil, ops.Sign, ops.Slice,
    ops.Stack, ops.Take, ops.TakeAlongAxis, ops.Where,
)  # fmt: skip
"""Operations whose results are numbers that they were given, or whole ones."""


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
        with np.errstate(over="ignore", invalid="ignore"):
            ulp = np.spacing(np.abs(threshold).astype(np.float32)).astype(np.float64)
        lowered = np.where(inner, threshold - ULPS * ulp, threshold)
        notes.append("thresholds are lowered, as the rows are computed in float32")
        forest = replace(op.forest, threshold=lowered, cuts_at_values=False)
        return list(apply(replace(op, forest=forest), *operands).node.outputs)

    return graph.rewrite(rule), notes


def is_computed(x: Tensor) -> bool:
    """Whether some float arithmetic has made the numbers of a tensor, as a sum or a product does."""
    seen: set[Node] = set()
    stack = [x]
    while stack:
        tensor = stack.pop()
        if tensor.node in seen or tensor.dtype != DType.FLOAT:
            continue
        seen.add(tensor.node)
        if not isinstance(tensor.node.op, _AS_THEY_ARE):
            return True
        stack += tensor.node.inputs
    return False


LOWER_CUTS = Pass(
    "lower_cuts",
    "keep rows that float32 arithmetic makes on their side of thresholds that training rows had",
    lower_cuts,
)
