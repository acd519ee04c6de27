"""Fold preprocessing into the thresholds of the trees behind it, and forget where tensors came from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.folding import Folded, Ints, Transformed, fold, unchanged
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.rounding import is_computed, is_filled
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array, DType, Graph, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Input
from skl2tflite.passes.base import Pass

Flags = NDArray[np.bool_]


class _TransformError(Exception):
    """A transformer fails for numbers that a column may hold."""


@dataclass(frozen=True, eq=False)
class Columns:
    """How a tensor's columns follow from single columns of what is at hand: the sources of :class:`Preprocessing`.

    Attributes
    ----------
    source : ndarray of int64, shape (n_columns,)
        Column among those of all sources.
    moved, steady, partial, mixed : ndarray of bool, shape (n_columns,)
        Whether there is a function in between; whether it is monotone to the bit; whether some numbers may have
        no image; whether those then become numbers again, which is not monotone.
    """

    source: Ints
    moved: Flags
    steady: Flags
    partial: Flags
    mixed: Flags

    @classmethod
    def of_source(cls, first: int, count: int) -> Columns:
        """Return a source's own columns."""
        no = np.zeros(count, dtype=np.bool_)
        return cls(np.arange(first, first + count), no, ~no, no, no)

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
            x.mixed | (x.partial & known.imputes),
        )


class Preprocessing:
    """What lies between a graph's inputs and its trees.

    Columns that follow from single columns of an input have that one for a source. What is computed otherwise is a
    source of its own: its float32 numbers are at hand in the file, and what follows them may go into thresholds.

    Attributes
    ----------
    sources : dict of Tensor to int
        Tensors that trees may test as they are, and the number of each one's first column among all.
    obstacles : dict of Tensor to str
        Why a source is no input: the place of the transformer, or the name of the operation, that mixes columns.
    n_columns : int
        Number of columns of all sources.
    """

    def __init__(self) -> None:
        self.sources: dict[Tensor, int] = {}
        self.obstacles: dict[Tensor, str] = {}
        self.n_columns = 0
        self._columns: dict[Tensor, Columns | None] = {}

    def columns(self, x: Tensor, inside: str = "") -> Columns | None:
        """Return how a tensor's columns follow from the sources', None where it is no matrix of numbers.

        ``inside`` is the place of the transformer that computes it.
        """
        if x not in self._columns:
            self._columns[x] = self._find(x, inside)
        return self._columns[x]

    def _find(self, x: Tensor, inside: str) -> Columns | None:
        if x.ndim != 2 or x.shape[1] is None:
            return None
        if not _is_input(x):
            known = self._through(x, inside)
            if known is not None or x.dtype != DType.FLOAT:
                return known
            self.obstacles[x] = inside or x.node.op.name
        self.sources[x] = self.n_columns
        self.n_columns += x.shape[1]
        return Columns.of_source(self.sources[x], x.shape[1])

    def _through(self, x: Tensor, inside: str) -> Columns | None:
        """Return the columns that an operation takes over or a transformer makes one by one, None of others."""
        op = x.node.op
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.columns(x.node.inputs[1], op.path)
            inner = self.columns(x.node.inputs[0])
            return inner and inner.transformed(op)
        if isinstance(op, ops.Concat) and op.axis == 1:
            parts = [self.columns(part, inside) for part in x.node.inputs]
            known = [part for part in parts if part is not None]
            return Columns.join(known) if len(known) == len(parts) else None
        if isinstance(op, ops.Cast) and (x.dtype == DType.FLOAT or x.dtype == x.node.inputs[0].dtype):
            return self.columns(x.node.inputs[0], inside)  # integers are cut off, truth values tell from 0
        picked = _picked(x.node)
        if picked is None:
            return None
        inner = self.columns(x.node.inputs[0], inside)
        return inner and inner.pick(picked)

    def rounded(self) -> Flags:
        """Return of each source's column whether its numbers are float32's: computed, or constants filled in."""
        flags = [np.zeros(0, dtype=np.bool_)]
        for x in self.sources:
            parts = x.node.inputs if isinstance(x.node.op, ops.Stack) and x.node.op.axis == 1 else [x]
            flags.append(
                np.repeat([is_computed(part) or is_filled(part) for part in parts], (x.shape[1] or 0) // len(parts))
            )
        return np.concatenate(flags)

    def values(self, x: Tensor, feeds: NDArray[np.float32], shift: int = 0) -> NDArray[Any]:
        """Return a tensor's value as scikit-learn has it, its own dtype included; see :class:`Images`."""
        known: dict[Tensor, NDArray[Any]] = {}

        def value(x: Tensor) -> NDArray[Any]:
            if x not in known:
                known[x] = find(x)
            return known[x]

        def find(x: Tensor) -> NDArray[Any]:
            op, inputs = x.node.op, x.node.inputs
            if x in self.sources:
                # Numbers that float32 holds, in the dtype in which users have them and scikit-learn computes.
                return feeds[:, self.sources[x] : self.sources[x] + (x.shape[1] or 0)].astype(np.float64)
            if isinstance(op, Transformed):
                return value(inputs[1]) if op.monotone is None else transformed(op, value(inputs[0]))
            if isinstance(op, ops.Concat):
                return np.concatenate([value(part) for part in inputs], axis=1)
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
                raise _TransformError(f"{op.path}: {type(error).__name__}: {error}") from error
            if shift and op.monotone.ulps:
                unit = op.monotone.ulps * np.finfo(result.dtype).eps
                size = np.abs(result) + np.asarray(op.monotone.offset or 0.0)
                result = result + (shift * unit * np.where(np.isfinite(size), size, 0.0)).astype(result.dtype)
            return result

        return value(x)

    def key(self, x: Tensor) -> Hashable:
        """Return what distinguishes the way to a tensor from others."""
        op, inputs = x.node.op, x.node.inputs
        if x in self.sources:
            return ("source", self.sources[x])
        if isinstance(op, Transformed):
            return self.key(inputs[1]) if op.monotone is None else (id(op.estimator), self.key(inputs[0]))
        if isinstance(op, ops.Concat):
            return tuple(self.key(part) for part in inputs)
        picked = _picked(x.node)
        return (None if picked is None else tuple(picked.tolist()), self.key(inputs[0]))

    def transformers(self, x: Tensor) -> list[Transformed]:
        """Return the monotone transformers on the way to a tensor, first ones first."""
        op, inputs = x.node.op, x.node.inputs
        if x in self.sources:
            return []
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.transformers(inputs[1])
            return [*self.transformers(inputs[0]), op]
        return [found for part in inputs if part.constant is None for found in self.transformers(part)]


def _is_input(x: Tensor) -> bool:
    """Whether a tensor is an input of numbers, or several side by side that are columns of their own."""
    op = x.node.op
    if isinstance(op, ops.Stack) and op.axis == 1:
        return all(part.ndim == 1 and isinstance(part.node.op, Input) for part in x.node.inputs)
    return isinstance(op, Input) and x.ndim == 2


def _picked(node: Node) -> Ints | None:
    """Return the constant positions at which a node takes whole columns, None where it does something else."""
    if isinstance(node.op, ops.Take) and node.op.axis == 1:
        positions = node.inputs[1].constant
        return positions.astype(np.int64) if positions is not None and positions.ndim == 1 else None
    if isinstance(node.op, ops.Slice) and node.op.slices[0] == (None, None, None):
        count = node.inputs[0].shape[1]
        return None if count is None else np.arange(count)[slice(*node.op.slices[1])]
    return None


def _origin(x: Tensor, column: int) -> tuple[Tensor, int]:
    """Return where a column is made, before it is put beside others and picked, and which it is there."""
    op = x.node.op
    if isinstance(op, Transformed) and op.monotone is None:
        return _origin(x.node.inputs[1], column)
    if isinstance(op, ops.Concat) and op.axis == 1:
        for part in x.node.inputs:
            if column < (part.shape[1] or 0):
                return _origin(part, column)
            column -= part.shape[1] or 0
    picked = _picked(x.node)
    if picked is not None and x.node.inputs[0].ndim == 2:
        return _origin(x.node.inputs[0], int(picked[column]))
    return x, column


class _Features:
    """The functions through which sources reach what trees test: :class:`~skl2tflite.forest.folding.Images`."""

    def __init__(self, way: Preprocessing, x: Tensor, columns: Columns) -> None:
        self.way = way
        self.x = x
        self.source = np.where(columns.mixed, -1, columns.source)
        self.mixed = columns.mixed
        self.moved = columns.moved
        self.steady = columns.steady
        self.rounded = way.rounded()[columns.source]
        self.computed = is_computed(x)
        self.n_columns = way.n_columns

    def __call__(self, X: NDArray[np.float32], shift: int = 0) -> NDArray[np.floating]:
        return self.way.values(self.x, X, shift)


_known: WeakKeyDictionary[Forest, dict[Hashable, tuple[Folded, list[Transformed]]]] = WeakKeyDictionary()
_placed: WeakKeyDictionary[Forest, dict[bytes, Forest]] = WeakKeyDictionary()


def fold_thresholds(graph: Graph) -> tuple[Graph, list[str]]:
    """Let trees test what is at hand where its columns reach them through monotone functions."""
    notes: list[str] = []

    def fold_trees(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, TreeValues) or _is_input(operands[0]):
            return None
        return _Trees(node, operands[0], notes).rewritten()

    def forget(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        return [operands[1]] if isinstance(node.op, Transformed) else None

    return graph.rewrite(fold_trees).rewrite(forget), notes


class _Trees:
    """One operation on trees, and what its columns are made from."""

    def __init__(self, node: Node, x: Tensor, notes: list[str]) -> None:
        assert isinstance(node.op, TreeValues)
        self.node = node
        self.x = x
        self.op = node.op
        self.forest = node.op.forest
        self.notes = notes
        self.way = Preprocessing()
        columns = self.way.columns(x)
        assert columns is not None  # rows of numbers, as trees take
        self.columns = columns
        self.features = _Features(self.way, x, columns)
        tested = self.forest.feature[~self.forest.is_leaf]
        self.tests = np.bincount(tested, minlength=self.forest.n_features)

    def rewritten(self) -> list[Tensor] | None:
        """Return what stands for the operation's output, None where it stays as it is."""
        used, features = self.tests > 0, self.features
        own = np.ones(self.way.n_columns, dtype=np.bool_)
        refusals = []
        for tensor, reason in self.way.obstacles.items():
            own[self._place(tensor)] = False
            if used[np.isin(self.columns.source, np.arange(self.way.n_columns)[self._place(tensor)])].any():
                refusals.append(f"{reason} is no monotone function of single columns")
        passed = list(dict.fromkeys(self.way.transformers(self.x)))
        kept = dict.fromkeys(np.flatnonzero(features.mixed).tolist(), "what has no image is imputed")
        folded = None
        direct = (features.source >= 0) & used
        gains = features.moved | own[features.source]  # trees that test what is computed itself do so already
        if (direct & gains).any():
            try:
                folded = self._fold(passed)
            except _TransformError as error:
                refusals.append(str(error))
            else:
                kept.update(folded.kept)
                direct &= ~np.isin(np.arange(len(direct)), list(folded.kept))
        told = sorted({reason for feature, reason in kept.items() if used[feature]})
        refusals += [f"{_names(passed)}: {reason}" for reason in told]
        self.notes += [f"not folded into thresholds: {reason}" for reason in dict.fromkeys(refusals)]
        if folded is None or not (direct & gains).any():
            return None
        moved = direct & features.moved
        if moved.any():
            count = f"{self.tests[moved].sum()} thresholds of {moved.sum()} columns"
            self.notes.append(f"{_names(passed)} folded into {count}")
        return list(self._on_sources(folded, direct).outputs)

    def _place(self, source: Tensor) -> slice:
        """Return the place of a source's columns among all."""
        first = self.way.sources[source]
        return slice(first, first + (source.shape[1] or 0))

    def _fold(self, passed: list[Transformed]) -> Folded:
        """Fold once for all methods that use the same trees."""
        features, forest = self.features, self.forest
        if not features.moved[self.tests > 0].any():
            return unchanged(forest, features, self.op.missing)
        made, key = _known.setdefault(forest, {}), (self.op.missing, features.rounded.tobytes(), self.way.key(self.x))
        if key not in made:
            made[key] = fold(forest, features, self.op.missing), passed  # which keeps their id theirs
        return made[key][0]

    def _on_sources(self, folded: Folded, direct: Flags) -> Node:
        """Return the trees on the sources, and beside them what some features are made from as before."""
        place = np.full(len(direct), -1)
        starts: dict[Tensor, int] = {}
        operands: list[Tensor] = []
        width = 0
        for tensor in self.way.sources:
            columns = self._place(tensor)
            here = direct & (self.columns.source >= columns.start) & (self.columns.source < columns.stop)
            if here.any():
                operands.append(_bounded(tensor, folded, columns))
                place[here] = self.columns.source[here] - columns.start + width
                width += tensor.shape[1] or 0
        for kept in np.flatnonzero((self.tests > 0) & ~direct):
            tensor, column = _origin(self.x, int(kept))
            if tensor not in starts:
                starts[tensor] = width
                operands.append(tensor)
                width += tensor.shape[1] or 0
            place[kept] = starts[tensor] + column
        forest = folded.forest
        feature = np.where(forest.is_leaf, -1, place[forest.feature]).astype(np.int32)
        trees = _placed_on(forest, feature, width)
        x = operands[0] if len(operands) == 1 else apply(ops.Concat(1), *operands)
        return Node(replace(self.op, forest=trees, missing=folded.missing), (x,), self.node.source)


def _placed_on(forest: Forest, feature: NDArray[np.int32], width: int) -> Forest:
    """Return trees that test other columns, the same object for the same ones: what is made of trees is kept."""
    made, key = _placed.setdefault(forest, {}), feature.tobytes()
    if key not in made:
        made[key] = replace(forest, feature=feature, n_features=width)
    return made[key]


def _bounded(x: Tensor, folded: Folded, columns: slice) -> Tensor:
    """Return a source in which NaN stands for numbers that have no image."""
    least, greatest = (bounds[columns].astype(np.float64) for bounds in folded.bounds)
    fill = folded.fill[columns].astype(np.float64)
    result: Array = x
    if not np.isnan(fill).all():
        result = xp.where(xp.isnan(result), fill, result)
    if np.any(least > -np.inf):
        result = xp.where(result < least, np.nan, result)
    if np.any(greatest < np.inf):
        result = xp.where(result > greatest, np.nan, result)
    return as_tensor(result)


def _names(passed: Sequence[Transformed]) -> str:
    return ", ".join(dict.fromkeys(found.path for found in passed))


FOLD_THRESHOLDS = Pass(
    "fold_thresholds", "let trees test what scalers and the like are given: these go into thresholds", fold_thresholds
)
