"""Gaussian processes: the sum of error functions that float32 cannot take, rows far from all points, refusals."""

import numpy as np
import pytest
from scipy.special import erf
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor, kernels
from sklearn.gaussian_process._gpc import COEFS, LAMBDAS

import skl2tflite
from skl2tflite.converters.gaussian_process import mixture_of_error_functions
from skl2tflite.errors import UnsupportedEstimatorError
from tests.estimators.case import data
from tests.tflite.one_graph import run

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
        (kernels.PairwiseKernel(metric=lambda x, y, gamma: float(x @ y)), "PairwiseKernel with metric a function"),
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
