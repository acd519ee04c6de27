"""Lowering of tree ensembles for many rows: a dense top of every tree, then a few gathers for each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.emitter import Emitter, Operand, Value
from skl2tflite.backends.tflite.lowering.indexing import strided_slice
from skl2tflite.backends.tflite.lowering.shape import transpose
from skl2tflite.backends.tflite.schema import TENSOR_TYPES
from skl2tflite.forest.batches import BatchTables, Blocks, build_batch_tables
from skl2tflite.forest.cost import choose_width
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.tables import Ints
from skl2tflite.forest.trees import Forest

BLOCK = 128
"""Comparisons or exits of the trees that one product of int8 matrices takes: larger ones are mostly zeros, smaller ones
leave XNNPACK's tiles empty (measured)."""
FUSED_VALUES = 2**17
"""Numbers that the table of trees without further steps may hold, to give values at once instead of states."""
RELU = 1


class BatchRouter:
    """Writes how many rows go through a forest; the first axis is that of trees or comparisons, the second rows."""

    def __init__(self, emit: Emitter, tables: BatchTables, x: Value) -> None:
        self.emit = emit
        self.tables = tables
        self.x = x  # widened, (columns, rows)
        self.n_rows = x.shape[1]
        self.n_trees = len(tables.columns)
        self.name = f"forest_{len(emit.subgraph.operators)}"

    def values(self, groups: int | None = None) -> Value:
        """Write the values that rows get from trees, or their sums.

        Parameters
        ----------
        groups : int, optional
            Tree ``t`` adds to group ``t % groups``; without, nothing is summed.

        Returns
        -------
        Value
            Of shape (rows, trees, outputs), or (rows, groups, outputs).
        """
        emit, tables = self.emit, self.tables
        place = self._exit()
        outputs = tables.values.shape[1]
        values = tables.values
        if tables.leaves is None:
            place = self._below(place)
        elif tables.leaves.size * outputs <= FUSED_VALUES:
            values = values[tables.leaves.ravel()]
        else:
            place = self._look_up(tables.leaves.ravel(), place, "leaves")
        table = self._named(values, "values")
        if groups is None or groups == self.n_trees:
            found = emit.op("GATHER", [table, place], (*place.shape, outputs), "float32", axis=0)
            return transpose(emit, found, (1, 0, 2))
        if groups > 1:
            # Places, as copies of values would cost as much as looking them up.
            place = emit.reshape(place, (self.n_trees // groups, groups, self.n_rows))
        found = emit.op("GATHER", [table, place], (*place.shape, outputs), "float32", axis=0)
        total = emit.op("SUM", [found, np.array([0], np.int32)], found.shape[1:], "float32", keepDims=False)
        return emit.reshape(total, (self.n_rows, 1, outputs)) if groups == 1 else transpose(emit, total, (1, 0, 2))

    def _exit(self) -> Value:
        """Write the dense tops: where in the table of exits each row comes to, shape (trees, rows)."""
        emit, tables = self.emit, self.tables
        n_exits, width = tables.reachable.shape[1], tables.columns.shape[1]
        parts = []
        for trees in _blocks(self.n_trees, BLOCK // (width if tables.paths is None else n_exits)):
            bits = self._compare(trees)
            if width > 1:
                bits = transpose(emit, bits, (1, 0))
                number = self._coded(bits, trees) if tables.paths is None else self._told_apart(bits, trees)
                bits = transpose(emit, number, (1, 0))
            parts.append(bits)
        shape = (self.n_trees, self.n_rows)
        number = parts[0] if len(parts) == 1 else emit.op("CONCATENATION", parts, shape, "qint8", axis=0)
        start = (np.arange(self.n_trees) * n_exits)[:, np.newaxis]
        return self._add(emit.cast(number, "int32"), start)

    def _compare(self, trees: Ints) -> Value:
        """Write the comparisons of some trees' tops, shape (comparisons, rows)."""
        columns, thresholds = self.tables.columns[trees].ravel(), self.tables.thresholds[trees].ravel()
        shape = (len(columns), self.n_rows)
        table = self._named(columns.astype(np.int32), f"top_{trees[0]}/columns")
        x = self.emit.op("GATHER", [self.x, table], shape, "float32", axis=0)
        table = self._named(thresholds[:, np.newaxis], f"top_{trees[0]}/thresholds")
        return self.emit.cast(self.emit.op("GREATER", [x, table], shape, "bool"), "qint8")

    def _coded(self, bits: Value, trees: Ints) -> Value:
        """Write the results of each tree's comparisons as one number, shape (rows, trees)."""
        weights = (2 ** np.arange(self.tables.columns.shape[1]))[np.newaxis]
        return self._product(bits, [weights] * len(trees), np.zeros_like(trees))

    def _told_apart(self, bits: Value, trees: Ints) -> Value:
        """Write which exit each row takes in each tree, shape (rows, trees).

        A first product counts the comparisons that go as an exit's path does; it is 1 at the exit where all do, and
        the RELU leaves 0 elsewhere. A second product numbers the exits.
        """
        tables = self.tables
        assert tables.paths is not None
        paths = tables.paths[trees]
        bias = np.where(tables.reachable[trees], 1 - (paths > 0).sum(axis=2), -1)
        taken = self._product(bits, list(paths), bias.ravel(), RELU)
        numbers = np.arange(tables.reachable.shape[1])[np.newaxis]
        return self._product(taken, [numbers] * len(trees), np.zeros_like(trees))

    def _below(self, place: Value) -> Value:
        """Write what is below the tops: the leaf that each row reaches in each tree."""
        emit, tables = self.emit, self.tables
        flat = emit.reshape(self.x, (None if self.n_rows is None else self.n_rows * (self.x.shape[0] or 0),))
        row, n_rows = self._rows()
        first, *rest = tables.blocks
        state = self._through(first, place, flat, row, n_rows)
        state = self._onwards(rest, state, flat, row, n_rows)
        return self._add(state, np.array(len(tables.values) - 1))

    def _onwards(self, blocks: Sequence[Blocks], state: Value, flat: Value, row: Value, n_rows: Operand) -> Value:
        """Write all blocks but the first."""
        emit = self.emit
        for number, block in enumerate(blocks):
            shape = state.shape
            if block.fewer:
                return self._some_onwards(
                    [replace(block, fewer=False), *blocks[number + 1 :]], state, flat, row, n_rows
                )
            place, leaf = self._leaf(state)
            state = emit.op("ADD", [self._through(block, place, flat, row, n_rows), leaf], shape, "int32")
        return state

    def _some_onwards(self, blocks: Sequence[Blocks], state: Value, flat: Value, row: Value, n_rows: Operand) -> Value:
        """Write blocks for the pairs of tree and row alone that are not at a leaf; how many is known at run time."""
        emit, shape = self.emit, state.shape
        rank = (len(shape),)
        lengths = emit.op("SHAPE", [state], rank, "int32", outType=TENSOR_TYPES["int32"])
        goes_on = emit.op("GREATER", [state, np.array(0, np.int32)], shape, "bool")
        pairs = emit.cast(emit.op("WHERE", [goes_on], (None, *rank), "int64"), "int32")
        if len(shape) > 1:
            row = emit.op("BROADCAST_TO", [row, lengths], shape, "int32")
        row = emit.op("GATHER_ND", [row, pairs], (None,), "int32")
        some = emit.op("GATHER_ND", [state, pairs], (None,), "int32")
        some = self._onwards(blocks, some, flat, row, n_rows)
        some = emit.op("SCATTER_ND", [pairs, some, lengths], shape, "int32", data_dtype="int32")
        return emit.op("ADD", [self._leaf(state)[1], some], shape, "int32")

    def _leaf(self, state: Value) -> tuple[Value, Value]:
        """Write states as blocks, 0 for leaves, and as leaves, 0 for blocks."""
        zero = np.zeros((), np.int32)
        # MAXIMUM and MINIMUM of integers take ten times as long.
        block = self.emit.op("ADD", [state, zero], state.shape, "int32", fusedActivationFunction=RELU)
        return block, self.emit.op("SUB", [state, block], state.shape, "int32")

    def _through(self, blocks: Blocks, place: Value, flat: Value, row: Value, n_rows: Operand) -> Value:
        """Write all levels of blocks, and the states that follow."""
        emit, shape = self.emit, place.shape
        name = f"blocks_{len(emit.subgraph.operators)}"
        for level, (columns, thresholds) in enumerate(zip(blocks.columns, blocks.thresholds, strict=True)):
            column = self._narrow(columns, f"{name}/columns_{level}")
            start = emit.op("MUL", [column, n_rows], columns.shape, "int32")
            start = emit.op("GATHER", [start, place], shape, "int32", axis=0)
            table = self._named(thresholds, f"{name}/thresholds_{level}")
            threshold = emit.op("GATHER", [table, place], shape, "float32", axis=0)
            x = emit.op("GATHER", [flat, emit.op("ADD", [start, row], shape, "int32")], shape, "float32", axis=0)
            goes_right = emit.cast(emit.op("GREATER", [x, threshold], shape, "bool"), "int32")
            place = emit.op("ADD", [place, place], shape, "int32")
            place = emit.op("ADD", [place, goes_right], shape, "int32")
        return self._look_up(blocks.next, place, f"{name}/next")

    def _rows(self) -> tuple[Value, Operand]:
        """Write the rows' numbers, shape (1, rows), and how many there are."""
        emit = self.emit
        if self.n_rows is not None:
            return emit.materialize(np.arange(self.n_rows, dtype=np.int32)[np.newaxis]), np.array(self.n_rows, np.int32)
        shape = emit.op("SHAPE", [self.x], (2,), "int32", outType=TENSOR_TYPES["int32"])
        n_rows = strided_slice(emit, shape, [(1, 2, 1)], (1,))
        ones = emit.op("FILL", [n_rows, np.array(1, np.int32)], (None,), "int32", data_dtype="int32")
        numbers = emit.op("CUMSUM", [ones, np.array(0, np.int32)], (None,), "int32", exclusive=True)
        return emit.reshape(numbers, (1, None)), n_rows

    def _product(self, x: Value, blocks: Sequence[NDArray[np.integer]], bias: Ints, activation: int = 0) -> Value:
        """Write a product with a matrix of which only blocks (outputs, inputs) on the diagonal are not zero."""
        outputs, inputs = np.cumsum([block.shape for block in blocks], axis=0).T
        weights = np.zeros((outputs[-1], inputs[-1]), dtype=np.int8)
        for block, row, column in zip(blocks, outputs, inputs, strict=True):
            weights[row - block.shape[0] : row, column - block.shape[1] : column] = block
        operands = [
            x,
            Value("qint8", weights.shape, array=weights),
            Value("qint32", bias.shape, array=bias.astype(np.int32)),
        ]
        shape = (self.n_rows, len(weights))
        return self.emit.op("FULLY_CONNECTED", operands, shape, "qint8", fusedActivationFunction=activation)

    def _look_up(self, table: Ints, place: Value, name: str) -> Value:
        """Write a look-up in a table of integers."""
        return self.emit.op("GATHER", [self._narrow(table, name), place], place.shape, "int32", axis=0)

    def _narrow(self, table: Ints, name: str) -> Value:
        """Write a table that lies in the file as narrow as it can; GATHER is fastest with int32."""
        bound = max(int(table.max()), -int(table.min()))
        narrow = next(dtype for dtype in ("int8", "int16", "int32") if bound <= np.iinfo(dtype).max)
        return self.emit.cast(self._named(table.astype(narrow), name), "int32")

    def _named(self, table: NDArray[Any], name: str) -> Value:
        """Return a table by its name among those of this forest."""
        return self.emit.named(table, f"{self.name}/{name}")

    def _add(self, x: Value, numbers: Ints) -> Value:
        return self.emit.op("ADD", [x, numbers.astype(np.int32)], x.shape, "int32") if numbers.any() else x


_known: WeakKeyDictionary[Forest, dict[tuple[int, bool], BatchTables]] = WeakKeyDictionary()


def batch_tables(op: TreeValues) -> BatchTables:
    """Return the tables, made once for all methods that use the forest."""
    width = choose_width(op.forest)
    made = _known.setdefault(op.forest, {})
    if (width, op.missing) not in made:
        made[width, op.missing] = build_batch_tables(op.forest, width, op.missing)
    return made[width, op.missing]


def _blocks(count: int, size: int) -> list[Ints]:
    """Return the numbers up to a count, in blocks."""
    size = max(1, size)
    return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]
