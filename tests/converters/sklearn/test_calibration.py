"""Calibrated probabilities far from all that was fitted."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.svm import LinearSVC

import skl2tflite


@pytest.mark.parametrize("ensemble", [True, False])
@pytest.mark.parametrize("scale", [3, 10, 100])
def test_several_certain_classes_and_none(scale: int, ensemble: bool) -> None:
    """Two classes near 1 are told apart by what they lack, and tiny ones divided by their sum."""
    X, y = load_iris(return_X_y=True)
    estimator = CalibratedClassifierCV(LinearSVC(), cv=3, ensemble=ensemble).fit(X, y)
    model = skl2tflite.convert(estimator, X)
    far = np.random.default_rng(1).normal(0, scale, (2000, 4)).astype(np.float32).astype(np.float64)
    expected = estimator.predict_proba(far)
    np.testing.assert_allclose(model.predict_proba(far), expected, atol=1e-4)
    ordered = np.sort(expected, axis=1)
    clear = ordered[:, -1] - ordered[:, -2] > 1e-13  # of others float64 has rounded the digits
    assert np.any(clear & (ordered[:, -1] - ordered[:, -2] < 1e-6))
    np.testing.assert_array_equal(model.predict(far)[clear], estimator.predict(far)[clear])
