"""Rows that reach each node of trees, on its threshold and one float32 number to each side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.verify.probe.critical_values import DirectForest
from skl2tflite.verify.probe.template import Cells, Template

Interval = tuple[float, float]
"""Least and greatest float32 number that a column may hold."""
NODES_AT_ONCE = 1024


def rows_at_nodes(found: DirectForest, template: Template) -> Iterator[Cells]:
    """Yield rows, three for each inner node: they reach it, and lie on its threshold or beside it.

    Columns on the way to the node that a row of the template would leave it by hold a number that does not. Thresholds
    of columns that are computed of others are left out.

    Parameters
    ----------
    found : DirectForest
    template : Template
    """
    nodes: list[tuple[int, float, dict[int, Interval]]] = []
    for place in _nodes(found, template):
        nodes.append(place)
        if len(nodes) == NODES_AT_ONCE:
            yield _cells(nodes, template)
            nodes = []
    if nodes:
        yield _cells(nodes, template)


def _nodes(found: DirectForest, template: Template) -> Iterator[tuple[int, float, dict[int, Interval]]]:
    """Yield each inner node's column, its threshold in float32, and the intervals that lead to it."""
    forest = found.forest
    at = round_down_to_float32(forest.threshold)
    above = np.nextafter(at, np.float32(np.inf))
    for root in forest.roots:
        waiting: list[tuple[int, dict[int, Interval]]] = [(int(root), {})]
        while waiting:
            node, way = waiting.pop()
            if forest.left[node] < 0:
                continue
            column = int(found.features[forest.feature[node]])
            is_own = column >= 0 and bool(template.numeric[column]) and bool(np.isfinite(at[node]))
            low, high = way.get(column, (-np.inf, np.inf))
            left = {**way, column: (low, min(high, float(at[node])))} if is_own else way
            right = {**way, column: (max(low, float(above[node])), high)} if is_own else way
            waiting += [(int(forest.right[node]), right), (int(forest.left[node]), left)]
            if is_own:
                yield column, float(at[node]), way


def _cells(nodes: list[tuple[int, float, dict[int, Interval]]], template: Template) -> Cells:
    """Return three rows for each node."""
    count = 3 * len(nodes)
    base = np.arange(len(nodes)) % len(template)
    numbers, replaced = np.zeros((count, template.width)), np.zeros((count, template.width), dtype=bool)
    for i, (column, threshold, way) in enumerate(nodes):
        rows = slice(3 * i, 3 * i + 3)
        for other, (low, high) in way.items():
            value = template.numbers[base[i], other]
            if not low <= value <= high:
                inside = high if np.isfinite(high) else low
                numbers[rows, other] = np.ceil(inside) if template.whole[other] and inside == low else inside
                if template.whole[other]:
                    numbers[rows, other] = np.floor(numbers[rows, other])
                replaced[rows, other] = True
        exact = np.float32(threshold)
        beside = [np.nextafter(exact, np.float32(-np.inf)), exact, np.nextafter(exact, np.float32(np.inf))]
        if template.whole[column]:
            beside = [np.floor(exact), np.floor(exact), np.floor(exact) + 1]
        numbers[rows, column] = np.nan_to_num(np.array(beside, dtype=np.float64), posinf=threshold, neginf=threshold)
        replaced[rows, column] = True
    return Cells(np.repeat(base, 3), numbers, replaced)
