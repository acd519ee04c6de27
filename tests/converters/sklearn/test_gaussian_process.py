"""Gaussian processes: the sum of error functions that float32 cannot take, rows far from all points, refusals."""

import numpy as np
import pytest
from scipy.special import erf
from sklearn.datasets import load_diabetes, load_iris
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor, kernels
from sklearn.gaussian_process._gpc import COEFS, LAMBDAS
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.converters.pairwise.near_constant import lack_of_matern
from skl2tflite.converters.sklearn.gaussian_process import mixture_of_error_functions
from skl2tflite.errors import UnsupportedEstimatorError, UnsupportedMethodError
from skl2tflite.numerics.matern import matern
from tests.backends.tflite.one_graph import run
from tests.estimators.case import data

RANDOM = np.random.default_rng(0)
MEAN = RANDOM.normal(size=5000) * RANDOM.choice([0.1, 1, 5, 20], 5000)
SPREAD = np.abs(RANDOM.normal(size=5000)) * RANDOM.choice([0, 1e-4, 0.1, 1, 10, 100], 5000)


def test_the_sum_of_error_functions():
    expected = (COEFS * erf(LAMBDAS * MEAN / np.sqrt(1 + 2 * LAMBDAS**2 * SPREAD)) / 2).sum(axis=0)
    np.testing.assert_allclose(mixture_of_error_functions(MEAN, SPREAD), expected, atol=2e-12)
    mean, spread = (x.astype(np.float32).astype(float) for x in (MEAN, SPREAD))
    got = run(mixture_of_error_functions, mean, spread)
    np.testing.assert_allclose(got, mixture_of_error_functions(mean, spread), atol=3e-7)


def test_rows_farther_than_float64_tells_are_ties():
    """One half and less than its rounding is one half, for all classes: the first wins."""
    rows = data("multiclass gaps")
    model = GaussianProcessClassifier(kernels.RBF(1.0), optimizer=None).fit(rows.X, rows.y)
    far = rows.X_test + np.linspace(0, 12, len(rows.X_test))[:, np.newaxis]
    expected = model.predict(far.astype(np.float32).astype(float))
    assert (np.ptp(model.predict_proba(far), axis=1) == 0).any()
    np.testing.assert_array_equal(skl2tflite.convert(model).predict(far), expected)


def test_rows_far_from_all_points_keep_their_label():
    rows = data("multiclass gaps")
    model = GaussianProcessClassifier(kernels.RBF(3.0), optimizer=None).fit(rows.X, rows.y)
    probabilities = model.predict_proba(rows.X_test)
    assert np.ptp(probabilities, axis=1).min() < 1e-8  # float32 probabilities are all the same
    np.testing.assert_array_equal(skl2tflite.convert(model).predict(rows.X_test), model.predict(rows.X_test))


@pytest.mark.parametrize(
    ("kernel", "reason"),
    [
        (kernels.RBF() + kernels.Matern(nu=25.0), r"nu=25\): .* no value for a distance of 0"),
        (kernels.PairwiseKernel(metric=lambda x, y, gamma: float(x @ y)), "kernel=<lambda> cannot be recorded .*float"),
    ],
)
def test_kernels_are_refused_by_name(kernel, reason):
    rows = data("regression")
    model = GaussianProcessRegressor(kernel, alpha=10.0, optimizer=None).fit(rows.X, rows.y)
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        skl2tflite.convert(model)


def test_the_prior_is_refused():
    with pytest.raises(skl2tflite.ConversionError, match="not fitted"):
        skl2tflite.convert(GaussianProcessRegressor())


# --- standard deviations --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["regression", "multioutput regression"])
@pytest.mark.parametrize("normalize", [False, True])
def test_deviations_are_asked_for_as_in_scikit_learn(key, normalize):
    rows = data(key)
    kernel = 2.0 * kernels.Matern(3.0, nu=1.5) + kernels.WhiteKernel(0.1)
    model = GaussianProcessRegressor(kernel, optimizer=None, normalize_y=normalize)
    pipe = make_pipeline(StandardScaler(), model).fit(rows.X, rows.y)
    converted = skl2tflite.convert(pipe, rows.X_test, methods=("predict", "predict_std"))
    both, expected = converted.predict(rows.X_test, return_std=True), pipe.predict(rows.X_test, return_std=True)
    assert [part.shape for part in both] == [part.shape for part in expected]
    for part, other in zip(both, expected, strict=True):
        np.testing.assert_allclose(part, other, rtol=0, atol=2e-5 * np.abs(other).max())
    np.testing.assert_array_equal(converted.predict(rows.X_test), both[0])
    np.testing.assert_array_equal(converted.predict(rows.X_test, return_std=False), both[0])


def test_deviations_are_there_on_request_only():
    rows = data("regression")
    model = GaussianProcessRegressor(kernels.RBF(2.0), alpha=0.1, optimizer=None).fit(rows.X, rows.y)
    converted = skl2tflite.convert(model)
    assert converted.methods == ("predict",)
    with pytest.raises(UnsupportedMethodError, match="no 'predict_std'"):
        converted.predict(rows.X_test, return_std=True)
    with pytest.raises(TypeError, match="unexpected keyword argument 'return_cov'"):
        converted.predict(rows.X_test, return_cov=True)
    alone = skl2tflite.convert(model, methods=("predict_std",))
    assert len(alone.predict(rows.X_test, return_std=True)) == 2
    with pytest.raises(UnsupportedMethodError, match="no 'predict'"):
        alone.predict(rows.X_test)


def test_no_deviation_at_the_fitted_rows():
    """Without noise nothing is left there: rounding may leave less than nothing, whose root would be NaN."""
    X = np.arange(6.0)[:, np.newaxis]
    model = GaussianProcessRegressor(kernels.RBF(0.7), optimizer=None).fit(X, np.sin(X[:, 0]))
    mean, deviation = skl2tflite.convert(model, methods=("predict_std",)).predict(X, return_std=True)
    np.testing.assert_allclose(mean, np.sin(X[:, 0]), atol=1e-6)
    np.testing.assert_allclose(deviation, 0.0, atol=1e-3)  # the root of 1e-6


def test_deviations_that_float32_loses_are_refused():
    rows = data("regression")
    model = GaussianProcessRegressor(kernels.RBF(1e3) * 5e3, alpha=1e-4, optimizer=None).fit(rows.X, rows.y)
    skl2tflite.convert(model)
    with pytest.raises(UnsupportedEstimatorError, match="so small a part of the prior's that float32 loses it"):
        skl2tflite.convert(model, methods=("predict_std",))


def test_variances_of_polynomial_kernels_keep_their_digits():
    """The explained part of a variance by polynomials around the points' mean, as the mean of a process is."""
    iris, y = load_iris(return_X_y=True)
    rows = iris[1::2].astype(np.float32).astype(np.float64)
    estimator = GaussianProcessClassifier(kernels.DotProduct() ** 2, random_state=0).fit(iris[::2], y[::2])
    report = skl2tflite.verify(skl2tflite.convert(estimator), estimator, rows)["predict_proba"]
    assert report.faithful
    assert report.near_ties.size == 0
    assert report.largest_error < 5e-5


def test_probabilities_that_float32_loses_are_refused():
    """A wide kernel times a large constant, as the optimizer leaves it on XOR; labels keep."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(200, 2))
    labels = rows[:, 0] * rows[:, 1] > 0
    new = random.normal(size=(300, 2)).astype(np.float32).astype(float)
    wide = GaussianProcessClassifier(316.0**2 * kernels.RBF(5.0), optimizer=None).fit(rows, labels)
    with pytest.raises(UnsupportedEstimatorError, match="float32 loses the probabilities; convert predict alone"):
        skl2tflite.convert(wide)
    assert np.mean(skl2tflite.convert(wide, methods=("predict",)).predict(new) != wide.predict(new)) < 0.01
    for kernel in (1.0 * kernels.RBF(1.0), 30.0**2 * kernels.RBF(1.0), 100.0**2 * kernels.Matern(1.0, nu=2.5)):
        estimator = GaussianProcessClassifier(kernel, optimizer=None).fit(rows, labels)
        skl2tflite.convert(estimator, new)


@pytest.mark.parametrize("nu", [0.5, 1.5, 2.5, np.inf])
def test_what_lacks_to_a_matern_kernel(nu):
    """In float64 as good as the difference where that has digits, in float32 with digits of its own."""
    squares = np.logspace(-8, 2, 400).astype(np.float32).astype(float)
    lack = lack_of_matern(nu, squares)
    np.testing.assert_allclose(lack, matern(nu, squares) - 1.0, rtol=1e-7, atol=2e-16)
    np.testing.assert_allclose(run(lambda x: lack_of_matern(nu, x), squares), lack, rtol=1e-6)


@pytest.mark.parametrize(
    "kernel",
    [
        1e2**2 * kernels.RBF(30.0),
        1e2**2 * kernels.RBF(30.0) + kernels.WhiteKernel(1.0),
        30.0**2 * kernels.RationalQuadratic(30.0, 1.0),
        30.0**2 * kernels.Matern(30.0, nu=1.5),
        1e2**2 * kernels.Matern(100.0, nu=2.5),
        300.0**2 * kernels.RBF(100.0),
        300.0**2 * kernels.RBF(100.0) * kernels.Matern(100.0, nu=2.5),
    ],
    ids=str,
)
def test_probabilities_of_long_length_scales(kernel):
    """Kernels are all almost the same: their differences tell how much variance is left, and which class it is."""
    X, y = load_iris(return_X_y=True)
    X, y = X[50:], y[50:]
    estimator = GaussianProcessClassifier(kernel, optimizer=None).fit(X, y)
    model = skl2tflite.convert(estimator)
    random = np.random.default_rng(0)
    first, second = random.integers(0, len(X), (2, 400))
    between = (X[first] + X[second]) / 2 + random.normal(0, 0.05, (400, 4))
    between = between.astype(np.float32).astype(float)
    np.testing.assert_allclose(model.predict_proba(between), estimator.predict_proba(between), atol=5e-6)
    np.testing.assert_array_equal(model.predict(between), estimator.predict(between))
    far = random.normal(0, 300, (200, 4)).astype(np.float32).astype(float)
    np.testing.assert_array_equal(model.predict(far), estimator.predict(far))


def test_deviations_of_long_length_scales():
    X, y = load_diabetes(return_X_y=True)
    kernel = 10.0**2 * kernels.Matern(3.0, nu=2.5) + kernels.WhiteKernel(0.1)
    estimator = GaussianProcessRegressor(kernel, optimizer=None, normalize_y=True).fit(X[:200], y[:200])
    _, deviation = skl2tflite.convert(estimator, methods=("predict_std",)).predict(X[200:], return_std=True)
    _, expected = estimator.predict(X[200:].astype(np.float32).astype(float), return_std=True)
    np.testing.assert_allclose(deviation, expected, rtol=1e-4)
