"""The cases of a column: the values that a graph compares it with, and all others as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array, DType, Graph, Node, Tensor, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.passes.preprocessing import picked_columns

WIDE = 32
"""Values that a column is compared with, from which on one look-up is quicker than a comparison with each."""
SPARSE = 4
"""Whole numbers that are further apart on average than this make too large a table."""

Cell = tuple[Tensor, int]
"""A tensor and the position of one of its columns, 0 where it has a single axis."""


@dataclass(frozen=True, eq=False)
class Cases:
    """The values that a graph compares a column with, and all others.

    Attributes
    ----------
    cell : Cell
        The column.
    values : ndarray of shape (n_cases,)
        The value of each case. What stands for all other values equals none that the column is compared with.
    knows_nan : bool
        Whether NaN is a case of its own, the last one.
    bounded : bool
        Whether the column holds the numbers of the cases, and nothing else.
    """

    cell: Cell
    values: NDArray[Any]
    knows_nan: bool = False
    bounded: bool = False

    def __len__(self) -> int:
        return len(self.values)

    def number(self, column: Tensor) -> Tensor:
        """Return the number of the case of each row, as integers of shape (n_rows,).

        Parameters
        ----------
        column : Tensor of shape (n_rows,)
        """
        if self.bounded:
            return column
        if column.dtype == DType.INT:
            low, high = int(self.values[0]), int(self.values[-1])
            clipped = as_tensor(xp.minimum(xp.maximum(column, low), high))
            if not low:
                return clipped
            # As floats, which are exact here: older releases of TFLM add no integers.
            return as_tensor(xp.astype(xp.astype(clipped, float) - float(low), int))
        if column.dtype == DType.STRING:
            known = self.values[:-1]
            hot = xp.astype(xp.expand_dims(column, 1) == known, float)
            count = float(len(known))
            return as_tensor(xp.astype(xp.linear(hot, np.arange(count) - count, count), int))
        known = self.values[: len(self.values) - 1 - self.knows_nan]
        place = xp.searchsorted(known.tolist(), column, side="left")
        found = xp.take(np.append(known, np.nan), place) == column
        number: Array = xp.where(found, place, len(known))
        return as_tensor(xp.where(xp.isnan(column), len(known) + 1, number) if self.knows_nan else number)


def cases_of(graph: Graph) -> dict[Cell, Cases]:
    """Return the cases of the columns that a graph compares with many values.

    Characters and terms of texts are no columns: what is computed of them has tables of its own.
    """
    met: dict[Cell, list[NDArray[Any]]] = {}
    asked: set[Cell] = set()
    made: dict[Cell, Cases] = {}
    of_texts = {x for x in graph.inputs.values() if x.dtype == DType.INT and not is_flat(x)}
    for node in graph.operations():
        if not of_texts.isdisjoint(node.inputs):
            of_texts.update(node.outputs)
            continue
        found = comparison(node)
        if found is not None:
            met.setdefault(cell_of(found[0]), []).append(found[1])
        if isinstance(node.op, ops.IsNan) and is_flat(node.inputs[0]):
            asked.add(cell_of(node.inputs[0]))
        if isinstance(node.op, ops.Take) and node.op.axis == 0 and node.inputs[1].ndim == 1:
            table, positions = node.inputs[0].constant, node.inputs[1]
            if table is not None and table.dtype != object and len(table) >= WIDE and positions.constant is None:
                made[positions, 0] = Cases((positions, 0), np.arange(len(table)), bounded=True)
    for cell, values in met.items():
        if cell not in made and sum(map(len, values)) >= WIDE:
            found_cases = _cases(cell, np.concatenate(values), cell in asked)
            if found_cases is not None:
                made[cell] = found_cases
    return made


def _cases(cell: Cell, values: NDArray[Any], asks_nan: bool) -> Cases | None:
    """Return the cases of a column; None where there are few, or no table holds them.

    Parameters
    ----------
    cell : Cell
    values : ndarray
        What the column is compared with.
    asks_nan : bool
        Whether the graph asks if the column is NaN.
    """
    kind = cell[0].dtype
    if kind == DType.STRING:
        texts = np.array([*sorted(set(values.tolist())), None], dtype=object)
        return Cases(cell, texts) if len(texts) > WIDE else None
    if kind not in (DType.INT, DType.FLOAT):
        return None
    distinct = np.unique(values)
    if len(distinct) < WIDE:
        return None
    if kind == DType.INT:
        low, high = int(distinct[0]) - 1, int(distinct[-1]) + 1
        inside = np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max
        return Cases(cell, np.arange(low, high + 1)) if inside and high - low < SPARSE * len(distinct) else None
    if not np.isfinite(distinct).all():
        return None
    return Cases(cell, np.concatenate([distinct, [np.inf], [np.nan] * asks_nan]), asks_nan)


def comparison(node: Node) -> tuple[Tensor, NDArray[Any]] | None:
    """Return the single column that a node compares, and the values that it compares it with; else None."""
    if not isinstance(node.op, ops.Equal | ops.NotEqual):
        return None
    for x, other in (node.inputs, node.inputs[::-1]):
        values = other.constant
        if values is None or x.constant is not None or not is_flat(x) or values.dtype.kind == "b":
            continue
        if values.size == 1 or (x.ndim == 2 and (values.ndim == 1 or (values.ndim == 2 and len(values) == 1))):
            return x, as_held(values.ravel())
    return None


def as_held(values: NDArray[Any]) -> NDArray[Any]:
    """Return values as a file compares them: floats rounded to float32."""
    if values.dtype.kind != "f":
        return values
    with np.errstate(over="ignore"):
        return values.astype(np.float32).astype(np.float64)


def is_flat(x: Tensor) -> bool:
    """Whether a tensor holds one number for each row."""
    return x.ndim == 1 or (x.ndim == 2 and x.shape[1] == 1)


def keeps_cells(node: Node) -> bool:
    """Whether a node only gives a single column another number of axes."""
    if not isinstance(node.op, ops.Reshape) or not is_flat(node.inputs[0]) or not is_flat(node.outputs[0]):
        return False
    return node.inputs[0].shape[0] == node.outputs[0].shape[0]


def cell_of(x: Tensor, column: int = 0) -> Cell:
    """Return where a column comes from, before it was moved."""
    node = x.node
    if keeps_cells(node):
        return cell_of(node.inputs[0])
    if x.ndim == 2:
        at = picked_columns(node)
        if at is not None and node.inputs[0].ndim == 2:
            return cell_of(node.inputs[0], int(at[column]))
        if isinstance(node.op, ops.Stack) and node.op.axis == 1 and all(part.ndim == 1 for part in node.inputs):
            return cell_of(node.inputs[column])
        if isinstance(node.op, ops.Concat) and node.op.axis == 1:
            for part, first, width in _parts(node):
                if column < first + width:
                    return cell_of(part, column - first)
    return x, column


def _parts(node: Node) -> Iterator[tuple[Tensor, int, int]]:
    first = 0
    for part in node.inputs:
        yield part, first, part.shape[1] or 0
        first += part.shape[1] or 0
