"""How often methods are recorded: once, whatever they ask of their rows."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError
from skl2tflite.plan import recording

RANDOM = np.random.default_rng(0)
TEXTS = ["good movie", "bad film", "good film", "bad movie"] * 5
TABLE = pd.DataFrame(
    {"a": RANDOM.normal(size=20), "b": RANDOM.choice(["x", "y"], 20), "c": RANDOM.choice(["u", "v", "w"], 20)}
)
Y = np.arange(20) % 2
MIXED = make_pipeline(
    make_column_transformer((StandardScaler(), ["a"]), (OneHotEncoder(), ["b", "c"])), LogisticRegression()
).fit(TABLE, Y)
TEXT = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, Y)


WHOLE = pd.DataFrame({"id": 2**25 + np.arange(20) % 3, "flag": RANDOM.random(20) < 0.5, "a": RANDOM.normal(size=20)})
RECORDS = [{"a": float(i), "b": "xy"[i % 2]} for i in range(20)]
IDS = make_pipeline(
    make_column_transformer((OneHotEncoder(), ["id"]), remainder="passthrough"), LogisticRegression()
).fit(WHOLE, Y)
FLAGS = make_pipeline(
    make_column_transformer((OneHotEncoder(), ["b"]), remainder="passthrough"), LogisticRegression()
).fit(TABLE[["a", "b"]].assign(flag=WHOLE["flag"]), Y)
BESIDE = make_pipeline(
    make_column_transformer((TfidfVectorizer(), "t"), (StandardScaler(), ["a"])), LogisticRegression()
).fit(TABLE[["a"]].assign(t=TEXTS), Y)
PICKED = make_pipeline(FunctionTransformer(lambda df: df[["b", "c"]]), OneHotEncoder(), LogisticRegression()).fit(
    TABLE, Y
)


@pytest.fixture
def recorded(monkeypatch):
    """How many times each method was recorded, or begun to be."""
    counts: Counter[str] = Counter()
    called = recording.called

    def counted(converter, method, layout):
        counts[method] += 1
        return called(converter, method, layout)

    monkeypatch.setattr(recording, "called", counted)
    return counts


@pytest.mark.parametrize(
    ("estimator", "rows"),
    [
        pytest.param(TEXT, None, id="texts"),
        pytest.param(TEXT, TEXTS, id="texts and rows"),
        pytest.param(BESIDE, None, id="texts beside numbers"),
        pytest.param(BESIDE, TABLE[["a"]].assign(t=TEXTS), id="texts beside numbers, and rows"),
        pytest.param(MIXED, None, id="text for categories"),
        pytest.param(MIXED, TABLE, id="text for categories, and rows"),
        pytest.param(PICKED, None, id="text behind a function"),
        pytest.param(IDS, None, id="integers that float32 does not hold"),
        pytest.param(IDS, WHOLE, id="integers, and rows with booleans"),
        pytest.param(FLAGS, TABLE[["a", "b"]].assign(flag=WHOLE["flag"]), id="text beside booleans"),
        pytest.param(MIXED[0].named_transformers_["standardscaler"], None, id="numbers"),
    ],
)
def test_methods_are_recorded_once(recorded, estimator, rows):
    model = skl2tflite.convert(estimator, rows)
    assert recorded == dict.fromkeys(model.methods, 1)


def test_methods_are_recorded_once_that_read_absent_features_as_missing(recorded):
    xgboost = pytest.importorskip("xgboost")
    estimator = make_pipeline(DictVectorizer(), xgboost.XGBClassifier(n_estimators=2)).fit(RECORDS, Y)
    model = skl2tflite.convert(estimator, RECORDS)
    assert model.facts.features.rows.has_nan_for_absent
    assert recorded == dict.fromkeys(model.methods, 1)


def test_rows_with_text_that_the_estimator_does_not_take(recorded):
    """It is converted without them, so that they can be refused as what they are."""
    with pytest.raises(InvalidInputError, match="'b'"):
        skl2tflite.convert(StandardScaler().fit(TABLE[["a", "a"]].set_axis(["a", "b"], axis=1)), TABLE[["a", "b"]])
    assert recorded == {"transform": 2}


def test_text_that_only_shows_behind_a_function(recorded):
    """The function asks whether a value is missing, which it finds otherwise in text than in numbers."""
    marked = FunctionTransformer(lambda df: df.assign(missing=df["b"].isna()))
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["b"]), remainder="passthrough")
    estimator = make_pipeline(marked, encoder, LogisticRegression()).fit(TABLE[["b"]], Y)
    model = skl2tflite.convert(estimator)
    assert recorded == dict.fromkeys(model.methods, 2)
    rows = TABLE[["b"]].assign(b=TABLE["b"].where(TABLE["b"] == "x"))
    np.testing.assert_allclose(model.predict_proba(rows), estimator.predict_proba(rows), rtol=1e-5)


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), HashingVectorizer(n_features=16)])
def test_texts_are_no_matrix(vectorizer):
    estimator = make_pipeline(vectorizer, LogisticRegression()).fit(TEXTS, Y)
    with pytest.raises(ConversionError, match="use inputs='columns'"):
        skl2tflite.convert(estimator, inputs="matrix")


def test_text_for_what_is_missing_is_in_no_matrix():
    cells = np.array([[1.0], [2.0], ["none"]], dtype=object)
    imputer = SimpleImputer(missing_values="none", strategy="constant", fill_value=0.0).fit(cells)
    with pytest.raises(ConversionError, match=r"needs column 'x0' as float values, .* use inputs='columns'"):
        skl2tflite.convert(imputer, inputs="matrix")
