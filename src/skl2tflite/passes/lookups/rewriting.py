"""The pass: functions of a column with many categories are looked up by the number of its category.

What such a column is compared with is found once, by its code, or by a search. A one-hot encoded column in front of a
matrix product then is a row of the product, in front of trees it consists of the columns that they test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.placed import placed_on
from skl2tflite.graph import Graph, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.passes.base import Pass
from skl2tflite.passes.lookups.analysis import Analysis
from skl2tflite.passes.lookups.cases import Cases, Cell, cases_of
from skl2tflite.passes.lookups.rows import Part, Plain


def look_up(graph: Graph) -> tuple[Graph, list[str]]:
    """Replace comparisons of columns with many values, and what is computed from them, by look-ups."""
    cases = cases_of(graph)
    return (graph, []) if not cases else _Rewriting(graph, cases).result()


class _Rewriting:
    """One graph while it is rewritten."""

    def __init__(self, graph: Graph, cases: dict[Cell, Cases]) -> None:
        self.graph = graph
        self.analysis = Analysis(cases)
        self.notes: list[str] = []
        self._now: dict[Tensor, Tensor] = {}
        self._numbers: dict[Cell, Tensor] = {}

    def result(self) -> tuple[Graph, list[str]]:
        """Return the rewritten graph, and notes of what was done."""
        return self.graph.rewrite(self._rule), self.notes

    def now(self, x: Tensor) -> Tensor:
        """Return what has taken a tensor's place."""
        return self._now.get(x, x)

    def number(self, cases: Cases) -> Tensor:
        """Return the number of the case of each row, which is computed once."""
        if cases.cell not in self._numbers:
            source, column = cases.cell
            x = self.now(source)
            self._numbers[cases.cell] = cases.number(x if x.ndim == 1 else x[:, column])
            self.notes.append(f"a column with {len(cases) - 1} categories is looked up")
        return self._numbers[cases.cell]

    def _rule(self, node: Node, operands: tuple[Tensor, ...]) -> Sequence[Tensor] | None:
        self._now.update(zip(node.inputs, operands, strict=True))
        self.analysis.learn(node)
        parts = self.analysis.parts(node.outputs[0])
        if parts is not None:
            written = None if isinstance(node.op, ops.Concat) else self._written(parts, node.outputs[0])
            return None if written is None else [written]
        given = self.analysis.parts(node.inputs[0]) if node.inputs else None
        if given is None:
            return None
        if isinstance(node.op, TreeValues):
            return self._trees(node, node.op, given)
        if isinstance(node.op, ops.Linear):
            return self._product(node, given, node.inputs[1].constant, node.inputs[2].constant)
        if isinstance(node.op, ops.MatMul) and node.inputs[1].constant is not None and node.inputs[1].ndim == 2:
            return self._product(node, given, node.inputs[1].constant, np.zeros(node.inputs[1].shape[1] or 0))
        return None

    def _written(self, parts: Sequence[Part], x: Tensor) -> Tensor | None:
        """Return the parts side by side as one tensor; None where the table of a looked-up part would be too large."""
        blocks = [self._block(part, x) for part in parts]
        known = [block for block in blocks if block is not None]
        if len(known) < len(blocks):
            return None
        joined: Any = known[0] if len(known) == 1 else xp.concat(known, axis=1)
        return as_tensor(joined if x.ndim == 2 else xp.squeeze(joined, 1))

    def _block(self, part: Part, x: Tensor) -> Tensor | None:
        return part.written(self.now) if isinstance(part, Plain) else part.written(self.number(part.cases), x.dtype)

    def _product(
        self, node: Node, parts: Sequence[Part], weights: NDArray[Any] | None, bias: NDArray[Any] | None
    ) -> list[Tensor] | None:
        """Return a matrix product as a sum of looked-up rows and of a smaller product.

        Parameters
        ----------
        node : Node
        parts : sequence of Part
            What is multiplied.
        weights : ndarray of shape (n_columns, n_outputs) or None
        bias : ndarray of shape (n_outputs,) or None
        """
        if weights is None or bias is None or not np.isfinite(weights).all():
            return None
        tables: dict[Cases, NDArray[np.float64]] = {}
        rest: list[Plain] = []
        own: list[NDArray[Any]] = []
        first = 0
        for part in parts:
            block = weights[first : first + part.width]
            first += part.width
            if isinstance(part, Plain):
                rest.append(part)
                own.append(block)
            else:
                product = part.product(block)
                tables[part.cases] = tables[part.cases] + product if part.cases in tables else product
        activation = getattr(node.op, "activation", None)
        terms: list[Tensor] = []
        if rest:
            blocks = [part.written(self.now) for part in rest]
            x = blocks[0] if len(blocks) == 1 else as_tensor(xp.concat(blocks, axis=1))
            op = ops.Linear(nan_undefined=getattr(node.op, "nan_undefined", False))
            terms.append(apply(op, x, np.concatenate(own), bias))
        else:
            some = next(iter(tables))
            tables[some] = tables[some] + bias
            if len(tables) == 1 and activation == "relu":
                tables[some] = ops.Relu().evaluate(tables[some])
        terms += [as_tensor(xp.take(table, self.number(cases), axis=0)) for cases, table in tables.items()]
        total = terms[0]
        for i, term in enumerate(terms[1:], start=2):
            total = apply(ops.Add(activation if i == len(terms) else None), total, term)
        self.notes.append(f"{node.op.name}: rows of the weights are looked up in place of products with zeros")
        return [total]

    def _trees(self, node: Node, op: TreeValues, parts: Sequence[Part]) -> list[Tensor] | None:
        """Return trees on the columns that they test."""
        forest = op.forest
        tested = np.unique(forest.feature[~forest.is_leaf]).astype(np.int64)
        place = np.full(forest.n_features, -1, dtype=np.int64)
        kept: list[Part] = []
        first = width = 0
        for part in parts:
            here = tested[(tested >= first) & (tested < first + part.width)] - first
            if isinstance(part, Plain):
                here = np.arange(part.width)
            if here.size:
                place[first + here] = width + np.arange(len(here))
                kept.append(part.pick(here))
                width += len(here)
            first += part.width
        x = self._written(kept, node.inputs[0]) if kept else None
        if x is None or width == forest.n_features:
            return None
        feature = np.where(forest.is_leaf, -1, place[forest.feature]).astype(np.int32)
        self.notes.append(f"trees test {width} of {forest.n_features} columns")
        return list(Node(replace(op, forest=placed_on(forest, feature, width)), (x,), node.source).outputs)


LOOK_UP = Pass(
    "look_up",
    "functions of a column with many categories become look-ups by the number of its category",
    look_up,
    exact=False,
)
"""It adds the terms of matrix products in another order, with roundings no greater than before."""
