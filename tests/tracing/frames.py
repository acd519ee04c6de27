"""DataFrames, and how pipelines that begin with a function or class of them are checked."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite

RANDOM = np.random.default_rng(0)
N = 120
TABLE = pd.DataFrame(
    {
        "a": RANDOM.normal(size=N).astype(np.float32).astype(float),
        "city": RANDOM.choice(["Rome", "Oslo", "Bern"], N),
        "b": RANDOM.normal(size=N).astype(np.float32).astype(float),
    },
    index=[f"row {i}" for i in RANDOM.permutation(N)],
)
Y = ((TABLE.a > 0) ^ (TABLE.city == "Rome")).astype(int).to_numpy()
HOLES = TABLE.copy()
for _name in TABLE:
    HOLES.loc[HOLES.index[RANDOM.choice(N, 20, replace=False)], _name] = None
OBJECTS = HOLES.astype({"city": object})
OBJECTS.loc[OBJECTS.index[:5], "city"] = None
WIDE = TABLE.assign(
    flag=RANDOM.random(N) < 0.5,
    n=RANDOM.integers(0, 9, N),
    size=pd.Categorical(RANDOM.choice(["S", "M", "L"], N), categories=["S", "M", "L"]),
)
NULLABLE = pd.DataFrame(
    {
        "i": pd.array(RANDOM.integers(0, 5, N), dtype="Int64"),
        "f": pd.array(RANDOM.normal(size=N).astype(np.float32).astype(float), dtype="Float64"),
        "s": pd.array(RANDOM.choice(["u", "v"], N), dtype="string"),
    },
    index=TABLE.index,
)


def behind(text: list[Any], numbers: list[Any]) -> Any:
    scale = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), (scale, numbers))


def check(first: Any, X: Any, then: Any, with_rows: bool) -> skl2tflite.TFLiteModel:
    """Convert a pipeline, and compare it with itself on rows that neither has seen."""
    pipeline = make_pipeline(first, then, LogisticRegression()).fit(X[:80], Y[:80])
    model = skl2tflite.convert(pipeline, X[80:]) if with_rows else skl2tflite.convert(pipeline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pipeline.predict_proba(X[80:])
    np.testing.assert_allclose(model.predict_proba(X[80:]), expected, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X[80:]), pipeline.predict(X[80:]))
    return model
