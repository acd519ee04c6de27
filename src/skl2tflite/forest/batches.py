"""The tables from which a runtime routes many rows at once.

Rows are on the last axis, so that the values that all rows need of one node or one tree are adjacent. The top of each
tree is *dense*: all its comparisons are made for all rows, and a matrix product of small integers finds from their
results the exit by which each row leaves the top. Below, trees are cut into *blocks*, each a complete binary tree of
some levels: in the next level, the children of place p are the places 2 p and 2 p + 1. Where a tree has no node, the
block has a comparison that is false. ::

    place = 2 * place + (x[columns[place]] > thresholds[place])        for each level of blocks
    state = next[place]                                                once, behind the last level

A state is the number of a block, from 1, or the number of a leaf minus that of the last leaf, so that states of leaves
are not positive. Rows that are at a leaf go through block 0, where all comparisons are false. In deep forests most rows
reach a leaf long before the last row does, so between some blocks the rows at leaves are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.clusters import grow_by_code, grow_by_path, grow_oblivious, step_heights
from skl2tflite.forest.leaves import share_leaves
from skl2tflite.forest.tables import Ints, input_columns
from skl2tflite.forest.trees import Forest

MOST_CODED_COMPARISONS = 7
"""Largest number of comparisons in a top whose results are read as one binary number, the exit's, in an int8."""
MOST_PLACES_PER_NODE = 3
"""Another level is added to blocks if it has at most this many places for each node in it that is no leaf."""
SMALL_LEVEL = 2**12
"""A level with no more places than this is added in any case."""
REMAINING_SHARE = 0.55
"""Rows at leaves are dropped once the rows that are at no leaf yet have fallen to this share of those that were left
at the last time. The share is estimated by that of the leaves."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """The blocks of all trees that begin at the same step.

    Attributes
    ----------
    fewer : bool
        Whether rows at leaves are dropped before these blocks.
    columns, thresholds : tuple of ndarray, shapes (n_blocks,), (2 * n_blocks,), (4 * n_blocks,), ...
        Comparisons ``x[column] > threshold``, level by level; the threshold is infinite where there is no node.
    next : ndarray of int64, shape (n_blocks * 2 ** height,)
        The next state for each place below the last level.
    """

    fewer: bool
    columns: tuple[Ints, ...]
    thresholds: tuple[NDArray[np.float32], ...]
    next: Ints


@dataclass(frozen=True, eq=False)
class BatchTables:
    """The tables of a forest for many rows at once.

    Attributes
    ----------
    copies : tuple of str
        Parts that the input is made of, as in :class:`~skl2tflite.forest.tables.ForestTables`.
    columns, thresholds : ndarray, shape (n_trees, width)
        Comparisons ``x[column] > threshold`` of the dense tops; infinite thresholds where a top has fewer of them.
    paths : ndarray of int8, shape (n_trees, n_exits, width), or None
        1 where the path to an exit goes right at a node, -1 where it goes left, 0 where it does not pass the node.
        None if the results of all comparisons, as the bits of a number with the first one lowest, are the number of
        the exit. That is so for trees that are no deeper than their tops.
    reachable : ndarray of bool, shape (n_trees, n_exits)
        Which exits exist.
    leaves : ndarray of int64, shape (n_trees, n_exits), or None
        Row of `values` for each exit, if all exits are leaves. Otherwise the exits are the first blocks, tree by tree.
    blocks : tuple of Blocks
        The blocks below the tops. The first has no block 0, as no row is at a leaf there.
    values : ndarray of float64, shape (n_values, n_outputs)
        Values of the distinct leaves.
    """

    copies: tuple[str, ...]
    columns: Ints
    thresholds: NDArray[np.float32]
    paths: NDArray[np.int8] | None
    reachable: NDArray[np.bool_]
    leaves: Ints | None
    blocks: tuple[Blocks, ...]
    values: NDArray[np.float64]


def build_batch_tables(forest: Forest, width: int, missing: bool = False) -> BatchTables:
    """Make the tables of a forest for many rows.

    Parameters
    ----------
    forest : Forest
        Any trees, single leaves among them.
    width : int
        Largest number of comparisons in a dense top.
    missing : bool, default=False
        Whether NaN follows the nodes' ``missing_left``. Otherwise it goes left.

    Returns
    -------
    BatchTables
    """
    height = step_heights(forest, 1)
    nodes, exits, paths = dense_tops(forest, width, height)
    column, threshold, copies = input_columns(forest, missing)
    column[forest.is_leaf] = 0
    threshold[forest.is_leaf] = np.inf
    shared = share_leaves(forest)
    a_leaf = int(np.argmax(forest.is_leaf))
    reached = np.where(exits < 0, a_leaf, exits)
    blocks: list[Blocks] = []
    for cut in _cut(forest, reached, a_leaf):
        state = shared.index - (len(shared) - 1)
        inner = cut.ends[~forest.is_leaf[cut.ends]]
        state[inner] = 1 + np.arange(len(inner))
        following = state[cut.ends]
        if blocks:
            following[: 2 ** len(cut.levels)] = 0
        columns = tuple(column[nodes] for nodes in cut.levels)
        thresholds = tuple(threshold[nodes] for nodes in cut.levels)
        blocks.append(Blocks(cut.fewer, columns, thresholds, following))
    return BatchTables(
        copies=copies,
        columns=np.where(nodes < 0, 0, column[nodes]),
        thresholds=np.where(nodes < 0, np.float32(np.inf), threshold[nodes]),
        paths=paths,
        reachable=exits >= 0,
        leaves=None if blocks else shared.index[reached],
        blocks=tuple(blocks),
        values=shared.values,
    )


def dense_tops(forest: Forest, width: int, height: Ints) -> tuple[Ints, Ints, NDArray[np.int8] | None]:
    """Return nodes, exits and paths of the dense tops, as wide as the widest of them.

    Parameters
    ----------
    forest : Forest
    width : int
        Largest number of comparisons in a top.
    height : ndarray of int64, shape (n_nodes,)
        Number of levels below each node.

    Returns
    -------
    nodes, exits, paths : ndarray or None
        As :func:`~skl2tflite.forest.clusters.grow_by_path` returns them; paths are None where the results of the
        comparisons are the exit's number.
    """
    oblivious = grow_oblivious(forest)
    if oblivious is not None and oblivious[0].shape[1] <= MOST_CODED_COMPARISONS:
        return *oblivious, None
    nodes, exits, paths = grow_by_path(forest, forest.roots, width, height)
    width = max(1, int((nodes >= 0).sum(axis=1).max()))
    if width <= MOST_CODED_COMPARISONS and not np.any(height[exits[exits >= 0]]):
        return *grow_by_code(forest, forest.roots, width, height), None
    return nodes[:, :width], exits[:, : width + 1], paths[:, : width + 1, :width]


@dataclass(frozen=True, eq=False)
class _Cut:
    """Blocks as nodes of the trees.

    Attributes
    ----------
    fewer : bool
        Whether rows at leaves are dropped before these blocks.
    levels : list of ndarray of int64
        Node at each place of each level; a leaf takes all places below it.
    ends : ndarray of int64
        Node at each place below the last level.
    """

    fewer: bool
    levels: list[Ints]
    ends: Ints


def _cut(forest: Forest, exits: Ints, a_leaf: int) -> Iterator[_Cut]:
    """Cut the trees below the dense tops into blocks.

    Parameters
    ----------
    forest : Forest
    exits : ndarray of int64, shape (n_trees, n_exits)
        Nodes at the exits of the tops.
    a_leaf : int
        Some leaf, for block 0.
    """
    ends = exits.ravel()
    n_leaves = going_on = forest.n_leaves
    passed = int(forest.is_leaf[ends].sum())
    first = True
    while not np.all(forest.is_leaf[ends]):
        nodes = ends if first else np.concatenate([[a_leaf], ends[~forest.is_leaf[ends]]])
        levels: list[Ints] = []
        fewer = not first and n_leaves - passed <= REMAINING_SHARE * going_on
        if fewer:
            going_on = n_leaves - passed
        while True:
            leaf = forest.is_leaf[nodes]
            n_inner = len(leaf) - int(leaf.sum())
            if not n_inner or (levels and len(nodes) > max(MOST_PLACES_PER_NODE * n_inner, SMALL_LEVEL)):
                break
            levels.append(nodes)
            children = np.stack([forest.left[nodes], forest.right[nodes]], axis=1)
            passed += int(forest.is_leaf[children[~leaf]].sum())
            nodes = np.where(leaf[:, np.newaxis], nodes[:, np.newaxis], children).ravel()
        ends, first = nodes, False
        yield _Cut(fewer, levels, ends)
