"""Models of every kind that bundles in typed languages take, with rows for their golden vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, LocalOutlierFactor, RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from tests.hostile import HOSTILE
from tests.robustness import test_generated_text as hostile

X, y = load_iris(return_X_y=True)
LABELS = np.array(["setosa", 'versi"color\\', "größe 🙂"], dtype=object)
TEXTS = ["win a prize", "lunch at noon?", "", "you 🙂 won — größe", "see you at lunch", "a prize"]


def table() -> pd.DataFrame:
    """Every kind of a column: numbers, some missing, truth values, large whole numbers, text, and one not read."""
    generator = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age (years)": np.where(np.arange(60) % 5 == 0, np.nan, generator.integers(1, 80, 60)),
            "is member": np.arange(60) % 3 == 0,
            "town": np.array(["Graz", "Évora", "E\u0301vora", None, ""], dtype=object)[np.arange(60) % 5],
            "serial": 2**24 + 1 + np.arange(60) % 3,
            "class": np.arange(60) % 3 + 1.0,
            "plan": np.array(["free", 'pro "X"'], dtype=object)[np.arange(60) % 2],
            "note": "not read",
        }
    )


def _table() -> tuple[Any, Any]:
    steps = make_column_transformer(
        (SimpleImputer(), ["age (years)"]),
        ("passthrough", ["is member"]),
        (OneHotEncoder(handle_unknown="ignore"), ["town", "serial"]),
        (OneHotEncoder(), ["class", "plan"]),
    )
    rows = table()
    return make_pipeline(steps, LogisticRegression()).fit(rows, LABELS[np.arange(60) % 3]), rows


def _named() -> tuple[Any, Any]:
    rows = pd.DataFrame(X, columns=["sepal length (cm)", "class", "größe", "x"])
    return make_pipeline(StandardScaler(), SVC()).fit(rows[:100], LABELS[y[:100]]), rows


def _two_targets() -> tuple[Any, Any]:
    labels = np.column_stack([LABELS[y], np.where(X[:, 0] > 6, "long", "short")])
    return DecisionTreeClassifier(max_depth=3).fit(X, labels), X


def _neighbors() -> tuple[Any, Any]:
    """Outputs whose shape LiteRT finds at run time, one for each of two targets."""
    labels = np.column_stack([y, X[:, 0] > 6])
    return KNeighborsClassifier(weights="distance").fit(X, labels), X[::10] + 0.05


def _labels(*labels: object) -> Callable[[], tuple[Any, Any]]:
    held = np.array(labels, dtype=object if isinstance(labels[0], str) else None)
    return lambda: (DecisionTreeClassifier(max_depth=2).fit(X, held[y]), X)


def _holes() -> np.ndarray:
    rows = X.copy()
    rows[::3, 1] = np.nan
    return rows


def _records() -> tuple[Any, Any]:
    rows = [{"height": 1.5, "town": "Graz"}, {"town": "Évora"}, {"height": 2.0}, {"town": "elsewhere"}] * 5
    return make_pipeline(DictVectorizer(), LogisticRegression()).fit(rows, [0, 1, 1, 0] * 5), rows


MODELS: dict[str, tuple[Callable[[], tuple[Any, Any]], dict[str, Any]]] = {
    "table": (_table, {}),
    "named": (_named, {"methods": ("decision_function", "predict")}),
    "array": (lambda: (RandomForestClassifier(5, random_state=0).fit(X, y * 7 - 3), X), {}),
    "batch": (lambda: (make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y == 1), X), {"batch": 3}),
    "web": (lambda: (make_pipeline(SimpleImputer(), Ridge()).fit(_holes(), X[:, :2]), _holes()), {"target": "web"}),
    "texts": (
        lambda: (
            make_pipeline(CountVectorizer(analyzer="char"), LogisticRegression()).fit(TEXTS, list("abcabc")),
            TEXTS,
        ),
        {"text_length": 20},
    ),
    "two targets": (_two_targets, {"methods": ("predict_proba", "predict")}),
    "no answer": (lambda: (RadiusNeighborsClassifier(0.5).fit(X[::2], LABELS[y[::2]]), X[::9] * 1.3), {}),
    "outliers": (lambda: (IsolationForest(n_estimators=5, random_state=0).fit(X), X[::10]), {"methods": ("predict",)}),
    "neighbors": (_neighbors, {}),
    "neighbor labels": (lambda: (KNeighborsClassifier().fit(X, LABELS[y]), X[::10] + 0.05), {}),
    "novelties": (lambda: (LocalOutlierFactor(novelty=True).fit(X), X[::10] * 1.2), {}),
    "forest of two": (
        lambda: (RandomForestClassifier(5, random_state=0).fit(X, np.column_stack([y, X[:, 0] > 6])), X),
        {},
    ),
    "inverse": (lambda: (StandardScaler().fit(X), X), {"methods": ("transform", "inverse_transform")}),
    "wide": (
        lambda: (Ridge().fit(np.arange(1800.0).reshape(6, 300) % 7, range(6)), np.arange(1800.0).reshape(6, 300) % 7),
        {},
    ),
    "records": (_records, {}),
    "odd labels": (_labels("\ud800", "a\0b", '$x "${y}" \\(z)'), {}),
    "large labels": (_labels(2**62, -(2**63), 5), {}),
    "float labels": (_labels(1.0, 2.0, -3e9), {}),
    "hostile numbers": (hostile.numbers, {}),
    "hostile categories": (hostile.categories, {}),
}
NAMES = {key: f"{key} ??/ {HOSTILE[0]}" if key.startswith("hostile") else key for key in MODELS}
"""Names that the models are bundled by."""


def converted(key: str) -> tuple[skl2tflite.TFLiteModel, Any]:
    """Return a model and rows that it takes."""
    make, options = MODELS[key]
    estimator, rows = make()
    return skl2tflite.convert(estimator, None if key == "no answer" else rows, **options), rows
