"""Rows of pandas' nullable dtypes: NA is not NaN to functions of the user's, and a file knows NaN only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.errors import InvalidInputError

RANDOM = np.random.default_rng(0)
N = 40
PLAIN = pd.DataFrame({"a": RANDOM.integers(0, 9, N).astype(float), "b": RANDOM.integers(-9, 9, N) / 4.0})
PLAIN["b"] = PLAIN["b"].mask(RANDOM.random(N) < 0.3)
FLOATS = PLAIN.astype({"b": "Float64"})
WHOLE = PLAIN.assign(b=PLAIN.b.round()).astype({"b": "Int64"})
FULL = PLAIN.fillna({"b": 0.5}).astype({"b": "Float64"})

OTHERWISE: dict[str, Callable[[Any], Any]] = {
    "fmin": lambda df: df[["a"]].assign(d=np.fmin(df.a, df.b)),
    "isin": lambda df: df[["a"]].assign(d=df.b.isin([np.nan]).astype(float)),
    "a comparison": lambda df: df[["a"]].assign(d=df.b > 0),
    "unlike": lambda df: df[["a"]].assign(d=df.b != 1),
    "all of a row": lambda df: pd.DataFrame({"d": (df > -1).all(axis=1)}),
}
ALIKE: dict[str, Callable[[Any], Any]] = {
    "arithmetic": lambda df: df.assign(d=df.b * 2 + df.a),
    "a function": lambda df: df.assign(d=np.log1p(df.b.abs())),
    "filled": lambda df: df.fillna(0),
    "missing": lambda df: df.assign(d=df.b.isna().astype(int)),
    "a comparison, filled": lambda df: df[["a"]].assign(d=(df.b > 0).fillna(False).astype(int)),
    "another column": lambda df: df[["b"]].assign(d=df.a > 2),
}


@skl2tflite.trace
class Least(TransformerMixin, BaseEstimator):
    """The least of what is there, of two columns."""

    def fit(self, X: Any, y: Any = None) -> Least:
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: Any) -> Any:
        return X[["a"]].assign(d=np.fmin(X["a"], X["b"]))


def numbers(rows: pd.DataFrame) -> Any:
    return rows.astype(float).to_numpy()


@pytest.mark.parametrize("name", OTHERWISE)
@pytest.mark.parametrize("given", [(), (PLAIN,)], ids=["without rows", "with rows"])
def test_rows_with_na_are_refused_where_the_answers_differ(name: str, given: tuple[Any, ...], tmp_path: Path) -> None:
    transformer = FunctionTransformer(OTHERWISE[name]).fit(PLAIN)
    skl2tflite.convert(transformer, *given).save(tmp_path / "model.tflite")
    model = skl2tflite.load(tmp_path / "model.tflite")
    for rows in (PLAIN, FULL):
        np.testing.assert_array_equal(model.transform(rows), numbers(transformer.transform(rows)))
    for rows in (FLOATS, WHOLE):
        with pytest.raises(InvalidInputError, match="64 with NA, for which the function of FunctionTransformer"):
            model.transform(rows)


@pytest.mark.parametrize("name", ALIKE)
def test_rows_with_na_are_taken_where_the_answers_are_alike(name: str) -> None:
    transformer = FunctionTransformer(ALIKE[name]).fit(PLAIN)
    model = skl2tflite.convert(transformer)
    for rows in (PLAIN, FLOATS, WHOLE, FULL):
        np.testing.assert_allclose(model.transform(rows), numbers(transformer.transform(rows)), rtol=1e-6)


def test_classes_of_the_users() -> None:
    model = skl2tflite.convert(Least().fit(PLAIN))
    np.testing.assert_array_equal(model.transform(FULL), numbers(Least().transform(FULL)))
    with pytest.raises(InvalidInputError, match="Float64 with NA"):
        model.transform(FLOATS)


TEXT = PLAIN[["a"]].assign(city=RANDOM.choice(["Rome", "Oslo"], N))
HOLES = TEXT.assign(city=TEXT.city.astype(object).mask(RANDOM.random(N) < 0.3, np.nan))


@pytest.mark.parametrize("given", [(), (TEXT,)], ids=["without rows", "with rows"])
def test_text_with_na(given: tuple[Any, ...]) -> None:
    alike = FunctionTransformer(lambda df: df[["a"]].assign(d=df.city.isin(["Rome"]), m=df.city.isna())).fit(TEXT)
    model = skl2tflite.convert(alike, *given)
    for rows in (TEXT, HOLES, HOLES.astype({"city": "string"})):
        np.testing.assert_array_equal(model.transform(rows), numbers(alike.transform(rows)))
    otherwise = FunctionTransformer(lambda df: df[["a"]].assign(d=df.city == "Rome")).fit(TEXT)
    model = skl2tflite.convert(otherwise, *given)
    for rows in (TEXT, HOLES, TEXT.astype({"city": "string"})):
        np.testing.assert_array_equal(model.transform(rows), numbers(otherwise.transform(rows)))
    with pytest.raises(InvalidInputError, match=r"string with NA, .* give columns? .* as object"):
        model.transform(HOLES.astype({"city": "string"}))
