"""What the converters of boosting libraries share: trees from model files, and splits by sets of categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@dataclass(frozen=True, eq=False)
class TreeTable:
    """One tree, whose root is node 0; attributes as in :class:`~skl2tflite.forest.trees.Forest`."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]

    def reachable(self) -> NDArray[np.bool_]:
        """Return whether each node can be reached from the root: model files also hold nodes that were pruned."""
        found: NDArray[np.bool_] = np.zeros(len(self.left), dtype=np.bool_)
        frontier = np.zeros(1, dtype=np.int64)
        while frontier.size:
            found[frontier] = True
            inner = frontier[self.left[frontier] >= 0]
            frontier = np.concatenate([self.left[inner], self.right[inner]])
        return found


def join(trees: Sequence[TreeTable], n_features: int) -> Forest:
    """Return trees as one forest, without the nodes that cannot be reached.

    Parameters
    ----------
    trees : sequence of TreeTable
        In the order of summation.
    n_features : int
        Columns of the input.

    Returns
    -------
    Forest
    """
    kept = [tree.reachable() for tree in trees]
    sizes = np.array([mask.sum() for mask in kept], dtype=np.int64)
    roots = np.cumsum(sizes) - sizes
    left, right = [], []
    for root, tree, mask in zip(roots, trees, kept, strict=True):
        number = root + np.cumsum(mask) - 1
        leaf = tree.left[mask] < 0
        left.append(np.where(leaf, -1, number[tree.left[mask]]))
        right.append(np.where(leaf, -1, number[tree.right[mask]]))
    leaves = np.concatenate(left) < 0

    def concatenated(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(tree, name)[mask] for tree, mask in zip(trees, kept, strict=True)])

    return Forest(
        roots=roots,
        feature=np.where(leaves, -1, concatenated("feature")).astype(np.int32),
        threshold=concatenated("threshold").astype(np.float64),
        left=np.concatenate(left),
        right=np.concatenate(right),
        missing_left=concatenated("missing_left").astype(np.bool_),
        value=concatenated("value").astype(np.float64),
        n_features=n_features,
    )


class CategorySets:
    """Derived columns that turn tests of categories into tests of numbers.

    A test "is the category of this column in this set?" becomes a column of 0 for rows that go left and 1
    for rows that go right, one for each distinct pair of column and set.

    Parameters
    ----------
    n_features : int
        Columns of the input; the derived ones follow.
    outside : {0, 1}
        Value of a derived column for categories in no set: those never seen, negative, or too large.
    missing : float
        Value of a derived column for NaN; NaN itself where nodes say which way it goes.
    fractions_below_zero : bool
        Whether numbers between -1 and 0 count as category 0, as truncation makes them, or as no category.
    """

    def __init__(self, n_features: int, outside: int, missing: float, fractions_below_zero: bool) -> None:
        self.n_features = n_features
        self._outside = outside
        self._missing = missing
        self._fractions_below_zero = fractions_below_zero
        self._places: dict[tuple[int, tuple[int, ...]], int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def place(self, feature: int, members: Iterable[int]) -> int:
        """Return the position of the derived column for a set of categories; a node compares it with 0.5."""
        key = (feature, tuple(sorted({int(member) for member in members})))
        return self.n_features + self._places.setdefault(key, len(self._places))

    def columns(self, X: Array) -> Array:
        """Return the derived columns of rows, by one look-up in one table for all categorical columns."""
        features = sorted({feature for feature, _ in self._places})
        sets = {f: [(members, at) for (g, members), at in self._places.items() if g == f] for f in features}
        known = np.array([1 + max((m for members, _ in sets[f] for m in members), default=0) for f in features])
        starts = np.cumsum(known + 2) - (known + 2)
        # The rows of the table for a feature: its categories, then one for any other value, then one for NaN.
        table = np.full((int((known + 2).sum()), max(map(len, sets.values()))), float(self._outside))
        order = np.empty(len(self._places), dtype=np.int64)
        for i, f in enumerate(features):
            table[starts[i] + known[i] + 1] = self._missing
            for j, (members, at) in enumerate(sets[f]):
                table[starts[i] + np.array(members, dtype=np.int64), j] = 1 - self._outside
                order[at] = i * table.shape[1] + j
        categories = X[:, np.array(features)]
        is_category = categories > -1.0 if self._fractions_below_zero else categories >= 0.0
        row = xp.where(is_category, xp.floor(xp.clip(categories, 0.0, known.astype(float))), known.astype(float))
        row = xp.where(xp.isnan(categories), known + 1.0, row) + starts.astype(float)
        indicators = xp.take(table, xp.astype(row, int))
        return xp.reshape(indicators, (-1, len(features) * table.shape[1]))[:, order]
