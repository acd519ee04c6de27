"""How often methods are recorded: once, where rows or their kind tell how they come into a file."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError
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


@pytest.fixture
def recorded(monkeypatch):
    """How many times each method was recorded, or begun to be."""
    counts: Counter[str] = Counter()
    trace = recording.trace

    def counted(converter, method, layout):
        counts[method] += 1
        return trace(converter, method, layout)

    monkeypatch.setattr(recording, "trace", counted)
    return counts


@pytest.mark.parametrize(
    ("estimator", "rows"),
    [(TEXT, None), (TEXT, TEXTS), (MIXED, TABLE), (MIXED[0].named_transformers_["standardscaler"], None)],
    ids=["text", "text and rows", "table and rows", "numbers"],
)
def test_methods_are_recorded_once(recorded, estimator, rows):
    model = skl2tflite.convert(estimator, rows)
    assert recorded == dict.fromkeys(model.methods, 1)


def test_text_columns_that_only_an_encoder_tells_of_are_found_at_once(recorded):
    """The first one shows that a matrix does not do; columns find their kinds while they are recorded."""
    skl2tflite.convert(MIXED)
    assert recorded == {"predict_proba": 2, "predict": 1}


@pytest.mark.parametrize("vectorizer", [TfidfVectorizer(), HashingVectorizer(n_features=16)])
def test_texts_are_no_matrix(vectorizer):
    estimator = make_pipeline(vectorizer, LogisticRegression()).fit(TEXTS, Y)
    with pytest.raises(ConversionError, match="use inputs='columns'"):
        skl2tflite.convert(estimator, inputs="matrix")
