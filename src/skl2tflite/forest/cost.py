"""The choice of a forest's layout, by a model of the time and the bytes that layouts cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from skl2tflite.choices import OptimizeFor
from skl2tflite.forest.batches import dense_tops
from skl2tflite.forest.cached_per_forest import cached_per_forest
from skl2tflite.forest.clusters import grow_complete, grow_oblivious, step_heights
from skl2tflite.forest.leaves import share_leaves
from skl2tflite.forest.tables import FUSED_VALUES, Ints, Layout, schedule
from skl2tflite.forest.trees import Forest


@dataclass(frozen=True)
class Prices:
    """Nanoseconds for routing one row through clusters: the price of each thing that is counted.

    A visit is a step of one tree; its columns are the comparisons of the cluster. In the first step columns and
    thresholds are constants. A megabyte of tables makes each visit dearer by cache misses. Where the first clusters are
    complete, one more look-up gives the exits of all trees. Digits are counted over the values of all trees, iterations
    where a loop takes the place of steps.
    """

    call: float
    step: float
    visit: float
    column: float
    paired_column: float
    tree: float
    first_column: float
    paired_first_column: float
    pair: float
    visit_of_megabyte: float
    look_up: float
    exit: float
    digits: float
    digit: float
    iteration: float


# Least squares over eleven forests (1 to 500 trees, 300 to 126 000 nodes, depth 1 to 38) in up to twenty layouts
# each, on LiteRT 2.3 and one x86-64 core; error of the fit 10 % and 6 %.
# Complete first clusters and digits were added later.
PRICES = Prices(1800, 760, 9.9, 3.9, 2.6, 2.6, 2.9, 1.9, 6.4, 12.6, 200, 2.5, 100, 0.1, 1500)


@dataclass(frozen=True)
class TopPrices:
    """Nanoseconds that each part of the layout for many rows takes, for one tree and one row.

    Attributes
    ----------
    comparison : float
        Of each comparison in a dense top.
    exit : float
        Of each exit of a dense top, where a matrix product finds the exit.
    coded : float
        Of each comparison in a dense top, where the results of all of them are the exit's number.
    level : float
        Of each level below the tops, which takes three look-ups.
    """

    comparison: float
    exit: float
    coded: float
    level: float


MANY_ROWS_TOPS = TopPrices(comparison=0.36, exit=0.4, coded=0.2, level=7.0)
TOP_WIDTHS = (7, 15, 31, 63)
FULL_LEVELS = 10
"""Number of levels below the tops that are counted: in deeper forests few rows reach the others."""

# Bytes for each internal node, by the width of the clusters: wide ones are less full (measured on two large forests).
NODE_BYTES = {1: 9.0, 2: 9.8, 3: 11.8, 4: 14.7, 6: 27.0}
STEP_BYTES = 2000
"""Bytes of the operators and tensors of a step."""
LOOP_BYTES = 1500
"""Bytes of a loop, in addition to those of one step."""
FILE_BYTES = 6000
"""Bytes of the operators and tensors of the first step, the signatures and the metadata."""
FIRST_WIDTHS = (1, 2, 3, 4, 6, 7, 8)
COMPLETE_DEPTHS = (2, 3)
ONNX_NODE_BYTES, ONNX_VALUE_BYTES = 31.0, 2.9
"""Bytes of a node and of each of its values in an ONNX file, whose leaves hold one float32 for each value."""
FAST_SHARE = 1 / 3
"""Layouts up to this fraction of the ONNX file's size compete by time, unless a small file is wanted."""
FAST_SLACK, SMALL_SLACK = 1.35, 1.03
"""Multiples of the smallest layout's size up to which layouts compete by time in any case, and where a small file is
wanted."""


@dataclass(frozen=True)
class Estimate:
    """The expected cost of a layout: nanoseconds for a row, and bytes."""

    layout: Layout
    time: float
    size: float


@cached_per_forest
def choose_layout(
    forest: Forest, missing: bool = False, optimize_for: OptimizeFor = "latency", n_digits: int | None = None
) -> Layout:
    """Return the layout that is expected to be best for a forest.

    Parameters
    ----------
    forest : Forest
        Any trees.
    missing : bool, default=False
        Whether rows may hold NaN.
    optimize_for : {"latency", "throughput", "size"}, default="latency"
        What to make small: the time for one row, the time for many rows at once, or the file.
    n_digits : int, optional
        Bytes of a leaf's values as digits (:mod:`skl2tflite.forest.digits`), where digits can hold them.

    Returns
    -------
    Layout
    """
    estimates = list(estimate_layouts(forest, missing, n_digits, loops=optimize_for == "size"))
    smallest = min(estimate.size for estimate in estimates)
    limit = SMALL_SLACK * smallest
    if optimize_for != "size":
        onnx_bytes = (ONNX_NODE_BYTES + ONNX_VALUE_BYTES * forest.n_outputs) * forest.n_nodes
        limit = max(FAST_SHARE * onnx_bytes, FAST_SLACK * smallest)
    allowed = (estimate for estimate in estimates if estimate.size <= limit)
    return min(allowed, key=lambda estimate: (estimate.time, estimate.size)).layout


def choose_width(forest: Forest) -> int:
    """Return the width of the dense tops that is expected to be best for many rows.

    Parameters
    ----------
    forest : Forest
        Any trees.

    Returns
    -------
    int
    """
    height = step_heights(forest, 1)
    widest = forest.n_nodes - forest.n_leaves
    best, least = TOP_WIDTHS[0], np.inf
    for width in TOP_WIDTHS:
        if width > max(TOP_WIDTHS[0], 2 * widest):
            break
        nodes, exits, paths = dense_tops(forest, width, height)
        below = np.where(exits < 0, 0, height[exits]).max(axis=1)
        # In deep forests few rows see the last levels.
        time = MANY_ROWS_TOPS.level * float(np.minimum(below, FULL_LEVELS).mean())
        time += MANY_ROWS_TOPS.comparison * nodes.shape[1]
        if paths is None:
            time += MANY_ROWS_TOPS.coded * nodes.shape[1]
        else:
            time += MANY_ROWS_TOPS.exit * exits.shape[1]
        if time < least:
            best, least = width, time
    return best


def estimate_layouts(
    forest: Forest, missing: bool = False, n_digits: int | None = None, loops: bool = False
) -> Iterator[Estimate]:
    """Yield an estimate for every layout worth considering.

    Parameters
    ----------
    forest, missing, n_digits
        As in :func:`choose_layout`.
    loops : bool, default=False
        Whether to consider layouts with a loop, which are smaller and slower.
    """
    n_inner, n_trees = forest.n_nodes - forest.n_leaves, forest.n_trees
    n_columns = forest.n_features * (2 if missing else 1)
    n_pairs = min(n_columns * (n_columns + 1) // 2, (n_inner + 1) // 2)
    n_leaves = len(share_leaves(forest))

    def estimates(layout: Layout, steps: Ints, node_bytes: float) -> Iterator[Estimate]:
        for loop in (False, True) if loops and steps.max() > 2 else (False,):
            yield estimate(replace(layout, loop=loop), steps, node_bytes, 4 * forest.n_outputs)
            if n_digits is not None:
                yield estimate(replace(layout, digits=True, loop=loop), steps, node_bytes, n_digits)

    def estimate(layout: Layout, steps: Ints, node_bytes: float, value_bytes: int) -> Estimate:
        _, running = schedule(steps)
        visits = n_trees * len(running) if layout.loop else sum(running)
        n_exits = n_trees * (layout.first_width + 1 if layout.complete else 2**layout.first_width)
        size: float = FILE_BYTES + 8 * n_trees * layout.first_width
        size += STEP_BYTES + LOOP_BYTES if layout.loop else STEP_BYTES * len(running)
        if not running and n_exits * forest.n_outputs <= FUSED_VALUES:
            size += n_exits * value_bytes
        else:
            size += 2 * n_exits + value_bytes * n_leaves + node_bytes * n_inner * bool(running)
        step = PRICES.step + PRICES.iteration * layout.loop
        time = PRICES.call + step * len(running) + PRICES.tree * n_trees
        time += visits * (PRICES.visit + PRICES.visit_of_megabyte * size / 1e6)
        columns, first_columns = visits * layout.width, n_trees * layout.first_width
        if layout.paired:
            time += PRICES.paired_column * columns + PRICES.paired_first_column * first_columns + PRICES.pair * n_pairs
        else:
            time += PRICES.column * columns + PRICES.first_column * first_columns
        if layout.complete:
            time += PRICES.look_up + PRICES.exit * n_trees
        if layout.digits:
            time += PRICES.digits + PRICES.digit * value_bytes * n_trees
        return Estimate(layout, time, size)

    oblivious = grow_oblivious(forest)
    if oblivious is not None:
        yield from estimates(Layout(oblivious[0].shape[1], 1), np.ones(n_trees, dtype=np.int64), 0.0)
        return
    for width, node_bytes in NODE_BYTES.items():
        height = step_heights(forest, width)
        taller = _nodes_above(forest, height)
        for first_width in FIRST_WIDTHS:
            if first_width >= width:
                # The first cluster holds all nodes above some height, and its exits have that height.
                steps = 1 + (taller > first_width).sum(axis=1)
                yield from estimates(Layout(first_width, width), steps, node_bytes)
                if width % 2 == first_width % 2 == 0:
                    yield from estimates(Layout(first_width, width, paired=True), steps, node_bytes)
        for depth in COMPLETE_DEPTHS:
            if 2**depth - 1 >= width:
                _, exits = grow_complete(forest, forest.roots, depth)
                layout = Layout(2**depth - 1, width, complete=True)
                yield from estimates(layout, 1 + height[exits].max(axis=1), node_bytes)


def _nodes_above(forest: Forest, height: Ints) -> Ints:
    """Return how many nodes of each tree have a step height above 0, 1, …; shape (n_trees, n_heights)."""
    n_heights = int(height.max()) + 1
    cells = forest.tree * n_heights + height
    count = np.bincount(cells, minlength=forest.n_trees * n_heights).reshape(forest.n_trees, n_heights)
    above: Ints = count[:, ::-1].cumsum(axis=1)[:, ::-1] - count
    return above
