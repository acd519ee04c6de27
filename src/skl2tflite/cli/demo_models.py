"""The models of ``skl2tflite demo``: real pipelines on the data that scikit-learn brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DemoModel:
    """One row of the demo.

    Attributes
    ----------
    name : str
        Name of its file, without suffix.
    title : str
        Its title in the table.
    load : callable
        Returns rows, and their labels or values.
    make : callable
        Returns the estimator, not yet fitted.
    methods : tuple of str
        Methods to convert, the main one first.
    """

    name: str
    title: str
    load: Callable[[], tuple[Any, Any]]
    make: Callable[[], Any]
    methods: tuple[str, ...]


def demo_models() -> Iterator[DemoModel]:
    """Yield the models, simple ones first."""
    import numpy as np
    from sklearn.compose import make_column_transformer
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
    from sklearn.decomposition import PCA
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler
    from sklearn.svm import SVC, LinearSVC

    def cancer_with_holes() -> tuple[Any, Any]:
        X, y = load_breast_cancer(return_X_y=True)
        holes = np.random.default_rng(0).random(X.shape) < 0.1
        return np.where(holes, np.nan, X), y

    def columns() -> Any:
        frame = load_breast_cancer(as_frame=True).data
        return make_column_transformer(
            (StandardScaler(), [name for name in frame if name.startswith("mean ")]),
            (MinMaxScaler(), [name for name in frame if name.startswith("worst ")]),
            remainder="passthrough",
        )

    scores, probabilities, values = ("decision_function", "predict"), ("predict_proba", "predict"), ("predict",)
    yield DemoModel(
        "breast_cancer_logistic",
        "breast_cancer: scaler, logistic regression",
        lambda: load_breast_cancer(return_X_y=True),
        lambda: make_pipeline(StandardScaler(), LogisticRegression()),
        probabilities,
    )
    yield DemoModel(
        "breast_cancer_columns",
        "breast_cancer: DataFrame, two scalers by column, logistic regression",
        lambda: load_breast_cancer(return_X_y=True, as_frame=True),
        lambda: make_pipeline(columns(), LogisticRegression(max_iter=1000)),
        probabilities,
    )
    yield DemoModel(
        "breast_cancer_missing",
        "breast_cancer, 10 % of values missing: imputer, scaler, PCA, linear SVC",
        cancer_with_holes,
        lambda: make_pipeline(SimpleImputer(), StandardScaler(), PCA(10), LinearSVC(random_state=0)),
        scores,
    )
    yield DemoModel(
        "wine_svc",
        "wine: scaler, SVC with rbf kernel",
        lambda: load_wine(return_X_y=True),
        lambda: make_pipeline(StandardScaler(), SVC()),
        scores,
    )
    yield DemoModel(
        "diabetes_linear",
        "diabetes: linear regression",
        lambda: load_diabetes(return_X_y=True),
        LinearRegression,
        values,
    )
    yield DemoModel(
        "diabetes_mlp",
        "diabetes: scaler, MLP regressor (64, 64)",
        lambda: load_diabetes(return_X_y=True),
        lambda: make_pipeline(
            StandardScaler(), MLPRegressor(hidden_layer_sizes=(64, 64), max_iter=500, tol=1e-3, random_state=0)
        ),
        values,
    )
    yield DemoModel(
        "digits_forest",
        "digits: random forest, 100 unlimited trees",
        lambda: load_digits(return_X_y=True),
        lambda: RandomForestClassifier(100, random_state=0),
        probabilities,
    )
