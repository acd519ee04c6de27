"""Texts: what the file counts, against scikit-learn, on hard texts and on any that hypothesis draws."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError, UnsupportedOnTarget
from skl2tflite.graph import DType, input_tensor
from tests.text.texts import TEXTS, texts

# Some parameters are odd on purpose, as stop words that are no tokens.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:sklearn.feature_extraction.text")

Y = np.arange(len(TEXTS)) % 2
COUNTS = [
    CountVectorizer(),
    CountVectorizer(lowercase=False, binary=True),
    CountVectorizer(ngram_range=(1, 2), stop_words="english", max_features=40),
    CountVectorizer(ngram_range=(2, 3), strip_accents="unicode"),
    CountVectorizer(strip_accents="ascii", min_df=2),
    CountVectorizer(token_pattern=r"\S+", strip_accents="unicode", dtype=np.float32),
    CountVectorizer(token_pattern=r"\b[a-z]{2,5}\b", ngram_range=(1, 2)),
    CountVectorizer(token_pattern=r"\w", ngram_range=(1, 3), stop_words=["a", "б", "ab"]),
    CountVectorizer(vocabulary=["the", "Dog", "dog the", "é", "not there", "οδυσσευσ", "οδυσσευς", "i̇"]),
    CountVectorizer(vocabulary={"the dog": 1, "dog": 0, "the  dog": 2, " dog": 3, "": 4, "a": 5}, ngram_range=(1, 2)),
    CountVectorizer(vocabulary=["zebra"], stop_words=["zebra"]),
    CountVectorizer(analyzer="char"),
    CountVectorizer(analyzer="char", ngram_range=(2, 4), max_features=300),
    CountVectorizer(analyzer="char", ngram_range=(1, 2), strip_accents="ascii", lowercase=False),
    CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), max_features=300),
    CountVectorizer(analyzer="char_wb", ngram_range=(5, 6), strip_accents="unicode"),
    CountVectorizer(analyzer="char_wb", vocabulary=[" ", "a", " a", "a ", " a ", "  ", "b c"], ngram_range=(1, 3)),
    CountVectorizer(analyzer="char_wb", vocabulary=[" a ", " ab ", " abc", "a", "\U0010ffff"], ngram_range=(4, 4)),
]  # fmt: skip
HASHED = [
    HashingVectorizer(n_features=50),
    HashingVectorizer(n_features=64, alternate_sign=False, norm="l1", ngram_range=(1, 2), stop_words="english"),
    HashingVectorizer(n_features=1000, norm=None, binary=True, token_pattern=r"\S+", ngram_range=(2, 2)),
    HashingVectorizer(n_features=97, strip_accents="unicode", lowercase=False),
    HashingVectorizer(n_features=300, analyzer="char", ngram_range=(2, 3)),
    HashingVectorizer(n_features=300, analyzer="char_wb", ngram_range=(2, 5), strip_accents="ascii", norm=None),
    HashingVectorizer(n_features=3, analyzer="char", lowercase=False, ngram_range=(4, 4)),
]  # fmt: skip
WEIGHTED = [
    TfidfVectorizer(),
    TfidfVectorizer(sublinear_tf=True, norm="l1", ngram_range=(1, 2)),
    TfidfVectorizer(use_idf=False, norm=None, binary=True),
    TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), smooth_idf=False),
]
VECTORIZERS = [*COUNTS, *HASHED, *WEIGHTED]


@cache
def fitted(number):
    return VECTORIZERS[number].fit(TEXTS, Y)


@cache
def converted(number):
    return skl2tflite.TFLiteModel(bytes(skl2tflite.convert(fitted(number), TEXTS)))


def assert_same(actual, expected):
    assert actual.shape == expected.shape
    assert actual.dtype.kind == expected.dtype.kind
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(actual, expected, rtol=1e-6, atol=1e-6)
    else:
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("number", range(len(VECTORIZERS)), ids=[str(v)[:60] for v in VECTORIZERS])
def test_texts_that_are_hard_to_cut(number):
    """The oracle equals scikit-learn, and so does the file; it counts on texts that it was not fitted on, too."""
    others = [
        *TEXTS,
        *(text[::-1] for text in TEXTS),
        *(text.upper() for text in TEXTS),
        *(text.swapcase() for text in TEXTS),
    ]
    expected = fitted(number).transform(others).toarray()
    oracle = converter_for(fitted(number)).transform(np.array(others, dtype=object))
    np.testing.assert_allclose(oracle, expected, rtol=1e-12, atol=0)
    assert_same(converted(number).transform(others), expected)


@settings(max_examples=400)
@given(st.integers(0, len(VECTORIZERS) - 1), texts())
def test_any_text(number, text):
    assert_same(converted(number).transform([text]), fitted(number).transform([text]).toarray())


def test_long_texts():
    long = " ".join(TEXTS) * 10 + "a" * 5_000 + " dog " + "the " * 5_000
    for number in (0, 2, 12, 18):
        assert_same(converted(number).transform([long, ""]), fitted(number).transform([long, ""]).toarray())


def test_many_words():
    """Thousands of words, of two or three letters that all look alike."""
    generator = np.random.default_rng(0)
    words = ["".join(row) for row in generator.choice(list("abcdefghij"), (8000, 4))]
    documents = [" ".join(words[i : i + 100]) for i in range(0, 4000, 100)]
    vectorizer = CountVectorizer(ngram_range=(1, 2)).fit(documents)
    others = [" ".join(words[i : i + 50]) for i in range(3500, 5500, 200)]
    model = skl2tflite.convert(vectorizer)
    np.testing.assert_array_equal(model.transform(others), vectorizer.transform(others).toarray())


@pytest.mark.parametrize("text", ["characters", "tokens"])
@pytest.mark.parametrize(
    "steps",
    [
        (TfidfVectorizer(), LogisticRegression()),
        (CountVectorizer(ngram_range=(1, 2)), TfidfTransformer(), MultinomialNB()),
        (HashingVectorizer(n_features=100), Ridge()),
        (make_union(TfidfVectorizer(), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3))), LogisticRegression()),
    ],
    ids=lambda steps: type(steps[0]).__name__,
)
def test_models_behind(steps, text):
    labels = np.array(["ham", "spam"])[Y] if not isinstance(steps[-1], Ridge) else Y * 1.5
    pipeline = make_pipeline(*steps).fit(TEXTS, labels)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipeline, TEXTS, text=text)))
    for X in (TEXTS, np.array(TEXTS, dtype=object), pd.Series(TEXTS), TEXTS[:1]):
        assert_same(model.predict(X), pipeline.predict(X)) if isinstance(steps[-1], Ridge) else (
            np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
        )
    assert model.predict([]).shape == (0,)


def test_searches_of_pipelines():
    search = GridSearchCV(
        make_pipeline(CountVectorizer(), LogisticRegression()), {"countvectorizer__binary": [True]}, cv=2
    )
    search.fit(TEXTS, Y)
    np.testing.assert_array_equal(skl2tflite.convert(search, TEXTS).predict(TEXTS), search.predict(TEXTS))


@pytest.mark.parametrize(
    "around",
    [
        lambda first, second: CalibratedClassifierCV(first, cv=2),
        lambda first, second: VotingClassifier([("a", first), ("b", second)], voting="soft"),
        lambda first, second: StackingClassifier([("a", first), ("b", second)], cv=2),
        lambda first, second: OneVsRestClassifier(first),
    ],
)
def test_meta_estimators_of_pipelines(around):
    first, second = (make_pipeline(TfidfVectorizer(analyzer=a), LogisticRegression()) for a in ("word", "char"))
    estimator = around(first, second).fit(TEXTS, np.arange(len(TEXTS)) % 3)
    model = skl2tflite.convert(estimator, TEXTS)
    assert model.inputs == {"text": ("int32", (1, -1))}
    np.testing.assert_array_equal(model.predict(TEXTS), estimator.predict(TEXTS))


FRAME = pd.DataFrame(
    {"subject": TEXTS, "size": np.arange(len(TEXTS)) * 1.5, "kind": ["a", "b", None] * (len(TEXTS) // 3),
     "body": TEXTS[::-1], "rest": 1.0}
)  # fmt: skip


@pytest.mark.parametrize("text", ["characters", "tokens"])
@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_columns_of_text_beside_others(text, categories):
    table = make_column_transformer(
        (TfidfVectorizer(ngram_range=(1, 2)), "subject"),
        (CountVectorizer(analyzer="char", max_features=50), "body"),
        (StandardScaler(), ["size"]),
        (OneHotEncoder(handle_unknown="ignore"), ["kind"]),
    )
    pipeline = make_pipeline(table, LogisticRegression()).fit(FRAME, Y)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipeline, FRAME, text=text, categories=categories)))
    assert {"subject", "body", "size", "kind"} == set(model.inputs)
    assert model.inputs["subject"] == ("int32", (1, -1))
    np.testing.assert_allclose(model.predict_proba(FRAME), pipeline.predict_proba(FRAME), atol=1e-6)
    np.testing.assert_array_equal(model.predict(FRAME[::-1]), pipeline.predict(FRAME[::-1]))
    assert len(model.predict(FRAME[:0])) == 0


def test_texts_in_arrays_by_position():
    X = FRAME[["subject", "size"]].to_numpy(dtype=object)
    table = ColumnTransformer([("t", CountVectorizer(), 0), ("n", StandardScaler(), [1])]).fit(X)
    model = skl2tflite.convert(table, X)
    np.testing.assert_allclose(model.transform(X), np.asarray(table.transform(X).todense()), atol=1e-5)
    assert skl2tflite.convert(table).transform(X[:2]).shape[0] == 2  # without rows to look at, too


def test_two_vectorizers_of_one_column():
    union = make_union(CountVectorizer(), TfidfVectorizer(analyzer="char_wb"))
    table = make_column_transformer((union, "subject"), ("passthrough", ["size"])).fit(FRAME)
    model = skl2tflite.convert(table, FRAME)
    assert set(model.inputs) == {"subject", "size"}
    tokens = skl2tflite.convert(table, FRAME, text="tokens")
    assert set(tokens.inputs) == {"subject", "subject_2", "size"}
    np.testing.assert_allclose(tokens.transform(FRAME), model.transform(FRAME), atol=1e-6)


def test_what_a_column_of_text_cannot_be():
    both = make_column_transformer((CountVectorizer(), "kind"), (OneHotEncoder(), ["kind"]))
    both.fit(FRAME.assign(kind="text"))
    with pytest.raises(ConversionError, match=r"'kind' is (read as text|compared as a whole)"):
        skl2tflite.convert(both, FRAME.assign(kind="text"))
    model = skl2tflite.convert(make_column_transformer((CountVectorizer(), "subject")).fit(FRAME), FRAME)
    for cell in (None, np.nan, 3):
        with pytest.raises(InvalidInputError, match=r"column 'subject' holds .* which is no text"):
            model.transform(FRAME.assign(subject=cell))


def own(text):
    return text.split()


CUSTOM = {
    "a tokenizer of your own": CountVectorizer(tokenizer=own, token_pattern=None),
    "a preprocessor of your own": CountVectorizer(preprocessor=str.lower),
    "an analyzer of your own": TfidfVectorizer(analyzer=own),
    "a strip_accents of your own": HashingVectorizer(strip_accents=str.strip, n_features=64),
    "cannot run in the file: it has alternatives": CountVectorizer(token_pattern=r"\w+|!"),
    "words may hold spaces": CountVectorizer(token_pattern="[a-z ]+", ngram_range=(1, 2)),
}


@pytest.mark.parametrize("what", CUSTOM)
def test_what_cannot_run_in_the_file_runs_on_tokens(what):
    pipeline = make_pipeline(CUSTOM[what], LogisticRegression()).fit(TEXTS, Y)
    with pytest.raises(UnsupportedEstimatorError, match=what) as error:
        skl2tflite.convert(pipeline, TEXTS)
    assert "text='tokens'" in str(error.value)
    assert f"Pipeline['{type(CUSTOM[what]).__name__.lower()}']" in str(error.value)
    model = skl2tflite.convert(pipeline, TEXTS, text="tokens")
    np.testing.assert_array_equal(model.predict(TEXTS), pipeline.predict(TEXTS))


def test_tokens_of_functions_need_these_again(tmp_path):
    pipeline = make_pipeline(CUSTOM["a tokenizer of your own"], LogisticRegression()).fit(TEXTS, Y)
    path = skl2tflite.convert(pipeline, TEXTS, text="tokens").save(tmp_path / "model.tflite")
    with pytest.raises(InvalidInputError, match=r"load it with analyzers=\{'text': vectorizer.build_analyzer\(\)\}"):
        skl2tflite.load(path).predict(TEXTS)
    loaded = skl2tflite.load(path, analyzers={"text": pipeline[0].build_analyzer()})
    np.testing.assert_array_equal(loaded.predict(TEXTS), pipeline.predict(TEXTS))
    with pytest.raises(InvalidInputError, match="no input of tokens is called 'subject'; there are: 'text'"):
        skl2tflite.load(path, analyzers={"subject": own})


def test_tokens_carry_their_vocabulary(tmp_path):
    import zipfile

    vectorizer = CountVectorizer(token_pattern=r"\w+|!").fit(TEXTS)
    path = skl2tflite.convert(vectorizer, TEXTS, text="tokens").save(tmp_path / "model.tflite")
    with zipfile.ZipFile(path) as archive:
        terms = archive.read("text.txt").decode().split("\n")[:-1]
    assert terms == sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.get)
    np.testing.assert_array_equal(skl2tflite.load(path).transform(TEXTS), vectorizer.transform(TEXTS).toarray())


def test_a_vocabulary_has_one_term_on_each_line():
    with pytest.raises(
        ConversionError, match="the vectorizer of 'text' has the term '\\\\n', and a vocabulary has one"
    ):
        skl2tflite.convert(CountVectorizer(analyzer="char").fit(["a\nb"]), text="tokens")


def test_microcontrollers_take_counts():
    pytest.importorskip("tflite_micro")
    pipeline = make_pipeline(TfidfVectorizer(max_features=30), LogisticRegression()).fit(TEXTS, Y)
    with pytest.raises(UnsupportedOnTarget, match=r"cannot cut them into terms; leave out text='characters'"):
        skl2tflite.convert(pipeline, target="micro", text="characters")
    for told in ({}, {"text": "tokens"}):
        model = skl2tflite.convert(pipeline, TEXTS, target="micro", **told)
        assert model.inputs == {"text": ("float32", (1, 30))}
        np.testing.assert_allclose(model.predict_proba(TEXTS), pipeline.predict_proba(TEXTS), atol=1e-6)
    with pytest.raises(UnsupportedEstimatorError, match="hashed features have none"):
        skl2tflite.convert(make_pipeline(HashingVectorizer(), Ridge()).fit(TEXTS, Y), target="micro")


def test_texts_are_refused_as_scikit_learn_does():
    model = converted(0)
    for X, message in (
        ("a text", "X is one text"), ([["a"], ["b"]], "X is a table"), (FRAME, "X is a table"),
        ([b"a"], "which is no text"), (["a", None], "which is no text"),
    ):  # fmt: skip
        with pytest.raises(InvalidInputError, match=message):
            model.transform(X)
    with pytest.raises(ConversionError, match="text is 'characters' or 'tokens', not 'words'"):
        skl2tflite.convert(fitted(0), text="words")
    with pytest.raises(UnsupportedEstimatorError, match="reads files"):
        skl2tflite.convert(CountVectorizer(input="filename", vocabulary=["a"]).fit([]))
    with pytest.raises(ConversionError, match="CountVectorizer: takes texts, one column of them; name it by a string"):
        converter_for(fitted(0)).transform(input_tensor("X", DType.FLOAT, (None, 1)))


def test_files_are_small_for_one_script():
    """Characters of scripts that no known word is of need their class only."""
    english = [text for text in TEXTS if text.isascii()]
    assert len(skl2tflite.convert(CountVectorizer().fit(english))) < 60_000
    assert len(skl2tflite.convert(CountVectorizer(analyzer="char", lowercase=False).fit(english))) < 20_000
