"""Analysis of the transformers between a model's input and a forest: which features follow from single columns."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.float_keys import Ints
from skl2tflite.forest.rounding import Growth, growth, is_computed, is_filled
from skl2tflite.forest.transformed import Transformed
from skl2tflite.graph import DType, Node, Tensor, ops
from skl2tflite.graph.op import Input


class TransformError(Exception):
    """A transformer raises an exception for numbers that a column may hold."""


@dataclass(frozen=True, eq=False)
class Hole:
    """An interval of the numbers in a column that some step turns into NaN, because they stand for missing values.

    Attributes
    ----------
    x : Tensor
        Holds the column.
    column : int
        Position of the column in ``x``.
    low, high : float
        Ends of the interval, which belong to it.
    narrow : bool
        Whether numbers are rounded to float32 before they are tested.
    """

    x: Tensor
    column: int
    low: float
    high: float
    narrow: bool


@dataclass(frozen=True, eq=False)
class Columns:
    """How each column of a tensor follows from a single column of the sources (see :class:`Preprocessing`).

    Attributes
    ----------
    source : ndarray of int64, shape (n_columns,)
        Position of that column among the columns of all sources.
    moved : ndarray of bool, shape (n_columns,)
        Whether there is a function in between.
    steady : ndarray of bool, shape (n_columns,)
        Whether that function is monotone as computed, to the bit.
    partial : ndarray of bool, shape (n_columns,)
        Whether it may be undefined (NaN) for some numbers.
    mixed : ndarray of bool, shape (n_columns,)
        Whether such NaN are then imputed by numbers, which makes the function not monotone.
    holes : ndarray of object, shape (n_columns,)
        For each column a tuple of :class:`Hole`: the numbers that become NaN on the way.
    """

    source: Ints
    moved: Flags
    steady: Flags
    partial: Flags
    mixed: Flags
    holes: NDArray[np.object_]

    @classmethod
    def of_source(cls, first: int, count: int) -> Columns:
        """Return a source's own columns."""
        no = np.zeros(count, dtype=np.bool_)
        return cls(np.arange(first, first + count), no, ~no, no, no, _tuples([()] * count))

    @classmethod
    def join(cls, parts: Sequence[Columns]) -> Columns:
        """Return columns side by side."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__annotations__))

    def pick(self, at: Ints) -> Columns:
        """Return some of the columns."""
        return Columns(*(getattr(self, name)[at] for name in self.__annotations__))

    def transformed(self, op: Transformed) -> Columns | None:
        """Return the columns that a transformer makes of these."""
        known = op.monotone
        if known is None:
            return None
        x = self if known.source is None else self.pick(np.asarray(known.source, dtype=np.int64))
        return Columns(
            x.source,
            np.ones_like(x.moved),
            x.steady & (known.ulps == 0),
            (x.partial & (not known.imputes)) | known.partial,
            x.mixed | ((x.partial | x.holes.astype(np.bool_)) & known.imputes),
            x.holes,
        )

    def with_holes(self, x: Tensor, within: ops.Within) -> Columns:
        """Return the columns of a tensor without some of its numbers."""
        low, high = (np.broadcast_to(end, self.source.shape) for end in (within.low, within.high))
        holes = [
            (*known, Hole(x, column, float(low[column]), float(high[column]), within.narrow))
            for column, known in enumerate(self.holes)
        ]
        return replace(self, holes=_tuples(holes))


class Preprocessing:
    """The computation between a graph's inputs and its trees.

    A *source* is a tensor whose columns trees can test directly: a model's input, or the result of the last operation
    that mixes columns, whose float32 numbers the file computes. Functions of single columns behind a source can be
    folded into the thresholds of trees.

    Attributes
    ----------
    sources : dict of Tensor to int
        The sources, and the position of each one's first column among the columns of all sources.
    obstacles : dict of Tensor to str
        For sources that are no inputs: the transformer's place in the model, or the operation's name, that mixes
        columns.
    n_columns : int
        Number of columns of all sources.
    """

    def __init__(self) -> None:
        self.sources: dict[Tensor, int] = {}
        self.obstacles: dict[Tensor, str] = {}
        self.n_columns = 0
        self._columns: dict[Tensor, Columns | None] = {}

    def columns(self, x: Tensor, inside: str = "") -> Columns | None:
        """Return how a tensor's columns follow from the sources; None where it is no matrix of numbers.

        ``inside`` is the place in the model of the transformer that computes it.
        """
        if x not in self._columns:
            self._columns[x] = self._find(x, inside)
        return self._columns[x]

    def _find(self, x: Tensor, inside: str) -> Columns | None:
        if x.ndim != 2 or x.shape[1] is None:
            return None
        if not is_input(x):
            known = self._through(x, inside)
            if known is not None or x.dtype != DType.FLOAT:
                return known
            if not (
                isinstance(x.node.op, ops.Abs) and is_input(x.node.inputs[0])
            ):  # magnitudes are the same in float64
                self.obstacles[x] = inside or x.node.op.name
        self.sources[x] = self.n_columns
        self.n_columns += x.shape[1]
        return Columns.of_source(self.sources[x], x.shape[1])

    def _through(self, x: Tensor, inside: str) -> Columns | None:
        """Return the columns of an operation that moves columns, or of a transformer of single columns; else None."""
        op = x.node.op
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.columns(x.node.inputs[1], op.path)
            inner = self.columns(x.node.inputs[0])
            return inner and inner.transformed(op)
        if (within := without(x.node)) is not None:
            left = x.node.inputs[2]
            inner = self.columns(left, inside)
            return inner and inner.with_holes(left, within)
        if isinstance(op, ops.Concat) and op.axis == 1:
            parts = [self.columns(part, inside) for part in x.node.inputs]
            known = [part for part in parts if part is not None]
            return Columns.join(known) if len(known) == len(parts) else None
        if isinstance(op, ops.Cast) and (x.dtype == DType.FLOAT or x.dtype == x.node.inputs[0].dtype):
            # Casts between floats, integers and booleans are monotone.
            return self.columns(x.node.inputs[0], inside)
        picked = _picked(x.node)
        if picked is None:
            return None
        inner = self.columns(x.node.inputs[0], inside)
        return inner and inner.pick(picked)

    def rounded(self) -> Flags:
        """Return whether numbers of each source column may be rounded to float32, as they are computed or imputed."""
        flags = [np.zeros(0, dtype=np.bool_)]
        for x in self.sources:
            parts = x.node.inputs if isinstance(x.node.op, ops.Stack) and x.node.op.axis == 1 else [x]
            flags.append(
                np.repeat([is_computed(part) or is_filled(part) for part in parts], (x.shape[1] or 0) // len(parts))
            )
        return np.concatenate(flags)

    def values(self, x: Tensor, feeds: NDArray[np.float32], shift: int = 0) -> NDArray[Any]:
        """Return a tensor's value as scikit-learn computes it, in its dtype, as if it had no holes.

        Parameters
        ----------
        x : Tensor
        feeds : ndarray of float32, shape (n_rows, n_columns)
            Values of the columns of all sources.
        shift : {-1, 0, 1}
            As in :class:`~skl2tflite.forest.threshold_search.Images`.
        """
        known: dict[Tensor, NDArray[Any]] = {}

        def value(x: Tensor) -> NDArray[Any]:
            if x not in known:
                known[x] = find(x)
            return known[x]

        def find(x: Tensor) -> NDArray[Any]:
            op, inputs = x.node.op, x.node.inputs
            if x in self.sources:
                # float32 numbers, but in float64, in which scikit-learn computes.
                return feeds[:, self.sources[x] : self.sources[x] + (x.shape[1] or 0)].astype(np.float64)
            if isinstance(op, Transformed):
                return value(inputs[1]) if op.monotone is None else transformed(op, value(inputs[0]))
            if isinstance(op, ops.Concat):
                return np.concatenate([value(part) for part in inputs], axis=1)
            if isinstance(op, ops.Where):
                return value(inputs[2])
            if isinstance(op, ops.Cast):
                return value(inputs[0])
            picked = _picked(x.node)
            assert picked is not None
            return value(inputs[0])[:, picked]

        def transformed(op: Transformed, X: NDArray[Any]) -> NDArray[Any]:
            assert op.monotone is not None
            if op.monotone.positive:
                X = np.where(X <= 0, np.finfo(X.dtype).smallest_subnormal, X)
            try:
                result = op.function(X)
            except Exception as error:  # it may be the user's, and refuse numbers in ways of its own
                raise TransformError(f"{op.path}: {type(error).__name__}: {error}") from error
            if shift and op.monotone.ulps:
                unit = op.monotone.ulps * np.finfo(result.dtype).eps
                size = np.abs(result) + np.asarray(op.monotone.offset or 0.0)
                result = result + (shift * unit * np.where(np.isfinite(size), size, 0.0)).astype(result.dtype)
            return result

        return value(x)

    def key(self, x: Tensor) -> Hashable:
        """Return a key that is equal for tensors computed in the same way from the sources."""
        op, inputs = x.node.op, x.node.inputs
        if x in self.sources:
            return ("source", self.sources[x])
        if isinstance(op, Transformed):
            return self.key(inputs[1]) if op.monotone is None else (id(op.estimator), self.key(inputs[0]))
        if isinstance(op, ops.Concat):
            return tuple(self.key(part) for part in inputs)
        if (within := without(x.node)) is not None:
            return ("without", within.low.tobytes(), within.high.tobytes(), within.narrow, self.key(inputs[2]))
        picked = _picked(x.node)
        return (None if picked is None else tuple(picked.tolist()), self.key(inputs[0]))

    def transformers(self, x: Tensor) -> list[Transformed]:
        """Return the transformers of single columns between the sources and a tensor, in order."""
        op, inputs = x.node.op, x.node.inputs
        if x in self.sources:
            return []
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.transformers(inputs[1])
            return [*self.transformers(inputs[0]), op]
        if without(x.node) is not None:
            return self.transformers(inputs[2])
        return [found for part in inputs if part.constant is None for found in self.transformers(part)]


def is_input(x: Tensor) -> bool:
    """Return whether a tensor is a matrix input, or a stack of inputs that are single columns."""
    op = x.node.op
    if isinstance(op, ops.Stack) and op.axis == 1:
        return all(part.ndim == 1 and isinstance(part.node.op, Input) for part in x.node.inputs)
    return isinstance(op, Input) and x.ndim == 2


def without(node: Node) -> ops.Within | None:
    """Return which numbers a node turns into NaN, of those that it is given, None where it does something else."""
    if not isinstance(node.op, ops.Where):
        return None
    condition, instead, x = node.inputs
    within, constant = condition.node.op, instead.constant
    if not isinstance(within, ops.Within) or condition.node.inputs[0] is not x or x.ndim != 2:
        return None
    return within if constant is not None and np.isnan(constant).all() else None


def _tuples(values: Sequence[tuple[Hole, ...]]) -> NDArray[np.object_]:
    made = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        made[i] = value
    return made


def _picked(node: Node) -> Ints | None:
    """Return the constant positions of the columns that a node selects; None where it does something else."""
    if isinstance(node.op, ops.Take) and node.op.axis == 1:
        positions = node.inputs[1].constant
        return positions.astype(np.int64) if positions is not None and positions.ndim == 1 else None
    if isinstance(node.op, ops.Slice) and node.op.slices[0] == (None, None, None):
        count = node.inputs[0].shape[1]
        return None if count is None else np.arange(count)[slice(*node.op.slices[1])]
    return None


def origin_of(x: Tensor, column: int) -> tuple[Tensor, int]:
    """Return the tensor that computes a column, before columns were joined and selected, and the position there."""
    op = x.node.op
    if isinstance(op, Transformed) and op.monotone is None:
        return origin_of(x.node.inputs[1], column)
    if isinstance(op, ops.Concat) and op.axis == 1:
        for part in x.node.inputs:
            if column < (part.shape[1] or 0):
                return origin_of(part, column)
            column -= part.shape[1] or 0
    picked = _picked(x.node)
    if picked is not None and x.node.inputs[0].ndim == 2:
        return origin_of(x.node.inputs[0], int(picked[column]))
    return x, column


def grown_columns(x: Tensor, columns: Ints) -> Ints:
    """Return of a tensor's columns, of some of them, what makes rounding of each another than usual."""
    grown = np.zeros(x.shape[1] or 0, dtype=np.int64)
    if growth(x) != Growth.NONE:
        made: dict[Tensor, Growth] = {}
        for column in columns.tolist():
            origin = origin_of(x, column)[0]
            if origin not in made:
                made[origin] = growth(origin)
            grown[column] = made[origin]
    return grown


Flags = NDArray[np.bool_]
