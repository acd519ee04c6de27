"""Bagging (:mod:`sklearn.ensemble._bagging`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.members import are_trees, positions_in
from skl2tflite.converters.core.registry import converts
from skl2tflite.features import RowKind, TableRows
from skl2tflite.flow.matrix import as_floats
from skl2tflite.flow.table import as_matrix, take_columns
from skl2tflite.forest.sums import Sums, tree_sums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class BaggingConverter(Converter):
    """Members fitted on samples of the rows and columns; if all are trees, they are computed as one forest."""

    takes_matrices = True

    def check(self) -> None:
        # Make the members' converters now, so that refusals come before any other work.
        _ = self.members

    @property
    def has_trees(self) -> bool:
        """Whether all members are trees."""
        return are_trees(self.estimator.estimators_)

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of the members, unless all are trees."""
        if self.has_trees:
            return []
        return [self.sub(member, f".estimators_[{i}]") for i, member in enumerate(self.estimator.estimators_)]

    def learn_rows(self, rows: RowKind) -> None:
        """Pass each member the number of its own columns, which have no names."""
        if isinstance(rows, TableRows) and rows.count is not None:
            for member, columns in zip(self.members, self.estimator.estimators_features_, strict=False):
                member.learn_rows(TableRows(len(columns)))

    def has(self, method: str) -> bool:
        """Whether the ensemble and, for decisions, every member has a method."""
        return super().has(method) and (
            method != "decision_function" or all(member.has(method) for member in self.members)
        )

    def ask(self, method: str, X: Array) -> list[Any]:
        """Return each member's answer for its own columns."""
        columns = self.estimator.estimators_features_
        return [m.method(method)(take_columns(X, c)) for m, c in zip(self.members, columns, strict=True)]

    def values(self, tree: Any) -> NDArray[np.float64]:
        """Return the value of each node of a member tree."""
        return np.asarray(tree.tree_.value)

    @cached_property
    def forest(self) -> Forest:
        """All member trees, each with its own columns."""
        est = self.estimator
        return Forest.from_sklearn(
            [member.tree_ for member in est.estimators_],
            values=[self.values(member) for member in est.estimators_],
            features=est.estimators_features_,
            n_features=self.n_features,
        )

    def sums(self, X: Array) -> Sums:
        """Return the sums of the leaves' values over the member trees."""
        return tree_sums(as_floats(as_matrix(X)), self.forest, missing=self.allows_nan)

    def average(self, answers: list[Array]) -> Array:
        """Return the mean of the members' answers."""
        return xp.sum(xp.stack(answers, axis=1), axis=1) / len(answers)


@converts(sk.BaggingClassifier)
class BaggingClassifierConverter(BaggingConverter, ClassifierConverter):
    """Mean of the members' probabilities, or of their votes if they have no probabilities."""

    @property
    def n_classes(self) -> int:
        """Number of classes; members are fitted on positions of classes, and may not have seen all."""
        return int(self.estimator.n_classes_)

    def values(self, tree: Any) -> NDArray[np.float64]:
        fractions = np.zeros((tree.tree_.node_count, self.n_classes))
        fractions[:, tree.classes_.astype(np.int64)] = tree.tree_.value[:, 0, : len(tree.classes_)]
        return fractions

    def _probabilities(self, member: Converter, X: Array) -> Array:
        """Return a member's probabilities of all classes, 0 for classes that it has not seen."""
        if not hasattr(member.estimator, "predict_proba"):
            return xp.one_hot(positions_in(np.arange(self.n_classes), member, X), self.n_classes)
        probabilities: Array = member.method("predict_proba")(X)
        classes = np.asarray(member.estimator.classes_, dtype=np.int64)
        if len(classes) == self.n_classes:
            return probabilities
        return xp.linear(probabilities, np.eye(self.n_classes)[classes])

    def predict_proba(self, X: Array) -> Array:
        if self.has_trees:
            return self.sums(X).value / len(self.estimator.estimators_)
        columns = self.estimator.estimators_features_
        given = [take_columns(X, c) for c in columns]
        return self.average([self._probabilities(m, x) for m, x in zip(self.members, given, strict=True)])

    def predict(self, X: Array) -> Array:
        return self.sums(X).argmax() if self.has_trees else xp.argmax(self.predict_proba(X), axis=1)

    def predict_log_proba(self, X: Array) -> Array:
        """Logarithm of the mean probability, computed from the members' logarithms if they have them."""
        if self.has_trees or not hasattr(self.estimator.estimator_, "predict_log_proba"):
            return xp.log(self.predict_proba(X))
        return self._logarithm_of_mean(self.ask("predict_log_proba", X))

    def wide_log_proba(self, X: Array) -> Array | None:
        columns = self.estimator.estimators_features_
        answers = [member.log_proba(take_columns(X, c)) for member, c in zip(self.members, columns, strict=False)]
        known = [answer for answer in answers if answer is not None]
        return self._logarithm_of_mean(known) if known and len(known) == len(answers) else None

    def _logarithm_of_mean(self, answers: list[Array]) -> Array:
        """Logarithm of the mean probability, given the logarithms that members give for the classes that they know."""
        logs = []
        for member, answer in zip(self.members, answers, strict=True):
            classes = np.asarray(member.estimator.classes_, dtype=np.int64)
            if len(classes) < self.n_classes:
                place = np.zeros(self.n_classes, dtype=np.int64)
                place[classes] = np.arange(len(classes))
                seen = np.isin(np.arange(self.n_classes), classes)
                answer = xp.where(seen, xp.take(answer, place, axis=1), -np.inf)
            logs.append(answer)
        stacked = xp.stack(logs, axis=1)
        # If every member's logarithm is -inf, so is that of the sum; -1e30 keeps -inf - -inf from being NaN.
        greatest = xp.maximum(xp.max(stacked, axis=1, keepdims=True), -1e30)
        mean = xp.sum(xp.exp(stacked - greatest), axis=1) / len(logs)
        # Not by adding to -inf: LiteRT's kernels without XNNPACK stop at the least float32 number.
        return xp.where(mean == 0.0, -np.inf, xp.log(mean) + xp.squeeze(greatest, 1))

    def decision_function(self, X: Array) -> Array:
        return self.average(self.ask("decision_function", X))


@converts(sk.BaggingRegressor)
class BaggingRegressorConverter(BaggingConverter, RegressorConverter):
    """Mean of the members' predictions."""

    def predict(self, X: Array) -> Array:
        if not self.has_trees:
            return self.average(self.ask("predict", X))
        means = self.sums(X).value / len(self.estimator.estimators_)
        return means[:, 0] if self.forest.n_outputs == 1 else means
