"""Scalers far from zero, thresholds between float32 numbers, and functions that can or cannot be recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, FunctionTransformer, MinMaxScaler, Normalizer, RobustScaler, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError
from tests.estimators.case import SKLEARN


def far_from_zero(offset: float) -> Any:
    """Return rows of float32 numbers that spread by 1 around an offset."""
    return (np.random.default_rng(0).normal(size=(200, 5)) + offset).astype(np.float32)


@pytest.mark.skipif(SKLEARN < (1, 8), reason="scikit-learn computed in float64 before")
@pytest.mark.parametrize("offset", [0.0, 100.0, 1e5])
def test_standard_scaler_keeps_every_bit(offset: float) -> None:
    X = far_from_zero(offset)
    scaler = StandardScaler().fit(X.astype(np.float64))
    np.testing.assert_array_equal(skl2tflite.convert(scaler).transform(X), scaler.transform(X))


@pytest.mark.parametrize(
    "scaler",
    [
        RobustScaler(),
        MinMaxScaler(),
        MinMaxScaler((-2, 5), clip=True),
        *([StandardScaler()] if SKLEARN < (1, 8) else []),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 100.0, 1e5])
def test_scalers_are_as_good_as_float32_gets(scaler: Any, offset: float) -> None:
    """Of MinMaxScaler, scikit-learn's own float32 answer is off by 5e-4 at an offset of 1e5."""
    X = far_from_zero(offset)
    exact = scaler.fit(X.astype(np.float64)).transform(X.astype(np.float64))
    result = skl2tflite.convert(scaler).transform(X)
    np.testing.assert_allclose(result, exact, rtol=0, atol=2e-7 * np.abs(exact).max())


def test_standard_scaler_of_constant_columns() -> None:
    X = np.column_stack([np.full(20, 3.5), np.arange(20.0), np.zeros(20)])
    for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler()):
        np.testing.assert_array_equal(skl2tflite.convert(scaler.fit(X)).transform(X)[:, [0, 2]], 0.0)


def test_normalizer_leaves_rows_that_are_zero_to_rounding() -> None:
    X = np.array([[0.0, 0.0], [2e-15, 0.0], [3e-15, 2e-15], [1e-7, 0.0], [3e-6, 4e-6], [-5.0, 1.0]])
    for norm in ("l1", "l2", "max"):
        normalizer = Normalizer(norm=norm).fit(X)
        np.testing.assert_allclose(skl2tflite.convert(normalizer).transform(X), normalizer.transform(X), rtol=1e-6)


@pytest.mark.parametrize("threshold", [0.1, np.float64(0.1), np.float32(0.1), np.float64(0.3), 0.3, 1])
def test_binarizer_next_to_its_threshold(threshold: Any) -> None:
    """A NumPy double is compared as such, a Python float is rounded to float32 first."""
    near = np.float32(threshold)
    X = np.array([[np.nextafter(near, np.float32(-9))], [near], [np.nextafter(near, np.float32(9))]])
    binarizer = Binarizer(threshold=threshold).fit(X)
    np.testing.assert_array_equal(skl2tflite.convert(binarizer).transform(X), binarizer.transform(X))


# --- functions ------------------------------------------------------------------------------------------


def convert_function(function: Any, **parameters: Any) -> Any:
    X = np.abs(far_from_zero(0.0)) + np.float32(0.5)
    transformer = FunctionTransformer(function, **parameters).fit(X)
    return skl2tflite.convert(transformer, X)


def test_functions_of_numpy_are_recorded() -> None:
    convert_function(np.log1p)
    convert_function(lambda X: np.hstack([X, X**2, X[:, :1] * X[:, 1:2]]))
    convert_function(lambda X: (X - X.mean(axis=1, keepdims=True)) / X.max(axis=1, keepdims=True))
    convert_function(np.clip, kw_args={"a_min": 0.7, "a_max": 1.1})
    convert_function(lambda X: X[:, [0, -1]])
    convert_function(lambda X: np.where(X > 1, 1.0, X) @ np.ones((5, 2)))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda X: np.argsort(X, axis=1), "numpy.argsort cannot be recorded"),
        (lambda X: X if np.random.default_rng().random() > 2 else np.fft.fft(X), "numpy.fft cannot be recorded"),
        (lambda X: X + np.loadtxt("weights.txt"), "a file cannot be recorded"),
        (lambda X: [row.sum() for row in X], "number of rows"),
        (lambda X: np.tile(0, X.shape[0]), "TypeError"),
        (lambda X: X.iloc[:, 0], "'iloc' of"),
        (lambda X: [[float(v) for v in row] for row in X], "known only at run time"),
        (lambda X: np.frombuffer(X) + 1, "TypeError"),
        (lambda X: np.hstack([X, X]) if isinstance(X, np.ndarray) else X, "computes otherwise"),
        (lambda X: X if X.sum() > 0 else -X, "cannot be recorded; use numpy.where"),
        (lambda X: X["a"], "cannot be recorded"),
        (lambda X: np.ones((3, 2)), "does not depend|not an array that depends"),
    ],
)
def test_functions_that_cannot_be_recorded_are_refused(function: Any, message: str) -> None:
    transformer = FunctionTransformer(function)
    transformer.n_features_in_ = 3
    with pytest.raises(UnsupportedEstimatorError, match=message) as caught:
        skl2tflite.convert(make_pipeline(StandardScaler().fit(np.eye(3)), transformer), methods=("transform",))
    assert "Pipeline['functiontransformer']" in str(caught.value)


@pytest.mark.parametrize("function", [lambda X: X - X.mean(axis=0), lambda X: X / np.max(X), lambda X: np.cumsum(X, 0)])
def test_functions_that_mix_rows_are_refused(function: Any) -> None:
    with pytest.raises(ConversionError, match="change with the other rows"):
        convert_function(function)


def test_functions_that_are_random_are_refused() -> None:
    with pytest.raises(ConversionError, match="at random"):
        convert_function(lambda X: X + np.random.default_rng().normal(size=(1, 5)))


def test_a_function_may_remove_nan() -> None:
    X = np.array([[1.0, np.nan], [np.nan, 2.0]], dtype=np.float32)
    pipe = make_pipeline(FunctionTransformer(lambda X: np.where(np.isnan(X), -1.0, X)), Normalizer()).fit(X)
    np.testing.assert_allclose(skl2tflite.convert(pipe).transform(X), pipe.transform(X), rtol=1e-6)
