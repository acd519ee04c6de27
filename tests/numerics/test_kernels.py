"""Kernels in two parts, so that float32 keeps the digits in which they differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.kernel_approximation import Nystroem
from sklearn.metrics.pairwise import pairwise_kernels
from sklearn.preprocessing import minmax_scale

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError
from skl2tflite.numerics.kernels import merge_repeated_vectors, row_dependent_part

WINE = minmax_scale(load_wine().data).astype(np.float32).astype(np.float64)


@pytest.mark.parametrize("offset", [0.0, 50.0])
@pytest.mark.parametrize(
    ("kernel", "params"),
    [
        ("rbf", {}),
        ("rbf", {"gamma": 20.0}),
        ("laplacian", {}),
        ("laplacian", {"gamma": 9.0}),
        *(("poly", {"degree": degree, "gamma": 0.1, "coef0": 2.0}) for degree in (1, 2, 3, 5, 6, 2.5)),
        ("sigmoid", {"gamma": 0.01}),
    ],
)
def test_both_parts_are_the_kernel(kernel: str, params: dict[str, Any], offset: float) -> None:
    X, Y = WINE[:40] + offset, WINE[100:130] + offset
    part, constant = row_dependent_part(X, Y, kernel, params)
    expected = pairwise_kernels(X, Y, metric=kernel, **params)
    # scikit-learn expands squared distances
    np.testing.assert_allclose(part + constant, expected, rtol=1e-9 if offset and kernel == "rbf" else 1e-12)


@pytest.mark.parametrize("kernel", ["rbf", "poly"])
def test_kernels_of_almost_the_same_value(kernel: str) -> None:
    """Multiplied as they are they cost 2e-4 and 5e-4 of the scale here."""
    estimator = Nystroem(kernel, n_components=100, random_state=0).fit(WINE)
    expected = estimator.transform(WINE)
    error = np.abs(skl2tflite.convert(estimator).transform(WINE) - expected).max()
    assert error < 5e-5 * np.abs(expected).max()


@pytest.mark.parametrize("shape", [(), (2,)])
def test_vectors_that_are_the_same_are_one(shape: tuple[int, ...]) -> None:
    """With the sum of their weights, great ones of both signs included."""
    Y = np.concatenate([WINE[:20], WINE[5:12], WINE[5:7]])
    weights = np.random.default_rng(0).normal(size=(len(Y), *shape))
    weights[5] += 1e6
    weights[20] -= 1e6
    distinct, sums = merge_repeated_vectors(Y, weights)
    assert len(distinct) == 20
    assert np.abs(sums).max() < 20.0
    kernels, fewer = (pairwise_kernels(WINE[40:], points, metric="laplacian") for points in (Y, distinct))
    np.testing.assert_allclose(fewer @ sums, kernels @ weights, rtol=0, atol=1e-8)
    given = WINE[:20]
    assert merge_repeated_vectors(given, weights[:20])[0] is given


def test_repeated_rows_of_a_raw_table() -> None:
    """One pair among 100 rows of iris makes the inverse root of the kernel matrix 1e6, and cost 4e-2 of the scale."""
    X = load_iris().data.astype(np.float32).astype(np.float64)
    estimator = Nystroem("laplacian", n_components=150, random_state=0).fit(X)
    assert len(np.unique(X, axis=0)) < 150
    expected = estimator.transform(X)
    error = np.abs(skl2tflite.convert(estimator, X).transform(X) - expected).max()
    assert error < 2e-5 * np.abs(expected).max()


def test_what_no_float32_kernel_tells_apart_is_refused() -> None:
    """Even a kernel that is right to the last bit leaves half of the scale as error."""
    X = load_diabetes().data
    estimator = Nystroem(n_components=300, random_state=0).fit(X)
    with pytest.raises(UnsupportedEstimatorError, match="float32 keeps no digits"):
        skl2tflite.convert(estimator)
