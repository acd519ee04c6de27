"""Bins, encoders and quantiles on their edges, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.preprocessing import (
    KBinsDiscretizer,
    KernelCenterer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
)

import skl2tflite
from skl2tflite.errors import UnsupportedEstimatorError, UnsupportedMethodError

RANDOM = np.random.default_rng(0)


def around(edges: Any) -> Any:
    """Each float32 number next to the edges, one to each side."""
    nearest = np.asarray(edges, dtype=np.float32)
    return np.concatenate([nearest, np.nextafter(nearest, np.float32(-np.inf)), np.nextafter(nearest, np.float32(9e9))])


@pytest.mark.parametrize("encode", ["ordinal", "onehot-dense"])
def test_bins_on_their_edges(encode: str) -> None:
    X = RANDOM.normal(size=(200, 1))
    bins = KBinsDiscretizer(9, encode=encode, strategy="uniform").fit(X)
    rows = around(bins.bin_edges_[0]).reshape(-1, 1)
    model = skl2tflite.convert(bins)
    # In float64: scikit-learn compares float32 numbers with edges that it does not round either.
    np.testing.assert_array_equal(model.transform(rows), bins.transform(rows.astype(np.float64)))


def test_a_bin_alone() -> None:
    X = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 9.0]])
    with pytest.warns(UserWarning, match="constant"):
        bins = KBinsDiscretizer(2, encode="onehot-dense", strategy="uniform").fit(X)
    np.testing.assert_array_equal(skl2tflite.convert(bins).transform(X), bins.transform(X))


def test_unknown_categories_are_nan_where_scikit_learn_raises() -> None:
    X = np.array([[1.0, 0.0], [2.0, 5.0], [3.0, 5.0]])
    for encoder in (OrdinalEncoder(), OneHotEncoder(), OneHotEncoder(drop="first")):
        result = skl2tflite.convert(encoder.fit(X)).transform(np.array([[2.0, 5.0], [2.5, 5.0]]))
        assert not np.isnan(result[0]).any()
        assert np.isnan(result[1]).any()
        assert not np.isnan(result[1, -1])


def test_categories_next_to_each_other() -> None:
    near = np.float32(0.1)
    X = np.array([[near], [np.nextafter(near, np.float32(1))], [7.0]], dtype=np.float64)
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(X)
    rows = around(X[:, 0]).reshape(-1, 1)
    np.testing.assert_array_equal(skl2tflite.convert(encoder).transform(rows), encoder.transform(rows))


@pytest.mark.parametrize(
    ("encoder", "X", "message"),
    [
        (OneHotEncoder(), np.array([[True], [None]], dtype=object), "numbers and None"),
        (OneHotEncoder(), np.array([["\uffff"], ["a"]], dtype=object), "reserved"),
        (OneHotEncoder(), np.array([["\ud800"], ["a"]], dtype=object), "no text in UTF-8"),
        (OrdinalEncoder(), np.array([[16777216], [2**31]]), "beyond 32 bits"),
        (OrdinalEncoder(), np.array([[16777216.0], [16777217.0]]), "same number in float32"),
        (OneHotEncoder(dtype=int), np.array([[1], [2]]), "handle_unknown"),
    ],
)
def test_refused_categories(encoder: Any, X: Any, message: str) -> None:
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(encoder.fit(X))


def test_no_inverse_of_what_is_unknown() -> None:
    encoder = OneHotEncoder(handle_unknown="ignore").fit([[1], [2]])
    with pytest.raises(UnsupportedMethodError, match="inverse_transform"):
        skl2tflite.convert(encoder, methods=("inverse_transform",))


@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_quantiles_on_their_knots(distribution: str) -> None:
    columns = [np.round(RANDOM.normal(size=300) * 3), np.full(300, 2.5), RANDOM.exponential(size=300)]
    columns[2][:80] = 0.0
    X = np.stack(columns, axis=1)
    transformer = QuantileTransformer(n_quantiles=60, output_distribution=distribution).fit(X)
    rows = np.stack([around(q) for q in transformer.quantiles_.T], axis=1)
    rows = np.vstack([rows, rows * 2, -rows]).astype(np.float32)
    # scikit-learn's own answer in float32 has lost digits near 1.
    expected = transformer.transform(rows.astype(np.float64))
    actual = skl2tflite.convert(transformer).transform(rows)
    near = np.abs(actual - expected) <= 2e-6 * np.abs(expected).max()
    assert near.all(), (rows[~near], actual[~near], expected[~near])


def test_powers_that_are_logarithms() -> None:
    X = np.abs(RANDOM.normal(size=(50, 3))) + 0.1
    for method, powers in (("yeo-johnson", [0.0, 2.0, 1.0]), ("box-cox", [0.0, 1e-14, 0.5])):
        transformer = PowerTransformer(method, standardize=False).fit(X)
        transformer.lambdas_ = np.array(powers)
        rows = X if method == "box-cox" else np.vstack([X, -X, [[np.nan, 0.0, -0.0]]])
        model = skl2tflite.convert(transformer, methods=("transform", "inverse_transform"))
        np.testing.assert_allclose(model.transform(rows), transformer.transform(rows), rtol=2e-6, atol=2e-7)
        back = model.inverse_transform(transformer.transform(rows))
        np.testing.assert_allclose(back, rows, rtol=5e-6, atol=1e-6)


def test_splines_without_support_are_refused() -> None:
    X = RANDOM.normal(size=(30, 5))
    with pytest.raises(UnsupportedEstimatorError, match="use 'linear'"):
        skl2tflite.convert(SplineTransformer(4, 0).fit(X))
    with pytest.raises(UnsupportedEstimatorError, match="use more knots"):
        skl2tflite.convert(SplineTransformer(3, 0, extrapolation="linear").fit(X))


def test_centred_kernels() -> None:
    X, rows = RANDOM.normal(size=(20, 3)), RANDOM.normal(size=(9, 3)).astype(np.float32)
    centerer = KernelCenterer().fit(X @ X.T)
    kernel = (rows @ X.T).astype(np.float32)
    expected = centerer.transform(kernel.astype(np.float64))
    np.testing.assert_allclose(skl2tflite.convert(centerer).transform(kernel), expected, rtol=0, atol=3e-6)
