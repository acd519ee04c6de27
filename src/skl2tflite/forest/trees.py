"""Node tables: the trees of an ensemble as one set of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray


class TreeArrays(Protocol):
    """The attributes of `sklearn.tree._tree.Tree` that a Forest is made from."""

    node_count: int
    n_features: int
    children_left: NDArray[np.int64]
    children_right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    missing_go_to_left: NDArray[np.uint8]
    value: NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Forest:
    """Trees of binary tests ``float32(x) <= threshold``, concatenated.

    Attributes
    ----------
    roots : ndarray of int64, shape (n_trees,)
        Root node of each tree.
    feature : ndarray of int32, shape (n_nodes,)
        Column that a node tests, -1 at leaves.
    threshold : ndarray of float64, shape (n_nodes,)
        A row goes left where ``float32(x) <= threshold``, compared in float64.
    left, right : ndarray of int64, shape (n_nodes,)
        Children, as indices into these arrays; -1 at leaves.
    missing_left : ndarray of bool, shape (n_nodes,)
        Whether NaN goes left.
    value : ndarray of float64, shape (n_nodes, n_outputs)
        Values of the leaves; rows of internal nodes are not used.
    n_features : int
        Number of columns of the input.
    compares_float64 : bool, default=False
        Whether the estimator compares its float64 columns without rounding them to float32 first. A file compares
        float32 numbers; the difference matters where preprocessing is folded into the thresholds.
    cuts_at_values : bool, default=False
        Whether thresholds are just below values of training rows, as XGBoost's are, and not between two such values.
    """

    roots: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float64]
    n_features: int
    compares_float64: bool = False
    cuts_at_values: bool = False

    @classmethod
    def from_sklearn(
        cls,
        trees: Sequence[TreeArrays],
        values: Sequence[ArrayLike] | None = None,
        features: Sequence[ArrayLike] | None = None,
        n_features: int | None = None,
    ) -> Forest:
        """Concatenate fitted scikit-learn trees.

        Parameters
        ----------
        trees : sequence of sklearn.tree._tree.Tree
            The ``tree_`` attributes, in the order of summation.
        values : sequence of array_like, optional
            Values of each tree's nodes, shape (node_count, ...), in place of ``tree.value``.
        features : sequence of array_like of int, optional
            Columns of the input that each tree was fitted on (as in ``estimators_features_``).
        n_features : int, optional
            Columns of the input; needed with `features`, the trees' own number without.

        Returns
        -------
        Forest

        Raises
        ------
        ValueError
            If there is no tree, or `features` comes without `n_features`.
        """
        if not trees:
            raise ValueError("a forest needs at least one tree")
        if features is not None and n_features is None:
            raise ValueError("n_features is needed when trees see subsets of the columns")
        sizes = np.array([tree.node_count for tree in trees], dtype=np.int64)
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        offset = np.repeat(roots, sizes)
        left = np.concatenate([tree.children_left for tree in trees]).astype(np.int64)
        right = np.concatenate([tree.children_right for tree in trees]).astype(np.int64)
        leaf = left < 0
        columns = [tree.feature for tree in trees]
        if features is not None:
            # A leaf's feature is negative: it picks some column here and is overwritten below.
            columns = [
                np.asarray(subset)[np.maximum(column, 0)] for subset, column in zip(features, columns, strict=True)
            ]
        tables: Sequence[ArrayLike] = [tree.value for tree in trees] if values is None else values
        rows = [
            np.asarray(table, dtype=np.float64).reshape(size, -1) for table, size in zip(tables, sizes, strict=True)
        ]
        return cls(
            roots=roots,
            feature=np.where(leaf, -1, np.concatenate(columns)).astype(np.int32),
            threshold=np.concatenate([tree.threshold for tree in trees]).astype(np.float64),
            left=np.where(leaf, -1, left + offset),
            right=np.where(leaf, -1, right + offset),
            missing_left=np.concatenate([tree.missing_go_to_left for tree in trees]).astype(np.bool_),
            value=np.concatenate(rows),
            n_features=int(trees[0].n_features if n_features is None else n_features),
        )

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self.roots)

    @property
    def n_nodes(self) -> int:
        """Number of nodes, leaves included."""
        return len(self.feature)

    @property
    def n_outputs(self) -> int:
        """Number of values at a leaf."""
        return int(self.value.shape[1])

    @cached_property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Whether each node is a leaf."""
        return self.left < 0

    @property
    def n_leaves(self) -> int:
        """Number of leaves."""
        return int(self.is_leaf.sum())

    @cached_property
    def levels(self) -> tuple[NDArray[np.int64], ...]:
        """Internal nodes at depth 0, 1, …; trees side by side."""
        found = []
        frontier = self.roots[~self.is_leaf[self.roots]]
        while frontier.size:
            found.append(frontier)
            children = np.stack([self.left[frontier], self.right[frontier]], axis=1).ravel()
            frontier = children[~self.is_leaf[children]]
        return tuple(found)

    @cached_property
    def tree(self) -> NDArray[np.int64]:
        """Tree to which each node belongs."""
        tree = np.empty(self.n_nodes, dtype=np.int64)
        tree[self.roots] = np.arange(self.n_trees)
        for level in self.levels:
            tree[self.left[level]] = tree[self.right[level]] = tree[level]
        return tree

    @property
    def depth(self) -> int:
        """Tests on the longest path."""
        return len(self.levels)

    def with_values(self, value: NDArray[np.float64]) -> Forest:
        """Return the same trees with other values, keeping what is known of their structure."""
        forest = replace(self, value=value)
        for name in ("is_leaf", "levels", "tree"):
            if name in self.__dict__:
                forest.__dict__[name] = self.__dict__[name]
        return forest

    def __repr__(self) -> str:
        return f"Forest({self.n_trees} trees, {self.n_nodes} nodes, depth {self.depth})"

    def evaluate(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return the leaf that every row reaches in every tree.

        Parameters
        ----------
        X : array_like, shape (n_rows, n_features)
            Cast to float32 first, as scikit-learn does.

        Returns
        -------
        ndarray of int64, shape (n_rows, n_trees)
            Leaves, as indices into the node tables.
        """
        table = np.asarray(X).astype(np.float32)
        node = np.tile(self.roots, (len(table), 1))
        row, tree = np.nonzero(~self.is_leaf[node])
        while row.size:
            here = node[row, tree]
            x = table[row, self.feature[here]]
            goes_left = np.where(np.isnan(x), self.missing_left[here], x <= self.threshold[here])
            here = np.where(goes_left, self.left[here], self.right[here])
            node[row, tree] = here
            running = ~self.is_leaf[here]
            row, tree = row[running], tree[running]
        return node
