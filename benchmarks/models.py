"""The fitted estimators that the rows of this folder share, and the rows they are run on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer, load_diabetes, make_classification
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

Rows = NDArray[np.float32]
Method = Literal["predict", "predict_proba", "decision_function"]

TRAINING_ROWS = 5000


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator and rows it has not seen."""

    estimator: BaseEstimator
    X: Rows

    def reference(self, method: Method, X: Rows) -> NDArray[Any]:
        """Scikit-learn's own answer."""
        answer: NDArray[Any] = getattr(self.estimator, method)(X)
        return answer


@dataclass(frozen=True)
class Case:
    """An estimator and the method that is timed.

    Parameters
    ----------
    name : str
        As printed in the table.
    fit : callable
        Gives the fitted estimator; cached.
    method : str
        The scikit-learn method both sides compute, and nothing else.
    tolerance : float
        Largest absolute difference from scikit-learn that is accepted; 0 for labels.
    single_row_goal, batch_goal : float or None
        Largest ratio to ONNX Runtime on one row and on 1000 rows.
    """

    name: str
    fit: Callable[[], Fitted]
    method: Method
    tolerance: float
    single_row_goal: float | None
    batch_goal: float | None

    def __str__(self) -> str:
        return f"{self.name}, {self.method}"


def classification_rows(n_classes: int, n_rows: int = TRAINING_ROWS) -> tuple[Rows, Rows, NDArray[np.int64]]:
    """Training rows, 1000 other rows, and the training labels: 20 features, 10 of them informative."""
    X, y = make_classification(n_rows + 1000, 20, n_informative=10, n_classes=n_classes, flip_y=0.05, random_state=0)
    X = X.astype(np.float32)
    return X[:n_rows], X[n_rows:], y[:n_rows]


@cache
def linear_regression() -> Fitted:
    """LinearRegression on diabetes, 10 features."""
    X, y = load_diabetes(return_X_y=True)
    X = X.astype(np.float32)
    return Fitted(LinearRegression().fit(X, y), X)


@cache
def logistic_regression() -> Fitted:
    """Scaler and LogisticRegression on breast_cancer, 30 features."""
    X, y = load_breast_cancer(return_X_y=True)
    X = X.astype(np.float32)
    return Fitted(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(X, y), X)


@cache
def svc() -> Fitted:
    """Scaler and SVC with the rbf kernel, 5000 training rows (about 2000 support vectors)."""
    X, X_new, y = classification_rows(n_classes=2)
    return Fitted(make_pipeline(StandardScaler(), SVC()).fit(X, y), X_new)


@cache
def mlp() -> Fitted:
    """Scaler and MLPClassifier, two hidden layers of 64."""
    X, X_new, y = classification_rows(n_classes=2)
    network = MLPClassifier((64, 64), max_iter=40, random_state=0)
    return Fitted(make_pipeline(StandardScaler(), network).fit(X, y), X_new)


@cache
def forest(max_depth: int | None) -> Fitted:
    """100 trees on 5000 x 20, 3 classes."""
    X, X_new, y = classification_rows(n_classes=3)
    return Fitted(RandomForestClassifier(100, max_depth=max_depth, random_state=0, n_jobs=1).fit(X, y), X_new)


def shallow_forest() -> Fitted:
    return forest(8)


def unlimited_forest() -> Fitted:
    return forest(None)


CASES = (
    Case("scaler + logistic regression", logistic_regression, "predict_proba", 1e-6, 0.5, 0.8),
    # A kernel sum adds 2000 terms of both signs, whose absolute values sum to about 500.
    Case("scaler + SVC rbf", svc, "decision_function", 1e-4, 0.5, 0.8),
    Case("scaler + SVC rbf", svc, "predict", 0, 0.5, 0.8),
    Case("scaler + MLP (64, 64)", mlp, "predict_proba", 2e-6, 0.5, 0.8),
    Case("forest, 100 trees, depth 8", shallow_forest, "predict_proba", 1e-6, 1.0, None),
    Case("forest, 100 trees, unlimited", unlimited_forest, "predict_proba", 1e-6, None, None),
)
