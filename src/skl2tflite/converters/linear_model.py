"""Linear models (:mod:`sklearn.linear_model`)."""

from __future__ import annotations

import numpy as np
from sklearn import linear_model as sk

from skl2tflite.converters.base import LinearClassifierConverter, RegressorConverter, binary_probabilities
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.LinearRegression, sk.Ridge)
class LinearRegressorConverter(RegressorConverter):
    """``X @ coef_.T + intercept_`` (:meth:`sklearn.linear_model._base.LinearModel._decision_function`)."""

    def predict(self, X: Array) -> Array:
        """Linear prediction."""
        est = self.estimator
        return xp.linear(X, np.transpose(est.coef_), est.intercept_)


@converts(sk.LogisticRegression)
class LogisticRegressionConverter(LinearClassifierConverter):
    def decision_function(self, X: Array) -> Array:
        scores = xp.linear(X, np.transpose(self.estimator.coef_), self.estimator.intercept_)
        return xp.squeeze(scores, 1) if self.estimator.coef_.shape[0] == 1 else scores

    def predict_proba(self, X: Array) -> Array:
        scores = self.decision_function(X)
        return binary_probabilities(scores) if scores.ndim == 1 else xp.softmax(scores)
