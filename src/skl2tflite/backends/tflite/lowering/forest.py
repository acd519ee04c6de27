"""Lowering of tree ensembles: a few gathers, one comparison and one look-up for each step of all trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from skl2tflite.backends.tflite.lowering.control import repeat
from skl2tflite.backends.tflite.lowering.emitter import Emitter, Operand, Value, constant
from skl2tflite.backends.tflite.lowering.forest_batch import BatchRouter, batch_tables
from skl2tflite.backends.tflite.lowering.linear import fully_connected
from skl2tflite.backends.tflite.lowering.registry import lowers
from skl2tflite.backends.tflite.lowering.shape import transpose
from skl2tflite.forest.cost import choose_layout
from skl2tflite.forest.digits import Digits, digits_of
from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.forest.tables import FUSED_VALUES, Comparisons, ForestTables, Layout, build_tables
from skl2tflite.forest.trees import Forest
from skl2tflite.graph.dtype import Shape, Spec

FLOAT_INTEGERS = 2**24
"""Up to here float32 counts exactly, and its arithmetic is the faster one."""
TREES_IN_A_ROW = (5, 4, 6, 7, 8, 3, 2, 1)
"""Trees whose codes one row of a FULLY_CONNECTED gives, the fastest number first (measured)."""
WORTH_PAIRING = 512
"""Entries from which tables of states are halved; it costs three operators a step."""


@lowers(TreeValues)
def lower_tree_values(emit: Emitter, op: TreeValues, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """Steps of all trees at once: by clusters for a row, with dense tops for many rows."""
    (x,) = inputs
    if _wants_batches(emit, x):
        return _in_batches(emit, op, x)
    return _by_clusters(emit, op, x, choose_layout(op.forest, op.missing, emit.optimize_for))


@lowers(TreeSums)
def lower_tree_sums(emit: Emitter, op: TreeSums, inputs: Sequence[Value], outputs: Sequence[Spec]) -> Value:
    """The trees' values, and a SUM."""
    (x,) = inputs
    if _wants_batches(emit, x):
        return _in_batches(emit, op, x, op.groups)
    digits = digits_of(op)
    n_digits = None if digits is None else digits.count
    layout = choose_layout(op.forest, op.missing, emit.optimize_for, n_digits)
    if digits is None or not layout.digits:
        return _summed(emit, op, _by_clusters(emit, op, x, layout, in_order=op.groups > 1))
    found = _by_clusters(emit, op, x, layout, digits, in_order=op.groups > 1)
    sums = _summed(emit, op, emit.cast(found, "float32"))
    (spec,) = outputs
    return fully_connected(emit, sums, digits.weights, digits.bias, spec.shape)


def _summed(emit: Emitter, op: TreeSums, values: Value) -> Value:
    """Write sums over the trees of each group."""
    batch, n_trees, n_columns = values.shape
    if op.groups == n_trees:
        return values
    shape = (batch, op.groups, n_columns)
    if op.groups > 1:
        values = emit.reshape(values, (batch, op.forest.n_trees // op.groups, *shape[1:]))
    return emit.op("SUM", [values, np.array([1], dtype=np.int32)], shape, "float32", keepDims=op.groups == 1)


def _wants_batches(emit: Emitter, x: Value) -> bool:
    return emit.optimize_for == "throughput" and x.shape[0] != 1


def _in_batches(emit: Emitter, op: TreeValues, x: Value, groups: int | None = None) -> Value:
    tables = batch_tables(op)
    return BatchRouter(emit, tables, _widened(emit, transpose(emit, x, (1, 0)), tables.copies, 0)).values(groups)


def _by_clusters(
    emit: Emitter,
    op: TreeValues,
    x: Value,
    layout: Layout,
    digits: Digits | None = None,
    in_order: bool = True,
) -> Value:
    """Write the trees' values by the tables of :mod:`skl2tflite.forest.tables`, if need be in the forest's order.

    Values may be given as their digits.
    """
    tables = _tables(op, layout)
    x = _widened(emit, x, tables.copies)
    values = constant(tables.values if digits is None else digits.encode(tables.values))
    router = _Router(emit, tables, _paired(emit, x, tables), values)
    if not tables.running and tables.first_next.size * op.forest.n_outputs <= FUSED_VALUES:
        return router.only()
    state = router.first()
    n_trees = running = op.forest.n_trees
    if layout.loop:
        state = repeat(
            emit, len(tables.running), state, [router.x],
            lambda inner, carried: _Router(inner, tables, carried[1], router.values, True).step(carried[0], n_trees),
        )  # fmt: skip
        return router.values_of(state, in_order)
    finished: list[Value] = []
    for n in tables.running:
        if n < running:
            finished.insert(0, _columns(emit, state, n, running))
            state = _columns(emit, state, 0, n)
            running = n
        state = router.step(state, running)
    if finished:
        state = emit.op("CONCATENATION", [state, *finished], (x.shape[0], n_trees), state.dtype, axis=1)
    return router.values_of(state, in_order)


_known: WeakKeyDictionary[Forest, dict[tuple[Layout, bool], ForestTables]] = WeakKeyDictionary()


def _tables(op: TreeValues, layout: Layout) -> ForestTables:
    """Return the tables, made once for all methods that use the forest."""
    layout = replace(layout, digits=False, loop=False)  # of which they know nothing
    made = _known.setdefault(op.forest, {})
    if (layout, op.missing) not in made:
        made[layout, op.missing] = build_tables(op.forest, layout, op.missing)
    return made[layout, op.missing]


class _Router:
    """Writes the steps of a forest.

    States are read from a table of the narrowest dtype that GATHER has, and reckoned with in `number`. In a loop of
    single comparisons that is int32 where there is XNNPACK, which then takes no operator of it: TensorFlow 2.11 to
    2.16 keep the number of rows of those that it takes, and mostly stop with an error when that changes.

    Parameters
    ----------
    emit : Emitter
    tables : ForestTables
    x : Value
        The rows.
    values : Value
        The leaves' values, a constant.
    in_loop : bool, default=False
        Whether the steps are written into a loop.
    """

    def __init__(self, emit: Emitter, tables: ForestTables, x: Value, values: Value, in_loop: bool = False) -> None:
        self.emit = emit
        self.tables = tables
        self.x = x
        self.values = values
        self.name = f"forest_{len(emit.subgraph.operators)}"
        whole = in_loop and emit.target.has_xnnpack and tables.rest.width == 1
        self.number = "float32" if tables.largest <= FLOAT_INTEGERS and not whole else "int32"
        # One dtype for both tables of states, as the narrow one is that of the trees' states side by side.
        largest = max(int(tables.next.max()), int(tables.first_next.max()))
        self.state = _narrowest(emit, largest)
        # Where GATHER has no int16, a table of pairs of int8 is half as large as one of float32.
        entries = tables.next.size + tables.first_next.size
        self.in_pairs = (
            emit.optimize_for == "size" and self.state == "float32" and largest < 2**16 and entries >= WORTH_PAIRING
        )

    def only(self) -> Value:
        """Write the one step that leads all trees to leaves, and looks up their values at once."""
        leaf = self.tables.first_next + np.reshape(self.tables.value_shift, (-1, 1))
        place = self.emit.cast(self._first_place(), "int32")
        assert self.values.array is not None
        return self._values_at(place, self.values.array[leaf.ravel()])

    def _values_at(self, place: Value, values: NDArray[Any]) -> Value:
        table = self._named(values, "values")
        return self.emit.op("GATHER", [table, place], (*place.shape, values.shape[1]), table.dtype, axis=0)

    def first(self) -> Value:
        """Write the first of several steps."""
        return self._look_up(self.tables.first_next.ravel(), self._first_place(), "first_next")

    def _first_place(self) -> Value:
        """Write the comparisons of the first step, which are constants."""
        first = self.tables.first
        shape = _compared_shape(self.x, first)
        columns = self._named(first.columns.astype(np.int32), "first_columns")
        x = self.emit.op("GATHER", [self.x, columns], shape, "float32", axis=1)
        start = np.arange(len(first.columns)) * self.tables.first_next.shape[1]
        thresholds = self._named(first.thresholds.reshape(1, *shape[1:]), "first_thresholds")
        code = self._code(x, thresholds, first.width)
        exits = self.tables.first_exit
        if exits is not None:
            narrow = _narrowest(self.emit, int(exits.max()))
            table = self._named(exits.astype(narrow), "first_exit")
            code = self.emit.op("GATHER", [table, self.emit.cast(code, "int32")], code.shape, narrow, axis=0)
            code = self.emit.cast(code, self.number)
        return self._add(code, start)

    def step(self, state: Value, n_trees: int) -> Value:
        """Write a further step of the leading trees, whose states are given."""
        emit, tables = self.emit, self.tables
        number = emit.cast(state, self.number)
        row = self._add(number, tables.row_shift, floor=tables.row_floor)
        row = emit.cast(row, "int32")
        rest = tables.rest
        narrow = _narrowest(emit, int(rest.columns.max()))
        shape = (state.shape[0], n_trees, *_compared_shape(self.x, rest)[2:])
        table = self._named(rest.columns.astype(narrow), "columns")
        columns = emit.op("GATHER", [table, row], (*shape[:2], rest.columns.shape[1]), narrow, axis=0)
        table = self._named(rest.thresholds.reshape(-1, *shape[2:]), "thresholds")
        thresholds = emit.op("GATHER", [table, row], shape, "float32", axis=0)
        x = emit.op(
            "GATHER", [self.x, emit.cast(columns, "int32")], shape, "float32",
            rules={"batch_dims": True}, axis=1, batchDims=1,
        )  # fmt: skip
        code = self._code(x, thresholds, rest.width)
        place = self._highest_line(number)
        place = emit.op("ADD", [place, code], place.shape, self.number)
        return self._look_up(tables.next, place, "next")

    def _highest_line(self, number: Value) -> Value:
        """Write the greatest of the lines' values at each state."""
        emit, lines = self.emit, self.tables.lines
        varying = any(np.ndim(line.offset) for line in lines)
        if emit.target.is_microcontroller and self.number == "float32" and not varying:
            # For any number of lines, and of kinds that forests have anyway: each kind is a kernel in flash.
            slopes = np.array([[line.slope] for line in lines], np.float64)
            offsets = np.array([line.offset for line in lines], np.float64)
            batch, n_trees = number.shape
            rows = (batch or 1) * (n_trees or 1)
            values = fully_connected(emit, number, slopes, offsets, (rows, len(lines)))
            axis = np.array([1], np.int32)
            greatest = emit.op("REDUCE_MAX", [values, axis], (rows,), "float32", keepDims=False)
            return emit.reshape(greatest, number.shape)
        highest = number
        for index, line in enumerate(lines):
            scaled = number
            if line.slope != 1:
                slope = np.array(line.slope, self.number)
                scaled = emit.op("MUL", [number, slope], number.shape, self.number)
            scaled = self._add(scaled, line.offset)
            highest = scaled if index == 0 else self._maximum(highest, scaled)
        return highest

    def values_of(self, state: Value, in_order: bool) -> Value:
        """Write the look-up of the leaves' values."""
        emit, tables = self.emit, self.tables
        leaf = self._add(emit.cast(state, self.number), tables.value_shift)
        if in_order and np.any(tables.order != np.arange(len(tables.order))):
            positions = np.argsort(tables.order).astype(np.int32)
            leaf = emit.op("GATHER", [leaf, positions], leaf.shape, self.number, axis=1)
        assert self.values.array is not None
        return self._values_at(emit.cast(leaf, "int32"), self.values.array)

    def _code(self, x: Value, thresholds: Operand, width: int) -> Value:
        """Write comparisons, and their results read as a binary number."""
        emit = self.emit
        n_trees = x.shape[1] or 1
        bits = emit.op("GREATER", [x, thresholds], x.shape, "bool")
        batch = x.shape[0]
        if width == 1:
            return emit.reshape(emit.cast(bits, self.number), (batch, n_trees))
        # Several trees make one row of the product, each with its own part of the weights: half the time.
        trees = next(size for size in TREES_IN_A_ROW if n_trees % size == 0)
        weights = np.kron(np.eye(trees), 2.0 ** np.arange(width))
        shape = (None if batch is None else batch * n_trees // trees, trees)
        code = fully_connected(emit, emit.cast(bits, "float32"), weights, np.zeros(trees), shape)
        return emit.cast(emit.reshape(code, (batch, n_trees)), self.number)

    def _named(self, table: NDArray[Any], name: str) -> Value:
        """Return a table by its name among those of this forest."""
        return self.emit.named(table, f"{self.name}/{name}")

    def _look_up(self, table: NDArray[np.int64], place: Value, name: str) -> Value:
        emit = self.emit
        indices = emit.cast(place, "int32")
        if self.in_pairs:
            return self._look_up_pairs(table, indices, name)
        narrow = self._named(table.astype(self.state), name)
        return emit.op("GATHER", [narrow, indices], place.shape, self.state, axis=0)

    def _look_up_pairs(self, table: NDArray[np.int64], indices: Value, name: str) -> Value:
        """Write the look-up of two digits of 8 bits each, and ``256·high + low``."""
        digits = self._named((np.stack(np.divmod(table, 256), axis=-1) - 128).astype(np.int8), name)
        pairs = self.emit.op("GATHER", [digits, indices], (*indices.shape, 2), "int8", axis=0)
        rows = None if indices.shape[0] is None else indices.shape[0] * (indices.shape[1] or 1)
        weights, bias = np.array([[256.0, 1.0]]), np.array([128.0 * 257.0])
        joined = fully_connected(self.emit, self.emit.cast(pairs, "float32"), weights, bias, (rows, 1))
        return self.emit.reshape(joined, indices.shape)

    def _add(self, x: Value, numbers: NDArray[np.int64], floor: NDArray[np.int64] | None = None) -> Value:
        """Write the addition of one number, or of one for each tree, and the greater of that and a floor."""
        if floor is not None and not np.any(floor):
            shift = self._per_tree(numbers, x)
            if self.number == "float32":
                return self.emit.op("ADD", [x, shift], x.shape, self.number, fusedActivationFunction=1)
        if np.any(numbers):
            x = self.emit.op("ADD", [x, self._per_tree(numbers, x)], x.shape, self.number)
        return x if floor is None else self._maximum(x, self._per_tree(floor, x))

    def _per_tree(self, numbers: NDArray[np.int64], x: Value) -> NDArray[np.generic]:
        return np.asarray(numbers[: x.shape[1]] if np.ndim(numbers) else numbers, dtype=self.number)

    def _maximum(self, x: Value, y: Operand) -> Value:
        return self.emit.op("MAXIMUM", [x, y], x.shape, self.number)


def _widened(emit: Emitter, x: Value, copies: Sequence[str], axis: int = 1) -> Value:
    """Write the input beside its copies for NaN; columns run along an axis."""
    if len(copies) == 1:
        return x
    parts = [x]
    is_nan = emit.op("NOT_EQUAL", [x, x], x.shape, "bool")
    for copy in copies[1:]:
        if copy == "high":
            infinity = np.full((1, 1), np.inf, np.float32)
            operands: list[Operand] = [is_nan, infinity, x]
            parts.append(emit.op("SELECT_V2", operands, x.shape, "float32", data_dtype="float32"))
        else:
            parts.append(emit.cast(is_nan, "float32"))
    shape = list(x.shape)
    shape[axis] = len(parts) * (x.shape[axis] or 0)
    return emit.op("CONCATENATION", parts, tuple(shape), "float32", axis=axis)


def _paired(emit: Emitter, x: Value, tables: ForestTables) -> Value:
    """Write the pairs of columns that comparisons fetch."""
    if tables.pairs is None:
        return x
    pairs = tables.pairs.astype(np.int32)
    return emit.op("GATHER", [x, pairs], (x.shape[0], *pairs.shape), "float32", axis=1)


def _compared_shape(x: Value, comparisons: Comparisons) -> Shape:
    """Return the shape of what one group of comparisons for each tree looks up."""
    return (x.shape[0], *comparisons.columns.shape, *x.shape[2:])


def _columns(emit: Emitter, x: Value, start: int, stop: int) -> Value:
    """Write a slice of the second axis."""
    operands: list[Operand] = [x, *(np.array(pair, np.int32) for pair in ((0, start), (0, stop), (1, 1)))]
    shape = (x.shape[0], stop - start)
    return emit.op("STRIDED_SLICE", operands, shape, x.dtype, beginMask=1, endMask=1)


def _narrowest(emit: Emitter, largest: int) -> str:
    """Return the dtype in which GATHER moves integers up to the given one: narrow, or float32."""
    for dtype in ("int8", "int16", "int32"):
        if largest <= np.iinfo(dtype).max and emit.target.supports("GATHER", dtype):
            return dtype
    return "float32"
