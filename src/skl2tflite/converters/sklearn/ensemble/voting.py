"""Voting (:mod:`sklearn.ensemble._voting`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.members import nan_of, needed_of, positions_in
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.sums import vote_sums
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MAX_RANKED_VOTERS = 12
"""Number of voters up to which the total weight of every subset of voters is held in a table."""


class VotingConverter(Converter):
    """Members fitted on the same rows, with weights."""

    takes_tables = True
    takes_matrices = True

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that the members need, as these read X themselves."""
        return needed_of(self.members)

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """As the members do."""
        return nan_of(self.members, clean)

    def check(self) -> None:
        # Make the members' converters now, so that refusals come before any other work.
        _ = self.members

    @property
    def sharing(self) -> Sequence[Converter]:
        """The members, all of which take X."""
        return self.members

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of the members that are not dropped."""
        named = self.estimator.named_estimators_.items()
        return [self.sub(member, f".named_estimators_[{name!r}]") for name, member in named if not _is_dropped(member)]

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weight of each member that is not dropped."""
        weights = self.estimator._weights_not_none
        return np.ones(len(self.members)) if weights is None else np.asarray(weights, dtype=np.float64)

    def average(self, answers: list[Array]) -> Array:
        """Return the weighted mean of the members' answers."""
        weights = self.weights
        shape = (-1, *(1 for _ in answers[0].shape[1:]))
        stacked = xp.stack(answers, axis=1)
        total = xp.sum(stacked if np.all(weights == 1) else stacked * weights.reshape(shape), axis=1)
        return total / float(weights.sum())


def _ranks(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rank of the total weight of each subset of voters; bit ``i`` of a subset's number is voter ``i``."""
    totals = np.zeros(1)
    for weight in weights:
        totals = np.concatenate([totals, totals + weight])
    return np.unique(totals, return_inverse=True)[1].astype(np.float64)


def _is_dropped(member: Any) -> bool:
    return isinstance(member, str) and member == "drop"


@converts(sk.VotingClassifier)
class VotingClassifierConverter(VotingConverter, ClassifierConverter):
    """The class with the most votes, or with the greatest mean probability."""

    def check(self) -> None:
        super().check()
        if self.estimator.voting == "hard" and np.any(self.weights < 0):
            raise self.refuse("negative weights of votes have no defined outcome", "use weights of at least 0")

    def predict_proba(self, X: Array) -> Array:
        return self.average(self._probabilities(X))

    def _probabilities(self, X: Array) -> list[Array]:
        answers = []
        for member in self.members:
            answers.append(member.method("predict_proba")(X))
            if isinstance(answers[-1], list | tuple):
                raise member.refuse("predicts several outputs, and voting takes one of each member")
        return answers

    def wide_log_proba(self, X: Array) -> Array | None:
        """Logarithm of the weighted mean, from the members' own logarithms where all have them."""
        if self.estimator.voting == "hard" or np.any(self.weights < 0):
            return None
        answers = [member.log_proba(X) for member in self.members]
        known = [answer for answer in answers if answer is not None]
        if len(known) < len(answers):
            return None
        with np.errstate(divide="ignore"):
            shares = np.log(self.weights / self.weights.sum())
        return xp.logsumexp(xp.stack(known, axis=1) + shares[:, np.newaxis], axis=1)

    def _positions(self, X: Array) -> Array:
        # Members are fitted on positions in classes_.
        classes = np.arange(len(self.estimator.classes_))
        return xp.stack([positions_in(classes, member, X) for member in self.members], axis=1)

    def predict(self, X: Array) -> Array:
        if self.estimator.voting == "soft":
            return xp.argmax(self.predict_proba(X), axis=1)
        votes = xp.one_hot(self._positions(X), len(self.estimator.classes_))
        if len(self.weights) > MAX_RANKED_VOTERS:
            return vote_sums(votes, self.weights).argmax()
        # scikit-learn adds the weights in float64, where 0.1 + 0.2 > 0.3. The table of subsets is made the same way.
        voters = xp.sum(votes * 2.0 ** np.arange(len(self.weights))[:, np.newaxis], axis=1)
        return xp.argmax(xp.take(_ranks(self.weights), xp.astype(voters, int)), axis=1)

    def transform(self, X: Array) -> Array:
        """Each member's probabilities, or the position of its label."""
        if self.estimator.voting == "hard":
            return self._positions(X)
        answers = self._probabilities(X)
        return xp.concat(answers, axis=1) if self.estimator.flatten_transform else xp.stack(answers, axis=0)

    @property
    def rows_second(self) -> frozenset[str]:  # type: ignore[override]
        """``transform`` without ``flatten_transform``, whose first axis is the members."""
        flat = self.estimator.voting == "hard" or self.estimator.flatten_transform
        return frozenset() if flat else TRANSFORM


@converts(sk.VotingRegressor)
class VotingRegressorConverter(VotingConverter, RegressorConverter):
    """Weighted mean of the members' predictions."""

    def predict(self, X: Array) -> Array:
        return self.average([member.method("predict")(X) for member in self.members])

    def transform(self, X: Array) -> Array:
        return xp.stack([member.method("predict")(X) for member in self.members], axis=1)
