"""Calibrated probabilities (:mod:`sklearn.calibration`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
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
        return xp.argmax(self.predict_proba(X), axis=1)

    def _calibrated(self, member: Converter, pair: Any, X: Array) -> Array:
        if pair.method == "temperature":
            (scaling,) = pair.calibrators
            return xp.softmax(self._logits(member, X) * float(scaling.beta_))
        if hasattr(member.estimator, "decision_function"):
            scores = member.method("decision_function")(X)
            scores = xp.expand_dims(scores, 1) if scores.ndim == 1 else scores
        else:
            scores = member.method("predict_proba")(X)
            scores = scores[:, 1:] if len(member.estimator.classes_) == 2 else scores
        n_classes = len(pair.classes)
        columns: list[Array | None] = [None] * n_classes
        positions = np.searchsorted(pair.classes, member.estimator.classes_)
        for position, column, calibrator in zip(positions, range(scores.shape[1]), pair.calibrators, strict=False):
            place = 1 if n_classes == 2 else position
            columns[place] = self._probability(calibrator, scores[:, column], pair.method)
        if n_classes == 2:
            assert columns[1] is not None
            return xp.stack([1.0 - columns[1], columns[1]], axis=1)
        zeros = xp.broadcast_rows(np.array(0.0), like=scores)
        probabilities = xp.stack([zeros if column is None else column for column in columns], axis=1)
        sums = xp.sum(probabilities, axis=1, keepdims=True)
        return xp.where(sums == 0, 1.0 / n_classes, probabilities / xp.where(sums == 0, 1.0, sums))

    def _probability(self, calibrator: Any, scores: Array, method: str) -> Array:
        if method == "sigmoid":
            return xp.expit(scores * -float(calibrator.a_) - float(calibrator.b_))
        # Interpolation may exceed 1 by rounding; scikit-learn limits it to 1 too.
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
