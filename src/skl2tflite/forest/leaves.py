"""Leaf sharing: leaves of equal values are stored once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.cached_per_forest import cached_per_forest
from skl2tflite.forest.trees import Forest


@dataclass(frozen=True, eq=False)
class SharedLeaves:
    """The distinct leaves of a forest, or of each of its trees.

    Attributes
    ----------
    values : ndarray of float64, shape (n_values, n_outputs)
        Distinct rows of values; tree after tree where trees share nothing.
    index : ndarray of int64, shape (n_nodes,)
        Row of `values` for every leaf of the forest, -1 for internal nodes.
    start : ndarray of int64, shape (n_trees,)
        First row of each tree, 0 where trees share.
    count : ndarray of int64, shape (n_trees,)
        Rows of each tree, all of them where trees share.
    """

    values: NDArray[np.float64]
    index: NDArray[np.int64]
    start: NDArray[np.int64]
    count: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)


def _unique_rows(rows: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first occurrence of each distinct row, and for every row its position among them."""
    bits = rows.view(f"u{rows.dtype.itemsize}").astype(np.uint64)
    odd = np.random.default_rng(0).integers(2**63, size=rows.shape[1], dtype=np.uint64) * 2 + 1
    # Sorting by one hash is some ten times faster than sorting rows, which is done only where two hashes collide.
    _, first, inverse = np.unique((bits * odd).sum(axis=1), return_index=True, return_inverse=True)
    if not np.array_equal(rows[first[inverse]], rows):
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, inverse


@cached_per_forest
def share_leaves(forest: Forest, across_trees: bool = True) -> SharedLeaves:
    """Map the leaves of a forest to distinct rows of float32 values.

    Parameters
    ----------
    forest : Forest
        Trees whose leaves are compared.
    across_trees : bool, default=True
        Whether leaves of different trees may be shared.

    Returns
    -------
    SharedLeaves
    """
    leaves = np.flatnonzero(forest.is_leaf)
    rows = forest.value[leaves].astype(np.float32) + np.float32(0)  # one zero, not two
    tree = np.zeros_like(leaves) if across_trees else forest.tree[leaves]
    # A tree's number as a column: exact in float32 up to 2**24.
    first, inverse = _unique_rows(np.column_stack([tree.astype(np.float32), rows]))
    order = np.lexsort((first, tree[first]))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    index = np.full(forest.n_nodes, -1, dtype=np.int64)
    index[leaves] = rank[inverse]
    if across_trees:
        count, start = np.full(forest.n_trees, len(first)), np.zeros(forest.n_trees, dtype=np.int64)
    else:
        count = np.bincount(tree[first], minlength=forest.n_trees)
        start = np.cumsum(count) - count
    return SharedLeaves(forest.value[leaves][first[order]], index, start, count)
