"""Sums of polynomial kernels as polynomials in the features: raw tables, offsets, powers, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine, make_classification
from sklearn.decomposition import KernelPCA
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, PairwiseKernel, WhiteKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import SVC, SVR, NuSVC

import skl2tflite
from skl2tflite.converters.pairwise.kernel_objects import covariance_polynomial
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.numerics.kernel_polynomials import MAX_FACTORED_OUTPUTS, PolynomialSum, dot_product_polynomial, products


def rows(load: Any) -> tuple[Any, Any]:
    """Every second row of a table as it comes, as float32 numbers in float64, and the others."""
    X = load().data.astype(np.float32).astype(np.float64)
    return X[::2], X[1::2]


def error(estimator: Any, method: str, X: Any) -> float:
    """Largest error of LiteRT, as a fraction of the greatest magnitude in its column."""
    expected = getattr(estimator, method)(X)
    actual = skl2tflite.convert(estimator, methods=(method,)).run(method, X)
    return float((np.abs(actual - expected) / np.abs(expected).max(axis=0)).max())


@pytest.mark.parametrize(("n_features", "degree"), [(1, 4), (2, 3), (5, 1), (5, 2), (7, 4)])
def test_products_come_in_lexicographic_order(n_features: int, degree: int) -> None:
    X = np.random.default_rng(0).normal(size=(6, n_features))
    expected = PolynomialFeatures(degree, include_bias=False).fit_transform(X)
    np.testing.assert_allclose(np.concatenate(products(X, degree), axis=1), expected, rtol=1e-14)


@pytest.mark.parametrize("offset", [0.0, 30.0])
@pytest.mark.parametrize("n_features", [1, 6])
@pytest.mark.parametrize("outputs", [(), (1,), (3,), (MAX_FACTORED_OUTPUTS + 1,)])
@pytest.mark.parametrize(
    "coefficients", [[2.0, -0.3], [0.0, 0.0, 0.5], [1.0, 0.3, 0.0, -0.2], [3.0, -1.0, 0.1, 0.0, 0.01]]
)
def test_sum_of_kernels(coefficients: list[float], outputs: tuple[int, ...], n_features: int, offset: float) -> None:
    """More points than are multiplied at once."""
    random = np.random.default_rng(0)
    points, X = (random.normal(size=(n, n_features)) + offset for n in (300, 20))
    weights, bias = random.normal(size=(300, *outputs)), random.normal(size=outputs or (1,))
    kernel = Polynomial(coefficients)
    expected = kernel(X @ points.T) @ weights + (bias if outputs else bias[0])
    actual = PolynomialSum(kernel, points, weights, bias)(X)
    assert np.shape(actual) == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12 * np.abs(kernel(X @ points.T)).sum(axis=1).max())


@pytest.mark.parametrize("power", [-12, 0, 9])
def test_features_of_any_magnitude(power: int) -> None:
    """Products of 1e-48 or 1e36 are beyond float32, powers of 2 times less are not."""
    X, X_test = (Z * 10.0**power for Z in rows(load_diabetes))
    X, X_test = (Z.astype(np.float32).astype(np.float64) for Z in (X, X_test))
    estimator = KernelPCA(3, kernel="poly", degree=4, gamma=10.0 ** (-2 * power)).fit(X)
    assert error(estimator, "transform", X_test) < 3e-6


# --- raw tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("load", [load_iris, load_wine, load_breast_cancer])
def test_support_vectors_of_raw_features(load: Any) -> None:
    """Kernels up to 1e4 times the answer cost up to 2e-3 of the scale, their polynomial 2e-6."""
    X, X_test = rows(load)
    y = load().target[::2]
    for estimator in (SVR(kernel="poly", coef0=1.0, max_iter=1000), SVR(kernel="poly", degree=2, max_iter=1000)):
        assert error(estimator.fit(X, y), "predict", X_test) < 6e-6


@pytest.mark.parametrize("n_components", [4, None])
def test_all_components_of_raw_features(n_components: int | None) -> None:
    """Kernels of 1e9 times the last component: scikit-learn itself loses up to 1e-6 of it."""
    X, X_test = rows(load_iris)
    estimator = KernelPCA(n_components, kernel="poly", degree=2).fit(X)
    assert error(estimator, "transform", X_test) < 1e-5
    report = skl2tflite.verify(skl2tflite.convert(estimator), estimator, X_test)
    assert report.methods[0].faithful
    assert report.methods[0].near_ties.size == 0


def test_many_small_terms_are_not_lost_in_great_ones() -> None:
    """Added one by one to a sum of 1, 220 products of three features of 1e-8 would be 0: 2e-6 of the scale."""
    X, X_test = rows(load_diabetes)
    estimator = KernelPCA(10, kernel="poly").fit(X)
    expected = estimator.transform(X_test)[:, 0]
    actual = skl2tflite.convert(estimator).transform(X_test)[:, 0]
    assert np.abs(actual - expected).max() < 5e-7 * np.abs(expected).max()


def test_sum_of_great_kernels_is_nearer_to_the_formula_than_scikit_learns() -> None:
    """Kernels of 1e11 times the answer: the formula is looked at in 64 bits of mantissa, where there are as many."""
    X, X_test = rows(load_wine)
    estimator = KernelRidge(kernel="poly", degree=2).fit(X, load_wine().target[::2])
    wide = X_test.astype(np.longdouble) @ X.astype(np.longdouble).T * np.longdouble(1 / 13) + 1
    exact = (wide**2 @ estimator.dual_coef_.astype(np.longdouble)).astype(np.float64)
    model = skl2tflite.convert(estimator, X_test)
    lost = np.abs(estimator.predict(X_test) - exact).max()
    if np.finfo(np.longdouble).eps < 1e-18:
        assert lost > 3e-7
        assert np.abs(model.predict(X_test) - exact).max() < 1e-6


# --- where it is used -----------------------------------------------------------------------------------


def test_polynomials_are_used_where_they_pay_or_kernels_lose_digits() -> None:
    X, y = make_classification(300, 8, n_informative=6, random_state=0)
    few, many = (
        skl2tflite.convert(make_pipeline(StandardScaler(), SVC(kernel="poly", degree=d)).fit(X, y)) for d in (2, 3)
    )
    assert "SQUARE" not in few.operators()
    assert many.operators()["SQUARE"] == 1
    raw = skl2tflite.convert(SVC(kernel="poly", coef0=1.0, C=100.0, max_iter=1000).fit(*load_iris(return_X_y=True)))
    assert "SQUARE" not in raw.operators()


def test_long_sums_lose_more_than_short_ones() -> None:
    """Of 1500 kernels in any order float32 loses 1e-5 of the scale."""
    random = np.random.default_rng(0)
    X = random.normal(size=(1500, 12)).astype(np.float32).astype(np.float64)
    estimator = KernelRidge(kernel="poly").fit(X, random.normal(size=1500))
    assert error(estimator, "predict", X[:100]) < 1e-6


def test_too_many_products_stay_kernels() -> None:
    X, y = make_classification(150, 60, random_state=0)
    model = skl2tflite.convert(SVR(kernel="poly", degree=4, max_iter=1000).fit(X + 1.0, y))
    assert len(bytes(model)) < 60_000


@pytest.mark.parametrize(
    "kernel",
    [
        DotProduct(0.5) ** 2 + WhiteKernel(0.1),
        2.0 * DotProduct(1.5) * DotProduct(0.1) + ConstantKernel(3.0) + DotProduct(),
        PairwiseKernel(metric="poly", gamma=0.3) * PairwiseKernel(metric="linear"),
    ],
)
def test_kernels_of_gaussian_processes(kernel: Any) -> None:
    X, Y = rows(load_iris)
    polynomial = covariance_polynomial(kernel, 4)
    assert polynomial is not None
    np.testing.assert_allclose(np.asarray(polynomial(X @ Y.T), dtype=float), kernel(X, Y), rtol=1e-13)
    estimator = GaussianProcessRegressor(kernel, alpha=1.0, optimizer=None).fit(X, load_iris().target[::2])
    assert error(estimator, "predict", Y) < 3e-6


@pytest.mark.parametrize("kernel", ["rbf", "cosine", "poly"])
def test_other_kernels_are_no_polynomials(kernel: str) -> None:
    assert dot_product_polynomial(kernel, {"degree": 2.5}, 3) is None
    assert covariance_polynomial(DotProduct() ** 1.5, 3) is None


# --- refusals -------------------------------------------------------------------------------------------


def test_what_scikit_learn_itself_rounds_is_refused() -> None:
    """Kernels of 1e14 times the answer leave three digits of it."""
    X, y = load_wine(return_X_y=True)
    with pytest.raises(
        UnsupportedEstimatorError, match=r"scikit-learn's own float64 arithmetic rounds .* scale the features"
    ):
        skl2tflite.convert(KernelRidge(kernel="poly").fit(X, y))
    X, y = load_breast_cancer(return_X_y=True)
    with pytest.raises(UnsupportedEstimatorError, match=r"scikit-learn's own float64 arithmetic rounds"):
        skl2tflite.convert(GaussianProcessRegressor(DotProduct() ** 2 + WhiteKernel(), optimizer=None).fit(X, y))


def test_what_float32_does_not_hold_is_refused_without_rows_too() -> None:
    X, _ = rows(load_iris)
    with pytest.raises(UnsupportedEstimatorError, match="set n_components to less than"):
        skl2tflite.convert(KernelPCA(kernel="rbf").fit(X))
    X, _ = rows(load_breast_cancer)
    with pytest.raises(UnsupportedEstimatorError, match="set n_components to less than"):
        skl2tflite.convert(KernelPCA(10, kernel="poly", degree=4).fit(X))


def test_no_component() -> None:
    X = load_wine().data
    with pytest.raises(UnsupportedEstimatorError, match="no component was left"):
        skl2tflite.convert(KernelPCA(kernel="sigmoid").fit(X))


def test_labels_stand_rounding_that_values_do_not() -> None:
    """46 375 products are too many; kernels of 1e4 times the decisions leave them three digits."""
    X, X_test = rows(load_breast_cancer)
    estimator = NuSVC(nu=0.1, kernel="poly", degree=4, max_iter=20_000).fit(X, load_breast_cancer().target[::2])
    assert error(estimator, "decision_function", X_test) > 1e-5
    model = skl2tflite.convert(estimator, X_test, methods=("predict",))
    np.testing.assert_array_equal(model.predict(X_test), estimator.predict(X_test))
