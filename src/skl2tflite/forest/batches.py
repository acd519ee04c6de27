"""The tables from which a runtime routes many rows at once.

Rows run along the last axis, so that what all rows need of one node or one tree lies side by side. The top of each
tree is *dense*: all its comparisons are made for all rows, and which exit a row takes follows from their results by
a product of small integers. Below, trees are cut into *blocks*, each a complete binary tree of some levels in which a
place has its children at twice its number; what such a block lacks is filled up with comparisons that fail. ::

    place = 2 * place + (x[columns[place]] > thresholds[place])        for each level of blocks
    state = next[place]                                                then, once for all levels

A state is the number of a block, from 1, or a leaf's number less that of the last leaf. So a leaf is what is not
positive; it goes through block 0, where all comparisons fail. In deep forests most rows are at leaves long before the
last; now and then only those go on that are not.
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

MOST_CODED = 7
"""Comparisons up to which a tree's exit is looked up by their results as one number, which int8 has to hold."""


SPARSE = 3
"""Places for each node of a level, up to which blocks grow by it."""
SMALL_LEVEL = 2**12
"""Places of a level up to which it may be as sparse as it likes."""
FEWER = 0.55
"""Share of the rows, as far as leaves tell, that have to be left for it to be worth while to go on with those alone."""


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks of all trees that begin at one depth.

    Attributes
    ----------
    fewer : bool
        Whether only rows that are not at leaves go on from here.
    columns, thresholds : tuple of ndarray, shapes (n_blocks,), (2 * n_blocks,), (4 * n_blocks,), ...
        Comparisons ``x[column] > threshold``, level by level; infinite thresholds where there is no node.
    next : ndarray of int64, shape (n_blocks * 2 ** height,)
        State that follows.
    """

    fewer: bool
    columns: tuple[Ints, ...]
    thresholds: tuple[NDArray[np.float32], ...]
    next: Ints


@dataclass(frozen=True, eq=False)
class BatchTables:
    """Tables of a forest for many rows.

    Attributes
    ----------
    copies : tuple of str
        What the widened input consists of, as in :class:`~skl2tflite.forest.tables.ForestTables`.
    columns, thresholds : ndarray, shape (n_trees, width)
        Comparisons ``x[column] > threshold`` of the dense tops; infinite thresholds where a top has fewer.
    paths : ndarray of int8, shape (n_trees, n_exits, width), or None
        1 where the path to an exit goes right at a node, -1 where it goes left, 0 where it does not pass.
        None where exits are numbered by the results of all comparisons, the first node's being the lowest bit:
        in shallow trees, below whose tops there is nothing.
    reachable : ndarray of bool, shape (n_trees, n_exits)
        Which exits exist.
    leaves : ndarray of int64, shape (n_trees, n_exits), or None
        Row of `values` for each exit, if all are leaves. Else exits are the first blocks, tree by tree.
    blocks : tuple of Blocks
        What is below the tops. The first has no block 0, as no row has reached a leaf there.
    values : ndarray of float64, shape (n_values, n_outputs)
        What leaves give.
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
        Most comparisons in a dense top.
    missing : bool, default=False
        Whether NaN goes where the nodes' ``missing_left`` says; without, it goes left.

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
    """Return nodes, exits and paths of the dense tops, as narrow as the widest of them."""
    oblivious = grow_oblivious(forest)
    if oblivious is not None and oblivious[0].shape[1] <= MOST_CODED:
        return *oblivious, None
    nodes, exits, paths = grow_by_path(forest, forest.roots, width, height)
    width = max(1, int((nodes >= 0).sum(axis=1).max()))
    if width <= MOST_CODED and not np.any(height[exits[exits >= 0]]):
        return *grow_by_code(forest, forest.roots, width, height), None
    return nodes[:, :width], exits[:, : width + 1], paths[:, : width + 1, :width]


@dataclass(frozen=True, eq=False)
class _Cut:
    """Nodes at the places of blocks' levels, and at their ends; a leaf stands for all that would be below it."""

    fewer: bool
    levels: list[Ints]
    ends: Ints


def _cut(forest: Forest, exits: Ints, a_leaf: int) -> Iterator[_Cut]:
    """Cut what is below tops, which end at the given nodes, into blocks."""
    ends = exits.ravel()
    n_leaves = going_on = forest.n_leaves
    passed = int(forest.is_leaf[ends].sum())
    first = True
    while not np.all(forest.is_leaf[ends]):
        nodes = ends if first else np.concatenate([[a_leaf], ends[~forest.is_leaf[ends]]])
        levels: list[Ints] = []
        fewer = not first and n_leaves - passed <= FEWER * going_on
        if fewer:
            going_on = n_leaves - passed
        while True:
            leaf = forest.is_leaf[nodes]
            n_inner = len(leaf) - int(leaf.sum())
            if not n_inner or (levels and len(nodes) > max(SPARSE * n_inner, SMALL_LEVEL)):
                break
            levels.append(nodes)
            children = np.stack([forest.left[nodes], forest.right[nodes]], axis=1)
            passed += int(forest.is_leaf[children[~leaf]].sum())
            nodes = np.where(leaf[:, np.newaxis], nodes[:, np.newaxis], children).ravel()
        ends, first = nodes, False
        yield _Cut(fewer, levels, ends)
