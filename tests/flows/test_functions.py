"""Functions and classes of the user's between steps: they get sparse matrices, and integers of few bits."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from mlxtend.preprocessing import DenseTransformer
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder
from xgboost import XGBClassifier

import skl2tflite
from skl2tflite.errors import ConversionError
from tests.flows.steps import rows


@skl2tflite.trace
class Dense(TransformerMixin, BaseEstimator):
    """Makes sparse rows dense, as many a class of the user's does."""

    def fit(self, X: Any, y: Any = None) -> Dense:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return X.toarray() if sp.issparse(X) else np.asarray(X)


def function(func: Any, **parameters: Any) -> FunctionTransformer:
    return FunctionTransformer(func, **parameters)


SPARSE = {
    "toarray": function(lambda X: X.toarray(), accept_sparse=True),
    "validated": function(lambda X: X.toarray(), accept_sparse=True, validate=True),
    "todense": function(lambda X: np.asarray(X.todense())),
    "identity": function(lambda X: X),
    "a class": Dense(),
    "mlxtend": DenseTransformer(),
    "log1p": function(np.log1p),
    "sqrt": function(lambda X: X.sqrt()),
    "absolute": function(abs),
    "times": function(lambda X: 2 * X.multiply(np.arange(1.0, 1.0 + X.shape[1]))),
    "binary": function(lambda X: (X > 0).astype(float)),
    "columns": function(lambda X: X[:, [0, 2, 3]].tocsc()),
    "row sums": function(lambda X: np.asarray(X.sum(axis=1))),
    "product": function(lambda X: X @ np.eye(X.shape[1])[:, :3]),
    "beside": function(lambda X: sp.hstack([X, X.power(2)]).tocsr()),
    "dense and back": function(lambda X: sp.csr_matrix(X.toarray() + 0.0)),
}


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("vectorizer", [CountVectorizer, TfidfVectorizer], ids=lambda each: each.__name__)
@pytest.mark.parametrize("reader", [LogisticRegression(), XGBClassifier(n_estimators=5)], ids=["linear", "XGBoost"])
def test_functions_of_sparse_matrices(name: str, vectorizer: Any, reader: Any) -> None:
    given = rows("texts")
    pipeline = make_pipeline(vectorizer(), SPARSE[name], reader).fit(given.train, given.y)
    for X in ((given.test,), ()):
        model = skl2tflite.convert(pipeline, *X)
        np.testing.assert_allclose(
            model.predict_proba(given.test), pipeline.predict_proba(given.test), rtol=0, atol=1e-6
        )


@pytest.mark.parametrize(
    ("func", "reason"),
    [
        (lambda X: sp.csr_matrix((np.log1p(X.data), X.indices, X.indptr), shape=X.shape), "'data' of a sparse matrix"),
        (lambda X: X / X.sum(), "depend on other rows"),
        (lambda X: (X < 1).astype(float), "holds for 0"),
        (lambda X: X[X.getnnz(axis=1) > 0], "'getnnz' of a sparse matrix"),
    ],
    ids=["data", "other rows", "of zeros", "rows"],
)
def test_what_cannot_be_recorded_is_named(func: Any, reason: str) -> None:
    given = rows("texts")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = make_pipeline(CountVectorizer(), function(func), LogisticRegression()).fit(given.train, given.y)
    with pytest.raises(ConversionError, match=reason):
        skl2tflite.convert(pipeline)


def test_sparse_rows_that_a_function_makes_dense() -> None:
    matrix = OneHotEncoder().fit_transform(rows("table").train[["city", "zip"]])
    pipeline = make_pipeline(function(lambda X: X.toarray()), XGBClassifier(n_estimators=5)).fit(
        matrix, rows("table").y
    )
    model = skl2tflite.convert(pipeline, matrix)
    np.testing.assert_allclose(model.predict_proba(matrix), pipeline.predict_proba(matrix), rtol=0, atol=1e-6)


CODES = pd.DataFrame({"city": list("abcdefgh") * 15, "zip": list("xyz") * 40})


@pytest.mark.parametrize(
    ("encoder", "func", "wraps"),
    [
        (OrdinalEncoder(dtype=np.int8), lambda X: X * 10, False),
        (OrdinalEncoder(dtype=np.int8), lambda X: X * 100, True),
        (OrdinalEncoder(dtype=np.uint8), lambda X: X - 1, True),
        (OrdinalEncoder(dtype=np.int8), lambda X: X - 1, False),
        (OrdinalEncoder(dtype=np.int64), lambda X: X * 1000, False),
        (OneHotEncoder(dtype=np.int8, sparse_output=False), lambda X: X * 100, False),
        (OneHotEncoder(dtype=np.int8), lambda X: X.toarray() * 100, False),
    ],
)
def test_integers_of_few_bits(encoder: Any, func: Any, wraps: bool) -> None:
    """The numbers that a step gives are known, so that only what really wraps around is refused."""
    y = np.arange(len(CODES)) % 2
    pipeline = make_pipeline(encoder, function(func), LogisticRegression(max_iter=500)).fit(CODES, y)
    if wraps:
        with pytest.raises(ConversionError, match=r"computes in u?int8, which the step before it gives"):
            skl2tflite.convert(pipeline)
        return
    model = skl2tflite.convert(pipeline)
    np.testing.assert_allclose(model.predict_proba(CODES), pipeline.predict_proba(CODES), rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16])
@pytest.mark.parametrize("dense", [False, True])
def test_counts_that_a_function_cuts_to_few_bits_wrap_around(dtype: Any, dense: bool) -> None:
    texts = ["win now", "free win", "win win win"] * 10
    long = ["win " * 300, "win " * 33_000]
    for kind in (dtype, np.int32):
        cut = function(lambda X, kind=kind: (X.toarray() if dense else X).astype(kind))
        pipeline = make_pipeline(CountVectorizer(), cut, LogisticRegression()).fit(texts, [0, 1, 1] * 10)
        model = skl2tflite.convert(pipeline, texts)
        np.testing.assert_allclose(model.predict_proba(long), pipeline.predict_proba(long), rtol=0, atol=1e-6)
