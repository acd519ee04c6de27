"""Functions that call pandas' and NumPy's names as the user's module has imported them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy import c_, zeros
from pandas import DataFrame, Series, concat, isna
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite

RANDOM = np.random.default_rng(0)
X = DataFrame({"a": RANDOM.integers(1, 9, 60) * 1.0, "b": RANDOM.integers(0, 5, 60) * 1.0})
Y = X.a + X.b


def filled(df: Any) -> Any:
    made = zeros((len(df), 2))
    made[:, 0] = df["a"]
    made[:, 1] = df["b"] * 2
    return made


def helped(df: Any) -> Any:
    return halved(df)


def halved(df: Any) -> Any:
    return DataFrame({"half": df["a"] / 2})


FUNCTIONS = {
    "DataFrame": lambda df: DataFrame({"s": df["a"] * 2, "b": df["b"]}),
    "concat": lambda df: concat([df[["a"]], df["b"] * 2], axis=1),
    "Series": lambda df: DataFrame({"s": Series(df["b"] + 1), "m": isna(df["a"] * 1)}),
    "c_": lambda df: c_[df["a"], df["b"]],
    "zeros": filled,
    "a function that calls another": helped,
}


@pytest.mark.parametrize("target", ["litert", "micro"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_names_that_the_module_has_imported(name: str, target: Any) -> None:
    if target == "micro":
        pytest.importorskip("tflite_micro")
    pipeline = make_pipeline(FunctionTransformer(FUNCTIONS[name]), LinearRegression()).fit(X, Y)
    model = skl2tflite.convert(pipeline, X[:20], target=target)
    np.testing.assert_allclose(model.predict(X), pipeline.predict(X), rtol=1e-5)
    assert DataFrame is pd.DataFrame, "the names are put back"
    assert zeros is np.zeros


@skl2tflite.trace
class Ratio(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> Any:
        self.feature_names_in_, self.n_features_in_ = np.array(X.columns, dtype=object), X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return DataFrame({"q": X["a"] / (X["b"] + 1)})


def test_names_in_methods_of_a_class() -> None:
    pipeline = make_pipeline(Ratio(), LinearRegression()).fit(X, Y)
    np.testing.assert_allclose(skl2tflite.convert(pipeline, X).predict(X), pipeline.predict(X), rtol=1e-5)
