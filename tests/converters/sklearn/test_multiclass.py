"""Several binary classifiers for one of many classes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB

import skl2tflite
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("scale", [10, 20, 100])
def test_probabilities_that_only_float64_holds(scale: int, target: Literal["litert", "micro"]) -> None:
    """Far from all that was fitted every class has a tiny probability, or none: classes are told apart by them."""
    X, y = load_iris(return_X_y=True)
    estimator = OneVsRestClassifier(GaussianNB()).fit(X, y)
    far = np.random.default_rng(1).normal(0, scale, (300, 4)).astype(np.float32).astype(np.float64)
    labels = skl2tflite.convert(estimator, X, target=target, methods=("predict",))
    model = skl2tflite.convert(estimator, X, target=target, methods=("predict_proba",))
    greatest = np.max([member.predict_proba(far)[:, 1] for member in estimator.estimators_], axis=0)
    assert greatest.min() < np.finfo(np.float32).tiny
    np.testing.assert_array_equal(labels.predict(far), estimator.predict(far))
    clear = (greatest > 1e-300) | (greatest == 0)  # of others float64 has fewer digits
    expected = np.nan_to_num(estimator.predict_proba(far))  # scikit-learn 1.6 divides rows of zeros by 0
    np.testing.assert_allclose(model.predict_proba(far)[clear], expected[clear], atol=5e-4)
