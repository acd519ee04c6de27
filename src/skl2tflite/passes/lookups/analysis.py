"""Which tensors of a graph hold columns that depend on the case of one column alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skl2tflite.graph import DType, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph.dtype import Shape
from skl2tflite.passes.lookups.cases import Cases, Cell, as_held, cell_of, comparison, is_flat, keeps_cells
from skl2tflite.passes.lookups.rows import NARROW, Part, Plain, Rows, pick
from skl2tflite.passes.preprocessing import picked_columns

_DISCRETE = (ops.Equal, ops.NotEqual, ops.LogicalAnd, ops.LogicalOr, ops.LogicalNot, ops.IsNan, ops.Where)
"""Operations on single columns that give the same in float32 and in float64, of numbers that float32 holds."""


class Analysis:
    """The parts of which the tensors of a graph consist.

    Parameters
    ----------
    cases : mapping of Cell to Cases
        The columns that are compared with many values.
    """

    def __init__(self, cases: Mapping[Cell, Cases]) -> None:
        self.cases = cases
        self._known: dict[Tensor, list[Part] | None] = {}

    def learn(self, node: Node) -> None:
        """Find out about a node's result, after those of its operands."""
        if len(node.outputs) == 1 and node.outputs[0].ndim in (1, 2):
            found = self._find(node)
            self._known[node.outputs[0]] = found if found and any(isinstance(part, Rows) for part in found) else None

    def parts(self, x: Tensor) -> list[Part] | None:
        """Return the parts side by side of a tensor; None where it has none that depend on the case of a column."""
        return self._known.get(x)

    def rows(self, x: Tensor) -> Rows | None:
        """Return a tensor that depends on the case of one column as a whole; None for any other."""
        parts = self.parts(x)
        if parts is None:
            known = self.cases.get(cell_of(x)) if is_flat(x) else None
            return Rows.of_dense(known, known.values) if known is not None and known.bounded else None
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Rows) else None

    def _find(self, node: Node) -> list[Part] | None:
        """Return the parts of a node's result."""
        compared = self._compared(node)
        if compared is not None:
            return [compared]
        one = self._of_one_case(node)
        if one is not None:
            return [one]
        if not any(self.parts(x) for x in node.inputs):
            return None
        op, x = node.op, node.inputs[0]
        parts = self.parts(x)
        if keeps_cells(node):
            return parts
        if isinstance(op, ops.Concat) and op.axis == 1:
            return [part for each in node.inputs for part in self.parts(each) or [_plain(each)]]
        if isinstance(op, ops.Stack) and op.axis == 1 and x.ndim == 1:
            return [part for each in node.inputs for part in self.parts(each) or [_plain(each)]]
        if parts is None:
            return self._with_constant(node)
        if isinstance(op, ops.Cast):
            return [_cast(part, op) for part in parts]
        at = picked_columns(node) if node.outputs[0].ndim == 2 else None
        if at is not None:
            return pick(parts, at)
        return self._with_constant(node)

    def _compared(self, node: Node) -> Rows | None:
        """Return the comparison of a column with constants, or the question whether it is NaN."""
        if isinstance(node.op, ops.IsNan):
            x = node.inputs[0]
            known = self.cases.get(cell_of(x)) if is_flat(x) else None
            return None if known is None else Rows.of_dense(known, np.isnan(known.values))
        found = comparison(node)
        if found is None:
            return None
        x, values = found
        rows = self.rows(x)
        if rows is not None and rows.width == 1:
            cases, held = rows.cases, as_held(rows.dense()[:, 0])
        elif (known := self.cases.get(cell_of(x))) is not None:
            cases, held = known, known.values
        else:
            return None
        if isinstance(node.op, ops.NotEqual):
            return Rows.of_dense(cases, held != values[0]) if values.size == 1 else None
        return Rows(cases, _equal(held, values))

    def _of_one_case(self, node: Node) -> Rows | None:
        """Return what an operation makes of columns that all depend on the case of the same column."""
        rows = [self.rows(x) for x in node.inputs]
        known = [each for each in rows if each is not None]
        if not known or any(each.cases is not known[0].cases for each in known):
            return None
        fixed = [x.constant for x in node.inputs]
        if any(each is None and value is None for each, value in zip(rows, fixed, strict=True)):
            return None
        cases, op = known[0].cases, node.op
        if isinstance(op, ops.Take) and op.axis == 0 and fixed[0] is not None and rows[1] is not None:
            return _taken(fixed[0], rows[1], node.outputs[0].shape)
        if isinstance(op, ops.Linear) and rows[0] is not None and fixed[1] is not None and fixed[2] is not None:
            if fixed[1].shape[1] > NARROW:
                return None
            dense = rows[0].product(fixed[1]) + fixed[2]
            return Rows.of_dense(cases, ops.Relu().evaluate(dense) if op.activation == "relu" else dense)
        if not isinstance(op, _DISCRETE):
            return None
        if is_flat(node.outputs[0]):
            if any(value is not None and value.size != 1 for value in fixed):
                return None
            held = [
                np.ravel(np.asarray(value)) if each is None else each.dense()[:, 0]
                for each, value in zip(rows, fixed, strict=True)
            ]
            return Rows.of_dense(cases, np.broadcast_to(np.asarray(op.evaluate(*held)), (len(cases),)))
        return _wide(op, rows, fixed, node.outputs[0])

    def _with_constant(self, node: Node) -> list[Part] | None:
        """Return the parts of a result of arithmetic with one number for each column."""
        op, x = node.op, node.outputs[0]
        if not isinstance(op, ops.Add | ops.Subtract | ops.Multiply | ops.Divide) or op.activation:
            return None
        if x.dtype != DType.FLOAT or x.ndim != 2:
            return None
        for first, (operand, other) in enumerate((node.inputs, node.inputs[::-1])):
            parts, constant = self.parts(operand), other.constant
            if parts is None or constant is None or operand.shape != x.shape or (first and isinstance(op, ops.Divide)):
                continue
            row = constant[0] if constant.ndim == 2 and len(constant) == 1 else constant
            if row.ndim > 1 or not np.isfinite(row).all():
                return None
            return _by_column(op, parts, np.broadcast_to(row, (x.shape[1] or 0,)).astype(np.float64), bool(first))
        return None


def _plain(x: Tensor) -> Plain:
    flat = x.ndim == 1
    width = 1 if flat else x.shape[1] or 0
    return Plain(width, lambda now: _matrix(now(x)))


def _matrix(x: Tensor) -> Tensor:
    return x if x.ndim == 2 else x[:, np.newaxis]


def _cast(part: Part, op: ops.Cast) -> Part:
    if isinstance(part, Plain):
        return Plain(part.width, lambda now: apply(op, part.written(now)))
    table = part.table.copy() if part.base is None else sparse.csr_array(part.dense())
    return Rows(part.cases, sparse.csr_array((op.evaluate(table.data), table.indices, table.indptr), table.shape))


def _equal(held: NDArray[Any], values: NDArray[Any]) -> sparse.csr_array:
    """Return for each case which of some values it equals."""
    known, wanted = held.tolist(), values.tolist()
    places = {value: column for column, value in enumerate(wanted)}
    if len(places) == len(wanted):
        column = np.fromiter(map(places.get, known, repeat(-1)), np.int64, len(known))
        case = np.flatnonzero(column >= 0)
        column = column[case]
    else:  # several columns for one value
        cases = {value: number for number, value in enumerate(known)}
        case = np.fromiter(map(cases.get, wanted, repeat(-1)), np.int64, len(wanted))
        column = np.flatnonzero(case >= 0)
        case = case[column]
    return sparse.csr_array((np.ones(len(case), np.bool_), (case, column)), shape=(len(held), len(values)))


def _taken(table: NDArray[Any], rows: Rows, shape: Shape) -> Rows | None:
    """Return rows of a constant, at positions that depend on the case of a column.

    Parameters
    ----------
    table : ndarray
    rows : Rows
        The positions.
    shape : tuple
        Of the result.
    """
    if rows.width != 1 or table.ndim not in (1, 2) or len(shape) > 2 or (table.ndim == 2 and table.shape[1] > NARROW):
        return None
    if table.ndim == 2 and len(shape) != 2:
        return None
    return Rows.of_dense(rows.cases, table[rows.dense()[:, 0]]) if table.dtype != object else None


def _wide(op: Any, rows: Sequence[Rows | None], fixed: Sequence[NDArray[Any] | None], x: Tensor) -> Rows | None:
    """Return what an operation gives of wide columns, and of others that are alike in all columns.

    Parameters
    ----------
    op : Op
    rows : sequence of Rows or None
        The operands that depend on the case of a column.
    fixed : sequence of ndarray or None
        All other operands.
    x : Tensor
        The result.
    """
    width = x.shape[1] or 0
    if isinstance(op, ops.Where) and rows[0] is not None and rows[0].width == 1:
        cases, condition = rows[0].cases, rows[0].dense()[:, 0]
        sides = [_spread(cases, r, f, at, width) for r, f, at in
                 zip(rows[1:], fixed[1:], (condition, ~condition), strict=True)]  # fmt: skip
        if sides[0] is None or sides[1] is None:
            return None
        return sides[0].chosen(sides[1], condition)
    if isinstance(op, ops.LogicalAnd | ops.LogicalOr):
        known = [each for each in rows if each is not None]
        sides = [_spread(known[0].cases, r, f, np.ones(len(known[0].cases), np.bool_), width)
                 for r, f in zip(rows, fixed, strict=True)]  # fmt: skip
        if sides[0] is None or sides[1] is None:
            return None
        a, b = (side.table.astype(np.int8) for side in sides if side is not None)
        joined = sparse.csr_array(a * b if isinstance(op, ops.LogicalAnd) else a + b)
        return Rows(known[0].cases, joined.astype(np.bool_))
    return None


def _spread(
    cases: Cases, rows: Rows | None, fixed: NDArray[Any] | None, at: NDArray[np.bool_], width: int
) -> Rows | None:
    """Return an operand as wide as the result, in the cases that are asked for; None where it would be large.

    Parameters
    ----------
    cases : Cases
    rows : Rows or None
        The operand, where it depends on the case.
    fixed : ndarray or None
        Its value, where that is constant.
    at : ndarray of bool, shape (n_cases,)
        The cases that are asked for.
    width : int
        Number of columns of the result.
    """
    if rows is not None:
        if rows.base is not None:
            return None
        if rows.width == width:
            return rows
        held = rows.dense()[:, 0]
        at = at & (held != 0)
        row: NDArray[Any] = np.ones(width, rows.table.dtype)
        if rows.table.dtype.kind != "b":
            return None
    else:
        assert fixed is not None
        if fixed.ndim > 2 or (fixed.ndim == 2 and len(fixed) != 1):
            return None
        row = np.broadcast_to(fixed.ravel() if fixed.size > 1 else fixed.reshape(1), (width,))
    columns, places = np.flatnonzero(row), np.flatnonzero(at)
    if len(columns) * len(places) > 4 * (width + len(cases)):
        return None
    data = np.tile(row[columns], len(places))
    pairs = (np.repeat(places, len(columns)), np.tile(columns, len(places)))
    return Rows(cases, sparse.csr_array((data, pairs), shape=(len(cases), width)))


def _by_column(op: Any, parts: Sequence[Part], row: NDArray[np.float64], turned: bool) -> list[Part] | None:
    """Return parts after arithmetic with a number for each column.

    Parameters
    ----------
    op : Op
    parts : sequence of Part
    row : ndarray of shape (n_columns,)
    turned : bool
        Whether the numbers are the first operand.
    """
    made: list[Part] = []
    first = 0
    for part in parts:
        own = row[first : first + part.width]
        first += part.width
        if isinstance(part, Plain):
            made.append(Plain(part.width, _arithmetic(op, part, own, turned)))
        elif isinstance(op, ops.Multiply | ops.Divide):
            if isinstance(op, ops.Divide) and not own.all():
                return None
            made.append(part.times(1.0 / own if isinstance(op, ops.Divide) else own))
        else:
            made.append((part.times(np.full(part.width, -1.0)) if turned and isinstance(op, ops.Subtract) else part)
                        .plus(-own if isinstance(op, ops.Subtract) and not turned else own))  # fmt: skip
    return made


def _arithmetic(op: Any, part: Plain, own: NDArray[np.float64], turned: bool) -> Callable[[Any], Tensor]:
    def written(now: Any) -> Tensor:
        x = part.written(now)
        return as_tensor(apply(op, own, x) if turned else apply(op, x, own))

    return written
