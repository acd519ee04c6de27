"""Calibrated probabilities (:mod:`sklearn.calibration`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import calibration as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter
from skl2tflite.converters.core.members import needed_of
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import binary_wide_log_proba, softmax_excess
from skl2tflite.numerics.sigmoids import NEVER, most_of_sigmoids, shares_of_sigmoids

PROBABILITY_OFFSET = 1e-12
"""Added to probabilities before their logarithm is taken (``sklearn.calibration._convert_to_logits``)."""


@converts(sk.CalibratedClassifierCV)
class CalibratedClassifierConverter(ClassifierConverter):
    """Mean probabilities of calibrated members: the classifiers fitted on each fold, or a single one."""

    takes_tables = True
    takes_matrices = True

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that the members need, as these read X themselves."""
        return needed_of(self.members)

    @property
    def sharing(self) -> Sequence[Converter]:
        """The members, all of which take X."""
        return self.members

    @cached_property
    def members(self) -> list[Converter]:
        """Converters of the classifiers that are calibrated."""
        pairs = enumerate(self.estimator.calibrated_classifiers_)
        return [self.sub(pair.estimator, f".calibrated_classifiers_[{i}].estimator") for i, pair in pairs]

    def check(self) -> None:
        """Make the members' converters now, so that refusals come before any other work."""
        _ = self.members

    @property
    def n_features(self) -> int:
        """Number of columns; where the estimator does not know it, its members do."""
        return super().n_features if hasattr(self.estimator, "n_features_in_") else self.members[0].n_features

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which the members take NaN."""
        return self.members[0].nan_columns(clean)

    def predict_proba(self, X: Array) -> Array:
        pairs = self.estimator.calibrated_classifiers_
        calibrated = [self._calibrated(member, pair, X) for member, pair in zip(self.members, pairs, strict=True)]
        if len(calibrated) == 1:
            return calibrated[0]
        return xp.mean(xp.stack(calibrated, axis=0), axis=0)

    def predict(self, X: Array) -> Array:
        """Position of the greatest probability; of sigmoids told by their arguments, as several come near 1.

        Of temperatures told by how much probabilities exceed the mean one, as high temperatures make them alike.
        """
        pairs = self.estimator.calibrated_classifiers_
        if pairs[0].method == "temperature":
            excesses = [
                softmax_excess(self._logits(member, X) * float(pair.calibrators[0].beta_))
                for member, pair in zip(self.members, pairs, strict=True)
            ]
            return xp.argmax(reduce(add, excesses), axis=1)
        if len(pairs[0].classes) == 2 or pairs[0].method != "sigmoid":
            return xp.argmax(self.predict_proba(X), axis=1)
        members = zip(pairs, self.members, strict=True)
        return most_of_sigmoids([self._arguments(pair, member, self._scores(member, X)) for pair, member in members])

    def wide_log_proba(self, X: Array) -> Array | None:
        """Logarithm of the mean of two classes' probabilities, where no calibration interpolates."""
        pairs = self.estimator.calibrated_classifiers_
        if any(len(pair.classes) != 2 or pair.method == "isotonic" for pair in pairs):
            return None
        answers = [self._log_calibrated(member, pair, X) for member, pair in zip(self.members, pairs, strict=True)]
        return xp.logsumexp(xp.stack(answers, axis=1) - np.log(len(answers)), axis=1)

    def _log_calibrated(self, member: Converter, pair: Any, X: Array) -> Array:
        if pair.method == "temperature":
            (scaling,) = pair.calibrators
            return xp.log_softmax(self._logits(member, X) * float(scaling.beta_))
        (sigmoid,) = pair.calibrators
        return binary_wide_log_proba(self._argument(sigmoid, self._scores(member, X)[:, 0]))

    def _calibrated(self, member: Converter, pair: Any, X: Array) -> Array:
        if pair.method == "temperature":
            (scaling,) = pair.calibrators
            return xp.softmax(self._logits(member, X) * float(scaling.beta_))
        scores = self._scores(member, X)
        n_classes = len(pair.classes)
        if n_classes == 2:
            (calibrator,) = pair.calibrators
            argument = scores[:, 0]
            if pair.method == "sigmoid":
                positive = xp.expit(self._argument(calibrator, argument))
            else:
                positive = self._interpolated(calibrator, argument)
            return xp.stack([1.0 - positive, positive], axis=1)
        if pair.method == "sigmoid":
            return shares_of_sigmoids(self._arguments(pair, member, scores))
        probabilities = self._columns(pair, member, scores, self._interpolated, absent=0.0)
        sums = xp.sum(probabilities, axis=1, keepdims=True)
        return xp.where(sums == 0, 1.0 / n_classes, probabilities / xp.where(sums == 0, 1.0, sums))

    def _columns(
        self, pair: Any, member: Converter, scores: Array, calibrate: Callable[[Any, Array], Array], absent: float
    ) -> Array:
        """Return a calibrated column for each class, ``absent`` for those that a member has not seen."""
        columns = [xp.broadcast_rows(np.array(absent), like=scores)] * len(pair.classes)
        positions = np.searchsorted(pair.classes, member.estimator.classes_)
        for i, (position, calibrator) in enumerate(zip(positions, pair.calibrators, strict=False)):
            columns[position] = calibrate(calibrator, scores[:, i])
        return xp.stack(columns, axis=1)

    def _arguments(self, pair: Any, member: Converter, scores: Array) -> Array:
        """Return the arguments of the sigmoids of more than two classes."""
        return self._columns(pair, member, scores, self._argument, absent=NEVER)

    def _scores(self, member: Converter, X: Array) -> Array:
        """Return what is calibrated of a member: one column for two classes, else one for each class."""
        if hasattr(member.estimator, "decision_function"):
            scores: Array = member.method("decision_function")(X)
            return xp.expand_dims(scores, 1) if scores.ndim == 1 else scores
        scores = member.method("predict_proba")(X)
        return scores[:, 1:] if len(member.estimator.classes_) == 2 else scores

    def _argument(self, calibrator: Any, scores: Array) -> Array:
        return scores * -float(calibrator.a_) - float(calibrator.b_)

    def _interpolated(self, calibrator: Any, scores: Array) -> Array:
        # Interpolation may exceed 1 by rounding, which scikit-learn takes back too.
        isotonic = self.sub(calibrator, ".calibrated_classifiers_[…].calibrators[…]")
        return xp.minimum(isotonic.method("predict")(scores), 1.0)

    def _logits(self, member: Converter, X: Array) -> Array:
        """Return a member's decisions (of two classes, ``(-s, s)``), or the logarithms of its probabilities.

        scikit-learn takes decisions for probabilities if they lie in [0, 1] and sum to 1 in every row of the batch.
        That case is left out, so that a row's answer does not depend on the other rows.
        """
        if not hasattr(member.estimator, "decision_function"):
            return xp.log(member.method("predict_proba")(X) + PROBABILITY_OFFSET)
        scores: Array = member.method("decision_function")(X)
        return xp.expand_dims(scores, 1) * np.array([-1.0, 1.0]) if scores.ndim == 1 else scores
