"""Clusters: connected groups of nodes that one step of the runtime evaluates at once.

A step evaluates all comparisons of a cluster, reads the results as a binary number (the *code*) and looks up in a table
where the row goes. Clusters have at most ``width`` nodes and any shape, so that chains take as few steps as bushy
trees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.cached_per_forest import cached_per_forest
from skl2tflite.forest.trees import Forest

MOST_OBLIVIOUS_LEVELS = 10
"""Number of levels up to which an oblivious tree (one test for each level) is one cluster."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """A forest cut into clusters: one at the root of each tree, then those of the further steps.

    Bit ``j`` of a cluster's code says that a row goes right at its ``j``-th node. Nodes of -1 fill a cluster
    up; their bits make no difference.

    Attributes
    ----------
    first_nodes : ndarray of int64, shape (n_trees, first_width)
        Nodes of each tree's first cluster, lowest bit first; none where the tree is a single leaf.
    first_exits : ndarray of int64, shape (n_trees, 2 ** first_width)
        Node reached for each code: a leaf, or the topmost node of another cluster.
    nodes : ndarray of int64, shape (n_clusters, width)
        Nodes of all other clusters, the topmost one first. Clusters of one step stand together.
    exits : ndarray of int64, shape (n_clusters, 2 ** width)
        Node reached for each code.
    height : ndarray of int64, shape (n_nodes,)
        Least number of steps of `width` nodes from a node to its deepest leaf, 0 at leaves.
    """

    first_nodes: NDArray[np.int64]
    first_exits: NDArray[np.int64]
    nodes: NDArray[np.int64]
    exits: NDArray[np.int64]
    height: NDArray[np.int64]

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Steps that each tree takes, the first included."""
        steps: NDArray[np.int64] = 1 + self.height[self.first_exits].max(axis=1)
        return steps


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
        Largest number of nodes in a cluster.

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


def grow_by_code(
    forest: Forest, root: NDArray[np.int64], width: int, priority: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grow a cluster at each root by absorbing, one at a time, the exit of greatest priority.

    Parameters
    ----------
    forest : Forest
        Any trees.
    root : ndarray of int64, shape (n_clusters,)
        Topmost nodes.
    width : int
        Largest number of nodes in a cluster.
    priority : ndarray, shape (n_nodes,)
        The exit of the greatest priority is absorbed first; 0 for leaves, which are never absorbed.

    Returns
    -------
    nodes : ndarray of int64, shape (n_clusters, width)
        Nodes in the order of absorption, -1 where there are fewer.
    exits : ndarray of int64, shape (n_clusters, 2 ** width)
        Node reached for each code.
    """
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


def grow_by_path(
    forest: Forest, root: NDArray[np.int64], width: int, priority: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
    """Grow clusters as :func:`grow_by_code` does, but of any width: exits are identified by the paths to them.

    Parameters
    ----------
    forest, root, width, priority
        As in :func:`grow_by_code`.

    Returns
    -------
    nodes : ndarray of int64, shape (n_clusters, width)
        Nodes in the order of absorption, -1 where there are fewer.
    exits : ndarray of int64, shape (n_clusters, width + 1)
        Nodes reached, -1 where there are fewer.
    paths : ndarray of int8, shape (n_clusters, width + 1, width)
        1 where the path to an exit goes right at a node, -1 where it goes left, 0 where it does not pass.
    """
    clusters = np.arange(len(root))
    nodes = np.full((len(root), width), -1, dtype=np.int64)
    exits = np.full((len(root), width + 1), -1, dtype=np.int64)
    exits[:, 0] = root
    paths = np.zeros((len(root), width + 1, width), dtype=np.int8)
    for bit in range(width):
        urgency = np.where(exits[:, : bit + 1] < 0, 0, priority[exits[:, : bit + 1]])
        chosen = np.argmax(urgency, axis=1)
        open_ = urgency[clusters, chosen] > 0
        which, place = clusters[open_], chosen[open_]
        node = exits[which, place]
        nodes[which, bit] = node
        paths[which, bit + 1] = paths[which, place]
        paths[which, bit + 1, bit] = 1
        paths[which, place, bit] = -1
        exits[which, bit + 1] = forest.right[node]
        exits[which, place] = forest.left[node]
    return nodes, exits, paths


def grow_complete(forest: Forest, root: NDArray[np.int64], depth: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Grow clusters that are complete binary trees, whose exits follow from the codes by the same rule.

    Parameters
    ----------
    forest : Forest
        Any trees.
    root : ndarray of int64, shape (n_clusters,)
        Topmost nodes.
    depth : int
        Number of levels.

    Returns
    -------
    nodes : ndarray of int64, shape (n_clusters, 2 ** depth - 1)
        Nodes level by level, -1 where there are fewer.
    exits : ndarray of int64, shape (n_clusters, 2 ** depth)
        Nodes reached, from left to right; below a leaf, that leaf at every place.
    """
    nodes = []
    ends = root[:, np.newaxis]
    for _ in range(depth):
        leaf = forest.is_leaf[ends]
        nodes.append(np.where(leaf, -1, ends))
        children = np.stack([forest.left[ends], forest.right[ends]], axis=2)
        ends = np.where(leaf[:, :, np.newaxis], ends[:, :, np.newaxis], children).reshape(len(root), -1)
    return np.concatenate(nodes, axis=1), ends


@cached_per_forest
def grow_oblivious(forest: Forest) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Return each tree as one cluster, if all trees are oblivious: all nodes of a level make the same test.

    Returns
    -------
    nodes : ndarray of int64, shape (n_trees, depth)
        One node of each level; -1 where a tree is less deep.
    exits : ndarray of int64, shape (n_trees, 2 ** depth)
        Leaf reached for each code; the first level's result is the lowest bit.

    None where the trees are not oblivious, or deeper than `MOST_OBLIVIOUS_LEVELS`.
    """
    nodes: list[NDArray[np.int64]] = []
    ends = forest.roots[:, np.newaxis]
    while not np.all(leaf := forest.is_leaf[ends]):
        first = np.take_along_axis(ends, np.argmin(leaf, axis=1)[:, np.newaxis], axis=1)
        test = (getattr(forest, name) for name in ("feature", "threshold", "missing_left"))
        if len(nodes) == MOST_OBLIVIOUS_LEVELS or not all(np.all(leaf | (part[ends] == part[first])) for part in test):
            return None
        nodes.append(np.where(leaf.all(axis=1), -1, first[:, 0]))
        children = (np.where(leaf, ends, side[ends]) for side in (forest.left, forest.right))
        ends = np.concatenate(list(children), axis=1)
    return (np.stack(nodes, axis=1), ends) if nodes else None


def complete_exits(depth: int) -> NDArray[np.int64]:
    """Return the exit, counted from the left, for each code of a complete cluster; shape (2 ** (2 ** depth - 1),)."""
    codes = np.arange(2 ** (2**depth - 1))
    node = np.zeros_like(codes)
    for _ in range(depth):
        node = 2 * node + 1 + (codes >> node & 1)
    exits: NDArray[np.int64] = node - (2**depth - 1)
    return exits


def cluster(forest: Forest, width: int, first_width: int | None = None, complete: bool = False) -> Clusters:
    """Cut a forest into clusters such that the number of steps is smallest.

    Parameters
    ----------
    forest : Forest
        Any trees.
    width : int
        Largest number of nodes in a cluster, at least 1.
    first_width : int, optional
        Largest number of nodes in a tree's first cluster, `width` by default. Oblivious trees of so many levels are
        one cluster.
    complete : bool, default=False
        Whether first clusters are complete binary trees, of 1, 3, 7, … nodes; `first_exits` are then those from left
        to right.

    Returns
    -------
    Clusters

    Raises
    ------
    ValueError
        If a width is less than 1.

    Notes
    -----
    A cluster takes the exit of greatest height first, which makes the steps fewest, and among equals the
    one with fewest nodes below, which swallows small remainders whole and makes the clusters fewer.
    """
    first_width = width if first_width is None else first_width
    if min(width, first_width) < 1:
        raise ValueError(f"a cluster holds at least one node, not {min(width, first_width)}")
    height = step_heights(forest, width)
    below = np.zeros(forest.n_nodes, dtype=np.int64)
    for level in reversed(forest.levels):
        below[level] = 1 + below[forest.left[level]] + below[forest.right[level]]
    priority = np.where(forest.is_leaf, 0, height * (forest.n_nodes + 1) + forest.n_nodes - below)

    oblivious = None if complete else grow_oblivious(forest)
    if oblivious is not None and oblivious[0].shape[1] == first_width:
        first_nodes, first_exits = oblivious
    elif complete:
        first_nodes, first_exits = grow_complete(forest, forest.roots, first_width.bit_length())
    else:
        first_nodes, first_exits = grow_by_code(forest, forest.roots, first_width, priority)
    nodes = [np.empty((0, width), dtype=np.int64)]
    exits = [np.empty((0, 2**width), dtype=np.int64)]
    ends = first_exits
    while True:
        frontier = np.unique(ends[~forest.is_leaf[ends]])
        if not frontier.size:
            break
        members, ends = grow_by_code(forest, frontier, width, priority)
        nodes.append(members)
        exits.append(ends)
    return Clusters(first_nodes, first_exits, np.concatenate(nodes), np.concatenate(exits), height)
