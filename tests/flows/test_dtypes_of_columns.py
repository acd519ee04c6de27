"""Columns whose dtype in use is another than the one that a function was recorded on, and columns of unknown dtypes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lightgbm import LGBMRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

import skl2tflite
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError, UnsupportedOnTarget

RANDOM = np.random.default_rng(0)
N = 80
X = pd.DataFrame({"ok": RANDOM.random(N) < 0.5, "a": RANDOM.integers(0, 9, N), "b": RANDOM.integers(0, 5, N) * 1.0})
X["text"] = RANDOM.choice(["u", "v"], N)
X["hole"] = X.b.where(X.a > 2)
X["kind"] = pd.Categorical(RANDOM.choice(list("xyz"), N))
Y = (X.a + X.b + X.ok).to_numpy()


def fitted(function: Any, model: Any = None) -> Any:
    return make_pipeline(FunctionTransformer(function), model or LinearRegression()).fit(X, Y)


@pytest.mark.parametrize("dtype", ["int64", "int8", "uint8", "float64", "object", "Int64"])
@pytest.mark.parametrize(
    "function",
    [
        lambda df: pd.DataFrame({"not": ~df["ok"]}),
        lambda df: pd.DataFrame({"two": df["ok"].map({True: 2.0, False: 5.0}).fillna(0)}),
        lambda df: df[["ok"]].select_dtypes("bool").assign(a=df["a"]),
    ],
)
def test_truth_values_in_use_are_those_of_the_recording(function: Any, dtype: str) -> None:
    """What answers otherwise for another dtype refuses rows of it, and says which dtype it takes."""
    pipeline = fitted(function)
    model, rows = skl2tflite.convert(pipeline, X), X.assign(ok=X.ok.astype("int64" if dtype == "Int64" else bool))
    rows = rows.assign(ok=rows.ok.astype(dtype))
    try:
        expected = pipeline.predict(rows)
    except (TypeError, ValueError):
        expected = None
    if expected is not None and np.allclose(expected, pipeline.predict(X)):
        np.testing.assert_allclose(model.predict(rows), expected, rtol=1e-5)
        return
    with pytest.raises(InvalidInputError):
        model.predict(rows)


def test_the_error_names_the_dtype_that_is_taken(tmp_path: Path) -> None:
    model = skl2tflite.convert(fitted(lambda df: pd.DataFrame({"not": ~df["ok"]})), X)
    with pytest.raises(InvalidInputError, match=r"answers otherwise than for bool, .* give columns? .* as bool"):
        model.predict(X.assign(ok=X.ok.astype(int)))
    model.save(tmp_path / "model.tflite")
    loaded = skl2tflite.load(tmp_path / "model.tflite")
    with pytest.raises(InvalidInputError, match=r"give columns? .* as bool"):
        loaded.predict(X.assign(ok=X.ok.astype(int)))


def test_arrays_of_truth_values() -> None:
    flags = X[["ok", "ok"]].to_numpy()
    pipeline = make_pipeline(FunctionTransformer(lambda A: ~A), LinearRegression()).fit(flags, Y)
    model = skl2tflite.convert(pipeline, flags)
    np.testing.assert_allclose(model.predict(flags), pipeline.predict(flags), rtol=1e-5)
    with pytest.raises(InvalidInputError, match="answers otherwise than for bool"):
        model.predict(flags.astype(np.int64))


def test_truth_values_beside_a_comparison() -> None:
    """A sum of booleans is "or"; without rows the column is taken for numbers."""
    pipeline = fitted(lambda df: pd.DataFrame({"s": df["ok"] + (df["a"] > 5)}))
    model = skl2tflite.convert(pipeline, X)
    np.testing.assert_allclose(model.predict(X), pipeline.predict(X), rtol=1e-5)
    with pytest.raises(InvalidInputError, match=r"holds bool, .* convert it with rows \(X\) that hold bool too"):
        skl2tflite.convert(pipeline).predict(X)


@pytest.mark.parametrize(
    "function",
    [
        lambda df: pd.DataFrame({"x": df["ok"] ^ (df["a"] > 3)}),
        lambda df: pd.DataFrame({"x": df["ok"].map({True: 2.0, False: 5.0})}),
        lambda df: pd.DataFrame({"x": df["a"].where(df["ok"], 0)}),
        lambda df: pd.DataFrame({"x": df["kind"].cat.codes}),
    ],
)
def test_what_dtypes_tell_is_asked_of_rows(function: Any) -> None:
    pipeline = fitted(function)
    with pytest.raises(UnsupportedEstimatorError, match="give convert rows, whose dtypes tell"):
        skl2tflite.convert(pipeline)
    np.testing.assert_allclose(skl2tflite.convert(pipeline, X).predict(X), pipeline.predict(X), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16"])
@pytest.mark.parametrize(
    "function",
    [
        lambda df, dtype: df[["b"]].assign(a=df["a"].astype(dtype)),
        lambda df, dtype: df[["a"]].to_numpy().astype(dtype),
        lambda df, dtype: np.asarray(df[["a"]], dtype=dtype),
        lambda df, dtype: df[["a", "b"]].astype({"a": dtype}),
    ],
)
def test_integers_of_few_bits_wrap_around(function: Any, dtype: str) -> None:
    pipeline = make_pipeline(FunctionTransformer(function, kw_args={"dtype": dtype}), LinearRegression()).fit(X, Y)
    large = X.assign(a=X.a * 10_000 + 1)
    for target in ("litert", "micro"):
        model = skl2tflite.convert(pipeline, X[:20], target=target)
        np.testing.assert_allclose(model.predict(large), pipeline.predict(large), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["int8", "float16"])
def test_arithmetic_that_wraps_around_is_refused(dtype: str) -> None:
    """The rows given here are too small for a comparison to show it."""
    with pytest.raises(UnsupportedEstimatorError, match=f"makes {dtype} of numbers"):
        skl2tflite.convert(fitted(lambda df: pd.DataFrame({"x": df["a"].astype(dtype) * 3})), X)


def test_small_numbers_of_few_bits_need_no_wrapping() -> None:
    flags = fitted(lambda df: pd.DataFrame({"x": (df["a"] > 3).astype("int8")}))
    plain = fitted(lambda df: pd.DataFrame({"x": (df["a"] > 3).astype("int64")}))
    sizes = [len(bytes(skl2tflite.convert(each, X))) for each in (flags, plain)]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_integers_of_nan_are_no_numbers(dtype: Any) -> None:
    """NumPy makes the least number of NaN, with a warning; the file refuses such rows."""
    array = X[["a", "b"]].to_numpy(dtype=float)
    clipped = FunctionTransformer(lambda A: np.clip(A, 0, 5).astype(dtype))
    pipeline = make_pipeline(clipped, LinearRegression()).fit(array, Y)
    model = skl2tflite.convert(pipeline, array)
    np.testing.assert_allclose(model.predict(array), pipeline.predict(array), rtol=1e-5)
    with pytest.raises(InvalidInputError, match="NaN"):
        model.predict(np.full((1, 2), np.nan))


RECOVERED = {
    "replace": lambda df: df[["a"]].assign(r=df.a / df.b).replace(np.inf, -1),
    "isfinite": lambda df: pd.DataFrame({"r": np.where(np.isfinite(df.a / df.b), df.a / df.b, -1)}).fillna(0),
    "isinf": lambda df: pd.DataFrame({"r": np.isinf((df.a + 1) / df.b)}),
    "nan_to_num": lambda df: np.nan_to_num((df.a / df.b).to_numpy()[:, None], posinf=-1.0, neginf=-2.0),
    "less": lambda df: pd.DataFrame({"r": (df.a + 1) / df.b < np.inf, "s": -1 / df.b <= -np.inf}),
    "of a logarithm": lambda df: pd.DataFrame({"r": (np.log(df.b) * 2).replace(-np.inf, 0)}),
}


@pytest.mark.parametrize("name", RECOVERED)
def test_infinite_numbers_on_microcontrollers(name: str) -> None:
    """A division by 0 gives the greatest float32 number there, and a comparison finds it infinite."""
    rows = X.assign(a=X.a + 1.0)
    pipeline = make_pipeline(FunctionTransformer(RECOVERED[name]), LinearRegression()).fit(rows, Y)
    model = skl2tflite.convert(pipeline, target="micro")
    assert (rows.b == 0).any()
    np.testing.assert_allclose(model.predict(rows), pipeline.predict(rows), rtol=1e-5)


def test_infinite_numbers_that_are_computed_with_on_microcontrollers() -> None:
    """A half of infinity is as great as infinity; its root is not, and the file would take it for a number."""
    halved = fitted(lambda df: pd.DataFrame({"r": ((df.a + 1) / df.b / 2).replace(np.inf, -1)}))
    for target in ("litert", "micro"):
        model = skl2tflite.convert(halved, target=target)
        np.testing.assert_allclose(model.predict(X), halved.predict(X), rtol=1e-5)
    root = fitted(lambda df: pd.DataFrame({"r": np.sqrt((df.a + 1) / df.b).replace(np.inf, -1)}))
    with pytest.raises(UnsupportedOnTarget, match="replace infinite numbers as soon as they are made"):
        skl2tflite.convert(root, target="micro")


def test_nan_to_num_says_what_it_needs() -> None:
    pipeline = fitted(lambda df: np.nan_to_num((df.a / (df.b + 1) / df.b).to_numpy()[:, None], posinf=-1.0))
    with pytest.raises(UnsupportedEstimatorError, match="float32 cannot hold; give neginf="):
        skl2tflite.convert(pipeline)


def written(df: Any) -> Any:
    df = df.copy()
    df.loc[df["a"] > 6, "text"] = "w"
    df.loc[df["hole"].isna(), "hole"] = 30
    return pd.DataFrame({"w": df["text"] == "w", "hole": df["hole"]})


UNKNOWN = {
    "text written by a mask, NaN filled": (written, None),
    "text where": (lambda df: df[["text"]].assign(text=df["text"].where(df["a"] > 2)), OneHotEncoder()),
    "text mask of a frame": (lambda df: df[["text"]].mask(df["a"] > 2), OneHotEncoder()),
    "numpy.where of text": (lambda df: pd.DataFrame({"x": np.where(df["a"] > 2, "w", df["text"]) == "w"}), None),
    "category mask": (lambda df: df.assign(kind=df["kind"].mask(df["a"] > 2))[["kind", "b"]], "lightgbm"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_columns_that_may_be_text_without_rows(name: str) -> None:
    function, encoder = UNKNOWN[name]
    model: Any = LinearRegression() if encoder is None else make_pipeline(encoder, LinearRegression())
    if encoder == "lightgbm":
        model = LGBMRegressor(n_estimators=3, min_child_samples=5, verbose=-1)
    pipeline = fitted(function, model)
    np.testing.assert_allclose(skl2tflite.convert(pipeline).predict(X), pipeline.predict(X), rtol=1e-5)


def test_a_category_column_that_nothing_reads_hides_no_error() -> None:
    pipeline = fitted(lambda df: df[["a", "b"]].assign(x=df["a"].to_numpy().astype("int8") * 40))
    with pytest.raises(UnsupportedEstimatorError, match="makes int8 of numbers"):
        skl2tflite.convert(pipeline, X)
