"""Decision trees (:mod:`sklearn.tree`), and what forests of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from sklearn import tree as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.op import leaf_numbers, tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@cache
def decision_path_follows_missing() -> bool:
    """Whether scikit-learn's ``decision_path`` sends NaN to the same side as ``predict``; 1.6 always sends it right."""
    rows = np.array([[np.nan], [0.0], [1.0]])
    tree = sk.DecisionTreeClassifier().fit(rows, [0, 0, 1])
    return bool(tree.decision_path(rows)[0, tree.apply(rows)[0]])


def missing_goes_right(forest: Forest) -> Forest:
    """Return the same trees with NaN going right at every node."""
    return replace(forest, missing_left=np.zeros(forest.n_nodes, dtype=bool))


class TreesConverter(Converter):
    """Trees whose leaves' values are averaged; a single tree is a forest of one tree."""

    @property
    def trees(self) -> Sequence[Any]:
        """The fitted trees."""
        return [self.estimator.tree_]

    @cached_property
    def forest(self) -> Forest:
        """The trees as tables of nodes; the value of a leaf holds all outputs."""
        return Forest.from_sklearn(self.trees)

    def mean(self, X: Array) -> Array:
        """Return the mean of the leaves' values over the trees, of shape (n_rows, n_values)."""
        values = tree_values(X, self.forest, missing=self.allows_nan)
        return values[:, 0] if len(self.trees) == 1 else xp.sum(values, axis=1) / len(self.trees)

    def apply(self, X: Array) -> Array:
        """Number of the leaf that each row reaches in each tree."""
        return leaf_numbers(X, self.forest, missing=self.allows_nan)

    def decision_path(self, X: Array) -> Any:
        """Whether each row passes through each node of each tree; the file's output is dense.

        Nodes are numbered depth first, the left subtree before the right one. So the nodes below a node are those that
        follow it, and a row passes through it if the number of its leaf is among theirs.
        """
        forest = self.forest if decision_path_follows_missing() else missing_goes_right(self.forest)
        sizes = np.ones(forest.n_nodes)
        for level in reversed(forest.levels):
            sizes[level] += sizes[forest.left[level]] + sizes[forest.right[level]]
        order = np.zeros(forest.n_nodes)
        for level in forest.levels:
            order[forest.left[level]] = order[level] + 1
            order[forest.right[level]] = order[level] + 1 + sizes[forest.left[level]]
        leaves = tree_values(X, forest.with_values(order[:, np.newaxis]), missing=self.allows_nan)
        leaves = xp.take(xp.squeeze(leaves, 2), forest.tree, axis=1)
        return xp.astype((leaves >= order) & (leaves < order + sizes), int)


class TreesClassifierConverter(TreesConverter, ClassifierConverter):
    """Predicts the label with the greatest mean fraction of training rows."""

    def predict_proba(self, X: Array) -> Array | list[Array]:
        fractions = self.mean(X)
        widest = max(len(classes) for classes in self.classes)
        outputs = [fractions[:, k * widest : k * widest + len(classes)] for k, classes in enumerate(self.classes)]
        return outputs[0] if self.estimator.n_outputs_ == 1 else outputs

    def predict(self, X: Array) -> Array:
        probabilities = self.predict_proba(X)
        if isinstance(probabilities, list):
            return xp.stack([xp.argmax(p, axis=1) for p in probabilities], axis=1)
        return xp.argmax(probabilities, axis=1)


class TreesRegressorConverter(TreesConverter, RegressorConverter):
    def predict(self, X: Array) -> Array:
        values = self.mean(X)
        return values[:, 0] if self.estimator.n_outputs_ == 1 else values


class SingleTree(TreesConverter):
    def apply(self, X: Array) -> Array:
        return super().apply(X)[:, 0]


@converts(sk.DecisionTreeClassifier, sk.ExtraTreeClassifier)
class DecisionTreeClassifierConverter(SingleTree, TreesClassifierConverter):
    """One tree."""


@converts(sk.DecisionTreeRegressor, sk.ExtraTreeRegressor)
class DecisionTreeRegressorConverter(SingleTree, TreesRegressorConverter):
    """One tree."""
