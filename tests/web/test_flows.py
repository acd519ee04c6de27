"""Tables, texts, booleans and calls of several rows on LiteRT.js."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scripts.litert_js import LiteRTJS
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import InvalidInputError
from tests.web.running import in_browser, same

FRAME = pd.DataFrame(
    {
        "age": [31.0, np.nan, 55.0, 18.0, 70.0, 44.0] * 4,
        "town": ["Ulm", "Bonn", None, "Köln", "Ulm", "Bonn"] * 4,
        "member": [True, False, True, True, False, False] * 4,
    }
)
LABELS = np.array(["no", "yes", "yes", "no", "yes", "no"] * 4)
TEXTS = ["a good film", "bad 😀 film", "", "good good plot", "a bad one"] * 4


@pytest.mark.parametrize(
    "model",
    [LogisticRegression(), RandomForestClassifier(20, random_state=0), HistGradientBoostingClassifier()],
    ids=str,
)
def test_tables(model, js: LiteRTJS) -> None:
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town"]),
        ("passthrough", ["member"]),
    )
    pipeline = make_pipeline(columns, model).fit(FRAME, LABELS)
    converted = skl2tflite.convert(pipeline, FRAME, target="web")
    # Trees take NaN, so that booleans, which may be missing one day, travel as numbers.
    member = "int32" if isinstance(model, LogisticRegression) else "float32"
    assert converted.inputs == {"age": ("float32", (1,)), "town": ("int32", (1,)), "member": (member, (1,))}
    browser = in_browser(converted, js)
    assert skl2tflite.verify(browser, pipeline, FRAME).faithful
    assert browser.predict(FRAME).tolist() == pipeline.predict(FRAME).tolist()
    if member == "int32":
        with pytest.raises(InvalidInputError, match="booleans"):
            browser.predict(FRAME.assign(member=7.5))


def test_texts(js: LiteRTJS) -> None:
    pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(TEXTS, LABELS[:20])
    for text in ("characters", "tokens"):
        model = skl2tflite.convert(pipeline, TEXTS, target="web", text=text, text_length=40)
        assert model.inputs == {"text": ("int32", (1, 40))}
        assert skl2tflite.verify(in_browser(model, js), pipeline, TEXTS).faithful


def test_truth_values_as_outputs(js: LiteRTJS) -> None:
    X = FRAME[["age"]].to_numpy()
    indicator = MissingIndicator().fit(X)
    model = skl2tflite.convert(indicator, X, target="web")
    assert model.outputs == {"transform": ("int32", (1, 1))}
    answer = in_browser(model, js).transform(X)
    assert answer.dtype == bool
    np.testing.assert_array_equal(answer, indicator.transform(X))


def test_calls_of_several_rows(js: LiteRTJS) -> None:
    X = np.random.default_rng(0).normal(size=(23, 4))
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, X[:, 0] > 0)
    model = skl2tflite.convert(pipeline, X, target="web", batch=20)
    assert model.inputs == {"X": ("float32", (20, 4))}
    X = np.concatenate([X, X])[:40]
    same(in_browser(model, js).predict_proba(X), pipeline.predict_proba(X))
