"""Column transformers on DataFrames, and where NaN may be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import (
    ColumnTransformer,
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError


@pytest.fixture
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "height": random.normal(170, 10, 60),
            "weight": random.normal(70, 12, 60),
            "age": random.integers(18, 90, 60),
            "smoker": random.integers(0, 2, 60).astype(bool),
            "score": random.normal(size=60).astype(np.float32),
        }
    )


LABELS = np.tile(["no", "yes"], 30)


def numbers(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].dtype.kind == "f"]


@pytest.mark.parametrize(
    "columns",
    [
        ["weight", "height"],
        slice("weight", "smoker"),
        slice(1, 3),
        [-1, 0],
        [True, False, True, False, False],
        numbers,
        make_column_selector(dtype_include=np.floating),
        make_column_selector(pattern="^s"),
        np.array(["score", "age"], dtype=object),
    ],
)
@pytest.mark.parametrize("remainder", ["drop", "passthrough", MinMaxScaler()])
def test_columns_of_a_frame(frame: pd.DataFrame, columns: Any, remainder: Any) -> None:
    transformer = ColumnTransformer([("scale", StandardScaler(), columns)], remainder=remainder)
    pipe = make_pipeline(transformer, LogisticRegression()).fit(frame, LABELS)
    model = skl2tflite.convert(pipe, frame)
    assert list(model.feature_names_in_) == list(frame.columns)
    assert list(model.predict(frame)) == list(pipe.predict(frame))
    np.testing.assert_allclose(model.predict_proba(frame), pipe.predict_proba(frame), atol=1e-6)


def test_set_output_does_not_matter(frame: pd.DataFrame) -> None:
    transformer = ColumnTransformer([("scale", StandardScaler(), ["age"])], remainder="passthrough")
    plain = skl2tflite.convert(transformer.fit(frame))
    as_pandas = transformer.set_output(transform="pandas").fit(frame)
    assert bytes(skl2tflite.convert(as_pandas, frame, golden=None)) == bytes(plain)


@pytest.mark.parametrize("inputs", ["matrix", "columns"])
def test_columns_are_picked_by_name(frame: pd.DataFrame, inputs: str) -> None:
    transformer = ColumnTransformer([("scale", StandardScaler(), ["age", "weight"])]).fit(frame)
    model = skl2tflite.convert(transformer, inputs=inputs)
    expected = model.transform(frame)
    others = (
        frame[frame.columns[::-1]],
        frame.drop(columns="smoker"),
        frame.assign(more="text"),
        frame.assign(smoker="no"),
    )
    for other in others:
        transformer.transform(other)
        np.testing.assert_array_equal(model.transform(other), expected)
    with pytest.raises(InvalidInputError, match=r"columns are missing .* 'weight'"):
        model.transform(frame.drop(columns="weight"))
    with pytest.raises(InvalidInputError, match="features, but the model takes"):
        model.transform(frame.to_numpy()[:, 1:])


def test_a_scalar_column_reaches_the_transformer_as_one_axis(frame: pd.DataFrame) -> None:
    one_axis = FunctionTransformer(lambda x: np.stack([x, x * 2], axis=1))
    transformer = ColumnTransformer([("two", one_axis, "age"), ("pass", "passthrough", ["score"])])
    X = frame.to_numpy(dtype=np.float64)
    by_position = ColumnTransformer([("two", one_axis, 2), ("pass", "passthrough", [4])]).fit(X)
    np.testing.assert_allclose(skl2tflite.convert(by_position).transform(X), by_position.transform(X), rtol=1e-7)
    by_name = transformer.fit(frame)
    np.testing.assert_allclose(skl2tflite.convert(by_name).transform(frame), by_position.transform(X), rtol=1e-7)


def test_errors_name_the_transformer(frame: pd.DataFrame) -> None:
    class Odd(StandardScaler):
        pass

    transformer = ColumnTransformer([("num", make_pipeline(Odd()), ["age"])]).fit(frame)
    with pytest.raises(UnsupportedEstimatorError, match=r"ColumnTransformer\['num'\]\['odd'\]"):
        skl2tflite.convert(transformer)


def test_all_dropped(frame: pd.DataFrame) -> None:
    with pytest.raises(ConversionError, match="every column is dropped"):
        skl2tflite.convert(ColumnTransformer([("none", "drop", ["age"])]).fit(frame))


def test_strings_in_a_frame_are_refused_at_run_time(frame: pd.DataFrame) -> None:
    transformer = ColumnTransformer([("scale", StandardScaler(), ["age"])]).fit(frame)
    model = skl2tflite.convert(transformer)
    np.testing.assert_array_equal(model.transform(frame.assign(height="tall")), model.transform(frame))
    with pytest.raises(InvalidInputError, match="'age' are not numeric"):
        model.transform(frame.assign(age="old"))


# --- where NaN may be -----------------------------------------------------------------------------------


def holes(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame.assign(**{name: frame[name].astype(float).mask(np.arange(len(frame)) % 3 == 0) for name in columns})


def test_nan_is_taken_where_an_imputer_looks(frame: pd.DataFrame) -> None:
    """The scaler takes NaN, what comes behind it does not: each column for itself."""
    transformer = ColumnTransformer(
        [("impute", make_pipeline(SimpleImputer(), StandardScaler()), ["height", "age"]),
         ("scale", StandardScaler(), ["weight", "score"])]
    )  # fmt: skip
    missing = holes(frame, "height", "age", "smoker")
    pipe = make_pipeline(transformer, LogisticRegression()).fit(missing, LABELS)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(pipe, missing)))
    np.testing.assert_allclose(model.predict_proba(missing), pipe.predict_proba(missing), atol=1e-6)
    with pytest.raises(InvalidInputError, match="feature 'weight'"):
        model.predict(holes(frame, "weight"))
    with pytest.raises(ValueError, match="NaN"):
        pipe.predict(holes(frame, "weight"))
    alone = skl2tflite.convert(transformer.fit(missing))
    assert np.isnan(alone.transform(holes(frame, "weight"))).any()


def test_nan_in_unions_and_dropped_columns(frame: pd.DataFrame) -> None:
    X = frame.to_numpy(dtype=np.float64)
    X[0, 1] = np.nan
    union = make_union(SimpleImputer(), StandardScaler()).fit(X)
    assert skl2tflite.convert(union).transform(X).shape == (60, 10)
    with pytest.raises(ValueError, match="NaN"):
        make_pipeline(union, LogisticRegression()).fit(X, LABELS)
    clean = np.nan_to_num(X)
    model = skl2tflite.convert(make_pipeline(union, LogisticRegression(max_iter=1000)).fit(clean, LABELS))
    with pytest.raises(InvalidInputError, match="contains NaN"):
        model.predict(X)
    dropping = make_pipeline(ColumnTransformer([("keep", "passthrough", [0, 2])]), LogisticRegression())
    assert skl2tflite.convert(dropping.fit(X, LABELS)).predict(X).shape == (60,)


# --- targets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("function", "inverse"), [(np.log, np.exp), (np.sqrt, np.square), (None, None)])
@pytest.mark.parametrize("columns", [0, 1, 2])
def test_transformed_targets(function: Any, inverse: Any, columns: int) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(40, 3))
    y = np.exp(X @ random.normal(size=(3, max(columns, 1))) * 0.2 + 1)
    y = y if columns else y[:, 0]
    regressor = TransformedTargetRegressor(LinearRegression(), func=function, inverse_func=inverse).fit(X, y)
    report = skl2tflite.verify(skl2tflite.convert(regressor), regressor, X)
    assert report.faithful, report.summary()


PASSED_ON = {
    "passthrough": ColumnTransformer([("text", "passthrough", ["city"]), ("numbers", StandardScaler(), ["a", "b"])]),
    "identity": ColumnTransformer(
        [("text", FunctionTransformer(), ["city"]), ("numbers", StandardScaler(), ["a", "b"])]
    ),
    "imputed": ColumnTransformer(
        [("text", SimpleImputer(strategy="most_frequent"), ["city"]), ("numbers", StandardScaler(), ["a", "b"])]
    ),
    "union": make_union("passthrough"),
}


@pytest.mark.parametrize("name", PASSED_ON)
def test_text_is_passed_on_to_an_encoder_behind(name):
    """With rows and without, which say that the column is text."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "city": random.choice(["Roma", "Zürich", "東京"], 90),
            "a": random.normal(size=90),
            "b": random.normal(size=90),
        }
    )
    encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [0]), remainder="passthrough")
    pipe = make_pipeline(PASSED_ON[name], encoder, LogisticRegression())
    pipe.fit(table[:60], (table["city"] == "Roma")[:60])
    for rows in ((table[60:],), ()):
        model = skl2tflite.convert(pipe, *rows)
        np.testing.assert_allclose(model.predict_proba(table[60:]), pipe.predict_proba(table[60:]), rtol=0, atol=1e-6)
