"""Forests by ordinary operations: one step of all trees after another.

This is the reference for the layouts in which a backend writes a forest (:mod:`skl2tflite.forest.tables` and
:mod:`skl2tflite.forest.batches`), and what a backend without layouts of its own computes.
"""

from __future__ import annotations

import numpy as np

from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.graph.tensor import Array
from skl2tflite.legalize.registry import decomposes


@decomposes(TreeValues)
def tree_values(x: Tensor, forest: Forest, missing: bool) -> Array:
    """Follow every tree from its root for as many steps as the deepest has, leaves leading to themselves.

    Parameters
    ----------
    x : Tensor of shape (n_rows, n_features)
    forest : Forest
    missing : bool
        Whether NaN is routed by the nodes' ``missing_left``; without, rows hold no NaN.

    Returns
    -------
    Tensor of shape (n_rows, n_trees, n_outputs)
    """
    nodes, is_leaf = np.arange(forest.n_nodes), forest.is_leaf
    feature = np.where(is_leaf, 0, forest.feature)
    threshold = round_down_to_float32(forest.threshold)
    left, right = (np.where(is_leaf, nodes, child) for child in (forest.left, forest.right))
    node = xp.broadcast_rows(forest.roots, x)
    for _ in range(forest.depth):
        tested = xp.take_along_axis(x, xp.take(feature, node))
        goes_left = tested <= xp.take(threshold, node)
        if missing:
            goes_left = goes_left | (xp.isnan(tested) & xp.take(forest.missing_left, node))
        node = xp.where(goes_left, xp.take(left, node), xp.take(right, node))
    return xp.take(forest.value, node)


@decomposes(TreeSums)
def tree_sums(x: Tensor, forest: Forest, missing: bool, groups: int, parts: int, tolerance: float) -> Array:
    """Sum the trees' values, tree ``t`` in group ``t % groups``.

    Parameters
    ----------
    x : Tensor of shape (n_rows, n_features)
    forest : Forest
    missing : bool
        As in :func:`tree_values`.
    groups : int
        Number of groups.
    parts, tolerance : int and float
        What other layouts may know of the values; not needed here.

    Returns
    -------
    Tensor of shape (n_rows, groups, n_outputs)
    """
    values = tree_values(x, forest, missing)
    return xp.sum(xp.reshape(values, (-1, forest.n_trees // groups, groups, forest.n_outputs)), axis=1)
