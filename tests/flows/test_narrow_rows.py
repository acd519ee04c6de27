"""Rows of numbers of few bits, in which NumPy wraps around or rounds: functions of the user's compute in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_selection import VarianceThreshold
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.integers(0, 100, (200, 3)).astype(np.uint8)
LABELS = (ROWS[:, 0] > ROWS[:, 1]).astype(int)
TARGETS = ROWS[:, 0] * 0.5 - ROWS[:, 2]


def frame(dtype: str) -> pd.DataFrame:
    return pd.DataFrame(ROWS.astype(float), columns=["a", "b", "c"]).astype({"a": dtype})


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "UInt8"])
def test_functions_of_columns_are_compared_in_their_dtype(dtype: str) -> None:
    wraps = FunctionTransformer(lambda X: X.assign(d=X["a"] * 3))
    pipeline = make_pipeline(wraps, Ridge()).fit(frame(dtype), TARGETS)
    with pytest.raises(ConversionError, match=rf"computes in {dtype}, .* begin it with X.astype\(float\)"):
        skl2tflite.convert(pipeline, frame(dtype))
    ratio = FunctionTransformer(lambda X: X.assign(d=X["a"] / (X["b"] + 1.0)))
    pipeline = make_pipeline(ratio, Ridge()).fit(frame(dtype), TARGETS)
    model = skl2tflite.convert(pipeline, frame(dtype))
    np.testing.assert_allclose(model.predict(frame(dtype)), pipeline.predict(frame(dtype)), atol=1e-4)


@pytest.mark.parametrize("dtype", ["uint32", "int32", "uint64", "int64", "bool"])
def test_functions_of_wider_columns_convert(dtype: str) -> None:
    pipeline = make_pipeline(FunctionTransformer(lambda X: X.assign(d=X["a"] * 2)), Ridge())
    pipeline.fit(frame(dtype), TARGETS)
    model = skl2tflite.convert(pipeline, frame(dtype))
    np.testing.assert_allclose(model.predict(frame(dtype)), pipeline.predict(frame(dtype)), atol=1e-4)


FUNCTIONS = {
    "times": lambda X: X * 2,
    "negative": lambda X: np.where(X > 5, -X, 0),
    "difference": lambda X: np.c_[X, X[:, 0] - X[:, 1]],
    "product": lambda X: np.c_[X, X[:, 0] * X[:, 1]],
    "absolute": np.abs,
    "sqrt": lambda X: np.sqrt(np.abs(X)),
    "log1p": lambda X: np.log1p(np.abs(X)),
    "written": lambda X: _halved(X),
}
"""Functions of rows, none of which looks at their dtype."""


def _halved(X: Any) -> Any:
    out = X.copy()
    out[:, 0] = X[:, 0] * 0.5
    return out


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("times", "uint8"),
        ("times", "int8"),
        ("times", "uint16"),
        ("negative", "uint8"),
        ("negative", "uint32"),
        ("difference", "uint8"),
        ("difference", "uint32"),
        ("product", "int16"),
        ("product", "uint32"),
        ("absolute", "int8"),
        ("sqrt", "uint8"),
        ("log1p", "uint8"),
        ("written", "int64"),
    ],
)
def test_functions_of_rows_are_asked_in_each_dtype(name: str, dtype: str) -> None:
    rows = ROWS.astype(dtype)
    pipeline = make_pipeline(FunctionTransformer(FUNCTIONS[name]), LogisticRegression()).fit(rows, LABELS)
    for model in (skl2tflite.convert(pipeline), skl2tflite.convert(pipeline, rows.astype(float))):
        with pytest.raises(InvalidInputError, match=rf"X holds {dtype}, for which the function of .*\['functiontr"):
            model.predict(rows)
        model = skl2tflite.TFLiteModel(bytes(model))
        with pytest.raises(InvalidInputError, match=rf"X holds {dtype}, .* give X.astype\(float\)"):
            model.predict(rows)
        for width in (np.float64, np.float32):
            expected = pipeline.predict_proba(rows.astype(width))
            np.testing.assert_allclose(model.predict_proba(rows.astype(width)), expected, atol=1e-5)


SAME = {
    "ratio": lambda X: X / 255.0,
    "widened": lambda X: X.astype(float) * 2 - 1,
    "floats": lambda X: np.asarray(X, dtype=np.float64) ** 2,
    "columns": lambda X: X[:, [2, 0]],
    "greater": lambda X: (X > 50).astype(float),
}


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int64"])
def test_functions_that_answer_the_same_take_any_dtype(name: str, dtype: str) -> None:
    rows = ROWS.astype(dtype)
    pipeline = make_pipeline(FunctionTransformer(SAME[name]), LogisticRegression()).fit(rows, LABELS)
    model = skl2tflite.convert(pipeline)
    noted = {each for narrow in model.facts.features.narrow for each in narrow.dtypes}
    assert noted == ({"float16"} if name == "ratio" else set())
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-5)


def test_nothing_is_said_where_no_function_reads_the_rows() -> None:
    scaled = make_pipeline(StandardScaler(), FunctionTransformer(lambda X: X * 2), Ridge()).fit(ROWS, TARGETS)
    widened = make_pipeline(
        FunctionTransformer(lambda X: X.astype(float)), FunctionTransformer(lambda X: X * 2), Ridge()
    ).fit(ROWS, TARGETS)
    for pipeline in (scaled, widened):
        model = skl2tflite.convert(pipeline)
        assert model.facts.features.narrow == ()
        assert "narrow" not in model.facts.features.to_json()
        np.testing.assert_allclose(model.predict(ROWS), pipeline.predict(ROWS), atol=1e-4)


def test_a_function_hands_its_dtype_on() -> None:
    clipped = FunctionTransformer(lambda X: np.clip(X, 0, 100))
    pipeline = make_pipeline(clipped, FunctionTransformer(lambda X: X * 3), Ridge()).fit(ROWS, TARGETS)
    model = skl2tflite.convert(pipeline)
    with pytest.raises(
        InvalidInputError, match=r"X holds uint8, for which the function of .*\['functiontransformer-2'\]"
    ):
        model.predict(ROWS)
    chosen = make_pipeline(VarianceThreshold(), FunctionTransformer(lambda X: X * 3), Ridge()).fit(ROWS, TARGETS)
    with pytest.raises(InvalidInputError, match="X holds uint8"):
        skl2tflite.convert(chosen).predict(ROWS)


def test_rows_of_few_bits_at_conversion_are_refused_whatever_they_hold() -> None:
    small = ROWS // 2  # twice that is held
    pipeline = make_pipeline(FunctionTransformer(lambda X: X * 2), Ridge()).fit(small, TARGETS)
    with pytest.raises(ConversionError, match=r"function of .* answers otherwise for rows of uint8 .* loses digits"):
        skl2tflite.convert(pipeline, small)
    product = FunctionTransformer(lambda X: np.c_[X, X[:, 0] * X[:, 1]])
    pipeline = make_pipeline(product, Ridge()).fit(ROWS.astype(np.int32), TARGETS)
    model = skl2tflite.convert(pipeline, ROWS.astype(np.int32))  # which is compared
    np.testing.assert_allclose(model.predict(ROWS.astype(np.int32)), pipeline.predict(ROWS.astype(float)), atol=1e-3)
    with pytest.raises(InvalidInputError, match="X holds uint8"):
        model.predict(ROWS)


def test_columns_of_a_frame_that_have_to_do_with_it() -> None:
    step = FunctionTransformer(lambda X: X.assign(d=X["a"] * 2, e=X["b"] - X["c"]))
    X = frame("float64")
    pipeline = make_pipeline(step, Ridge()).fit(X, TARGETS)
    model = skl2tflite.convert(pipeline)
    for dtype in ("uint8", "UInt8"):
        with pytest.raises(InvalidInputError, match="X holds uint8, for which the function of"):
            model.predict(X.astype({"a": dtype}))
        with pytest.raises(InvalidInputError, match="X holds uint8"):
            model.predict(X.astype({"b": dtype, "c": dtype}))
    np.testing.assert_allclose(model.predict(X), pipeline.predict(X), atol=1e-4)
    only = FunctionTransformer(lambda X: X.assign(e=X["b"] - X["c"]))
    pipeline = make_pipeline(only, Ridge()).fit(X, TARGETS)
    model = skl2tflite.convert(pipeline)
    for narrow in ({"a": "uint8"}, {"b": "uint8"}):
        given = X.astype(narrow)
        np.testing.assert_allclose(model.predict(given), pipeline.predict(given), atol=1e-4)
    with pytest.raises(InvalidInputError, match="X holds uint8"):
        model.predict(X.astype({"b": "uint8", "c": "uint8"}))


@skl2tflite.trace
class Twice(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> Twice:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) * 2


def test_sparse_rows_too() -> None:
    rows = sp.csr_matrix(ROWS)
    pipeline = make_pipeline(FunctionTransformer(lambda X: X * 3, accept_sparse=True), Ridge()).fit(rows, TARGETS)
    model = skl2tflite.convert(pipeline, rows.astype(float))
    with pytest.raises(InvalidInputError, match="X holds uint8, for which the function of"):
        model.predict(rows)
    np.testing.assert_allclose(model.predict(rows.astype(float)), pipeline.predict(rows.astype(float)), atol=1e-4)
    with pytest.raises(ConversionError, match="answers otherwise for rows of uint8"):
        skl2tflite.convert(pipeline, rows)


def test_traced_classes_too() -> None:
    pipeline = make_pipeline(Twice(), Ridge()).fit(ROWS, TARGETS)
    model = skl2tflite.convert(pipeline)
    with pytest.raises(InvalidInputError, match=r"X holds uint8, for which Pipeline\['twice'\].transform gives other"):
        model.predict(ROWS)


@pytest.mark.parametrize("estimator", [GaussianMixture(2), AdditiveChi2Sampler()], ids=str)
def test_estimators_that_compute_in_the_rows_dtype(estimator: Any) -> None:
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "transform"
    model = skl2tflite.convert(estimator.fit(ROWS.astype(float)), methods=(method,))
    with pytest.raises(InvalidInputError, match=f"X holds uint8, for which {type(estimator).__name__} gives other"):
        getattr(model, method)(ROWS)
    floats = ROWS.astype(float)
    np.testing.assert_allclose(getattr(model, method)(floats), getattr(estimator, method)(floats), atol=1e-4)


@pytest.mark.parametrize(
    ("function", "dtypes"),
    [
        (lambda df: df.assign(n=df["o"] * df["s"], q=(df["a"] - 1000) / 500), {"o": "uint8", "s": "uint8"}),
        (lambda df: df.assign(n=df["o"] + df["s"], q=df["a"] / df["b"]), {"o": "bool", "s": "bool"}),
        (lambda df: df.assign(n=df["o"] + df["s"], q=df["a"] - df["b"]), {"o": "bool", "s": "bool"}),
        (lambda df: df.assign(n=df["o"] * 3, q=df["a"] ** -1), {"o": "int8"}),
    ],
    ids=[
        "a number that uint8 does not hold",
        "no booleans are divided",
        "nor subtracted",
        "nor whole ones inverted",
    ],
)
@pytest.mark.parametrize("given", [False, True], ids=["without rows", "with rows"])
def test_operations_that_raise_for_a_dtype_hide_no_others(function: Any, dtypes: dict[str, str], given: bool) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {name: random.integers(1, 100, 60) for name in "os"} | {name: random.random(60) for name in "ab"}
    )
    pipeline = make_pipeline(FunctionTransformer(function), LinearRegression()).fit(frame, random.random(60))
    model = skl2tflite.convert(pipeline, frame if given else None)
    np.testing.assert_allclose(model.predict(frame), pipeline.predict(frame), rtol=1e-5)
    rows = frame.astype(dtypes)
    assert np.abs(pipeline.predict(rows) - pipeline.predict(rows.astype(float))).max() > 1e-3
    with pytest.raises(InvalidInputError, match=f"X holds {dtypes['o']}"):
        model.predict(rows)


def test_columns_that_must_be_truth_values_hide_no_others() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.random(60), "o": random.random(60) < 0.5, "s": random.random(60) < 0.5})
    function = FunctionTransformer(lambda df: df.assign(n=df["o"] + df["s"], q=np.select([df["o"]], [1], 0)))
    pipeline = make_pipeline(function, LinearRegression()).fit(frame, random.random(60))
    with pytest.raises(InvalidInputError, match="X holds bool"):
        skl2tflite.convert(pipeline).predict(frame)
