"""Which rows are compared: as they are given, or as float32 holds them."""

import os
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.verify import verify
from tests.verify.estimators import Shift, X, compared


def contrast(X):
    return np.asarray((X[:, [0]] - X[:, [1]]) / (X[:, [0]] + X[:, [1]] + 1.0))


@pytest.mark.parametrize("dtype", [np.uint8, np.int8])
def test_rows_that_float32_holds_are_compared_as_they_are_given(register, dtype):
    """Arithmetic of narrow numbers wraps around, and so do the answers."""
    register(Shift, "transform", lambda self, X: contrast(X) if isinstance(X, np.ndarray) else contrast_of_tensors(X))
    rows = np.random.default_rng(0).integers(0, 120, (40, 3))
    estimator = Shift(contrast).fit(rows)
    for given in (rows, rows.astype(np.float32), rows.astype(np.uint32).astype(object)):
        report = compared(estimator, given)["transform"]
        assert report.faithful, str(report)
        assert report.reference == "as given"
    narrow = (rows * (2 if dtype == np.uint8 else 1)).astype(dtype)
    wrong = np.abs(estimator.transform(narrow) - contrast(narrow.astype(float))).max(axis=1) > 1e-5
    assert wrong.sum() > 10
    report = compared(estimator, narrow)["transform"]
    assert report.wrong.size > 10
    assert "of rows rounded" not in str(report)


def contrast_of_tensors(X):
    return (X[:, :1] - X[:, 1:2]) / (X[:, :1] + X[:, 1:2] + 1.0)


def test_rows_that_float32_rounds_may_be_read_either_way(register):
    register(Shift, "transform", lambda self, X: X + 1.0)
    rows = X + 1 / 3
    report = compared(Shift(lambda X: X + X.dtype.type(1)).fit(X), rows)["transform"]
    assert report.faithful
    assert report.reference == "float32"
    wrong = compared(Shift(lambda X: X + X.dtype.type(1.5)).fit(X), rows)["transform"]
    assert str(wrong).endswith("(of rows rounded to float32)")


def test_what_rows_the_estimator_does_not_take_as_given_is_asked_of_float32(register):
    def dense_only(X):
        return X.astype(np.float32) if isinstance(X, np.ndarray) else X.no_such_method()

    register(Shift, "transform", lambda self, X: X * 1.0)
    report = compared(Shift(dense_only).fit(X), scipy.sparse.csr_matrix(X))["transform"]
    assert report.faithful
    assert report.reference == "float32"


def test_rows_are_not_written_to():
    scaler = StandardScaler(copy=False).fit(X.copy())
    for rows in (X.copy(), X + 1 / 3):
        before = rows.copy()
        assert compared(scaler, rows).faithful
        np.testing.assert_array_equal(rows, before)


def test_whole_numbers_that_are_handed_on_are_numbers():
    """A passed column has the rows' dtype, and integers beside it make all of them whole."""
    rows = pd.DataFrame({"city": ["London", "Paris", "Sallisaw", "Paris"] * 5, "rating": [5, 3, 4, 5] * 5})
    transformer = ColumnTransformer(
        [("city", OneHotEncoder(dtype="int", sparse_output=False), ["city"])], remainder="passthrough"
    ).fit(rows)
    assert transformer.transform(rows).dtype.kind == "i"
    skl2tflite.convert(transformer, rows)  # which compares
    skl2tflite.convert(SelectKBest(k=2).fit(np.rint(X).astype(int), X[:, 0] > 0), np.rint(X).astype(int))


def test_no_workers_are_started(register):
    """However many jobs an estimator has, its questions are a few rows; the user's settings stay."""
    seen = []

    def function(X):
        seen.extend(Parallel(n_jobs=2)(delayed(os.getpid)() for _ in range(4)))
        return X

    register(Shift, "transform", lambda self, X: X * 1.0)
    assert compared(Shift(function).fit(X)).faithful
    assert set(seen) == {os.getpid()}
    assert effective_n_jobs(2) == 2


@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(3, n_jobs=2, random_state=0),
        VotingClassifier([("a", RandomForestClassifier(2, n_jobs=2, random_state=0))], voting="soft", n_jobs=2),
        make_pipeline(
            ColumnTransformer([("s", StandardScaler(), [0, 1])], n_jobs=2), RandomForestClassifier(2, n_jobs=-1)
        ),
    ],
    ids=["forest", "vote", "columns"],
)
def test_an_estimator_with_jobs_is_as_it_was(estimator):
    estimator.fit(X, X[:, 0] > 0)
    before = pickle.dumps(estimator)
    assert verify(skl2tflite.convert(estimator, X), estimator, X).faithful
    assert pickle.dumps(estimator) == before
