"""Multi-layer perceptrons (:mod:`sklearn.neural_network`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import neural_network as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, RegressorConverter, TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import (
    binary_log_probabilities,
    binary_probabilities,
    binary_wide_log_proba,
    log_expit,
    log_softmax,
)

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "identity": lambda x: x,
    "exp": xp.exp,
    "tanh": xp.tanh,
    "logistic": xp.expit,
    "relu": xp.relu,
    "softmax": xp.softmax,
}


class MultilayerPerceptronConverter(Converter):
    """Linear layers, each but the last followed by ``activation``."""

    def scores(self, X: Array) -> Array:
        """Return the last layer's values before ``out_activation_``, of shape (n_rows,) for a single output."""
        est = self.estimator
        *hidden, (weights, bias) = zip(est.coefs_, est.intercepts_, strict=True)
        for hidden_weights, hidden_bias in hidden:
            X = ACTIVATIONS[est.activation](xp.linear(X, hidden_weights, hidden_bias))
        scores = xp.linear(X, weights, bias)
        return xp.squeeze(scores, 1) if est.n_outputs_ == 1 else scores


@converts(sk.MLPRegressor)
class MLPRegressorConverter(MultilayerPerceptronConverter, RegressorConverter):
    def predict(self, X: Array) -> Array:
        return ACTIVATIONS[self.estimator.out_activation_](self.scores(X))


@converts(sk.MLPClassifier)
class MLPClassifierConverter(MultilayerPerceptronConverter, ClassifierConverter):
    def predict_proba(self, X: Array) -> Array:
        scores = self.scores(X)
        return binary_probabilities(scores) if scores.ndim == 1 else ACTIVATIONS[self.estimator.out_activation_](scores)

    def predict_log_proba(self, X: Array) -> Array:
        scores = self.scores(X)
        if scores.ndim == 1:
            return binary_log_probabilities(scores, self._dtype)
        return (log_expit if self.is_multilabel else log_softmax)(scores, self._dtype)

    def wide_log_proba(self, X: Array) -> Array:
        scores = self.scores(X)
        if scores.ndim == 1:
            return binary_wide_log_proba(scores)
        return xp.log_expit(scores) if self.is_multilabel else xp.log_softmax(scores)

    def predict(self, X: Array) -> Array:
        scores = self.scores(X)
        if scores.ndim == 2 and not self.is_multilabel:
            return xp.argmax(scores, axis=1)
        # The probability must be above one half; up to this score it rounds to one half.
        return xp.astype(scores > 0.75 * np.finfo(self._dtype).eps, int)

    @property
    def _dtype(self) -> np.dtype[np.floating]:
        """Dtype in which scikit-learn computes float32 rows."""
        return np.result_type(self.estimator.coefs_[-1].dtype, np.float32)


@converts(sk.BernoulliRBM)
class BernoulliRBMConverter(TransformerConverter):
    """Probabilities of the hidden units."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        return xp.expit(xp.linear(X, est.components_.T, est.intercept_hidden_))

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "score_samples":
            raise UnsupportedMethodError(f"{self.path}.score_samples flips one feature of each row at random")
        return super().method(name)
