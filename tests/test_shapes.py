"""Files of fixed shapes: so many rows a call, texts of one length; answers as of files that take any."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.decomposition import NMF
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError
from tests.text.texts import TEXTS

X, y = load_iris(return_X_y=True)
WORDS = ["good film", "bad film", "a good plot", "bad and poor"]
VECTORIZERS = [
    CountVectorizer(),
    CountVectorizer(ngram_range=(1, 2), stop_words="english", binary=True),
    CountVectorizer(analyzer="char", ngram_range=(1, 3), strip_accents="unicode"),
    TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3)),
    HashingVectorizer(n_features=64, ngram_range=(1, 2)),
    HashingVectorizer(n_features=64, analyzer="char_wb", ngram_range=(2, 3)),
]


@pytest.mark.parametrize("batch", [1, 4, 7])
def test_a_fixed_batch_is_that_of_inputs_and_outputs_and_any_number_of_rows_is_answered(batch):
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X, y)
    free, model = (skl2tflite.convert(pipeline, X, batch=each) for each in (None, batch))
    assert (free.batch, model.batch) == (None, batch)
    assert model.inputs == {"X": ("float32", (batch, 4))}
    assert model.outputs == {"predict_proba": ("float32", (batch, 3)), "predict": ("int32", (batch,))}
    for rows in (X, X[:1], X[: batch + 1], X[:0]):
        assert model.predict_proba(rows).shape == (len(rows), 3)
        np.testing.assert_allclose(model.predict_proba(rows), free.predict_proba(rows), atol=1e-6)
        np.testing.assert_array_equal(model.predict(rows), free.predict(rows))
    assert skl2tflite.verify(model, pipeline, X).faithful


def test_rows_that_become_several_and_columns_of_text():
    images = np.random.default_rng(0).integers(0, 9, (5, 4, 4)).astype(float)
    extractor = PatchExtractor(patch_size=(3, 3)).fit(images)
    patches = skl2tflite.convert(extractor, images, batch=2)
    np.testing.assert_array_equal(patches.transform(images), extractor.transform(images))

    table = pd.DataFrame({"job": ["a", "b", "a", "c", "b"], "age": [1.0, 2.0, 3.0, 4.0, 5.0]})
    pipeline = make_pipeline(
        make_column_transformer((OneHotEncoder(), ["job"]), remainder="passthrough"), LogisticRegression()
    ).fit(table, [0, 1, 0, 1, 1])
    model = skl2tflite.convert(pipeline, table, batch=3)
    assert {shape for _, shape in model.inputs.values()} == {(3,)}
    np.testing.assert_allclose(model.predict_proba(table), pipeline.predict_proba(table), atol=1e-6)


def test_an_estimator_that_looks_at_all_rows_of_a_call_is_compared_on_those():
    rows = np.random.default_rng(0).uniform(size=(40, 6)).astype(np.float32).astype(float)
    nmf = NMF(3, tol=1e-2, max_iter=300, random_state=0).fit(rows)
    assert skl2tflite.verify(skl2tflite.convert(nmf, batch=7), nmf, rows).faithful


def test_categories_that_an_encoder_knows_are_found_for_every_batch():
    encoder = OneHotEncoder(drop=[0, 1]).fit([[0, 1], [1, 1]])
    for batch in (None, 1, 3):
        with pytest.raises(InvalidInputError, match="unknown categories"):
            skl2tflite.convert(encoder, batch=batch).transform([[0, 1], [2, 1]])


@pytest.mark.parametrize("vectorizer", VECTORIZERS, ids=lambda each: " ".join(str(each).split()))
def test_padding_behind_texts_changes_no_bit(vectorizer):
    vectorizer = vectorizer.fit(TEXTS)
    free = skl2tflite.convert(vectorizer)
    model = skl2tflite.convert(vectorizer, TEXTS, text_length=max(map(len, TEXTS)) + 3)
    assert all(-1 not in shape for _, shape in (model.inputs | model.outputs).values())
    np.testing.assert_array_equal(model.transform(TEXTS), free.transform(TEXTS))
    assert model.transform([]).shape == (0, len(free.transform(TEXTS)[0]))
    assert skl2tflite.verify(model, vectorizer, TEXTS).faithful
    assert skl2tflite.TFLiteModel(bytes(model)).facts == model.facts


def test_padding_behind_ids_of_terms_changes_no_bit():
    vectorizer = TfidfVectorizer().fit(WORDS)
    free = skl2tflite.convert(vectorizer, text="tokens")
    model = skl2tflite.convert(vectorizer, WORDS, text="tokens", text_length=6)
    assert model.inputs == {"text": ("int32", (1, 6))}
    np.testing.assert_array_equal(model.transform(WORDS), free.transform(WORDS))
    with pytest.raises(InvalidInputError, match="7 tokens"):
        model.transform(["one two three four five six seven"])


@pytest.mark.parametrize(
    ("estimator", "options", "message"),
    [
        (CountVectorizer().fit(WORDS), {"batch": 2}, "batch=1"),
        (StandardScaler().fit(X), {"batch": 2, "target": "micro"}, "one row"),
        (CountVectorizer().fit(WORDS), {"text_length": 9, "target": "micro"}, "counts of terms"),
        (HashingVectorizer(), {"text_length": 9, "text": "tokens"}, "leave out text='tokens'"),
    ],
)
def test_shapes_that_a_file_cannot_have_are_refused(estimator, options, message):
    with pytest.raises(ConversionError, match=message):
        skl2tflite.convert(estimator, **options)


def test_a_text_that_is_too_long_is_refused():
    vectorizer = CountVectorizer().fit(WORDS)
    model = skl2tflite.convert(vectorizer, WORDS, text_length=12)
    with pytest.raises(InvalidInputError, match=r"a text of 13 characters \(row 1\), and the file takes 12 at most"):
        model.transform(["short", "thirteen long"])
