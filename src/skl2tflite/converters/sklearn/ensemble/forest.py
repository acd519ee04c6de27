"""Forests (:mod:`sklearn.ensemble._forest`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn import ensemble as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import INTEGER_RESULTS, TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.tree import TreesClassifierConverter, TreesConverter, TreesRegressorConverter
from skl2tflite.forest.op import leaf_numbers
from skl2tflite.forest.sums import Sums, tree_sums
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class Averaged(TreesConverter):
    @property
    def trees(self) -> Sequence[Any]:
        return [member.tree_ for member in self.estimator.estimators_]

    def sums(self, X: Array) -> Sums:
        """Return the sums of the leaves' values over the trees."""
        return tree_sums(X, self.forest, missing=self.allows_nan)

    def mean(self, X: Array) -> Array:
        return self.sums(X).value / len(self.trees)

    def decision_path(self, X: Array) -> Any:
        """Whether each row passes through each node, and the column at which each tree's nodes begin."""
        return super().decision_path(X), np.append(self.forest.roots, self.forest.n_nodes)


@converts(sk.RandomForestClassifier, sk.ExtraTreesClassifier)
class ForestClassifierConverter(Averaged, TreesClassifierConverter):
    """Mean of the trees' class fractions."""

    def predict(self, X: Array) -> Array:
        sums = self.sums(X)
        widest = max(len(classes) for classes in self.classes)
        outputs = [sums.columns(k * widest, k * widest + len(c)).argmax() for k, c in enumerate(self.classes)]
        return outputs[0] if self.estimator.n_outputs_ == 1 else xp.stack(outputs, axis=1)


@converts(sk.RandomForestRegressor, sk.ExtraTreesRegressor)
class ForestRegressorConverter(Averaged, TreesRegressorConverter):
    """Mean of the trees' predictions."""


@converts(sk.RandomTreesEmbedding)
class RandomTreesEmbeddingConverter(Averaged, TransformerConverter):
    """One column for each leaf, 1 for the leaf that a row reaches; the file's output is dense."""

    exact = INTEGER_RESULTS | TRANSFORM

    def gives_sparse(self, sparse: bool) -> bool:
        """Whether scikit-learn returns a sparse matrix, which does not depend on X here."""
        return bool(self.estimator.sparse_output)

    def stored(self, X: Any, result: Array) -> None:
        """Nothing but the ones: the matrix is made anew from the leaves, whatever X holds."""

    def transform(self, X: Array) -> Array:
        categories = self.estimator.one_hot_encoder_.categories_
        trees = np.repeat(np.arange(len(categories)), [len(leaves) for leaves in categories])
        leaf = xp.take(leaf_numbers(X, self.forest, missing=self.allows_nan), trees, axis=1)
        return xp.astype(leaf == np.concatenate(categories).astype(np.int64), float)
