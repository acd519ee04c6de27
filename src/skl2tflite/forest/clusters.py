"""Clusters: connected groups of nodes that one step of the runtime decides at once.

A step evaluates all comparisons of a cluster, reads them as a binary number and looks up where to go in a
table. Clusters of at most ``width`` nodes take any shape, so a chain collapses as well as a bushy top.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.trees import Forest


@dataclass(frozen=True, eq=False)
class Clusters:
    """A forest cut into clusters.

    Attributes
    ----------
    width : int
        Comparisons in a step.
    root : ndarray of int64, shape (n_clusters,)
        Topmost node of each cluster. Clusters of one step stand together, the trees' roots first.
    nodes : ndarray of int64, shape (n_clusters, width)
        Nodes whose comparisons make the code, lowest bit first; -1 where a cluster has fewer.
    exits : ndarray of int64, shape (n_clusters, 2 ** width)
        Node reached for each code, where bit ``j`` of the code says that a row goes right at ``nodes[:, j]``:
        a leaf, or the root of another cluster. Bits of absent nodes make no difference.
    level : ndarray of int64, shape (n_clusters,)
        Steps taken before the cluster is entered.
    index : ndarray of int64, shape (n_nodes,)
        Cluster whose topmost node this is, -1 for all other nodes.
    height : ndarray of int64, shape (n_nodes,)
        Least number of steps from a node to its deepest leaf, 0 at leaves.
    """

    width: int
    root: NDArray[np.int64]
    nodes: NDArray[np.int64]
    exits: NDArray[np.int64]
    level: NDArray[np.int64]
    index: NDArray[np.int64]
    height: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.root)

    @cached_property
    def n_steps(self) -> int:
        """Steps that route any row through any tree."""
        return int(self.level[-1]) + 1 if len(self) else 0


def step_heights(forest: Forest, width: int) -> NDArray[np.int64]:
    """Return the least number of steps from each node to its deepest leaf.

    Nodes of equal height form connected components, and a component that fits into one cluster is decided by
    one step. So a node has its tallest child's height where it still fits into the component below, and one
    more where it does not.

    Parameters
    ----------
    forest : Forest
        Any trees.
    width : int
        Most nodes in a cluster.

    Returns
    -------
    ndarray of int64, shape (n_nodes,)
        0 at leaves.
    """
    height = np.zeros(forest.n_nodes, dtype=np.int64)
    component = np.full(forest.n_nodes, width, dtype=np.int64)  # no node joins a leaf
    for level in reversed(forest.levels):
        left, right = forest.left[level], forest.right[level]
        tallest = np.maximum(height[left], height[right])
        size = 1 + component[left] * (height[left] == tallest) + component[right] * (height[right] == tallest)
        fits = size <= width
        height[level] = np.where(fits, tallest, tallest + 1)
        component[level] = np.where(fits, size, 1)
    return height


def _grow(
    forest: Forest, root: NDArray[np.int64], width: int, priority: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grow a cluster at each root by absorbing, one at a time, the exit of greatest priority."""
    clusters = np.arange(len(root))
    codes = np.arange(2**width)
    nodes = np.full((len(root), width), -1, dtype=np.int64)
    ends = np.tile(root[:, None], (1, width + 1))
    which = np.zeros((len(root), 2**width), dtype=np.int8)  # the end that a code leads to
    for bit in range(width):
        chosen = np.argmax(priority[ends[:, : bit + 1]], axis=1)
        node = ends[clusters, chosen]
        open_ = priority[node] > 0
        nodes[:, bit] = np.where(open_, node, -1)
        ends[clusters, chosen] = np.where(open_, forest.left[node], node)
        ends[:, bit + 1] = np.where(open_, forest.right[node], node)
        moves = (which == chosen[:, None].astype(np.int8)) & open_[:, None] & ((codes >> bit) & 1 == 1)
        which[moves] = bit + 1
    return nodes, np.take_along_axis(ends, which.astype(np.int64), axis=1)


def cluster(forest: Forest, width: int) -> Clusters:
    """Cut a forest into clusters such that the number of steps is least.

    Parameters
    ----------
    forest : Forest
        Any trees; a tree of a single leaf has no cluster.
    width : int
        Most nodes in a cluster, at least 1.

    Returns
    -------
    Clusters

    Raises
    ------
    ValueError
        If `width` is less than 1.

    Notes
    -----
    A cluster takes the exit of greatest height first, which makes the steps fewest, and among equals the
    one with fewest nodes below, which swallows small remainders whole and makes the clusters fewer.
    """
    if width < 1:
        raise ValueError(f"a cluster holds at least one node, not {width}")
    height = step_heights(forest, width)
    below = np.zeros(forest.n_nodes, dtype=np.int64)
    for level in reversed(forest.levels):
        below[level] = 1 + below[forest.left[level]] + below[forest.right[level]]
    priority = np.where(forest.is_leaf, 0, height * (forest.n_nodes + 1) + forest.n_nodes - below)

    none = np.empty(0, dtype=np.int64)
    roots, levels = [none], [none]
    nodes, exits = [none.reshape(0, width)], [none.reshape(0, 2**width)]
    step = 0
    frontier = forest.roots[~forest.is_leaf[forest.roots]]
    while frontier.size:
        members, ends = _grow(forest, frontier, width, priority)
        roots.append(frontier)
        nodes.append(members)
        exits.append(ends)
        levels.append(np.full(len(frontier), step, dtype=np.int64))
        step += 1
        frontier = np.unique(ends[~forest.is_leaf[ends]])
    root = np.concatenate(roots)
    index = np.full(forest.n_nodes, -1, dtype=np.int64)
    index[root] = np.arange(len(root))
    return Clusters(
        width=width,
        root=root,
        nodes=np.concatenate(nodes),
        exits=np.concatenate(exits),
        level=np.concatenate(levels),
        index=index,
        height=height,
    )
