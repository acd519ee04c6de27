"""What golden rows, typical values and ranges do not tell of the rows that they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.examples import Examples
from skl2tflite.golden.column import of_choices, of_numbers, of_truth_values
from skl2tflite.golden.words import made_texts

RANDOM = np.random.default_rng(0)


def _examples(X: Any, estimator: Any = None) -> Examples:
    target = np.arange(len(X)) % 2
    examples = skl2tflite.convert((estimator or LinearRegression()).fit(X, target), X).facts.examples
    assert examples is not None
    return examples


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"a": np.tile([1, 2], 50), "b": np.tile([10, 20], 50)}),
        pd.DataFrame({"age": RANDOM.integers(18, 80, 60)}),
        pd.DataFrame({"a": np.tile([1.0, np.nan], 50), "b": np.tile([10, 20], 50)}),
    ],
    ids=["other combinations", "values between", "missing ones"],
)
def test_rows_equal_no_given_row_where_there_is_another(X: pd.DataFrame) -> None:
    rows = _examples(X, HistGradientBoostingRegressor(max_iter=2)).rows
    given = {tuple(None if cell != cell else cell for cell in row) for row in X.itertuples(index=False)}
    assert rows
    assert not set(rows) & given
    assert len(set(rows)) == len(rows)


def test_rows_differ_where_each_is_a_given_one() -> None:
    every = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 9)
    rows = _examples(every).rows
    assert sorted(rows) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    constant = _examples(np.full((9, 2), 3.0))
    assert constant.rows == ((3, 3),)


def test_a_row_with_gaps_stays() -> None:
    X = RANDOM.normal(size=(60, 3))
    X[::5, 0] = np.nan
    rows = _examples(X, HistGradientBoostingRegressor(max_iter=2)).rows
    assert len(rows) == 5
    assert [row[0] is None for row in rows] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("cells", "span"),
    [
        ([1] * 59 + [987654], (1, 1)),
        ([0.0] * 99 + [88123.45], (0, 0)),
        ([*range(20, 80), 119], (22, 78)),
        ([*range(1000), *[10**6] * 9], (10, 1000)),
        ([0.123, 0.987] * 30, (0.12, 0.99)),
        ([0.1, 0.3] * 30, (0.1, 0.3)),
        (np.full(30, 7.123, dtype=np.float32), (7.123, 7.123)),
        (np.full(30, 123456789), (123456789, 123456789)),
        (np.arange(9.0), None),
        ([4242.0] + [np.nan] * 399, None),
    ],
    ids=str,
)
def test_ranges_leave_out_the_ends(cells: Any, span: tuple[float, float] | None) -> None:
    given = np.asarray(cells)
    for order in (given, given[::-1]):
        column = of_numbers(order)
        assert column.range == span
        if span is not None:
            values = [value for value in (column.typical, *column.others) if isinstance(value, int | float)]
            assert len(values) == 5
            assert all(span[0] <= value <= span[1] for value in values)


def test_nothing_is_typical_where_few_rows_have_a_value() -> None:
    assert of_numbers(np.array([4.0, 5.0, 6.0, 7.0, np.nan])).values == (None,)
    assert of_numbers(np.array([4.0, 5.0, 6.0, 7.0, 900.0])).values == (6,)
    few = np.array(["b", None, None, "b", None], dtype=object)
    assert of_choices(few, ["a", "b"]).typical is None
    assert of_choices(np.array(["b"] * 5, dtype=object), ["a", "b"]).typical == "b"
    assert of_truth_values(np.array([True] * 4)).typical is False
    assert of_truth_values(np.array([True] * 5)).typical is True


@pytest.mark.parametrize("count", [1, 2, 3, 4, 6, 8, 15, 100])
def test_texts_differ_and_are_not_sorted(count: int) -> None:
    words = [f"w{i:03}" for i in range(count)]
    texts = made_texts(words, 5)
    assert len(set(texts)) == len(texts) == 5
    for text in texts:
        held = text.split()
        assert set(held) <= set(words)
        assert len(set(held)) == 1 or held != sorted(held)
    assert made_texts([], 5) == ()


def test_texts_are_of_the_vocabulary_however_small() -> None:
    given = ["bad good", "bad", "good"] * 5
    for vectorizer in (CountVectorizer(), CountVectorizer(analyzer="char", ngram_range=(2, 3))):
        pipe = make_pipeline(vectorizer, LogisticRegression())
        rows = [str(row[0]) for row in _examples(given, pipe).rows]
        assert len(set(rows)) == len(rows) > 1
        assert not set(rows) & set(given)
        assert {word for row in rows for word in row.split()} <= {term.strip() for term in vectorizer.vocabulary_}
    digits = _examples(["12 34", "56 12"] * 5, make_pipeline(CountVectorizer(), LogisticRegression()))
    assert {word for row in digits.rows for word in str(row[0]).split()} <= {"12", "34", "56"}
    hashed = _examples(given, make_pipeline(HashingVectorizer(n_features=16), LogisticRegression()))
    assert len(set(hashed.rows)) == 5
