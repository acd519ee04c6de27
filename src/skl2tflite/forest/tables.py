"""The tables from which a runtime routes rows through a forest.

The position of a row in a tree is a *state*: leaves are numbered from 0, clusters of nodes after them. One step
computes the next state of each tree::

    row   = max(state + row_shift, row_floor)                  of `columns` and `thresholds`
    code  = sum over j of 2**j * (x[columns[row, j]] > thresholds[row, j])
    state = next[max over lines of (slope * state + offset) + code]

The entries of `next` for one state are its *piece*: one entry for each code. The comparisons of a leaf all fail and its
piece leads back to the leaf, so that a tree that has reached one stays there. Pieces are in order of size, so that the
position of a piece is a convex function of the state: the maximum of a few lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.clusters import cluster, complete_exits
from skl2tflite.forest.leaves import share_leaves
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.forest.trees import Forest

Ints = NDArray[np.int64]

MOST_SHARED_STATES = 2**15
"""Number of states up to which int16 can number them all. With more, each tree has a numbering of its own."""
WORTH_DROPPING = 0.15
"""Trees that have reached a leaf are left out of a step once they are this share: leaving them out costs two
operators."""
FUSED_VALUES = 2**16
"""Largest number of values in the table of a single step that gives values directly, instead of states."""
FEW_LEAVES = 16
"""Leaves have rows of `rest` of their own where there are at least this many clusters for each leaf."""


@dataclass(frozen=True)
class Layout:
    """How a forest is cut into steps.

    Attributes
    ----------
    first_width : int
        Largest number of comparisons of a tree in the first step, whose columns and thresholds are constants.
    width : int
        Largest number of comparisons of a cluster in the further steps.
    paired : bool
        Whether columns are gathered two at a time, from pairs that are made once for each row; widths are then even.
    complete : bool
        Whether the first clusters are complete trees, so that one table gives the exit for each code of all trees. Not
        together with `paired`.
    digits : bool
        Whether values that are summed are stored as :mod:`~skl2tflite.forest.digits`.
    loop : bool
        Whether the further steps are one loop, in which all trees take part in every iteration.
    """

    first_width: int
    width: int
    paired: bool = False
    complete: bool = False
    digits: bool = False
    loop: bool = False


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Comparisons ``x[column] > threshold`` in groups that make one code each, lowest bit first.

    Attributes
    ----------
    columns : ndarray of int64, shape (n_groups, width) or (n_groups, width // 2)
        Columns of the widened input, or pairs of them.
    thresholds : ndarray of float32, shape (n_groups, width)
        Infinite where a group has fewer comparisons.
    """

    columns: Ints
    thresholds: NDArray[np.float32]

    @property
    def width(self) -> int:
        """Comparisons in a group."""
        return int(self.thresholds.shape[1])


@dataclass(frozen=True, eq=False)
class Line:
    """The function ``slope * state + offset``, with one offset or one for each tree."""

    slope: int
    offset: Ints


@dataclass(frozen=True, eq=False)
class ForestTables:
    """Tables of a forest.

    Attributes
    ----------
    order : ndarray of int64, shape (n_trees,)
        Tree at each position; trees with more steps come first.
    copies : tuple of str
        Parts of the widened input, each with as many columns as the input: ``"raw"``, then as needed ``"high"``
        (infinity in place of NaN) and ``"missing"`` (1 for NaN, 0 otherwise).
    pairs : ndarray of int64, shape (n_pairs, 2), or None
        Columns of the widened input that are gathered together.
    first : Comparisons
        Comparisons of the first step, one group for each tree.
    first_exit : ndarray of int64, shape (2 ** first.width,), or None
        Exit for each code, the same for all trees.
    first_next : ndarray of int64, shape (n_trees, n_exits) or (n_trees, 2 ** first.width)
        State for each exit, or for each code.
    running : tuple of int
        For each further step, the number of leading trees that take part.
    rest : Comparisons
        Comparisons of the further steps: one group for each cluster, and groups for leaves, which fail.
    row_shift, row_floor : ndarray of int64, shape () or (n_trees,)
        By which the row of a state's comparisons is found; no floor where leaves have rows of their own.
    lines : tuple of Line
        Their maximum is the position of a state's piece in `next`.
    next : ndarray of int64
        The next state at each position.
    values : ndarray of float64, shape (n_values, n_outputs)
        Values of the distinct leaves.
    value_shift : ndarray of int64, shape () or (n_trees,)
        Row of `values` of a leaf minus its state.
    """

    order: Ints
    copies: tuple[str, ...]
    pairs: Ints | None
    first: Comparisons
    first_exit: Ints | None
    first_next: Ints
    running: tuple[int, ...]
    rest: Comparisons
    row_shift: Ints
    row_floor: Ints | None
    lines: tuple[Line, ...]
    next: Ints
    values: NDArray[np.float64]
    value_shift: Ints

    @property
    def largest(self) -> int:
        """Bound of all integers in the formulas, which decides whether int16 or int32 holds them."""
        state = int(max(self.next.max(), self.first_next.max()))
        bounds = [line.slope * state + int(np.max(np.abs(line.offset))) for line in self.lines]
        return max(*bounds, len(self.rest.columns) + state, self.first_next.size, len(self.values))


def build_tables(forest: Forest, layout: Layout, missing: bool = False) -> ForestTables:
    """Make the tables of a forest.

    Parameters
    ----------
    forest : Forest
        Any trees, single leaves among them.
    layout : Layout
        Widths of the steps.
    missing : bool, default=False
        Whether NaN goes where the nodes' ``missing_left`` says; without, it goes left.

    Returns
    -------
    ForestTables
    """
    clusters = cluster(forest, layout.width, layout.first_width, layout.complete)
    column, threshold, copies = input_columns(forest, missing)
    first, first_exits = _compare(clusters.first_nodes, clusters.first_exits, column, threshold, layout)
    rest, exits = _compare(clusters.nodes, clusters.exits, column, threshold, layout)
    order, running = schedule(clusters.steps)
    position = np.argsort(order)[forest.tree]

    # One numbering for the states of all trees, or one for each tree where int16 cannot hold them all.
    n_clusters = len(exits)
    leaves = share_leaves(forest)
    alone = len(leaves) + n_clusters > MOST_SHARED_STATES
    if alone and len(leaves) * forest.n_trees > MOST_SHARED_STATES:
        leaves = share_leaves(forest, across_trees=False)
    n_groups = forest.n_trees if alone else 1
    group = position[clusters.nodes[:, 0]] if alone else np.zeros(n_clusters, dtype=np.int64)
    n_leaves = leaves.count[order][:n_groups]

    bits = _piece_bits((clusters.nodes >= 0).sum(axis=1), layout.width)
    by_group = np.lexsort((bits, group))
    exits, bits, group = exits[by_group], bits[by_group], group[by_group]
    # Few leaves are treated as clusters without nodes. Many leaves share one row, and have one entry of `next` each.
    few = FEW_LEAVES * int(n_leaves.sum()) <= n_clusters
    leaf_bits = int(bits.min()) if few else 0
    leaf_rows = n_leaves if few else np.ones_like(n_leaves)

    size = np.bincount(group, minlength=n_groups)
    before = np.cumsum(size) - size
    number = n_leaves[group] + np.arange(n_clusters) - before[group]
    state = np.where(forest.is_leaf, leaves.index - leaves.start[forest.tree], -1)
    state[clusters.nodes[by_group, 0]] = number
    first_row = before + np.cumsum(leaf_rows) - leaf_rows
    ahead = np.repeat(before, leaf_rows)
    rest = Comparisons(
        np.insert(rest.columns[by_group], ahead, 0, axis=0),
        np.insert(rest.thresholds[by_group], ahead, np.inf, axis=0),
    )

    pieces = n_leaves * 2**leaf_bits + np.bincount(group, 2.0**bits, n_groups).astype(np.int64)
    start = np.cumsum(pieces) - pieces
    table = np.empty(int(pieces.sum()), dtype=np.int64)
    own = np.arange(n_leaves.sum()) - np.repeat(np.cumsum(n_leaves) - n_leaves, n_leaves)
    piece = np.repeat(start, n_leaves) + own * 2**leaf_bits
    table[piece[:, None] + np.arange(2**leaf_bits)] = own[:, None]
    lines = [Line(2**leaf_bits, start)]
    knot, place = n_leaves, start + n_leaves * 2**leaf_bits
    for bit in np.unique(bits):
        chosen = bits == bit
        line = Line(2**bit, place - knot * 2**bit)
        if bit != leaf_bits:
            lines.append(line)
        piece = 2**bit * number[chosen] + line.offset[group[chosen]]
        table[piece[:, None] + np.arange(2**bit)] = state[exits[chosen, : 2**bit]]
        members = np.bincount(group[chosen], minlength=n_groups)
        knot, place = knot + members, place + members * 2**bit

    pairs = None
    if layout.paired:
        pairs, first, rest = _pair(first, rest)

    def per_tree(numbers: Ints) -> Ints:
        return numbers if alone else numbers[0]

    return ForestTables(
        order=order,
        copies=copies,
        pairs=pairs,
        first=Comparisons(first.columns[order], first.thresholds[order]),
        first_exit=complete_exits(layout.first_width.bit_length()) if layout.complete else None,
        first_next=state[first_exits[order]],
        running=running,
        rest=rest,
        row_shift=per_tree(first_row + leaf_rows - n_leaves),
        row_floor=None if few else per_tree(first_row),
        lines=tuple(Line(line.slope, per_tree(line.offset)) for line in lines),
        next=table,
        values=leaves.values,
        value_shift=per_tree(leaves.start[order]),
    )


def input_columns(forest: Forest, missing: bool) -> tuple[Ints, NDArray[np.float32], tuple[str, ...]]:
    """Return the column of the widened input and the threshold of each node, and the parts of the widened input.

    A comparison with NaN fails, which sends NaN left. A node that sends NaN right tests the copy of the input with
    infinity in place of NaN. Where its threshold is infinite too, so that it sends nothing but NaN right, it tests the
    copy that is 1 for NaN.
    """
    column = np.maximum(forest.feature, 0).astype(np.int64)
    threshold = round_down_to_float32(forest.threshold)
    copies = ["raw"]
    if missing:
        right = ~forest.is_leaf & ~forest.missing_left
        only = right & (threshold == np.inf)
        for name, nodes in (("high", right & ~only), ("missing", only)):
            if nodes.any():
                column[nodes] += len(copies) * forest.n_features
                copies.append(name)
        threshold[only] = 0.5
    return column, threshold, tuple(copies)


def _compare(
    nodes: Ints, exits: Ints, column: Ints, threshold: NDArray[np.float32], layout: Layout
) -> tuple[Comparisons, Ints]:
    """Return the comparisons of clusters, and their exits by code.

    Parameters
    ----------
    nodes : ndarray of int64, shape (n_clusters, width)
    exits : ndarray of int64, shape (n_clusters, 2 ** width)
    column, threshold : ndarray, shape (n_nodes,)
    layout : Layout
        With ``paired``, the columns of each pair are put in order, and the exits follow.
    """
    absent = nodes < 0
    columns = np.where(absent, 0, column[nodes])
    thresholds = np.where(absent, np.float32(np.inf), threshold[nodes])
    if layout.paired:
        codes = np.arange(exits.shape[1])
        for low in range(0, nodes.shape[1], 2):
            # With the smaller column first there are half as many pairs. A single column is paired with itself.
            pair = slice(low, low + 2)
            columns[:, low + 1] = np.where(absent[:, low + 1], columns[:, low], columns[:, low + 1])
            turned = np.flatnonzero(columns[:, low] > columns[:, low + 1])
            columns[turned, pair] = columns[turned, pair][:, ::-1]
            thresholds[turned, pair] = thresholds[turned, pair][:, ::-1]
            differ = (codes >> low ^ codes >> low + 1) & 1
            exits = exits.copy() if low == 0 else exits
            exits[turned] = exits[turned][:, codes ^ (differ * (3 << low))]
    return Comparisons(columns, thresholds), exits


def _pair(first: Comparisons, rest: Comparisons) -> tuple[Ints, Comparisons, Comparisons]:
    """Return the distinct pairs of columns, and the comparisons with pairs in place of columns."""
    flat = np.concatenate([first.columns.reshape(-1, 2), rest.columns.reshape(-1, 2)])
    span = int(flat.max()) + 1
    keys, number = np.unique(flat[:, 0] * span + flat[:, 1], return_inverse=True)
    own, other = np.split(number, [first.columns.size // 2])
    return (
        np.stack([keys // span, keys % span], axis=1),
        Comparisons(own.reshape(len(first.columns), -1), first.thresholds),
        Comparisons(other.reshape(len(rest.columns), -1), rest.thresholds),
    )


def schedule(steps: Ints) -> tuple[Ints, tuple[int, ...]]:
    """Return the trees by decreasing number of steps, and how many of them take part in each further step."""
    running, current = [], len(steps)
    for step in range(2, int(steps.max()) + 1):
        left = int((steps >= step).sum())
        current = left if left <= (1 - WORTH_DROPPING) * current else current
        running.append(current)
    if all(n == len(steps) for n in running):
        return np.arange(len(steps)), tuple(running)
    return np.argsort(-steps, kind="stable"), tuple(running)


def _piece_bits(sizes: Ints, width: int) -> Ints:
    """Return the number of bits of each cluster's piece of `next`: `width`, or fewer for small clusters.

    One smaller size is chosen such that the table is smallest; none where that saves less than 15 %.
    """
    whole = len(sizes) * 2**width
    entries = {
        small: int((sizes <= small).sum()) * 2**small + int((sizes > small).sum()) * 2**width
        for small in range(1, width)
    }
    best = min(entries, key=entries.__getitem__, default=width)
    if not entries or entries[best] > 0.85 * whole:
        return np.full(len(sizes), width, dtype=np.int64)
    return np.where(sizes <= best, best, width).astype(np.int64)
