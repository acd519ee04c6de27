"""skrub: tables made of numbers and categories, compared with scikit-learn's pipelines of them on new rows."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError
from tests.converters.core.extensions import FITTED, HOLES, RANDOM, TABLE, N, Y, check

skrub = pytest.importorskip("skrub")

WIDE = TABLE.assign(
    flag=RANDOM.random(N) < 0.5, kind=pd.Categorical(TABLE["size"]), n=RANDOM.integers(0, 9, N), same="one"
)
NUMBERS_WITH_HOLES = TABLE.assign(a=HOLES.a)
CASES: dict[str, tuple[Any, Any, Any]] = {
    "chosen": (skrub.SelectCols(["city", "b"]), TABLE, None),
    "dropped": (skrub.DropCols(["a", "city"]), TABLE, None),
    "vectorized": (skrub.TableVectorizer(), TABLE, "passthrough"),
    "all kinds": (skrub.TableVectorizer(drop_if_constant=True), WIDE, "passthrough"),
    "holes": (skrub.TableVectorizer(), NUMBERS_WITH_HOLES, SimpleImputer()),
    "scaled": (skrub.TableVectorizer(numeric=StandardScaler()), TABLE, "passthrough"),
    "cleaned": (skrub.Cleaner(), NUMBERS_WITH_HOLES, None),
    "some columns": (skrub.ApplyToCols(StandardScaler(), cols=["a", "b"]), TABLE, None),
    "squashed": (skrub.ApplyToCols(skrub.SquashingScaler(), cols=["a", "b"]), TABLE, None),
}


@pytest.mark.parametrize("name", CASES)
def test_transformers(name: str) -> None:
    transformer, X, then = CASES[name]
    check(transformer, X, then=then)


@pytest.mark.parametrize("name", ["vectorized", "holes", "scaled", "some columns"])
def test_without_rows(name: str) -> None:
    transformer, X, then = CASES[name]
    check(transformer, X, with_rows=False, then=then)


def test_squashed_numbers_with_holes_in_front_of_an_imputer() -> None:
    rows = HOLES[["a", "b"]]
    pipeline = make_pipeline(skrub.SquashingScaler(), SimpleImputer(), LogisticRegression()).fit(rows, Y)
    model = skl2tflite.convert(pipeline, rows)
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), rtol=0, atol=1e-6)


@pytest.mark.parametrize("model", [LogisticRegression(), HistGradientBoostingClassifier(max_iter=5)])
def test_tabular_pipelines(model: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = skrub.tabular_pipeline(model).fit(WIDE[:FITTED], Y[:FITTED])
        file = skl2tflite.convert(pipeline, WIDE[FITTED:])
        rows = WIDE[FITTED:]
        np.testing.assert_allclose(file.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


def test_text_that_says_that_something_is_missing() -> None:
    pipeline, model = check(skrub.TableVectorizer(), TABLE, then="passthrough")
    rows = TABLE[FITTED : FITTED + 6].assign(city=["N/A", "nan", "", "Paris", "Rome", "   "])
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


def test_missing_text_is_refused_where_it_is_a_category() -> None:
    with pytest.raises(UnsupportedEstimatorError, match="takes any white space for missing"):
        check(skrub.TableVectorizer(), HOLES, then=SimpleImputer())


def test_categories_that_nobody_knows() -> None:
    with pytest.raises(UnsupportedEstimatorError, match="has categories in column 'kind' that are not known"):
        check(skrub.TableVectorizer(), WIDE, with_rows=False, then="passthrough")


def test_encoders_of_characters_are_refused() -> None:
    with pytest.raises(UnsupportedEstimatorError, match="cuts text into characters"):
        check(skrub.TableVectorizer(cardinality_threshold=2), TABLE, then="passthrough")
