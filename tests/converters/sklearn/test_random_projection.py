"""Sparse projections of many features are held without their zeros."""

from typing import Any

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.random_projection import SparseRandomProjection

import skl2tflite
from skl2tflite.numerics.sparse_products import sparse_product, suits_sparse_product
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]

X = np.random.default_rng(0).normal(size=(40, 6000))


@pytest.fixture(scope="module")
def projection() -> Any:
    return SparseRandomProjection(80, random_state=0).fit(X)


@pytest.mark.parametrize("target", TARGETS)
def test_many_features(projection: Any, target: Any) -> None:
    model = skl2tflite.convert(projection, X[:4], target=target)  # which compares
    assert len(bytes(model)) < projection.components_.shape[0] * projection.components_.shape[1] * 4 / 10
    report = skl2tflite.verify(model, projection, X[20:24].astype(np.float32))["transform"]
    assert report.faithful
    assert report.near_ties.size == 0


def test_in_front_of_a_classifier() -> None:
    pipeline = make_pipeline(SparseRandomProjection(80, random_state=0), LogisticRegression()).fit(
        X[:30], X[:30, 0] > 0
    )
    assert "GATHER" in skl2tflite.convert(pipeline, X[30:]).operators()


def test_small_ones_are_matrices() -> None:
    small = SparseRandomProjection(10, random_state=0).fit(X[:, :400])
    assert set(skl2tflite.convert(small, X[:4, :400]).operators()) == {"FULLY_CONNECTED"}


def test_rows_of_any_count() -> None:
    """One that is empty, one that is full, and numbers that stand twice."""
    matrix = sparse.coo_matrix(([1.5, -2.0, 3.0, 4.0, 0.5], ([0, 0, 2, 2, 2], [3, 3, 0, 1, 2])), shape=(4, 5))
    np.testing.assert_allclose(sparse_product(X[:, :5], matrix), X[:, :5] @ matrix.toarray().T)
    assert not suits_sparse_product(matrix)
    assert not suits_sparse_product(sparse.csr_matrix(np.ones((600, 600))))
    assert not suits_sparse_product(np.ones((600, 600)))
