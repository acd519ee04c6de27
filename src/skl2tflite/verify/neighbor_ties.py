"""Ties in rankings: which of several neighbours that are equally far are counted among the nearest."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Graph, Node, Tensor, ops
from skl2tflite.graph.evaluate import Values

ALIKE = 2.0**-20
"""Relative difference up to which distances count as equal: a few units of float32's last place, which short sums
lose."""


class NeighborTies:
    """The rankings of a graph, and in which rows the answer depends on the order of numbers that count as equal.

    Parameters
    ----------
    graph : Graph

    Attributes
    ----------
    any : bool
        Whether there are rankings.
    met : bool
        Whether an evaluation has met numbers that count as equal.
    others : dict of Node to ndarray of bool
        For each ranking that leaves some out, the rows in which another evaluation took others.
    """

    def __init__(self, graph: Graph) -> None:
        self.any = any(isinstance(node.op, ops.TopK) for node in graph.all_nodes())
        self.met = False
        self.others: dict[Node, NDArray[np.bool_]] = {}
        self.generator = np.random.default_rng(0)
        self.taken: dict[Node, NDArray[Any]] = {}
        self.outside = {node for node in graph.nodes() if isinstance(node.op, ops.TopK)}  # of loops
        self.looked_up = _looked_up(graph)
        self.directed = True
        self.preferences = np.empty(0)

    def watch(self, node: Node, operands: Values, results: Values) -> Values:
        """Note which positions a ranking takes in an evaluation, and return its results as they are.

        Parameters
        ----------
        node : Node
            Of any operation.
        operands, results : sequence of ndarray
            What it was given, and what it gave.
        """
        if node in self.outside and results[1].shape[-1] < operands[0].shape[-1]:
            taken = np.sort(results[1], axis=-1)
            first = self.taken.setdefault(node, taken)
            self.others[node] = self.others.get(node, False) | (taken != first).any(axis=-1)
        return results

    def rows(self, count: int) -> NDArray[np.bool_]:
        """Return in which rows, of so many, some ranking has taken other positions in another evaluation."""
        alike = [rows for rows in self.others.values() if rows.shape == (count,)]
        return np.any(alike, axis=0) if alike else np.zeros(count, dtype=bool)

    def draw(self) -> None:
        """Begin an evaluation in which rankings take equal numbers in an order drawn at random.

        In every other evaluation, the order prefers some labels or targets to others, the same ones in all rankings. So
        votes that only come about where many members of an ensemble choose alike are drawn too.
        """
        self.directed = not self.directed
        self.preferences = self.generator.random(64)

    def any_of_equals(self, node: Node, x: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the greatest numbers along the last axis and their positions, equal ones in any order."""
        values, _ = node.op.evaluate(x)
        last = values[..., -1:]
        equal = _alike(x, last)
        inside = _alike(values[..., 1:], values[..., :-1])
        self.met |= bool(inside.any() or np.any((equal | (x > last)).sum(axis=-1) > values.shape[-1]))
        order = self.generator.permutation(x.shape[-1])
        tables = self.looked_up[node]
        if self.directed and tables:
            table = tables[self.generator.integers(len(tables))]
            order = order[np.argsort(self._preference(table)[order], kind="stable")]
        _, places = node.op.evaluate(np.where(equal, last, x)[..., order])
        positions = order[places]
        return [np.take_along_axis(x, positions, axis=-1), positions]

    def _preference(self, table: NDArray[Any]) -> NDArray[np.float64]:
        """Return the rank of each entry of a table: a number for each label; of targets one column, up or down."""
        if table.dtype.kind == "i" and table.ndim == 1:
            return np.asarray(self.preferences[table % len(self.preferences)])
        columns = table.reshape(len(table), -1)
        column = columns[:, int(self.preferences[0] * columns.shape[1])]
        return np.asarray(column if self.preferences[1] < 0.5 else -column)


def _alike(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether numbers are equal but for float32's rounding; integers are equal or not."""
    with np.errstate(invalid="ignore"):
        whole = (a == np.rint(a)) & (b == np.rint(b))
        return np.asarray((a == b) | (~whole & (np.abs(a - b) <= ALIKE * np.abs(b))))


def _looked_up(graph: Graph) -> dict[Node, list[NDArray[Any]]]:
    """Return, for each ranking, the constants that its positions are looked up in, with an entry for each position."""
    tables: dict[Node, list[NDArray[Any]]] = defaultdict(list)
    positions: dict[Tensor, tuple[Node, NDArray[Any] | None]] = {}
    for node in graph.all_nodes():
        if isinstance(node.op, ops.TopK):
            positions[node.outputs[1]] = node, None
        elif isinstance(node.op, ops.Slice | ops.Reshape) and node.inputs[0] in positions:
            positions[node.outputs[0]] = positions[node.inputs[0]]
        elif isinstance(node.op, ops.Take) and node.inputs[1] in positions and node.inputs[0].constant is not None:
            ranking, order = positions[node.inputs[1]]
            table = np.moveaxis(node.inputs[0].constant, node.op.axis, 0)
            if order is not None:  # which only stands between
                table, tables[ranking] = table[order], [each for each in tables[ranking] if each is not order]
            tables[ranking].append(table)
            if table.ndim == 1 and table.dtype.kind == "i":
                positions[node.outputs[0]] = ranking, table
    return tables
