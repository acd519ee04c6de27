"""Isolation forest (:mod:`sklearn.ensemble._iforest`)."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from sklearn import ensemble as sk

from skl2tflite.converters.core.estimator_kinds import OutlierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.sums import Sums, tree_sums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

SINGLE_ROW_SCORE = -0.5
"""Score of every row if each tree was fitted on a single row: scikit-learn replaces 0 / 0 by 1."""


@converts(sk.IsolationForest)
class IsolationForestConverter(OutlierConverter):
    """``-2 ** -(depth / (n_trees * c))``, where c is the mean path length for a tree's number of fitted rows."""

    @cached_property
    def forest(self) -> Forest:
        """Trees with such values in the leaves that their sum is the logarithm of the negated score."""
        est = self.estimator
        # A leaf with n fitted rows adds c(n) to the path length; scikit-learn keeps these values for each tree.
        depths = [
            depth + further - 1.0
            for depth, further in zip(est._decision_path_lengths, est._average_path_length_per_tree, strict=True)
        ]
        scale = -np.log(2.0) / (len(depths) * _average_path_length(est._max_samples))
        return Forest.from_sklearn(
            [tree.tree_ for tree in est.estimators_],
            values=[scale * depth for depth in depths],
            features=est.estimators_features_,
            n_features=self.n_features,
        )

    def _log_score(self, X: Array, threshold: float = 1.0) -> Sums:
        """Return the logarithm of the negated score divided by a threshold."""
        return tree_sums(X, self.forest, missing=True, base=[-np.log(threshold)])

    @property
    def _tells_nothing(self) -> bool:
        return bool(self.estimator._max_samples < 2)

    def score_samples(self, X: Array) -> Array:
        if self._tells_nothing:
            return xp.broadcast_rows(np.array(SINGLE_ROW_SCORE), X)
        return -xp.exp(self._log_score(X).value[:, 0])

    def decision_function(self, X: Array) -> Array:
        # This is score - offset_, without its cancellation.
        offset = float(self.estimator.offset_)
        if self._tells_nothing:
            return xp.broadcast_rows(np.array(SINGLE_ROW_SCORE - offset), X)
        return xp.expm1(self._log_score(X, -offset).value[:, 0]) * offset

    def predict(self, X: Array) -> Array:
        if self._tells_nothing:
            return xp.broadcast_rows(np.array(-1 if SINGLE_ROW_SCORE < self.estimator.offset_ else 1), X)
        # offset_ may be the score of a training row, which then is no outlier: equal sums must compare as equal.
        outlier = self._log_score(X, -self.estimator.offset_).positive()[:, 0]
        return xp.where(outlier, -1, 1)


def _average_path_length(n_samples: int) -> float:
    """Return the mean path length of an unsuccessful search in a binary tree of n nodes (Liu et al. 2008, eq. 1)."""
    if n_samples <= 2:
        return float(n_samples == 2)
    return float(2.0 * (np.log(n_samples - 1.0) + np.euler_gamma) - 2.0 * (n_samples - 1.0) / n_samples)
