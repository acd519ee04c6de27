"""Estimators and converters that tests of ``verify`` make wrong on purpose."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin

import skl2tflite
from skl2tflite.verify import verify

RANDOM = np.random.default_rng(1)
X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32).astype(np.float64)


class Shift(TransformerMixin, BaseEstimator):
    """Gives back what it takes, or what ``function`` makes of it."""

    def __init__(self, function=None):
        self.function = function

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.shift_ = np.full(X.shape[1], 1e4)
        return self

    def transform(self, X):
        return X if self.function is None else self.function(X)


class Labels(ClassifierMixin, BaseEstimator):
    """Labels by the greatest of scores."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        self.classes_ = np.array(["left", "right"])
        self.weights_ = np.array([[1.0, 1.0 + 1e-9], [2.0, 2.0], [-1.0, -1.0]])
        return self

    def decision_function(self, X):
        return np.asarray(X, dtype=np.float64) @ self.weights_

    def predict(self, X):
        return self.classes_[self.decision_function(X).argmax(axis=1)]


class Lists(RegressorMixin, BaseEstimator):
    """A method that gives a list."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def predict_proba(self, X):
        return [np.abs(X[:, :2]), np.abs(X)]


def compared(estimator, rows=X, **options):
    return verify(skl2tflite.convert(estimator), estimator, rows, **options)
