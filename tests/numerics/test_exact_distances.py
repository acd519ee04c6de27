"""Squared distances by products of integers, beside those by differences."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.gaussian_process import GaussianProcessRegressor, kernels
from sklearn.kernel_ridge import KernelRidge
from sklearn.semi_supervised import LabelSpreading

import skl2tflite
from skl2tflite.numerics.exact_distances import expanded_squared_distances, radius, suits_expanded_distances
from tests.backends.tflite.one_graph import oracle, run

RANDOM = np.random.default_rng(0)
TABLES = {
    "wine": load_wine().data, "breast cancer": load_breast_cancer().data[:300], "scaled": RANDOM.normal(size=(300, 20)),
    "far from 0": RANDOM.normal(size=(300, 9)) + 1e5, "narrow": RANDOM.normal(size=(300, 9)) * 1e-6 + 1e-3,
    "wide": RANDOM.normal(size=(200, 200)), "of all sizes": RANDOM.normal(size=(300, 8)) * np.geomspace(1e-4, 1e4, 8),
}  # fmt: skip


def squares(X, Y):
    return np.sum((X[:, np.newaxis] - Y) ** 2, axis=-1)


@pytest.mark.parametrize("table", TABLES)
def test_squares_are_rounded_once(table):
    X = TABLES[table].astype(np.float32).astype(np.float64)
    points = X[::2]
    want = squares(X, points)
    np.testing.assert_allclose(
        oracle(lambda x: expanded_squared_distances(x, points), X), want, atol=1e-14 * want.max()
    )
    got = run(lambda x: expanded_squared_distances(x, points), X)
    np.testing.assert_array_less(np.abs(got - want), 2.0**-22 * want + 2.0**-29 * radius(points) ** 2)


@pytest.mark.parametrize("table", TABLES)
def test_scaled_features(table):
    X = TABLES[table].astype(np.float32).astype(np.float64)
    points = X[::2]
    scale = np.random.default_rng(1).uniform(0.5, 50, X.shape[1]) / (points.std(axis=0) + 1e-6)
    want = squares(X * scale, points * scale)
    got = run(lambda x: expanded_squared_distances(x, points, scale), X)
    oracles = oracle(lambda x: expanded_squared_distances(x, points, scale), X)
    reach = radius(points * scale) ** 2
    np.testing.assert_allclose(oracles, want, atol=1e-13 * reach)
    np.testing.assert_array_less(np.abs(got - want), 2.0**-22 * want + 2.0**-29 * reach)


def test_whole_numbers_are_exact():
    X = load_digits().data[:200]
    np.testing.assert_array_equal(run(lambda x: expanded_squared_distances(x, X), X), squares(X, X))


def test_rows_beyond_all():
    points = TABLES["scaled"]
    far = np.repeat(points[:1], 5, axis=0)
    far[:, 3] = [1e6, -1e30, 3e38, np.inf, np.nan]
    got = run(lambda x: expanded_squared_distances(x, points), far)
    np.testing.assert_allclose(got[0], squares(far[:1], points)[0], rtol=1e-6)
    assert np.all(got[1:4] > 1e18)
    assert np.isnan(got[4]).all()


def test_where_differences_stay():
    points = TABLES["scaled"]
    assert suits_expanded_distances(points, 1.0)
    assert not suits_expanded_distances(points, 100.0)
    assert not suits_expanded_distances(points[:1], 1.0)
    assert not suits_expanded_distances(points[:, :4], 1.0)
    assert not suits_expanded_distances(points * 1e-20, 1e40)


@pytest.mark.parametrize("magnitude", [1e-10, 1e-4, 1e4, 1e10])
def test_tables_of_any_size(magnitude):
    X = TABLES["scaled"].astype(np.float32) * np.float32(magnitude)
    X = X.astype(np.float64)
    assert suits_expanded_distances(X, magnitude**-2)
    want = squares(X, X)
    got = run(lambda x: expanded_squared_distances(x, X), X)
    np.testing.assert_array_less(np.abs(got - want), 2.0**-22 * want + 2.0**-29 * radius(X) ** 2)


def gaussian(kernel):
    return GaussianProcessRegressor(kernel, alpha=0.1, optimizer=None)


@pytest.mark.parametrize("model", [
    gaussian(kernels.RBF(5.0)), gaussian(kernels.RBF(np.geomspace(1, 20, 9))), gaussian(kernels.Matern(5.0, nu=1.5)),
    gaussian(kernels.Matern(np.full(9, 5.0), nu=2.5)), gaussian(kernels.RationalQuadratic(5.0, 0.7)),
    KernelRidge(kernel="rbf", gamma=0.05, alpha=0.1), LabelSpreading(gamma=0.02),
], ids=lambda model: " ".join(str(model).split()))  # fmt: skip
def test_fitted_rows_and_rows_far_away(model):
    X, y = load_wine(return_X_y=True)
    X, target = X[:, 1:10], y if isinstance(model, LabelSpreading) else X[:, 0]
    model.fit(X, target)
    rows = np.vstack([X, X[:2] * 1e6, -X[:2] * 1e35])
    if isinstance(model, LabelSpreading):
        rows = rows[: len(X)]  # far from all scikit-learn divides 0 by 0
    converted = skl2tflite.convert(model)
    assert converted.operators()["ROUND"]
    report = skl2tflite.verify(converted, model, rows)
    assert report.faithful
    assert all(method.near_ties.size == 0 and method.relative_error < 5e-6 for method in report.methods)
