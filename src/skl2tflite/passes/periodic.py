"""Sines and cosines of integers in front of trees, looked up in tables that sort them as float64 does.

``np.sin(2 * np.pi * hour / 24)`` is 1.2e-16 at 12 and 0 at 0, and its values at 1 and 11 differ in the last digit of
float64. Trees split between such numbers, which float32 arithmetic cannot tell apart. Hours, weekdays, months, days and
minutes of a day are small integers, so the file looks them up in a table, whose entries lie on the right sides of the
thresholds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.op import TreeValues
from skl2tflite.graph import Constant, Graph, Input, Node, Tensor, as_tensor, evaluate, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.passes.base import Pass
from skl2tflite.passes.preprocessing import origin_of, picked_columns

GREATEST = 366
"""Integers from 0 to this are looked up: hours, minutes, weekdays, months, days of a month or a year."""
LONGEST = 1440
"""Longest period whose integers are all looked up: the minutes of a day."""
SAME = 1e-9
"""Numbers that are no further apart than this are the same, one period later."""
APART = 64
"""Thresholds are at least this many units in the last place of float32 apart, so that numbers fit between them."""


def tabulate(graph: Graph) -> tuple[Graph, list[str]]:
    """Look up the columns of trees that are sines or cosines of one column of the rows, where it is an integer."""
    notes: list[str] = []

    def rule(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        op = node.op
        if not isinstance(op, TreeValues):
            return None
        forest, x = op.forest, operands[0]
        tested = np.unique(forest.feature[~forest.is_leaf])
        threshold, feature = forest.threshold.copy(), forest.feature.copy()
        added: list[Tensor] = []
        for column in tested.tolist():
            values, source = _periodic(x, column)
            if values is None or source is None:
                continue
            nodes = forest.feature == column
            exact = _of_whole_numbers(values, source)
            if not forest.compares_float64:
                exact = exact.astype(np.float32).astype(np.float64)
            cuts = np.unique(threshold[nodes])
            if not np.isfinite(exact).all() or not np.isfinite(cuts).all():
                continue
            moved = spread(cuts)
            table = between(exact, cuts, moved)
            threshold[nodes] = moved[np.searchsorted(cuts, threshold[nodes])]
            feature[nodes] = forest.n_features + len(added)
            added.append(_looked_up(table, source, values))
        if not added:
            return None
        notes.append(f"{len(added)} columns of sines or cosines are looked up where they are of integers")
        beside = apply(ops.Concat(1), x, as_tensor(xp.stack(added, axis=1)))
        trees = replace(forest, feature=feature, threshold=threshold, n_features=forest.n_features + len(added))
        return list(apply(replace(op, forest=trees), beside, *operands[1:]).node.outputs)

    return graph.rewrite(rule), notes


def spread(cuts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sorted thresholds as float32 numbers that are clearly apart; most stay what they are."""
    moved = cuts.astype(np.float32).astype(np.float64)
    moved = np.where(moved > cuts, np.nextafter(moved.astype(np.float32), np.float32(-np.inf)), moved)
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], np.float32(moved[i - 1] + APART * _unit(moved[i - 1])))
    return moved


def between(values: NDArray[np.float64], cuts: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return float32 numbers on the same sides of moved thresholds on which values are of the thresholds.

    Parameters
    ----------
    values : ndarray of float64
    cuts, moved : ndarray of float64
        Sorted thresholds (``x <= cut``), and where each was moved to.
    """
    at = np.searchsorted(cuts, values, side="left")  # the number of thresholds below each value
    low, high = np.append(-np.inf, moved)[at], np.append(moved, np.inf)[at]
    middle = np.where(np.isfinite(low) & np.isfinite(high), (np.where(at > 0, low, 0.0) + high) / 2, values)
    quarter = APART / 4
    with np.errstate(invalid="ignore"):
        clear = (values >= low + quarter * _unit(low)) & (values <= high - quarter * _unit(high))
    inner = np.isfinite(low) & np.isfinite(high)
    pushed = np.where(np.isfinite(low), low + quarter * _unit(low), high - quarter * _unit(high))
    return np.where(clear, values, np.where(inner, middle, pushed)).astype(np.float32).astype(np.float64)


def _unit(x: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return the unit in the last place of float32 numbers; a normal number for those near 0, and 0 for infinities."""
    size = np.where(np.isfinite(x), np.abs(x), 0.0)
    return np.maximum(np.spacing(size.astype(np.float32)).astype(np.float64), 1e-36)


def _values_of(x: Tensor, column: int) -> Tensor | None:
    """Return one column, computed from single columns alone; None where its numbers mix several."""
    origin, at = origin_of(x, column)
    op, inputs = origin.node.op, origin.node.inputs
    if isinstance(op, ops.Stack) and op.axis == 1:
        return inputs[at]
    if origin.shape[1] == 1:
        return as_tensor(xp.squeeze(origin, 1))
    if isinstance(op, Input):
        return as_tensor(xp.squeeze(xp.take(origin, [at], axis=1), 1))
    if not isinstance(op, (ops.elementwise.Unary, ops.elementwise.Binary, ops.Where, ops.Cast)):
        return None
    parts = [_operand(each, at) for each in inputs]
    known = [part for part in parts if part is not None]
    return as_tensor(apply(op, *known)) if len(known) == len(parts) else None


def _operand(x: Tensor, column: int) -> Tensor | None:
    """Return what an operand of an operation on each element holds for one column; None where that is not known."""
    if x.constant is not None and (x.ndim < 2 or x.shape[0] == 1):
        return as_tensor(np.take(np.atleast_1d(x.constant), column if x.ndim and x.shape[-1] != 1 else 0, axis=-1))
    return _values_of(x, 0 if x.shape[1] == 1 else column) if x.ndim == 2 else None


def _periodic(x: Tensor, column: int) -> tuple[Tensor | None, Tensor | None]:
    """Return a column, and the one column of the rows whose sine or cosine it is made of; None where there is none."""
    values = _values_of(x, column)
    if values is None:
        return None, None
    source: Tensor | None = None
    waves, seen, stack = False, set[Node](), [values]
    while stack:
        tensor = stack.pop()
        node = tensor.node
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node.op, Constant):
            continue
        waves |= isinstance(node.op, ops.Sin | ops.Cos)
        single = _column_of_rows(node)
        if single is None:
            if isinstance(node.op, Input) or not node.inputs:
                return values, None
            stack += node.inputs
        elif source is not None and single != _column_of_rows(source.node):
            return values, None
        else:
            source = tensor
    return values, source if waves else None


def _column_of_rows(node: Node) -> tuple[Node, int] | None:
    """Return the input that a node takes one column of, and which; None where it is no column of the rows."""
    if isinstance(node.op, Input):
        rows = node.outputs[0]
        return (node, 0) if rows.ndim == 1 or rows.shape[1] == 1 else None
    picked = picked_columns(node)
    if picked is None or len(picked) != 1 or not isinstance(node.inputs[0].node.op, Input):
        return None
    return (node.inputs[0].node, int(picked[0])) if node.inputs[0].ndim == 2 else None


def _of_whole_numbers(values: Tensor, source: Tensor) -> NDArray[np.float64]:
    """Return what float64 gives for the integers from 0: of one period if it is long, else up to 366."""
    few = _of_numbers(values, source, np.arange(2.0 * GREATEST))
    if not _period(few, GREATEST):
        many = _of_numbers(values, source, np.arange(2.0 * LONGEST))
        if period := _period(many, LONGEST):
            return many[: period + 1]
    return few[: GREATEST + 1]


def _period(values: NDArray[np.float64], longest: int) -> int:
    """Return after how many numbers all come again, at most so many; 0 where they do not."""
    near = 1 + np.flatnonzero(np.abs(values[1 : longest + 1] - values[0]) < SAME)
    return next((each for each in near.tolist() if (np.abs(values[each:] - values[:-each]) < SAME).all()), 0)


def _of_numbers(values: Tensor, source: Tensor, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what float64 gives where the column of the rows holds these numbers."""
    found = _column_of_rows(source.node)
    assert found is not None
    (node, at), count = found, len(numbers)
    rows = node.outputs[0]
    batch = rows.shape[0] or count
    numbers = np.resize(numbers, -(-count // batch) * batch)
    feed = numbers if rows.ndim == 1 else np.zeros((len(numbers), rows.shape[1] or 0))
    if rows.ndim == 2:
        feed[:, at] = numbers
    assert isinstance(node.op, Input)
    graph, key = Graph("table", {}, {"values": values}), node.op.key
    with np.errstate(all="ignore"):
        parts = [evaluate(graph, {key: feed[i : i + batch]})["values"] for i in range(0, len(feed), batch)]
    return np.concatenate(parts)[:count].astype(np.float64)


def _looked_up(table: NDArray[np.float64], source: Tensor, values: Tensor) -> Tensor:
    """Return a column: the table's entry where the source is one of its integers, else what is computed."""
    number = source if source.ndim == 1 else as_tensor(xp.squeeze(source, 1))
    there = (number == xp.floor(number)) & (number >= 0.0) & (number <= float(len(table) - 1))
    place = xp.astype(xp.where(there, number, 0.0), int)
    return as_tensor(xp.where(there, xp.take(table, place), values))


TABULATE = Pass("tabulate", "look up sines and cosines of integers, so that trees sort them as float64 does", tabulate)
