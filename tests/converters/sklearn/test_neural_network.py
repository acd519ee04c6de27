"""Perceptrons at the edges of their decisions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.neural_network import BernoulliRBM, MLPClassifier

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedMethodError
from tests.estimators.case import data


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_label_where_the_probability_rounds_to_one_half(dtype: type) -> None:
    """``expit(s) > 0.5`` fails for scores a little above 0."""
    estimator = MLPClassifier(hidden_layer_sizes=(), max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match="iterations"):
        estimator.fit(np.array([[0], [1]], dtype=dtype), [0, 1])
    estimator.coefs_ = [np.ones((1, 1), dtype)]
    estimator.intercepts_ = [np.zeros(1, dtype)]
    eps = np.finfo(dtype).eps
    scores = np.array([[-1.0], [0.0], [eps / 2], [0.74 * eps], [0.76 * eps], [eps], [1e-3]], dtype=np.float32)
    expected = estimator.predict(scores)
    assert list(expected) == [0, 0, 0, 0, 1, 1, 1]
    assert list(expit(scores.astype(dtype)[:, 0]) > 0.5) == list(expected == 1)
    np.testing.assert_array_equal(skl2tflite.convert(estimator, methods=("predict",)).predict(scores), expected)


def test_fitted_on_float32() -> None:
    for key in ("binary", "multiclass", "multilabel"):
        rows = data(key)
        estimator = MLPClassifier((6,), solver="lbfgs", random_state=0).fit(rows.X.astype(np.float32), rows.y)
        model = skl2tflite.convert(estimator, methods=converter_for(estimator).methods)
        report = skl2tflite.verify(model, estimator, rows.X_test)
        assert report.faithful, report.summary()


def test_activations_become_part_of_their_layer() -> None:
    rows = data("multiclass")
    with pytest.warns(UserWarning, match="iterations"):
        estimator = MLPClassifier((6, 5, 4), max_iter=2, random_state=0).fit(rows.X, rows.y)
    assert skl2tflite.convert(estimator, methods=("predict_proba",)).operators() == {"FULLY_CONNECTED": 4, "SOFTMAX": 1}


def test_pseudo_likelihood_is_random() -> None:
    estimator = BernoulliRBM(2, n_iter=1, random_state=0).fit(data("flags").X)
    with pytest.raises(UnsupportedMethodError, match="score_samples flips one feature of each row at random"):
        skl2tflite.convert(estimator, methods=("score_samples",))
