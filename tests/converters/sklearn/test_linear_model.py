"""Linear models in the states that a sweep of fresh fits does not reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    Lasso,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    Ridge,
    SGDClassifier,
    SGDOneClassSVM,
    SGDRegressor,
)

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.converters.sklearn.linear_model import LogisticRegressionConverter
from tests.estimators.case import SKLEARN, data


def faithful(estimator: Any, X: Any, *methods: str) -> None:
    report = skl2tflite.verify(skl2tflite.convert(estimator, methods=methods or None), estimator, X)
    assert report.faithful, report.summary()


@pytest.mark.parametrize("key", ["binary", "multiclass"])
@pytest.mark.parametrize("estimator", [LogisticRegression(max_iter=1000), Perceptron(), SGDClassifier(random_state=0)])
def test_sparse_coefficients(estimator: Any, key: str) -> None:
    rows = data(key)
    faithful(estimator.fit(rows.X, rows.y).sparsify(), rows.X_test)


@pytest.mark.parametrize("estimator", [SGDRegressor(random_state=0), SGDOneClassSVM(random_state=0)])
def test_sparse_coefficients_of_one_output_stay_one_axis(estimator: Any) -> None:
    rows = data("regression")
    faithful(estimator.fit(rows.X, rows.y).sparsify(), rows.X_test)


@pytest.mark.parametrize("estimator", [LinearRegression(), LinearRegression(fit_intercept=False), Ridge(), Lasso()])
def test_a_target_of_one_column_keeps_scikit_learns_shape(estimator: Any) -> None:
    rows = data("regression")
    faithful(estimator.fit(rows.X, rows.y[:, np.newaxis]), rows.X_test)


def test_intercept_may_be_a_scalar() -> None:
    rows = data("regression")
    estimator = Lasso(fit_intercept=False).fit(rows.X, rows.y)
    assert np.isscalar(estimator.intercept_)
    faithful(estimator, rows.X_test)


@pytest.mark.parametrize("estimator", [LogisticRegression(), SGDClassifier(loss="log_loss", random_state=0)])
@pytest.mark.parametrize("key", ["binary", "multiclass"])
def test_fitted_on_float32(estimator: Any, key: str) -> None:
    """Some estimators then compute in float32, where probabilities round to 0 and 1 much earlier."""
    rows = data(key)
    estimator.fit(rows.X.astype(np.float32), rows.y)
    faithful(estimator, rows.X_test, "predict_proba", "predict_log_proba", "predict")


@pytest.mark.skipif(SKLEARN < (1, 9), reason="rows without a probability were NaN before")
def test_one_against_rest_far_below_zero() -> None:
    """Where each probability is below float32, their ratios are not; where float64 has none left, all are equal."""
    estimator = SGDClassifier(loss="log_loss", random_state=0).fit(np.eye(3), [0, 1, 2])
    estimator.coef_ = np.eye(3)
    estimator.intercept_ = np.zeros(3)
    X = np.array([[-100.0, -101.0, -300.0], [-700.0, -720.0, -705.0], [-720.0, -800.0, -900.0], [-705.0, 5.0, 0.0]])
    with np.errstate(all="ignore"):
        expected = estimator.predict_proba(X)
    assert (expected[2] == 1 / 3).all()
    model = skl2tflite.convert(estimator, methods=("predict_proba", "predict_log_proba"))
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-6)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(model.predict_log_proba(X), estimator.predict_log_proba(X), rtol=1e-6, atol=1e-6)


def test_zero_row_of_modified_huber_is_uniform() -> None:
    estimator = SGDClassifier(loss="modified_huber", random_state=0).fit(np.eye(3), [0, 1, 2])
    estimator.coef_ = np.eye(3)
    estimator.intercept_ = np.zeros(3)
    X = np.array([[-1.0, -2.0, -5.0], [-1.0, -0.5, 3.0], [0.25, -1.5, 0.5]])
    expected = estimator.predict_proba(X)
    assert (expected[0] == 1 / 3).all()
    model = skl2tflite.convert(estimator, methods=("predict_proba", "predict"))
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-7)
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))


def test_logarithm_of_a_probability_that_rounds_to_zero() -> None:
    estimator = LogisticRegression().fit([[-1.0], [1.0]], [0, 1])
    estimator.coef_ = np.ones((1, 1))
    estimator.intercept_ = np.zeros(1)
    X = np.array([[s] for s in (-720.0, -100.0, -30.0, 0.0, 1e-6, 20.0, 30.0, 36.0, 36.5, 36.9, 37.5, 100.0, 720.0)])
    with np.errstate(all="ignore"):
        expected = estimator.predict_log_proba(X)
    model = skl2tflite.convert(estimator, methods=("predict_log_proba",))
    np.testing.assert_allclose(model.predict_log_proba(X), expected, rtol=1e-6, atol=1e-6)


def test_score_of_zero_is_the_first_class() -> None:
    X, y = make_classification(50, 4, random_state=0)
    estimator = Perceptron().fit(X, y)
    estimator.intercept_[:] = 0
    model = skl2tflite.convert(estimator)
    assert model.predict(np.zeros((1, 4)))[0] == estimator.predict(np.zeros((1, 4)))[0] == 0


def test_several_targets_keep_their_order() -> None:
    X, Y = make_regression(60, 5, n_targets=4, random_state=0)
    faithful(LinearRegression().fit(X, Y), X)


@pytest.mark.parametrize(
    ("key", "multi_class", "solver", "expected"),
    [
        ("binary", "deprecated", "lbfgs", "ovr"),
        ("binary", "multinomial", "lbfgs", "multinomial"),
        ("multiclass", "ovr", "lbfgs", "ovr"),
        ("multiclass", "auto", "liblinear", "ovr"),
        ("multiclass", "auto", "lbfgs", "multinomial"),
    ],
)
def test_multi_class_of_older_versions(key: str, multi_class: str, solver: str, expected: str) -> None:
    """The parameter of scikit-learn up to 1.7, by its formulas."""
    rows = data(key)

    class Older(LogisticRegression):
        def get_params(self, deep: bool = True) -> dict[str, Any]:
            return {**super().get_params(deep), "multi_class": multi_class, "solver": solver}

    fitted = LogisticRegression(max_iter=1000).fit(rows.X, rows.y)
    older = Older()
    older.__dict__.update(fitted.__dict__, solver=solver)
    converter = LogisticRegressionConverter(older, "Older")
    scores = fitted.decision_function(rows.X_test)
    if expected == "ovr":
        shares = 1 / (1 + np.exp(-(np.column_stack([-scores, scores]) if scores.ndim == 1 else scores)))
    else:
        shares = np.exp(np.column_stack([-scores, scores]) if scores.ndim == 1 else scores)
    probabilities = shares / shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(converter.predict_proba(rows.X_test), probabilities, atol=1e-12)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(converter.predict_log_proba(rows.X_test), np.log(probabilities), rtol=1e-6)


def test_methods_follow_the_loss() -> None:
    rows = data("binary")
    hinge = converter_for(SGDClassifier(random_state=0).fit(rows.X, rows.y))
    assert hinge.methods == ("predict", "decision_function")
    log_loss = converter_for(SGDClassifier(loss="log_loss", random_state=0).fit(rows.X, rows.y))
    assert log_loss.methods == ("predict_proba", "predict", "predict_log_proba", "decision_function")


@pytest.mark.parametrize(
    "estimator",
    [BayesianRidge(), BayesianRidge(fit_intercept=False), ARDRegression(), ARDRegression(threshold_lambda=1e-9)],
    ids=str,
)
def test_standard_deviations(estimator: Any) -> None:
    """A feature far from zero costs nothing; where all are pruned every row has the same."""
    X, y = make_regression(80, 5, noise=5.0, random_state=0)
    X = (X + np.array([0, 0, 0, 0, 1e4])).astype(np.float32).astype(np.float64)
    estimator.fit(X, y)
    expected = estimator.predict(X, return_std=True)
    for exact, want in zip(converter_for(estimator).method("predict_std")(X), expected, strict=True):
        np.testing.assert_allclose(exact, want, rtol=1e-11)
    _, deviation = skl2tflite.convert(estimator, X, methods=("predict_std",)).predict(X, return_std=True)
    np.testing.assert_allclose(deviation, expected[1], rtol=1e-6)
