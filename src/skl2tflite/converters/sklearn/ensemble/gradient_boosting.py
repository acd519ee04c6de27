"""Gradient boosting (:mod:`sklearn.ensemble._gb`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import ensemble as sk
from sklearn.dummy import DummyClassifier, DummyRegressor

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.matrix import as_floats
from skl2tflite.flow.table import as_matrix
from skl2tflite.forest.op import leaf_numbers
from skl2tflite.forest.sums import Sums, tree_sums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_log_probabilities, binary_probabilities, log_softmax

_VERSION = tuple(int(number) for number in sklearn.__version__.split(".")[:2])

MIN_PROBABILITY = float(np.finfo(np.float64 if _VERSION >= (1, 8) else np.float32).eps)
"""Least probability of the initial estimator; scikit-learn clips lower ones to it."""


class BoostedClassifierConverter(ClassifierConverter):
    """A classifier whose raw scores are sums over trees: one score for two classes, else one for each class."""

    def raw(self, X: Array) -> Sums:
        """Return the raw scores."""
        raise NotImplementedError

    def decision_function(self, X: Array) -> Array:
        scores = self.raw(X).value
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict_proba(self, X: Array) -> Array:
        scores = self.decision_function(X)
        return binary_probabilities(scores) if scores.ndim == 1 else xp.softmax(scores)


class GradientBoostingConverter(Converter):
    """Adds trees of several stages to the scores of the initial estimator."""

    takes_matrices = True

    def check(self) -> None:
        # Make the initial estimator's converter now, so that refusals come before any other work.
        _ = self.initial

    @cached_property
    def initial(self) -> Converter | None:
        """Converter of the initial estimator, or None if that is constant."""
        init = self.estimator.init_
        if _is_zero(init) or isinstance(init, DummyRegressor):
            return None
        if isinstance(init, DummyClassifier) and init.strategy in ("prior", "most_frequent", "constant"):
            return None
        return self.sub(init, ".init_")

    @cached_property
    def forest(self) -> Forest:
        """The trees, stage by stage, with their values times the learning rate."""
        est = self.estimator
        trees = [member.tree_ for member in est.estimators_.ravel()]
        return Forest.from_sklearn(trees, values=[est.learning_rate * tree.value for tree in trees])

    def initial_scores(self, estimator: Any, X: Array) -> Array:
        """Return the scores of the initial estimator (or of its converter), of shape (n_rows, n_sums)."""
        predict = estimator.method("predict") if isinstance(estimator, Converter) else estimator.predict
        return xp.reshape(predict(X), (-1, 1))

    def raw(self, X: Array) -> Sums:
        """Return the sums of the initial scores and the trees' values (:meth:`BaseGradientBoosting._raw_predict`)."""
        est = self.estimator
        base = None
        if self.initial is None and not _is_zero(est.init_):
            base = np.asarray(self.initial_scores(est.init_, np.zeros((1, self.n_features))))[0]
        sums = tree_sums(as_floats(as_matrix(X)), self.forest, groups=est.estimators_.shape[1], base=base)
        return sums if self.initial is None else sums.plus(self.initial_scores(self.initial, X))

    def apply(self, X: Array) -> Array:
        """Number of the leaf that each row reaches in each tree, as floats like scikit-learn's."""
        return xp.astype(leaf_numbers(as_floats(as_matrix(X)), self.forest), float)


@converts(sk.GradientBoostingClassifier)
class GradientBoostingClassifierConverter(GradientBoostingConverter, BoostedClassifierConverter):
    def initial_scores(self, estimator: Any, X: Array) -> Array:
        """Link function of the initial probabilities (:func:`sklearn.ensemble._gb._init_raw_predictions`)."""
        several = self.estimator.estimators_.shape[1] > 1
        if not isinstance(estimator, Converter) and not several:  # whose probabilities may have been set by hand
            p = np.clip(estimator.predict_proba(X)[:, 1:], MIN_PROBABILITY, 1.0 - MIN_PROBABILITY)
            return self._of_logit(np.log(p / (1.0 - p)))
        probabilities = (
            estimator.method("predict_proba") if isinstance(estimator, Converter) else estimator.predict_proba
        )
        given = probabilities(X)
        if several:
            log = xp.log(xp.clip(given, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY))
            return log - xp.mean(log, axis=1, keepdims=True)
        # The column of 1 - p is 0 wherever scikit-learn's p has been rounded to 1 in its dtype.
        grid = 2.0 / self._eps
        complement = xp.round(given[:, :1] * grid) / grid
        p, other = (xp.clip(each, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY) for each in (given[:, 1:], complement))
        return self._of_logit(xp.log(p) - xp.log(other))

    def is_equivalent(
        self, method: str, rows: NDArray[Any], answers: Sequence[tuple[NDArray[Any], NDArray[Any]]], tolerance: float
    ) -> NDArray[np.bool_]:
        """Accept scores as of another last digit of the initial probability, which decides where that is near 1."""
        if method not in ("decision_function", "predict_log_proba") or self.initial is None or answers[0][0].ndim > 2:
            return super().is_equivalent(method, rows, answers, tolerance)
        if self.estimator.estimators_.shape[1] > 1:
            return super().is_equivalent(method, rows, answers, tolerance)
        want, got = (_scores(each) for each in answers[0])
        p = self.estimator.init_.predict_proba(rows.astype(np.float32))[:, 1].astype(np.float64)
        least, most = MIN_PROBABILITY, 1.0 - MIN_PROBABILITY
        ends = [np.clip(p * (1.0 + sign * self._eps), least, most) for sign in (-1, 0, 1)]
        low, middle, high = (np.log(end / (1.0 - end)) for end in ends)
        with np.errstate(invalid="ignore"):
            moved = got - want
        allowed = tolerance * np.abs(want)
        return np.asarray((moved >= low - middle - allowed) & (moved <= high - middle + allowed))

    @cached_property
    def _eps(self) -> float:
        """Spacing of the initial estimator's probabilities above 1: it is given rows of float32."""
        rows = np.zeros((1, self.n_features), dtype=np.float32)
        return float(np.finfo(np.asarray(self.estimator.init_.predict_proba(rows)).dtype).eps)

    def _of_logit(self, logit: Array) -> Array:
        return 0.5 * logit if self.estimator.loss == "exponential" else logit

    def predict(self, X: Array) -> Array:
        raw = self.raw(X)
        if self.estimator.estimators_.shape[1] > 1:
            return raw.argmax()
        return xp.astype(raw.positive(or_zero=True)[:, 0], int)

    def _logits(self, X: Array) -> Array:
        scores = self.decision_function(X)
        return 2.0 * scores if self.estimator.loss == "exponential" else scores

    def predict_proba(self, X: Array) -> Array:
        logits = self._logits(X)
        return binary_probabilities(logits) if logits.ndim == 1 else xp.softmax(logits)

    def predict_log_proba(self, X: Array) -> Array:
        logits = self._logits(X)
        return binary_log_probabilities(logits) if logits.ndim == 1 else log_softmax(logits)

    def apply(self, X: Array) -> Array:
        return xp.reshape(super().apply(X), (-1, *self.estimator.estimators_.shape))


@converts(sk.GradientBoostingRegressor)
class GradientBoostingRegressorConverter(GradientBoostingConverter, RegressorConverter):
    """The raw scores, as every loss has the identity as its link."""

    def predict(self, X: Array) -> Array:
        return self.raw(X).value[:, 0]


def _is_zero(init: Any) -> bool:
    return isinstance(init, str) and init == "zero"


def _scores(answer: NDArray[Any]) -> NDArray[np.float64]:
    """Return the scores of which answers are, or the logarithms of the probabilities of two classes."""
    return np.asarray(answer[:, 1] - answer[:, 0] if answer.ndim == 2 else answer, dtype=np.float64)
