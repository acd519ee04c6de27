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
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array, Graph, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import Input
from skl2tflite.passes.base import Pass

Flags = NDArray[np.bool_]


class _TransformError(Exception):
    """A transformer fails for numbers that a column may hold."""


@dataclass(frozen=True, eq=False)
class Columns:
    """How a tensor's columns follow from single columns of a graph's inputs.

    Attributes
    ----------
    source : ndarray of int64, shape (n_columns,)
        Column among those of all inputs.
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
    def of_input(cls, first: int, count: int) -> Columns:
        """Return a graph input's own columns."""
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
    """What lies between a graph's inputs and its trees."""

    def __init__(self) -> None:
        self.inputs: dict[Tensor, int] = {}
        self.n_columns = 0
        self._columns: dict[Tensor, Columns | None] = {}

    def columns(self, x: Tensor) -> Columns | None:
        """Return how a tensor's columns follow from the inputs', None where they do not one by one."""
        if x not in self._columns:
            self._columns[x] = self._find(x)
        return self._columns[x]

    def _find(self, x: Tensor) -> Columns | None:
        if x.ndim != 2 or x.shape[1] is None:
            return None
        op = x.node.op
        if _is_source(x):
            self.inputs[x] = self.n_columns
            self.n_columns += x.shape[1]
            return Columns.of_input(self.inputs[x], x.shape[1])
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.columns(x.node.inputs[1])
            inner = self.columns(x.node.inputs[0])
            return inner and inner.transformed(op)
        if isinstance(op, ops.Concat) and op.axis == 1:
            parts = [self.columns(part) for part in x.node.inputs]
            known = [part for part in parts if part is not None]
            return Columns.join(known) if len(known) == len(parts) else None
        if isinstance(op, ops.Cast):
            return self.columns(x.node.inputs[0])
        picked = _picked(x.node)
        if picked is None:
            return None
        inner = self.columns(x.node.inputs[0])
        return inner and inner.pick(picked)

    def values(self, x: Tensor, feeds: NDArray[np.float32], shift: int = 0) -> NDArray[Any]:
        """Return a tensor's value as scikit-learn has it, its own dtype included; see :class:`Images`."""
        known: dict[Tensor, NDArray[Any]] = {}

        def value(x: Tensor) -> NDArray[Any]:
            if x not in known:
                known[x] = find(x)
            return known[x]

        def find(x: Tensor) -> NDArray[Any]:
            op, inputs = x.node.op, x.node.inputs
            if x in self.inputs:
                # Numbers that float32 holds, in the dtype in which users have them and scikit-learn computes.
                return feeds[:, self.inputs[x] : self.inputs[x] + (x.shape[1] or 0)].astype(np.float64)
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
        if x in self.inputs:
            return ("input", self.inputs[x])
        if isinstance(op, Transformed):
            return self.key(inputs[1]) if op.monotone is None else (id(op.estimator), self.key(inputs[0]))
        if isinstance(op, ops.Concat):
            return tuple(self.key(part) for part in inputs)
        picked = _picked(x.node)
        return (None if picked is None else tuple(picked.tolist()), self.key(inputs[0]))

    def transformers(self, x: Tensor) -> list[Transformed]:
        """Return the monotone transformers on the way to a tensor, first ones first."""
        op, inputs = x.node.op, x.node.inputs
        if x in self.inputs:
            return []
        if isinstance(op, Transformed):
            if op.monotone is None:
                return self.transformers(inputs[1])
            return [*self.transformers(inputs[0]), op]
        return [found for part in inputs if part.constant is None for found in self.transformers(part)]

    def obstacle(self, x: Tensor) -> str | None:
        """Return the place of the innermost transformer that mixes columns on the way to a tensor."""
        op, inputs = x.node.op, x.node.inputs
        if isinstance(op, Transformed):
            if op.monotone is not None:
                return self.obstacle(inputs[0])
            return self.obstacle(inputs[1]) or op.path
        if isinstance(op, ops.Concat):
            others = (self.obstacle(part) for part in inputs if self.columns(part) is None)
            return next(others, None)
        return None if _picked(x.node) is None else self.obstacle(inputs[0])


def _is_source(x: Tensor) -> bool:
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


@dataclass(frozen=True, eq=False)
class Part:
    """Columns side by side in what trees test.

    Attributes
    ----------
    tensor : Tensor
        Where they are.
    at : ndarray of int64
        Which of its columns they are.
    columns : Columns or None
        How they follow from the inputs'.
    obstacle : str
        Where they do not: the place of the transformer, or the name of the operation, that mixes columns.
    """

    tensor: Tensor
    at: Ints
    columns: Columns | None
    obstacle: str = ""


def _parts(way: Preprocessing, x: Tensor, at: Ints, inside: str | None = None) -> list[Part]:
    """Return columns of a tensor, taken apart as far as some follow from single columns of an input."""
    columns = way.columns(x)
    if columns is not None:
        return [Part(x, at, columns.pick(at))]
    op = x.node.op
    if isinstance(op, Transformed) and op.monotone is None:
        inner = x.node.inputs[1]
        if isinstance(inner.node.op, ops.Concat | Transformed) or _picked(inner.node) is not None:
            return _parts(way, inner, at, op.path)
    if isinstance(op, ops.Concat) and op.axis == 1:
        ends = np.cumsum([part.shape[1] or 0 for part in x.node.inputs])
        which = np.searchsorted(ends, at, side="right")
        pieces = np.split(np.arange(len(at)), np.flatnonzero(np.diff(which)) + 1)
        found = []
        for piece in pieces:
            part = x.node.inputs[which[piece[0]]]
            start = ends[which[piece[0]]] - (part.shape[1] or 0)
            found += _parts(way, part, at[piece] - start, inside)
        return found
    picked = _picked(x.node)
    if picked is not None and x.node.inputs[0].ndim == 2:
        return _parts(way, x.node.inputs[0], picked[at], inside)
    return [Part(x, at, None, way.obstacle(x) or inside or op.name)]


class _Features:
    """The functions through which input columns reach what trees test: :class:`~skl2tflite.forest.folding.Images`."""

    def __init__(self, way: Preprocessing, parts: Sequence[Part]) -> None:
        self.way = way
        self.parts = parts
        whole = Columns.join([part.columns or _unknown(len(part.at)) for part in parts])
        self.source = np.where(whole.mixed, -1, whole.source)
        self.mixed = whole.mixed
        self.moved = whole.moved
        self.steady = whole.steady
        self.n_columns = way.n_columns

    def __call__(self, X: NDArray[np.float32], shift: int = 0) -> NDArray[np.floating]:
        values = [
            np.ones((len(X), len(part.at)), dtype=np.float32)
            if part.columns is None
            else self.way.values(part.tensor, X, shift)[:, part.at]
            for part in self.parts
        ]
        return np.concatenate(values, axis=1)


def _unknown(count: int) -> Columns:
    return replace(Columns.of_input(0, count), source=np.full(count, -1, dtype=np.int64))


_known: WeakKeyDictionary[Forest, dict[Hashable, tuple[Folded, list[Transformed]]]] = WeakKeyDictionary()
_placed: WeakKeyDictionary[Forest, dict[bytes, Forest]] = WeakKeyDictionary()


def fold_thresholds(graph: Graph) -> tuple[Graph, list[str]]:
    """Let trees test the input itself where its columns reach them through monotone functions."""
    notes: list[str] = []

    def fold_trees(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, TreeValues) or _is_source(operands[0]):
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
        self.op = node.op
        self.forest = node.op.forest
        self.notes = notes
        self.way = Preprocessing()
        self.parts = _parts(self.way, x, np.arange(self.forest.n_features))
        self.features = _Features(self.way, self.parts)
        tested = self.forest.feature[~self.forest.is_leaf]
        self.tests = np.bincount(tested, minlength=self.forest.n_features)
        ends = np.cumsum([len(part.at) for part in self.parts])
        self.places = [np.arange(end - len(part.at), end) for part, end in zip(self.parts, ends, strict=True)]

    def rewritten(self) -> list[Tensor] | None:
        """Return what stands for the operation's output, None where it stays as it is."""
        used, features = self.tests > 0, self.features
        refusals = [
            f"{part.obstacle} is no monotone function of single columns"
            for part, at in zip(self.parts, self.places, strict=True)
            if part.columns is None and used[at].any()
        ]
        ways = [part.tensor for part in self.parts if part.columns is not None]
        passed = list(dict.fromkeys(found for tensor in ways for found in self.way.transformers(tensor)))
        kept = dict.fromkeys(np.flatnonzero(features.mixed).tolist(), "what has no image is imputed")
        folded = None
        direct = features.source >= 0
        if (direct & used).any():
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
        if folded is None or not (direct & used).any():
            return None
        moved = direct & used & features.moved
        if moved.any():
            count = f"{self.tests[moved].sum()} thresholds of {moved.sum()} columns"
            self.notes.append(f"{_names(passed)} folded into {count}")
        return list(self._on_inputs(folded, direct).outputs)

    def _fold(self, passed: list[Transformed]) -> Folded:
        """Fold once for all methods that use the same trees."""
        features, forest = self.features, self.forest
        if not features.moved[self.tests > 0].any():
            return unchanged(forest, features, self.op.missing)
        ways = [None if p.columns is None else (p.at.tobytes(), self.way.key(p.tensor)) for p in self.parts]
        made, key = _known.setdefault(forest, {}), (self.op.missing, *ways)
        if key not in made:
            made[key] = fold(forest, features, self.op.missing), passed  # which keeps their id theirs
        return made[key][0]

    def _on_inputs(self, folded: Folded, direct: Flags) -> Node:
        """Return the trees on the graph's own inputs, and beside them what some features are made from as before."""
        place = np.where(direct, self.features.source, -1)
        operands = [_bounded(tensor, folded, first) for tensor, first in self.way.inputs.items()]
        width = self.way.n_columns
        starts: dict[Tensor, int] = {}
        for part, at in zip(self.parts, self.places, strict=True):
            others = (self.tests[at] > 0) & ~direct[at]
            if others.any():
                if part.tensor not in starts:
                    starts[part.tensor] = width
                    operands.append(part.tensor)
                    width += part.tensor.shape[1] or 0
                place[at[others]] = starts[part.tensor] + part.at[others]
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


def _bounded(x: Tensor, folded: Folded, first: int) -> Tensor:
    """Return an input in which NaN stands for numbers that have no image."""
    columns = slice(first, first + (x.shape[1] or 0))
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
    "fold_thresholds", "let trees test the input itself: scaling and the like go into their thresholds", fold_thresholds
)
