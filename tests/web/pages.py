"""Models whose bundles the tests open in a browser and load in Node, with rows that they answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from tests.robustness.test_generated_text import categories

NUMBERS = np.random.default_rng(0)


def table() -> tuple[Any, pd.DataFrame]:
    """Passengers: numbers and texts, some of them missing."""
    random, n = np.random.default_rng(0), 400
    X = pd.DataFrame(
        {
            "age": random.integers(1, 80, n).astype(float),
            "fare": random.gamma(2, 20, n).round(2),
            "sex": random.choice(["female", "male"], n),
            "port": random.choice(["Cherbourg", "Queenstown", "Southampton"], n),
        }
    )
    y = np.where((X.sex == "female") ^ (random.random(n) < 0.2), "survived", "died")
    X.loc[random.random(n) < 0.1, "age"] = np.nan
    X.loc[random.random(n) < 0.1, "port"] = np.nan
    steps = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "fare"]),
        (OneHotEncoder(handle_unknown="ignore"), ["sex", "port"]),
    )
    return make_pipeline(steps, LogisticRegression()).fit(X, y), X


def iris() -> tuple[Any, Any]:
    X, y = load_iris(return_X_y=True, as_frame=True)
    labels = np.array(["setosa", "versicolor", "virginica"])[y]
    return RandomForestClassifier(20, max_depth=4, random_state=0).fit(X, labels), X


def regression() -> tuple[Any, Any]:
    X, y = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    return make_pipeline(StandardScaler(), Ridge()).fit(X, y), X


def texts() -> tuple[Any, list[str]]:
    random = np.random.default_rng(0)
    ham = ["meeting", "report", "thanks", "lunch", "please", "review"]
    spam = ["win", "free", "prize", "cash", "now", "winner"]
    X = [" ".join(random.choice(spam if i % 2 else ham, 6)) for i in range(100)]
    return make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(X, np.array(["ham", "spam"] * 50)), X


def sixty() -> tuple[Any, pd.DataFrame]:
    """60 features, and scores of two labels, which are numbers."""
    X = pd.DataFrame(NUMBERS.normal(size=(200, 60)).round(3), columns=[f"sensor {i:02d}" for i in range(60)])
    return make_pipeline(StandardScaler(), SVC()).fit(X, (X.iloc[:, 3] + X.iloc[:, 7] > 0).astype(int)), X


def several() -> tuple[Any, pd.DataFrame]:
    """Two labels for each row, each with its probabilities."""
    X = pd.DataFrame(NUMBERS.normal(size=(200, 3)).round(2), columns=["a", "b", "c"])
    labels = np.stack([np.where(X.a > 0, "red", "blue"), np.where(X.b > 0, "big", "small")], axis=1)
    return MultiOutputClassifier(DecisionTreeClassifier(max_depth=4, random_state=0)).fit(X, labels), X


def lonely() -> tuple[Any, pd.DataFrame]:
    """Rows that are far from all others have no answer."""
    X = pd.DataFrame({"x": np.arange(20.0)})
    return RadiusNeighborsClassifier(2.0).fit(X, np.arange(20) // 10), X


MODELS: dict[str, Callable[[], tuple[Any, Any]]] = {
    "table": table, "iris": iris, "regression": regression, "texts": texts, "sixty": sixty, "several": several,
    "lonely": lonely, "hostile": categories,
}  # fmt: skip
