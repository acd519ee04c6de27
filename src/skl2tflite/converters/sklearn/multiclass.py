"""Several binary classifiers for one of many classes (:mod:`sklearn.multiclass`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn import multiclass as sk
from sklearn.base import is_classifier, is_regressor
from sklearn.dummy import DummyClassifier
from sklearn.multiclass import _ConstantPredictor

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter
from skl2tflite.converters.core.members import label_values, nan_of, needed_of, one_column
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.table import TableLike, rows_of, take_columns
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.votes import most_voted, votes_with_confidences


class MembersConverter(Converter):
    """An estimator made of ``estimators_``, which alone read X."""

    @property
    def sharing(self) -> Sequence[Converter]:
        """The members, all of which take X."""
        return self.members

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of ``estimators_``."""
        return [self.sub(member, f".estimators_[{i}]") for i, member in enumerate(self.estimator.estimators_)]

    def check(self) -> None:
        """Make the members' converters now, so that refusals come before any other work."""
        _ = self.members

    @property
    def n_features(self) -> int:
        """Number of columns; that of the members, if the estimator does not know it."""
        is_known = hasattr(self.estimator, "n_features_in_") or self.rows.passes_through
        return super().n_features if is_known else self.members[0].n_features

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which every member takes NaN."""
        return nan_of(self.members, clean)


class TableMembersConverter(MembersConverter):
    """An estimator made of ``estimators_`` that hands them X as it is: a table, or a sparse matrix."""

    takes_tables = True
    takes_matrices = True

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that the members need, as these read X themselves."""
        return needed_of(self.members)


@converts(_ConstantPredictor)
class ConstantPredictorConverter(Converter):
    """What scikit-learn puts in place of a binary classifier if there is one class only."""

    takes_tables = True
    takes_matrices = True

    def predict(self, X: TableLike) -> Array:
        return xp.broadcast_rows(np.asarray(self.estimator.y_[0], dtype=np.float64), like=rows_of(X))

    def decision_function(self, X: Array) -> Array:
        return self.predict(X)

    def predict_proba(self, X: Array) -> Array:
        y = float(self.estimator.y_[0])
        return xp.broadcast_rows(np.array([1.0 - y, y]), like=rows_of(X))

    def wide_log_proba(self, X: Array) -> Array:
        y = float(self.estimator.y_[0])
        return xp.broadcast_rows(np.array([y, 1.0 - y]) * LOG_OF_ZERO, like=rows_of(X))

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All columns, as their values are ignored."""
        return True


def binary_score(member: Converter, X: Array) -> Array:
    """Return a member's prediction, decision or probability of class 1 (``sklearn.multiclass._predict_binary``)."""
    if is_regressor(member.estimator):
        return one_column(member, "predict", X)
    return one_column(
        member, "decision_function" if hasattr(member.estimator, "decision_function") else "predict_proba", X
    )


def is_scored_by_probability(member: Converter) -> bool:
    """Whether :func:`binary_score` is a probability: so is the number that stands for a classifier of one class."""
    if isinstance(member.estimator, _ConstantPredictor):
        return True
    return not is_regressor(member.estimator) and not hasattr(member.estimator, "decision_function")


def binary_threshold(member: Converter) -> float:
    """Return the threshold that a member's score must exceed (``sklearn.multiclass._threshold_for_binary_predict``)."""
    has_decision = hasattr(member.estimator, "decision_function") and is_classifier(member.estimator)
    return 0.0 if has_decision else 0.5


def normalized(probabilities: Array) -> Array:
    """Return rows divided by their sums, rows of zeros as they are."""
    sums = xp.sum(probabilities, axis=1, keepdims=True)
    return probabilities / xp.where(sums == 0, 1.0, sums)


@cache
def ties_go_to_last() -> bool:
    """Whether one against the rest predicts the last of equally likely classes, as in scikit-learn 1.6."""
    equal = sk.OneVsRestClassifier(DummyClassifier()).fit([[0.0]] * 3, [0, 1, 2])
    return bool(equal.predict([[0.0]])[0] == 2)


def most_likely(scores: Sequence[Array]) -> Array:
    """Return the position of the greatest of several columns, with ties as in scikit-learn."""
    if not ties_go_to_last():
        return xp.argmax(xp.stack(scores, axis=1), axis=1)
    return len(scores) - 1 - xp.argmax(xp.stack(scores[::-1], axis=1), axis=1)


TINY_PROBABILITY = 1e-30
"""Probabilities below are compared by their logarithms: float32 holds nothing below 1e-38, float64 goes to 1e-308."""
MIN_LOG_PROBABILITY = -745.0
"""Of the least probability that float64 tells from 0."""
LEAST_COMPLEMENT = float(np.log(2.0**-53))
"""Logarithm of the least ``1 - p`` with which float64 tells p from 1."""
LOG_OF_ZERO = -1e9
"""Stands for the logarithm of 0."""


def logarithms_of(members: Sequence[Converter], X: Array) -> list[Array] | None:
    """Return the logarithms of each member's probabilities of both classes; None where some member has none."""
    logarithms = [member.log_proba(X) for member in members]
    known = [each for each in logarithms if each is not None and each.shape[1:] == (2,)]
    return known if len(known) == len(members) else None


def above_nothing(logarithms: Array) -> Array:
    """Return the logarithms of the probabilities of class 1, where float64 does not round these to 0."""
    ones = logarithms[:, 1]
    return xp.where(ones > MIN_LOG_PROBABILITY, ones, LOG_OF_ZERO)


def log_odds(logarithms: Array) -> Array:
    """Return ``log(p / (1 - p))`` of class 1, which orders probabilities near 0 and near 1 as float64 does.

    Those that float64 rounds to 0, or to 1, are equal.
    """
    complement = xp.maximum(logarithms[:, 0], LEAST_COMPLEMENT)
    return above_nothing(logarithms) - complement


@converts(sk.OneVsRestClassifier)
class OneVsRestConverter(TableMembersConverter, ClassifierConverter):
    """One binary classifier for each class, or for each label of a multilabel problem."""

    def has(self, method: str) -> bool:
        """As the members do."""
        return super().has(method) and (method == "predict" or all(member.has(method) for member in self.members))

    @property
    def is_multilabel(self) -> bool:
        """Whether it was fitted on a matrix of labels that are present or absent."""
        return bool(self.estimator.multilabel_)

    def _scores(self, X: Array) -> list[Array]:
        return [binary_score(member, X) for member in self.members]

    def _ordered(self, X: Array) -> list[Array]:
        """Return numbers in the order of the members' scores; of probabilities, which float32 may not tell apart."""
        of_probabilities = all(is_scored_by_probability(member) for member in self.members)
        logarithms = logarithms_of(self.members, X) if of_probabilities else None
        return self._scores(X) if logarithms is None else [log_odds(each) for each in logarithms]

    def predict(self, X: Array) -> Array:
        """Position of the greatest score; for several labels, whether each score exceeds its threshold."""
        if self.estimator.label_binarizer_.y_type_ == "multiclass":
            return most_likely(self._ordered(X))
        above = xp.astype(xp.stack(self._scores(X), axis=1) > binary_threshold(self.members[0]), int)
        if self.is_multilabel:
            return above
        if len(self.estimator.classes_) == 1:
            return xp.broadcast_rows(np.array(0), like=rows_of(X))
        return xp.squeeze(above, 1)

    def predict_proba(self, X: Array) -> Array:
        """The members' probabilities of class 1, divided by their sum unless they are of several labels."""
        ones = xp.stack([one_column(member, "predict_proba", X) for member in self.members], axis=1)
        if len(self.members) == 1:
            ones = xp.concat([1.0 - ones, ones], axis=1)
        if self.is_multilabel:
            return ones
        known = None if len(self.members) == 1 else logarithms_of(self.members, X)
        if known is None:
            return normalized(ones)
        logarithms = xp.stack([above_nothing(each) for each in known], axis=1)
        of_tiny = xp.where(xp.max(logarithms, axis=1, keepdims=True) > MIN_LOG_PROBABILITY, xp.softmax(logarithms), 0.0)
        return xp.where(xp.max(ones, axis=1, keepdims=True) > TINY_PROBABILITY, normalized(ones), of_tiny)

    def decision_function(self, X: Array) -> Array:
        if len(self.members) == 1:
            return one_column(self.members[0], "decision_function", X)
        return xp.stack([one_column(member, "decision_function", X) for member in self.members], axis=1)


@converts(sk.OneVsOneClassifier)
class OneVsOneConverter(MembersConverter, ClassifierConverter):
    """One binary classifier for each pair of classes; their votes decide, and their confidences between equal votes."""

    default_methods: ClassVar[tuple[str, ...]] = ("predict",)
    takes_matrices = True

    def _of_members(self, X: Array) -> list[Array]:
        """Return each member's input: X, or the columns of its own rows if X is a precomputed kernel or distance."""
        indices = self.estimator.pairwise_indices_
        return [X for _ in self.members] if indices is None else [take_columns(X, columns) for columns in indices]

    def decision_function(self, X: Array) -> Array:
        scores = votes_with_confidences(*self._votes(X))
        return scores[:, 1] if len(self.estimator.classes_) == 2 else scores

    def _votes(self, X: Array) -> tuple[Array, Array]:
        """Return the number of pairs that each class wins, and the sum of its scores in them."""
        n_classes = len(self.estimator.classes_)
        pairs = [(i, j) for i in range(n_classes) for j in range(i + 1, n_classes)]
        first, second = np.zeros((2, len(pairs), n_classes))
        for k, (i, j) in enumerate(pairs):
            first[k, i] = second[k, j] = 1.0
        given = list(zip(self.members, self._of_members(X), strict=True))
        predictions = xp.stack([label_values(member, x) for member, x in given], axis=1)
        ballots = xp.concat([xp.astype(predictions == 0, float), xp.astype(predictions == 1, float)], axis=1)
        votes = xp.linear(ballots, np.vstack([first, second]))
        confidences = xp.linear(xp.stack([binary_score(member, x) for member, x in given], axis=1), second - first)
        return votes, confidences

    def predict(self, X: Array) -> Array:
        if len(self.estimator.classes_) == 2:
            return xp.astype(self.decision_function(X) > binary_threshold(self.members[0]), int)
        return most_voted(*self._votes(X))


@converts(sk.OutputCodeClassifier)
class OutputCodeConverter(MembersConverter, ClassifierConverter):
    """One binary classifier for each bit of a code; the class with the nearest code is predicted."""

    default_methods: ClassVar[tuple[str, ...]] = ("predict",)
    takes_matrices = True

    def predict(self, X: Array) -> Array:
        scores = xp.stack([binary_score(member, X) for member in self.members], axis=1)
        return xp.argmin(xp.squared_distances(scores, np.asarray(self.estimator.code_book_, dtype=np.float64)), axis=1)
