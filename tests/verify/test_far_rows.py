"""Rows far from those that an estimator was fitted on, where float32 and scikit-learn's float64 end differently.

All were found by ``verify(probe=True)``. A file answers as scikit-learn does, or says that it has no answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.decomposition import NMF
from sklearn.ensemble import BaggingClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF
from sklearn.impute import KNNImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.manifold import Isomap
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import (
    KNeighborsClassifier,
    KNeighborsRegressor,
    RadiusNeighborsClassifier,
    RadiusNeighborsRegressor,
)
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, StandardScaler

import skl2tflite
from skl2tflite.errors import NoAnswerError
from skl2tflite.graph import functions as xp
from tests.verify.estimators import Shift, compared

X, Y = load_iris(return_X_y=True)
TWO = Y[:100]
PLAIN = "without XNNPACK"


def bells(distances: Any) -> Any:
    return np.exp(-np.square(distances))


def bells_of_rows(distances: Any) -> Any:
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = np.exp(-np.square(row))
    return weights


@pytest.mark.parametrize(
    "estimator",
    [
        KNeighborsClassifier(weights=bells),
        KNeighborsRegressor(weights=bells),
        RadiusNeighborsClassifier(100.0, weights=bells_of_rows, outlier_label=0),
        RadiusNeighborsRegressor(100.0, weights=bells_of_rows),
        KNNImputer(weights=bells),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_weights_that_underflow_are_no_weights(estimator: Any) -> None:
    """float64 has exp(-144), float32 has not; at distance 0 nothing is lost."""
    points = X + 0.01 * np.random.default_rng(0).normal(size=X.shape)  # no two are equally far
    estimator.fit(points, Y)
    model = skl2tflite.convert(estimator)
    method = "transform" if isinstance(estimator, KNNImputer) else "predict"
    rows = points[:4].copy()
    rows[:, 3] = np.nan if method == "transform" else rows[:, 3]
    np.testing.assert_allclose(getattr(model, method)(rows), getattr(estimator, method)(rows), rtol=1e-5, atol=1e-6)
    with pytest.raises(NoAnswerError, match="weighs all neighbours by 0, or by less than float32 has digits for"):
        getattr(model, method)(rows + np.array([12.0, 0.0, 0.0, 0.0]))
    with pytest.raises(NoAnswerError, match="digits for"):  # where float32 has numbers, and few digits of them
        getattr(model, method)(rows[:1] + np.array([9.8, 0.0, 0.0, 0.0]))


def test_weights_of_nothing_are_weights() -> None:
    points, labels = np.array([[0.0], [1.0], [4.0], [9.0]]), np.array([0, 1, 1, 0])
    cut = RadiusNeighborsClassifier(3.0, weights=_cut_off, outlier_label=0).fit(points, labels)
    np.testing.assert_array_equal(skl2tflite.convert(cut).predict([[6.5], [1.5]]), cut.predict([[6.5], [1.5]]))


def _cut_off(distances: Any) -> Any:
    weights = np.empty(len(distances), dtype=object)
    for i, row in enumerate(distances):
        weights[i] = np.where(row < 1.0, 1.0, 0.0)
    return weights


def test_no_fitted_rows_within_the_radius() -> None:
    estimator = Isomap(n_neighbors=None, radius=3.0).fit(X)
    model = skl2tflite.convert(estimator)
    for runtime in model.runtimes:
        with pytest.raises(NoAnswerError, match="Isomap finds no fitted rows within its radius of 3; use a larger one"):
            model.on(runtime).transform(X[:3] + 50.0)
    np.testing.assert_allclose(model.transform(X[:3]), estimator.transform(X[:3]), rtol=1e-4, atol=1e-5)


def test_logarithms_of_no_probability_without_xnnpack() -> None:
    estimator = BaggingClassifier(RandomForestClassifier(2, max_depth=2), n_estimators=3, random_state=0).fit(X, Y)
    model = skl2tflite.convert(estimator, methods=("predict_log_proba",))
    with np.errstate(divide="ignore"):
        expected = estimator.predict_log_proba(X[:9])
    assert np.isinf(expected).any()
    np.testing.assert_allclose(model.on(PLAIN).predict_log_proba(X[:9]), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "estimator",
    [make_pipeline(StandardScaler(), LogisticRegression()), MLPClassifier((5,), max_iter=20, random_state=0)],
    ids=["logistic", "perceptron"],
)
def test_logarithms_of_probabilities_that_float64_rounds_to_0(estimator: Any) -> None:
    estimator.fit(X, Y)
    rows = (X[::30] * 3000.0).astype(np.float32)
    with np.errstate(divide="ignore"):
        expected = estimator.predict_log_proba(rows)
    assert np.isneginf(expected).any()
    model = skl2tflite.convert(estimator, methods=("predict_log_proba",))
    np.testing.assert_allclose(model.predict_log_proba(rows), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8), reason="there are no temperatures")
def test_labels_under_a_high_temperature() -> None:
    """All probabilities are one third in float32, and float64 tells them apart."""
    inner = LogisticRegression(max_iter=500).fit(X, Y)
    estimator = CalibratedClassifierCV(FrozenEstimator(inner), method="temperature").fit(X, Y)
    estimator.calibrated_classifiers_[0].calibrators[0].beta_ = 1e-9
    model = skl2tflite.convert(estimator, methods=("predict",))
    assert len(set(estimator.predict(X))) == 3
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))


def test_rows_of_labels_that_scikit_learn_refuses() -> None:
    estimator = LabelBinarizer().fit([[0, 1, 1], [1, 0, 0]])
    model = skl2tflite.convert(estimator)
    np.testing.assert_array_equal(model.transform([[0, 1, 0], [1, 1, 1]]), [[0, 1, 0], [1, 1, 1]])
    for row in ([0.0, 0.5, 1.0], [0.0, 1.0, 2.0]):
        with pytest.raises(ValueError, match="Multioutput"):
            estimator.transform([row])
        with pytest.raises(NoAnswerError, match="takes rows of at most two integers"):
            model.transform([row])


def test_zeros_that_a_divergence_refuses() -> None:
    rows = np.abs(X) + 0.1
    estimator = NMF(2, beta_loss="itakura-saito", solver="mu", init="random", random_state=0, max_iter=20).fit(rows)
    model = skl2tflite.convert(estimator, rows)
    rows[0, 0] = 0.0
    with pytest.raises(ValueError, match="contains zeros"):
        estimator.transform(rows[:1])
    with pytest.raises(NoAnswerError, match="refuses values at most 0"):
        model.transform(rows[:1])


def test_initial_probabilities_that_are_1_in_float32() -> None:
    """scikit-learn gives the initial estimator float32 rows, and takes the logarithm of what its answer lacks to 1."""
    initial = make_pipeline(StandardScaler(), LogisticRegression())
    estimator = GradientBoostingClassifier(init=initial, n_estimators=5, random_state=0).fit(X[:100], TWO)
    model = skl2tflite.convert(estimator, methods=("decision_function",))
    rows = X[::25].copy()
    rows[:, 2] *= 12.0
    np.testing.assert_allclose(model.decision_function(rows)[2:], estimator.decision_function(rows)[2:], rtol=1e-6)
    report = skl2tflite.verify(model, estimator, X[:100], probe=True)
    assert report.faithful, str(report)


def test_terms_beyond_float32_of_one_row_on_microcontrollers() -> None:
    """Infinite terms of both signs are NaN; the row says that it has no answer, as on LiteRT."""
    estimator = LinearRegression().fit(X, Y)
    estimator.coef_ = np.array([1e30, -2e30, 3e30, 1.0])
    for target in ("litert", "micro"):
        model = skl2tflite.convert(estimator, target=target)
        with pytest.raises(NoAnswerError, match="beyond float32's range"):
            model.on("LiteRT").predict([[3e38, 1e38, 2e38, 1.0]])


def test_infinity_is_right_beyond_float32_and_nothing_below() -> None:
    estimator = PoissonRegressor().fit(X[:, :1], Y)
    estimator.coef_[0], estimator.intercept_ = 1.0, 0.0
    rows = np.array([[89.25], [-89.25], [1.0]])
    assert estimator.predict(rows)[0] > np.finfo(np.float32).max
    assert compared(estimator, rows).faithful


def test_infinity_is_wrong_within_float32(register: Any) -> None:
    register(Shift, "transform", lambda self, X: xp.where(X > 0, np.inf, X))
    assert not compared(Shift(lambda X: np.where(X > 0, 3e38, X)).fit(X), X).faithful


@pytest.mark.parametrize(
    "estimator",
    [
        OneVsRestClassifier(GaussianNB()),
        GaussianProcessClassifier(RBF(0.02), optimizer=None),
        GaussianProcessClassifier(RBF(0.02), optimizer=None, multi_class="one_vs_one"),
    ],
    ids=["naive Bayes", "process", "processes"],
)
def test_labels_that_float64_decides_by_its_rounding_are_no_faults(estimator: BaseEstimator) -> None:
    estimator.fit(X[::3], Y[::3])
    model = skl2tflite.convert(estimator, methods=("predict",))
    report = skl2tflite.verify(model, estimator, X, probe=True)
    assert report.faithful, str(report)
