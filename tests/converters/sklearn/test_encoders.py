"""Bins, encoders and quantiles on their edges, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    KBinsDiscretizer,
    KernelCenterer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]
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


@pytest.mark.parametrize("encoder", [OrdinalEncoder(), OneHotEncoder(), OneHotEncoder(drop="first")])
@pytest.mark.parametrize("dtype", [float, int])
def test_unknown_categories_are_marked_in_a_file_where_scikit_learn_raises(encoder: Any, dtype: type) -> None:
    X = np.array([[1.0, 0.0], [2.0, 5.0], [3.0, 5.0]])
    model = skl2tflite.convert(clone(encoder).set_params(dtype=dtype).fit(X), X)
    rows = np.array([[2.0, 5.0], [2.5, 5.0]], dtype=np.float32)
    raw = LiteRTRunner(bytes(model)).run("transform", {"X": rows})["transform"]
    marked = np.isnan(raw) if dtype is float else raw == -1
    assert not marked[0].any()
    assert marked[1].any()
    assert not marked[1, -1]
    with pytest.raises(InvalidInputError, match=r"found unknown categories \[2.5\] in feature 0"):
        model.transform(rows)


def test_unknown_categories_are_refused_wherever_they_come_from() -> None:
    frame = pd.DataFrame({
        "a": pd.Series(["x", "y", None], dtype=object), "b": pd.Series(["u", np.nan, "v"], dtype=object),
        "c": [1.0, np.nan, 3.0], "d": [2**25 + 1, 2**25 + 2, 7], "e": ["k", "k", "l"],
    })  # fmt: skip
    fill = SimpleImputer(strategy="constant", fill_value="v")
    pipe = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["a", "c", "d"]), (make_pipeline(fill, OrdinalEncoder()), ["b"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["e"]),
    ).fit(frame)  # fmt: skip
    for options in ({}, {"categories": "codes"}):
        model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipe, frame, **options)))
        np.testing.assert_array_equal(model.transform(frame), pipe.transform(frame))
        for column, value in (
            ("a", "z"), ("a", np.nan), ("a", ""), ("a", "x\0"), ("b", "w"), ("b", None), ("c", 2.0), ("d", 8),
        ):  # fmt: skip
            rows = frame.astype({"a": object, "b": object})
            rows.loc[1, column] = value
            with pytest.raises(ValueError, match="unknown categories"):
                pipe.transform(rows)
            with pytest.raises(InvalidInputError, match=f"unknown categories .* in feature '{column}'"):
                model.transform(rows)
        rows = frame.assign(b=["v", "u", np.nan], e="unseen", c=np.nan)
        np.testing.assert_array_equal(model.transform(rows), pipe.transform(rows))


def test_unknown_categories_in_a_matrix_of_imputed_numbers() -> None:
    X = np.array([[5.0, 1.0, 0.0], [5.0, 2.0, 1.0], [6.0, np.nan, 0.5]])
    pipe = make_pipeline(
        ColumnTransformer([("k", make_pipeline(SimpleImputer(), OneHotEncoder(sparse_output=False)), [-2])]),
    ).fit(X)
    model = skl2tflite.convert(pipe, X)
    np.testing.assert_array_equal(model.transform(X), pipe.transform(X))
    with pytest.raises(InvalidInputError, match=r"unknown categories \[3.0\] in feature 1"):
        model.transform(X + np.array([[0, 1, 0]]))


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
        (OneHotEncoder(dtype=bool), np.array([[1], [2]]), "handle_unknown"),
    ],
)
def test_refused_categories(encoder: Any, X: Any, message: str) -> None:
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(encoder.fit(X))


TABLE = pd.DataFrame(
    {
        "text": RANDOM.choice(np.array(["b", "a", "ü", ""], object), 60),
        "holes": RANDOM.choice(np.array(["x", "y", None], object), 60),
        "numbers": RANDOM.choice([1.5, 2.0, np.nan], 60),
        "whole": RANDOM.choice([2**24 + 1, 5, 2**24], 60),
    }
)
DECODED = [
    (OrdinalEncoder(), TABLE),
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), TABLE),
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=-2), TABLE),
    (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan), TABLE[["whole"]]),
    (OrdinalEncoder(max_categories=2), TABLE[["text", "whole"]]),
    (OrdinalEncoder(max_categories=2, handle_unknown="use_encoded_value", unknown_value=9), TABLE[["text", "whole"]]),
    (OrdinalEncoder(min_frequency=99), TABLE[["text", "whole"]]),
    (OneHotEncoder(sparse_output=False), TABLE),
    (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), TABLE),
    (OneHotEncoder(sparse_output=False, drop="first"), TABLE),
    (OneHotEncoder(sparse_output=False, drop="first", handle_unknown="ignore"), TABLE),
    (OneHotEncoder(sparse_output=False, max_categories=2, handle_unknown="infrequent_if_exist"), TABLE),
    (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), TABLE[["numbers", "whole"]]),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("encoder", "X"), DECODED)
def test_categories_back_from_codes(encoder: Any, X: Any, target: str) -> None:
    encoder = clone(encoder).fit(X)
    model = skl2tflite.convert(encoder, X, methods=("inverse_transform",), target=target)
    model = skl2tflite.TFLiteModel(bytes(model))
    codes = encoder.transform(X)
    if isinstance(encoder, OrdinalEncoder):
        special = (encoder.unknown_value, encoder.encoded_missing_value)
        codes = np.vstack([codes, codes + 0.75, codes - 0.75, np.full_like(codes[:1], encoder.unknown_value or 0.0)])
    else:
        codes = np.vstack([codes, codes[:5] - 0.25, np.zeros_like(codes[:1]), np.ones_like(codes[:1])])
    for code in codes:  # each alone: scikit-learn raises one error for all rows
        try:
            (expected,) = encoder.inverse_transform(np.array([code], np.float32))
        except (IndexError, ValueError):
            with pytest.raises(InvalidInputError):
                model.inverse_transform([code])
            continue
        if isinstance(encoder, OrdinalEncoder) and any(c <= -1 and c not in special for c in code):
            continue  # counted from the end
        (actual,) = model.inverse_transform([code])
        assert [*map(str, actual)] == [*map(str, expected)]


@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_both_ways_in_one_file(categories: str, tmp_path: Any) -> None:
    for encoder, X in DECODED:
        encoder = clone(encoder).fit(X)
        model = skl2tflite.convert(encoder, X, methods=("transform", "inverse_transform"), categories=categories)
        model = skl2tflite.load(model.save(tmp_path / "model.tflite"))
        codes = encoder.transform(X)
        expected = encoder.inverse_transform(codes.copy())
        np.testing.assert_array_equal(model.inverse_transform(codes).astype(str), expected.astype(str))


def test_labels_are_no_numbers_for_steps_in_front() -> None:
    X = np.array([[1.0], [2.0], [2.0]])
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    behind = make_pipeline(StandardScaler(), encoder).fit(X)
    assert "inverse_transform" not in converter_for(behind).methods
    with pytest.raises(UnsupportedEstimatorError, match=r"\['onehotencoder'\]: its inverse gives labels"):
        skl2tflite.convert(behind, methods=("inverse_transform",))
    front = make_pipeline(encoder, StandardScaler()).fit(X)
    model = skl2tflite.convert(front, X, methods=("inverse_transform",))
    np.testing.assert_array_equal(
        model.inverse_transform(front.transform(X)), front.inverse_transform(front.transform(X))
    )
    target = TransformedTargetRegressor(transformer=encoder, check_inverse=False).fit(X, X[:, 0])
    with pytest.raises(UnsupportedEstimatorError, match="a regressor gives numbers"):
        skl2tflite.convert(target)


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


def test_whole_numbers_beyond_float32_in_a_frame_of_numbers():
    """The rows that scikit-learn is asked for keep them, as the file does."""
    frame = pytest.importorskip("pandas").DataFrame(
        {"big": [16_777_217, 16_777_219, 5, 16_777_217], "small": [1, 2, 1, 2]}
    )
    encoder = OrdinalEncoder().fit(frame)
    np.testing.assert_array_equal(skl2tflite.convert(encoder, frame).transform(frame), encoder.transform(frame))
