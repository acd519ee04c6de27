"""Store the values of leaves in fewer bytes where the result does not need double-float precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeSums
from skl2tflite.graph import Graph, Node, Tensor, ops
from skl2tflite.graph.op import apply
from skl2tflite.passes.base import Pass

MOST_TREES = 128
"""Number of summands of one sign up to which float32 sums them to a relative error of about 2e-7."""
TOLERANCE = 2.0**-28
"""Error of a sum, as a fraction of the largest possible sum, that is below float32's resolution."""


def merge_double_float(graph: Graph) -> tuple[Graph, list[str]]:
    """Sum trees' values to float32 precision where the two halves of a double-float sum are only added.

    A double-float sum is ``high + low`` (:mod:`skl2tflite.forest.sums`). Labels are decided from the halves themselves,
    so that such sums keep both.
    """
    uses = graph.consumers()
    notes = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, ops.Add) or node.op.activation:
            return None
        high, low = (_half_of_sums(tensor, uses) for tensor in operands)
        if high is None or low is None or high[0] is not low[0] or high[1] != low[1]:
            return None
        sums, shape, _ = high
        op = sums.node.op
        assert isinstance(op, TreeSums)
        width = op.forest.n_outputs // 2
        if (high[2], low[2]) != ((0, width), (width, 2 * width)) or uses.get(sums, 0) != 2:
            return None
        values = op.forest.value[:, :width] + op.forest.value[:, width:]
        tolerance = TOLERANCE * _largest_sum(values, op)
        if op.tolerance >= tolerance:
            return None
        if op.forest.n_trees // op.groups > MOST_TREES or np.any(values < 0):
            notes.append("the sums keep both parts: they have many summands, or of both signs")
            parts = apply(replace(op, tolerance=tolerance), *sums.node.inputs)
            coarse, fine = (apply(shape, parts[:, :, start:stop]) for _, _, (start, stop) in (high, low))
            return [coarse + fine]
        merged = replace(op, forest=op.forest.with_values(values), parts=1, tolerance=tolerance)
        notes.append("the trees' values are single numbers")
        return [apply(shape, apply(merged, *sums.node.inputs))]

    return graph.rewrite(rule), notes


def _largest_sum(values: NDArray[np.float64], op: TreeSums) -> float:
    """Return a bound of the magnitude of all sums over trees."""
    leaves = np.where(op.forest.is_leaf[:, np.newaxis], np.abs(values), 0.0)
    largest = np.maximum.reduceat(leaves, op.forest.roots, axis=0)
    return float(largest.reshape(-1, op.groups * values.shape[1]).sum(axis=0).max())


def _half_of_sums(tensor: Tensor, uses: dict[Tensor, int]) -> tuple[Tensor, ops.Reshape, tuple[int, int]] | None:
    """Return the tree sums, the reshape and the column range of a tensor that is a reshaped range of their columns."""
    shape = tensor.node.op
    if not isinstance(shape, ops.Reshape) or uses.get(tensor, 0) > 1:
        return None
    (columns,) = tensor.node.inputs
    cut = columns.node.op
    if not isinstance(cut, ops.Slice) or not isinstance(columns.node.inputs[0].node.op, TreeSums):
        return None
    *others, (start, stop, step) = cut.slices
    whole = all(bounds == (None, None, None) for bounds in others)
    if not whole or start is None or stop is None or step not in (None, 1):
        return None
    return columns.node.inputs[0], shape, (start, stop)


MERGE_DOUBLE_FLOAT = Pass(
    "merge_double_float",
    "hold what leaves give in one number each, where labels do not depend on it",
    merge_double_float,
    exact=False,
    for_size=True,
)
