"""The Matérn covariance for any smoothness, beside the Bessel function of SciPy; on all distances, far and none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln, kve
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.numerics.matern import logarithm_of_matern, matern, mixture
from tests.backends.tflite.one_graph import run

DISTANCES = np.concatenate([[0.0], np.logspace(-16, 3, 500)])
SMOOTHNESS = (0.02, 0.1, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 2.5, 3.5, 10.0, 18.0, np.inf)


def covariance(nu: float, distances: np.ndarray) -> np.ndarray:
    """That of scikit-learn, which has NaN where powers leave float64: the nearest it can say there is 1."""
    values = Matern(nu=nu)(np.zeros((1, 1)), distances[:, np.newaxis])[0]
    return np.where(np.isnan(values), 1.0, values)


@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_equals_scikit_learn(nu: float) -> None:
    with np.errstate(all="ignore"):
        expected = covariance(nu, DISTANCES)
    np.testing.assert_allclose(matern(nu, DISTANCES**2), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_in_float32(nu: float) -> None:
    squares = np.square(DISTANCES.astype(np.float32)).astype(np.float64)
    held = np.concatenate([[0.0], squares[squares > 1e-37]]).astype(np.float32).astype(np.float64)
    got = run(lambda x: matern(nu, x), held)
    np.testing.assert_allclose(got, matern(nu, held), rtol=0, atol=1e-6)


@pytest.mark.parametrize("nu", SMOOTHNESS)
def test_logarithm_where_nothing_is_left_of_the_value(nu: float) -> None:
    distances = np.logspace(-6, 3, 300)
    x = np.sqrt(2 * min(nu, 100.0)) * distances
    if nu == np.inf:
        expected = -(distances**2) / 2
    else:
        expected = (1 - nu) * np.log(2) - gammaln(nu) + nu * np.log(x) + np.log(kve(nu, x)) - x
    got = logarithm_of_matern(nu, distances**2)
    np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-10)


def test_terms_are_no_more_than_needed() -> None:
    assert all(len(mixture(nu)[0]) < terms for nu, terms in ((0.02, 300), (1.0, 170), (3.5, 80), (18.0, 40)))


def test_rows_far_from_all_points_keep_their_label() -> None:
    generator = np.random.default_rng(0)
    X = generator.normal(size=(40, 2)).astype(np.float32).astype(np.float64)
    y = np.where(X[:, 0] > 0, 3, -1)
    estimator = GaussianProcessClassifier(Matern(0.05, nu=1.2), optimizer=None).fit(X, y)
    rows = np.array([[9.0, 1], [-9, 2], [0, 7], [3, -8], [-2, -7]])
    assert set(estimator.predict(rows)) == {-1, 3}
    np.testing.assert_array_equal(skl2tflite.convert(estimator).predict(rows), estimator.predict(rows))


def test_smoothness_for_which_scikit_learn_has_no_value() -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    estimator = GaussianProcessRegressor(Matern(nu=25.0), alpha=0.1, optimizer=None).fit(X, X[:, 0])
    with pytest.raises(
        UnsupportedEstimatorError, match=r"nu is so large that .* has no value for a distance of 0; use nu=inf"
    ):
        skl2tflite.convert(estimator)
