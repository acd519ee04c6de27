"""Fold monotone preprocessing into the thresholds of the trees behind it, and remove the notes of transformers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np

from skl2tflite.flow.zeros import may_underflow
from skl2tflite.forest.float_keys import Ints
from skl2tflite.forest.folding import Folded, Lost, fold, unchanged
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.placed import placed_on
from skl2tflite.forest.preimages import preimages
from skl2tflite.forest.transformed import Transformed
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array, Graph, Node, Tensor, apply, as_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.passes.base import Pass
from skl2tflite.passes.comparisons import fold_comparison
from skl2tflite.passes.intervals import between
from skl2tflite.passes.preprocessing import Flags, Hole, Preprocessing, TransformError, is_input, origin_of
from skl2tflite.passes.sources import Features

_Losses = dict[int, tuple[Lost, ...]]
_known: WeakKeyDictionary[Forest, dict[Hashable, tuple[Folded, _Losses, list[Transformed]]]] = WeakKeyDictionary()


def fold_thresholds(graph: Graph) -> tuple[Graph, list[str]]:
    """Let trees test the source columns where these reach them through monotone functions of single columns."""
    notes: list[str] = []

    def fold_trees(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        if not isinstance(node.op, TreeValues) or is_input(operands[0]):
            return None
        return _Trees(node, operands[0], notes).rewritten()

    def forget(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        return [operands[1]] if isinstance(node.op, ops.Note) else None

    def fold_others(node: Node, operands: tuple[Tensor, ...]) -> list[Tensor] | None:
        return fold_comparison(node, operands, notes)

    return graph.rewrite(fold_trees).rewrite(fold_others).rewrite(forget), notes


class _Trees:
    """One operation on trees, and the preprocessing in front of it."""

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
        self.features = Features(self.way, x, columns)
        tested = self.forest.feature[~self.forest.is_leaf]
        self.tests = np.bincount(tested, minlength=self.forest.n_features)

    def rewritten(self) -> list[Tensor] | None:
        """Return the output of the rewritten operation; None where it stays as it is."""
        used, features = self.tests > 0, self.features
        own = np.ones(self.way.n_columns, dtype=np.bool_)
        refusals = []
        for tensor, reason in self.way.obstacles.items():
            own[self._place(tensor)] = False
            if used[np.isin(self.columns.source, np.arange(self.way.n_columns)[self._place(tensor)])].any():
                refusals.append(f"{reason} is no monotone function of single columns")
        passed = list(dict.fromkeys(self.way.transformers(self.x)))
        kept = dict.fromkeys(np.flatnonzero(features.mixed).tolist(), "an imputer fills in NaN of a function")
        folded, lost = None, _Losses()
        direct = (features.source >= 0) & used
        gains = features.moved | own[features.source]  # a feature that is itself a source, and no input, gains nothing
        if (direct & gains).any():
            try:
                folded, lost = self._fold(passed, np.flatnonzero(direct))
            except TransformError as error:
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
        return list(self._on_sources(folded, lost, direct).outputs)

    def _place(self, source: Tensor) -> slice:
        """Return the range of a source's columns among those of all sources."""
        first = self.way.sources[source]
        return slice(first, first + (source.shape[1] or 0))

    def _fold(self, passed: list[Transformed], direct: Ints) -> tuple[Folded, _Losses]:
        """Fold once for all methods that use the same trees, and say which numbers count as missing."""
        features, forest = self.features, self.forest
        made, key = _known.setdefault(forest, {}), (self.op.missing, features.rounded.tobytes(), self.way.key(self.x))
        if key not in made:
            lost, kept = self._lost(direct)
            if features.moved[self.tests > 0].any():
                folded = fold(forest, features, self.op.missing, lost)
            else:
                folded = unchanged(forest, features, self.op.missing)
            folded.kept.update(kept)
            made[key] = folded, lost, passed  # the key has the ids of these, which must stay in use
        return made[key][:2]

    def _lost(self, direct: Ints) -> tuple[_Losses, dict[int, str]]:
        """Return the numbers of each feature's column that count as missing, and the features to keep, with reasons."""
        found: dict[int, list[Lost]] = {}
        kept: dict[int, str] = {}
        small = [self._place(tensor) for tensor in self.way.sources if may_underflow(tensor)]
        asked: list[tuple[int, Hole]] = []
        for feature in direct[self.columns.holes[direct].astype(np.bool_)].tolist():
            if any(place.start <= self.columns.source[feature] < place.stop for place in small):
                kept[feature] = "float32 rounds some of its numbers to 0"
            else:
                asked += [(feature, hole) for hole in self.columns.holes[feature]]
        for x, narrow in dict.fromkeys((hole.x, hole.narrow) for _, hole in asked):
            columns = self.way.columns(x)
            assert columns is not None  # a Hole is only made for a tensor whose columns are known
            images = Features(self.way, x, columns)
            own = [(feature, hole) for feature, hole in asked if hole.x is x and hole.narrow == narrow]
            at = np.array([hole.column for _, hole in own])
            low, high = (np.array([getattr(hole, end) for _, hole in own]) for end in ("low", "high"))
            ends = preimages(images, at, low, high, narrow)
            for i, (feature, _) in enumerate(own):
                if not ends.known[i]:
                    kept[feature] = "rounding makes it rise and fall around what is missing"
                elif ends.nan[i] or ends.least[i] <= ends.greatest[i]:
                    found.setdefault(feature, []).append(Lost(ends.least[i], ends.greatest[i], bool(ends.nan[i])))
        return {feature: tuple(dict.fromkeys(parts)) for feature, parts in found.items()}, kept

    def _on_sources(self, folded: Folded, lost: _Losses, direct: Flags) -> Node:
        """Return the trees on the sources, and beside them what some features are made from as before."""
        place = np.full(len(direct), -1)
        starts: dict[Tensor, int] = {}
        operands: list[Tensor] = []
        width = 0
        for tensor in self.way.sources:
            columns = self._place(tensor)
            here = direct & (self.columns.source >= columns.start) & (self.columns.source < columns.stop)
            if not here.any():
                continue
            bounded = _bounded(tensor, folded, columns)
            known: dict[int, list[tuple[Lost, ...]]] = {}
            layers: dict[int, dict[int, tuple[Lost, ...]]] = {}
            for tested in np.flatnonzero(here).tolist():
                column, missing = int(self.columns.source[tested]) - columns.start, lost.get(tested, ())
                kinds = known.setdefault(column, [])
                if missing not in kinds:
                    kinds.append(missing)
                layer = kinds.index(missing)
                layers.setdefault(layer, {})[column] = missing
                place[tested] = column + width + layer * (tensor.shape[1] or 0)
            operands += [_with_holes(bounded, layers[layer]) for layer in range(len(layers))]
            width += len(layers) * (tensor.shape[1] or 0)
        for kept in np.flatnonzero((self.tests > 0) & ~direct):
            tensor, column = origin_of(self.x, int(kept))
            if tensor not in starts:
                starts[tensor] = width
                operands.append(tensor)
                width += tensor.shape[1] or 0
            place[kept] = starts[tensor] + column
        forest = folded.forest
        feature = np.where(forest.is_leaf, -1, place[forest.feature]).astype(np.int32)
        trees = placed_on(forest, feature, width)
        x = operands[0] if len(operands) == 1 else apply(ops.Concat(1), *operands)
        return Node(replace(self.op, forest=trees, missing=folded.missing), (x,), self.node.source)


def _bounded(x: Tensor, folded: Folded, columns: slice) -> Tensor:
    """Return a source with NaN in place of numbers for which the preprocessing is undefined.

    Parameters
    ----------
    x : Tensor of shape (n_rows, n_columns)
    folded : Folded
    columns : slice
        Range of the source's columns among those of all sources.
    """
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


def _with_holes(x: Tensor, lost: Mapping[int, tuple[Lost, ...]]) -> Tensor:
    """Return a source in which NaN stands for some numbers of each column."""
    result = x
    for i in range(max(map(len, lost.values()))):
        least, greatest = np.full(x.shape[1] or 0, np.inf), np.full(x.shape[1] or 0, -np.inf)
        for column, parts in lost.items():
            if i < len(parts):
                least[column], greatest[column] = parts[i].least, parts[i].greatest
        result = as_tensor(xp.where(between(x, least, greatest), np.nan, result))
    return result


def _names(passed: Sequence[Transformed]) -> str:
    return ", ".join(dict.fromkeys(found.path for found in passed))


FOLD_THRESHOLDS = Pass(
    "fold_thresholds", "let trees test what scalers and the like are given: these go into thresholds", fold_thresholds
)
