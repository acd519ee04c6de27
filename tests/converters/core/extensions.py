"""Tables for the tests of packages of transformers: text, numbers, holes, an index that is no count."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite

RANDOM = np.random.default_rng(0)
N = 300
FITTED = 200
"""Rows to fit on; the others are new to pipeline and file."""


def numbers(*args: float) -> Any:
    return RANDOM.uniform(*args, N).astype(np.float32).astype(float)


TABLE = pd.DataFrame(
    {
        "a": numbers(0.05, 0.95),
        "city": RANDOM.choice(["Rome", "Oslo", "Bern"], N),
        "b": numbers(1, 9),
        "size": RANDOM.choice(["S", "M", "L"], N),
    },
    index=[f"row {i}" for i in RANDOM.permutation(N)],
)
Y = pd.Series(((TABLE.a > 0.5) ^ (TABLE.city == "Rome")).astype(int).to_numpy(), index=TABLE.index)
HOLES = TABLE.copy()
for _name in TABLE:
    HOLES.loc[HOLES.index[RANDOM.choice(N, 40, replace=False)], _name] = np.nan
NUMBERS = TABLE[["a", "b"]].assign(c=numbers(-3, 3))
NUMBERS_WITH_HOLES = NUMBERS.mask(RANDOM.random((N, 3)) < 0.1)


def behind(result: Any) -> Any:
    """Return what encodes and scales a transformer's result: a DataFrame by its dtypes, an array by its cells."""
    if not isinstance(result, pd.DataFrame):
        text = [i for i in range(result.shape[1]) if isinstance(result[0, i], str)]
        return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), remainder=SimpleImputer())
    columns = [name for name in result if pd.api.types.is_numeric_dtype(result[name])]
    text = [name for name in result if name not in columns]
    scale = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), (scale, columns))


def check(transformer: Any, X: Any, with_rows: bool = True, then: Any = None) -> tuple[Any, skl2tflite.TFLiteModel]:
    """Convert a transformer with a model behind it, and compare the file with the pipeline on new rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if then is None:
            then = behind(clone(transformer).fit(X[:FITTED], Y[:FITTED]).transform(X[FITTED:]))
        pipeline = make_pipeline(clone(transformer), then, LogisticRegression()).fit(X[:FITTED], Y[:FITTED])
        model = skl2tflite.convert(pipeline, X[FITTED:]) if with_rows else skl2tflite.convert(pipeline)
        expected = pipeline.predict_proba(X[FITTED:])
        np.testing.assert_allclose(model.predict_proba(X[FITTED:]), expected, atol=1e-6)
        np.testing.assert_array_equal(model.predict(X[FITTED:]), pipeline.predict(X[FITTED:]))
    return pipeline, model
