"""Which layout of the tables is best: a small model of what steps cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.batches import dense_tops
from skl2tflite.forest.clusters import step_heights
from skl2tflite.forest.tables import Layout, schedule
from skl2tflite.forest.trees import Forest

OptimizeFor: TypeAlias = Literal["latency", "throughput", "size"]


@dataclass(frozen=True)
class Prices:
    """Nanoseconds that routing one row takes, by what there is of each.

    A visit is a step of one tree; its columns are the comparisons in it. In the first step columns and
    thresholds are constants. Table bytes cost by the caches that a visit misses.
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


# Least squares over eleven forests (1 to 500 trees, 300 to 126 000 nodes, depth 1 to 38) in up to twenty layouts
# each, on LiteRT 2.3 and one x86-64 core; error of the fit 10 % and 6 %.
ONE_ROW = Prices(1800, 760, 9.9, 3.9, 2.6, 2.6, 2.9, 1.9, 6.4, 12.6)
MANY_ROWS = Prices(0, 0, 9.0, 3.1, 2.1, 6.4, 2.5, 1.5, 5.4, 0.4)


@dataclass(frozen=True)
class TopPrices:
    """Nanoseconds for one tree and one of many rows, by what there is of each.

    Exits of a dense top are told apart by products whose price goes with their number; those of trees that end with
    their tops are numbered by comparisons, a few by tree. Below, there are three look-ups for a level.
    """

    comparison: float
    exit: float
    coded: float
    level: float


MANY_ROWS_TOPS = TopPrices(comparison=0.36, exit=0.4, coded=0.2, level=7.0)
TOP_WIDTHS = (7, 15, 31, 63)
FULL_LEVELS = 10
"""Levels that about all rows go through, in forests however deep."""

# Bytes for each internal node, as clusters of the width hold more or less of them (two large forests).
NODE_BYTES = {1: 9.0, 2: 9.8, 3: 11.8, 4: 14.7, 6: 27.0}
STEP_BYTES = 2000
"""Operators and tensors of a step."""
FIRST_WIDTHS = (1, 2, 3, 4, 6, 7, 8)
MOST_NODE_BYTES = 30.0
"""What speed may cost; a node takes about 100 bytes in an ONNX file."""
SPARE_BYTES = 2**16
"""What speed may cost in small files."""
SIZE_SLACK = 1.2
"""A file may be this much larger than the smallest if it is faster."""


@dataclass(frozen=True)
class Estimate:
    """What a layout is expected to cost: nanoseconds for a row, and bytes."""

    layout: Layout
    time: float
    size: float


def choose_layout(forest: Forest, missing: bool = False, optimize_for: OptimizeFor = "latency") -> Layout:
    """Return the layout that is expected to be best for a forest.

    Parameters
    ----------
    forest : Forest
        Any trees.
    missing : bool, default=False
        Whether NaN is routed.
    optimize_for : {"latency", "throughput", "size"}, default="latency"
        One row, many rows at once, or the file.

    Returns
    -------
    Layout
    """
    prices = MANY_ROWS if optimize_for == "throughput" else ONE_ROW
    estimates = list(estimate_layouts(forest, prices, missing))
    if optimize_for == "size":
        limit = SIZE_SLACK * min(estimate.size for estimate in estimates)
    else:
        limit = MOST_NODE_BYTES * (forest.n_nodes - forest.n_leaves) + SPARE_BYTES
        limit = max(limit, min(estimate.size for estimate in estimates))
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


def estimate_layouts(forest: Forest, prices: Prices, missing: bool = False) -> Iterator[Estimate]:
    """Yield an estimate for every layout worth considering; arguments as :func:`choose_layout`."""
    n_inner = forest.n_nodes - forest.n_leaves
    n_columns = forest.n_features * (2 if missing else 1)
    n_pairs = min(n_columns * (n_columns + 1) // 2, (n_inner + 1) // 2)
    for width, node_bytes in NODE_BYTES.items():
        taller = _nodes_above(forest, width)
        for first_width in FIRST_WIDTHS:
            if first_width < width:
                continue
            # The first cluster holds all nodes above some height, and its exits have that height.
            steps = 1 + (taller > first_width).sum(axis=1)
            _, running = schedule(steps)
            visits = sum(running)
            first_bytes = forest.n_trees * (8 * first_width + 2 * 2**first_width)
            size = node_bytes * n_inner * bool(running) + first_bytes + STEP_BYTES * (1 + len(running))
            time = prices.call + prices.step * len(running) + prices.tree * forest.n_trees
            time += visits * (prices.visit + prices.visit_of_megabyte * size / 1e6)
            columns, first_columns = visits * width, forest.n_trees * first_width
            plain = prices.column * columns + prices.first_column * first_columns
            yield Estimate(Layout(first_width, width), time + plain, size)
            if width % 2 == first_width % 2 == 0:
                paired = prices.paired_column * columns + prices.paired_first_column * first_columns
                paired += prices.pair * n_pairs
                yield Estimate(Layout(first_width, width, paired=True), time + paired, size)


def _nodes_above(forest: Forest, width: int) -> NDArray[np.int64]:
    """Return how many nodes of each tree have a step height above 0, 1, …; shape (n_trees, n_heights)."""
    height = step_heights(forest, width)
    n_heights = int(height.max()) + 1
    cells = forest.tree * n_heights + height
    count = np.bincount(cells, minlength=forest.n_trees * n_heights).reshape(forest.n_trees, n_heights)
    above: NDArray[np.int64] = count[:, ::-1].cumsum(axis=1)[:, ::-1] - count
    return above
