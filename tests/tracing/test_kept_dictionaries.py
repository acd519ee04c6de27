"""Dictionaries with a default: converted, and left as the user has them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import FunctionTransformer

import skl2tflite

TABLE = pd.DataFrame({"city": ["Rome", "Oslo", "Rome", "Bern"], "n": [1, 2, 3, 4]})
OTHERS = pd.DataFrame({"city": ["Rome", "Paris", None, "Oslo"], "n": [3, 2, 9, 7]})
RANKS: Any = defaultdict(int, {"Rome": 5, "Oslo": 7})
SIZES: Any = defaultdict(lambda: -1.5, {2: 5.0, 3: 7.0})


@skl2tflite.trace
class Ranks(TransformerMixin, BaseEstimator):
    """Keeps a dictionary with a default."""

    def fit(self, X: Any, y: Any = None) -> Ranks:
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        self.ranks_ = defaultdict(float, {"Rome": 2.5})
        return self

    def transform(self, X: Any) -> Any:
        return X[["n"]].assign(rank=X.city.map(self.ranks_))


def nearby() -> tuple[Any, Any]:
    held = defaultdict(int, {"Bern": 3})
    return held, FunctionTransformer(lambda df: df[["n"]].assign(rank=df.city.map(held)))


def estimators() -> dict[str, tuple[Any, Any]]:
    given = defaultdict(int, {"Rome": 4})
    counter = Counter({"Rome": 3})
    traced = Ranks().fit(TABLE)
    return {
        "global": (RANKS, FunctionTransformer(lambda df: df[["n"]].assign(rank=df.city.map(RANKS)))),
        "of numbers": (SIZES, FunctionTransformer(lambda df: df[["n"]].assign(size=df.n.map(SIZES)))),
        "in a closure": nearby(),
        "an argument": (
            given,
            FunctionTransformer(lambda df, ranks: df[["n"]].assign(rank=df.city.map(ranks)), kw_args={"ranks": given}),
        ),
        "a counter": (counter, FunctionTransformer(lambda df: df[["n"]].assign(rank=df.city.map(counter)))),
        "an attribute": (traced.ranks_, traced),
    }


@pytest.mark.parametrize("name", estimators())
@pytest.mark.parametrize("with_rows", [False, True])
def test_dictionaries_with_a_default(name: str, with_rows: bool) -> None:
    held, estimator = estimators()[name]
    if isinstance(estimator, FunctionTransformer):
        estimator.fit(TABLE)
    before = dict(held)
    model = skl2tflite.convert(estimator, *([TABLE] if with_rows else []))
    assert dict(held) == before
    np.testing.assert_array_equal(model.transform(OTHERS), np.asarray(estimator.transform(OTHERS), dtype=float))
