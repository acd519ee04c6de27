"""Leaf sharing: equal leaves are one leaf."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.trees import Forest


@dataclass(frozen=True, eq=False)
class SharedLeaves:
    """The distinct leaves of a forest.

    Attributes
    ----------
    values : ndarray of float64, shape (n_values, n_outputs)
        Distinct rows of values, in order of first appearance among the nodes.
    index : ndarray of int64, shape (n_nodes,)
        Row of `values` for every leaf of the forest, -1 for internal nodes.
    """

    values: NDArray[np.float64]
    index: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)


def _unique_rows(rows: NDArray[np.floating]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first occurrence of each distinct row, and for every row its place among them."""
    bits = rows.view(f"u{rows.dtype.itemsize}").astype(np.uint64)
    odd = np.random.default_rng(0).integers(2**63, size=rows.shape[1], dtype=np.uint64) * 2 + 1
    # A sort of one hash is some ten times faster than a sort of rows, which serves where two rows collide.
    _, first, inverse = np.unique((bits * odd).sum(axis=1), return_index=True, return_inverse=True)
    if not np.array_equal(rows[first[inverse]], rows):
        _, first, inverse = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    return first, inverse


def share_leaves(forest: Forest, dtype: type[np.floating] = np.float64) -> SharedLeaves:
    """Map the leaves of a forest to distinct rows of values.

    Parameters
    ----------
    forest : Forest
        Trees whose leaves are compared, across trees.
    dtype : numpy floating type, default=numpy.float64
        Leaves whose values are the same bits in this type are one leaf.

    Returns
    -------
    SharedLeaves
        Distinct rows (as float64, rounded through `dtype`) and the row of every leaf.
    """
    leaves = np.flatnonzero(forest.is_leaf)
    rows = np.ascontiguousarray(forest.value[leaves].astype(dtype)) + dtype(0)  # one zero, not two
    first, inverse = _unique_rows(rows)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    index = np.full(forest.n_nodes, -1, dtype=np.int64)
    index[leaves] = rank[inverse]
    return SharedLeaves(rows[first[order]].astype(np.float64), index)
