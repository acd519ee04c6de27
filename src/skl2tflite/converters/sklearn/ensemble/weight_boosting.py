"""AdaBoost (:mod:`sklearn.ensemble._weight_boosting`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.members import are_trees, positions_in
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.matrix import as_floats
from skl2tflite.flow.table import as_matrix, rows_of
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.sums import Sums, split, tree_sums, vote_sums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_probabilities

Floats = NDArray[np.float64]


class AdaBoostConverter(Converter):
    """Members with weights; if all are trees, they are computed as one forest."""

    takes_matrices = True

    def check(self) -> None:
        # Make the members' converters now, so that refusals come before any other work.
        _ = self.members

    @property
    def has_trees(self) -> bool:
        """Whether all members are trees."""
        return are_trees(self.estimator.estimators_)

    @property
    def sharing(self) -> Sequence[Converter]:
        """The members, all of which take X."""
        return self.members

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of the members, unless all are trees."""
        if self.has_trees:
            return []
        return [self.sub(member, f".estimators_[{i}]") for i, member in enumerate(self.estimator.estimators_)]

    @property
    def weights(self) -> Floats:
        """Weight of each member; there may be fewer than ``n_estimators``, if boosting stopped early."""
        return np.asarray(self.estimator.estimator_weights_[: len(self.estimator.estimators_)], dtype=np.float64)


@converts(sk.AdaBoostClassifier)
class AdaBoostClassifierConverter(AdaBoostConverter, ClassifierConverter):
    """Weighted votes (SAMME: Zhu, Zou, Rosset, Hastie 2009)."""

    @property
    def one_class(self) -> bool:
        """Whether there is a single class."""
        return len(self.estimator.classes_) == 1

    def _votes(self, positions: Array) -> Array:
        """Return the votes of members whose labels are at these positions in ``classes_``.

        With K classes a vote is K - 1 for the label and -1 for each other class; with two classes it is one number.
        """
        n_classes = len(self.estimator.classes_)
        if n_classes == 2:
            return xp.expand_dims(2.0 * xp.astype(positions, float) - 1.0, -1)
        return xp.one_hot(positions, n_classes) * float(n_classes) - 1.0

    @cached_property
    def forest(self) -> Forest:
        """Trees whose leaves hold their weighted votes."""
        classes, values = self.estimator.classes_, []
        for tree, weight in zip(self.estimator.estimators_, self.weights, strict=True):
            labels = tree.classes_[np.argmax(tree.tree_.value[:, 0, : len(tree.classes_)], axis=1)]
            values.append(weight * np.asarray(self._votes(np.searchsorted(classes, labels))))
        return Forest.from_sklearn([tree.tree_ for tree in self.estimator.estimators_], values=values)

    def votes(self, X: Array) -> Sums:
        """Return the weighted votes for each class; with two classes, those for the second less those for the first."""
        if self.has_trees:
            return tree_sums(as_floats(as_matrix(X)), self.forest)
        classes = self.estimator.classes_
        positions = xp.stack([positions_in(classes, member, X) for member in self.members], axis=1)
        return vote_sums(self._votes(positions), self.weights, largest=len(classes) - 1.0)

    def decision_function(self, X: Array) -> Array:
        if self.one_class:
            return xp.broadcast_rows(np.zeros(1), like=rows_of(X))
        votes, total, n_classes = self.votes(X).value, float(self.weights.sum()), len(self.estimator.classes_)
        return votes[:, 0] / (0.5 * total) if n_classes == 2 else votes / (total * (n_classes - 1))

    def predict(self, X: Array) -> Array:
        if self.one_class:
            return xp.broadcast_rows(np.array(0), like=rows_of(X))
        votes = self.votes(X)
        return votes.argmax() if len(self.estimator.classes_) > 2 else xp.astype(votes.positive()[:, 0], int)

    def predict_proba(self, X: Array) -> Array:
        if self.one_class:
            return xp.broadcast_rows(np.ones(1), like=rows_of(X))
        decision, n_classes = self.decision_function(X), len(self.estimator.classes_)
        return binary_probabilities(decision) if n_classes == 2 else xp.softmax(decision / (n_classes - 1))


@converts(sk.AdaBoostRegressor)
class AdaBoostRegressorConverter(AdaBoostConverter, RegressorConverter):
    """Weighted median of the members' predictions (Drucker 1997)."""

    def _predictions(self, X: Array) -> Array:
        if self.has_trees:
            forest = Forest.from_sklearn([member.tree_ for member in self.estimator.estimators_])
            return tree_values(as_floats(as_matrix(X)), forest)[:, :, 0]
        return xp.stack([member.method("predict")(X) for member in self.members], axis=1)

    def predict(self, X: Array) -> Array:
        """The weighted median: the least prediction at which the members up to it have half of the total weight."""
        weights = self.weights
        descending, order = xp.topk(-self._predictions(X), len(weights))
        high, low, tie = split(weights, weights.sum(), len(weights))

        def excess(part: Floats) -> Array:
            # Twice the running sum less the total, which is exact for the coarse parts of the weights.
            return xp.cumulative_sum(xp.take(part, order), axis=1) * 2.0 - float(part.sum())

        balance = excess(high) if low is None else excess(high) + excess(low)
        median = xp.argmax(xp.astype(balance >= -2.0 * tie, int), axis=1)
        return -xp.squeeze(xp.take_along_axis(descending, xp.expand_dims(median, 1)), 1)
