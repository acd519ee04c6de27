"""Projections of features far from zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA, IncrementalPCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError


def mixed(offset: float) -> Any:
    random = np.random.default_rng(0)
    return (random.normal(size=(200, 6)) @ random.normal(size=(6, 6)) + offset).astype(np.float32)


@pytest.mark.parametrize("offset", [0.0, 100.0, 1e5])
@pytest.mark.parametrize("estimator", [PCA(3), PCA(3, whiten=True), IncrementalPCA(3)])
def test_offsets_cost_no_digits(estimator: Any, offset: float) -> None:
    X = mixed(offset)
    estimator.fit(X.astype(np.float64))
    for method in [m for m in ("transform", "score_samples") if hasattr(estimator, m)]:
        expected = getattr(estimator, method)(X)
        result = skl2tflite.convert(estimator, methods=(method,)).run(method, X)
        np.testing.assert_allclose(result, expected, rtol=0, atol=3e-7 * np.abs(expected).max())


@pytest.mark.parametrize("estimator", [PCA(), IncrementalPCA()])
def test_of_a_constant_feature_is_left_what_rounding_leaves(estimator: Any) -> None:
    X = np.column_stack([100 * np.random.default_rng(0).normal(size=(200, 4)) + 50, np.full(200, 7.0)])
    assert np.abs(estimator.fit(X[:150]).transform(X[150:])[:, -1]).max() < 1e-11
    assert skl2tflite.verify(skl2tflite.convert(estimator), estimator, X[150:]).faithful

    wrong = type(estimator)().fit(X[:150])
    wrong.components_[-1] = wrong.components_[-1][::-1]
    assert not skl2tflite.verify(skl2tflite.convert(wrong), estimator, X[150:]).faithful


def test_standardized_features_are_not_centred_again() -> None:
    pipe = make_pipeline(StandardScaler(), PCA(3)).fit(mixed(50.0))
    operators = skl2tflite.convert(pipe).operators()
    assert operators == {**skl2tflite.convert(pipe[0]).operators(), "FULLY_CONNECTED": 1}


def test_density_of_a_singular_covariance_is_refused() -> None:
    X = mixed(0.0)
    estimator = PCA().fit(np.column_stack([X, X[:, 0] + X[:, 1]]).astype(np.float64))
    skl2tflite.convert(estimator, methods=("transform",))
    with pytest.raises(UnsupportedEstimatorError, match="covariance is singular"):
        skl2tflite.convert(estimator, methods=("score_samples",))
