"""Classifiers with a decision threshold (``sklearn.model_selection._classification_threshold``)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import model_selection as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class ThresholdConverter(DelegatingConverter):
    """A classifier that predicts the positive label where a score is at least the threshold.

    All methods but ``predict`` are those of the inner classifier.
    """

    @cached_property
    def inner(self) -> Converter:
        fitted = hasattr(self.estimator, "estimator_")
        est = self.estimator
        return self.sub(est.estimator_ if fitted else est.estimator, ".estimator_" if fitted else ".estimator")

    @property
    def default_methods(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of any classifier."""
        return ClassifierConverter.default_methods

    @property
    def positive(self) -> Any:
        """The positive label, or None for the greater one."""
        raise NotImplementedError

    @property
    def response(self) -> str:
        """Name of the method whose scores are compared with the threshold."""
        method = self.estimator.response_method
        if method != "auto":
            return str(method)
        return "predict_proba" if hasattr(self.inner.estimator, "predict_proba") else "decision_function"

    @property
    def threshold(self) -> float:
        """Least score of the positive label."""
        raise NotImplementedError

    def has(self, method: str) -> bool:
        """Whether the inner classifier has a method; for ``predict``, the one that gives the scores."""
        return self.inner.has(self.response) if method == "predict" else super().has(method)

    def method(self, name: str) -> Any:
        """Return ``predict``, or the inner classifier's method."""
        return self.predict if name == "predict" else super().method(name)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """``predict`` gives positions in ``classes_``."""
        return [np.asarray(self.estimator.classes_)] if method == "predict" else self.inner.labels(method)

    def predict(self, X: Array) -> Array:
        classes = np.asarray(self.estimator.classes_)
        positive = len(classes) - 1 if self.positive is None else int(np.flatnonzero(classes == self.positive)[0])
        scores: Array = self.inner.method(self.response)(X)
        if self.response == "predict_proba":
            scores = scores[:, positive]
        elif positive == 0:
            scores = -scores
        above = scores >= self.threshold
        return xp.astype(above if positive == 1 else ~above, int)


@converts(sk.FixedThresholdClassifier)
class FixedThresholdConverter(ThresholdConverter):
    """The threshold is the user's; ``"auto"`` is 0.5 for probabilities and 0 for decisions."""

    @property
    def fitted(self) -> Any:
        """The fitted estimator: the inner classifier, if that was fitted before and this was not."""
        return self.estimator if hasattr(self.estimator, "estimator_") else self.estimator.estimator

    @property
    def positive(self) -> Any:
        return self.estimator.pos_label

    @property
    def threshold(self) -> float:
        if self.estimator.threshold == "auto":
            return 0.5 if self.response == "predict_proba" else 0.0
        return float(self.estimator.threshold)


@converts(sk.TunedThresholdClassifierCV)
class TunedThresholdConverter(ThresholdConverter):
    """The threshold is the best in cross-validation."""

    @property
    def positive(self) -> Any:
        return self.estimator._curve_scorer._get_pos_label()

    @property
    def threshold(self) -> float:
        return float(self.estimator.best_threshold_)
