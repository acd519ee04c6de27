"""Tables with text on the command line: as read from CSV and Parquet files."""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import skl2tflite
from skl2tflite.row_files.rows import read_rows

FRAME = pd.DataFrame({
    "age": [30.0, 40.5, np.nan, 51.0] * 10,
    "zip": pd.Series(["01234", "99", "None", ""] * 10, dtype=object),
    "city": pd.Series(["Paris", "São Paulo", np.nan, "a, b"] * 10, dtype=object),
    "smoker": [True, False, True, True] * 10,
    "remark": pd.Series(["x", "3", np.nan, "y"] * 10, dtype=object),
})  # fmt: skip
LABELS = np.array(["no", "yes"])[np.arange(40) // 2 % 2]


@pytest.fixture(scope="module")
def estimator():
    return make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), ["age"]),
            (OneHotEncoder(handle_unknown="ignore"), ["zip"]),
            (make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder()), ["city"]),
            ("passthrough", ["smoker"]),
        ),
        LogisticRegression(),
    ).fit(FRAME, LABELS)


@pytest.fixture(params=["csv", "parquet"])
def rows(request, tmp_path):
    path = tmp_path / f"rows.{request.param}"
    frame = FRAME.assign(label=LABELS)
    if request.param == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    return path


def test_text_stays_text(rows, estimator):
    read = read_rows(rows, estimator, "label")
    expected = FRAME.astype({"smoker": float})
    pd.testing.assert_frame_equal(read.drop(columns="remark"), expected.drop(columns="remark"), check_dtype=False)
    if rows.suffix == ".csv":  # where numbers are not known from text, what looks like one is one
        assert read["remark"][:2].tolist() == ["x", 3.0]


@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_convert_and_verify(run, rows, estimator, tmp_path, categories):
    model, output = tmp_path / "model.skops", tmp_path / "model.tflite"
    skops.io.dump(estimator, model)
    run(
        "convert", model, "-o", output, "--data", rows, "--target-column", "label", "--categories", categories,
    ).succeeds("faithful", "city")  # fmt: skip
    run("verify", output, model, rows, "--target-column", "label").succeeds("faithful")
    run("inspect", output).succeeds("zip", "string[rows]" if categories == "strings" else "int32[rows]")
    assert skl2tflite.load(output).predict(FRAME).tolist() == estimator.predict(FRAME).tolist()


def test_inputs(run, estimator, tmp_path):
    model = tmp_path / "model.skops"
    skops.io.dump(estimator, model)
    run("convert", model, "--inputs", "matrix").fails("needs column 'zip' as string values", "inputs='columns'")
    skops.io.dump(LogisticRegression().fit(FRAME[["smoker"]], LABELS), model)
    run("convert", model, "--inputs", "columns").succeeds("smoker float32[rows]")


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_categoricals(library, kind, tmp_path):
    """What a file of rows does not say of dtypes, the model tells."""
    package = pytest.importorskip(library)
    frame = pd.DataFrame({
        "city": pd.Categorical(["Graz", "Wien", None, "Linz"] * 50),
        "zip": pd.Categorical([8010, 1010, 4020, 8010, None] * 40),
        "constant": pd.Categorical([7] * 200),
        "age": np.arange(200) % 7 / 8,
    })  # fmt: skip
    labels = (frame["city"] == "Wien") ^ (frame["zip"] == 8010)
    light = {"min_child_samples": 2, "min_data_per_group": 2, "cat_smooth": 1, "verbose": -1}
    if library == "lightgbm":
        frame["member"] = pd.Categorical([True, False] * 100)
        estimator = package.LGBMClassifier(n_estimators=5, n_jobs=1, **light)
    else:
        estimator = package.XGBClassifier(n_estimators=5, n_jobs=1, enable_categorical=True)
        if "cats" not in estimator.fit(frame, labels).get_booster().save_raw("json").decode():
            pytest.skip("XGBoost takes codes as they come")
    estimator.fit(frame, labels)
    path = tmp_path / f"rows.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    read = read_rows(path, estimator)
    assert [str(dtype) for dtype in read.dtypes] == [str(dtype) for dtype in frame.dtypes]
    np.testing.assert_array_equal(skl2tflite.convert(estimator, read).predict(read), estimator.predict(frame))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("file", ["booster.txt", "estimator.joblib"])
@pytest.mark.parametrize("categories", [[10, 20, 30, 40], ["a", "b", "c", "10"]])
def test_categoricals_of_which_the_model_does_not_say_the_columns(run, tmp_path, kind, file, categories):
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(0)
    frame = pd.DataFrame({
        "x": random.normal(size=200).astype(np.float32),
        "grade": pd.Categorical(random.integers(1, 5, 200), ordered=True),  # a number to the trees
        "place": pd.Categorical(random.choice(np.array(categories, dtype=object), 200), categories),
    })  # fmt: skip
    y = frame["x"] + frame["place"].cat.codes % 3 + frame["grade"].astype(int)
    estimator = lightgbm.LGBMRegressor(n_estimators=5, n_jobs=1, verbose=-1, min_child_samples=5).fit(frame, y)
    model, rows, output = tmp_path / file, tmp_path / f"rows.{kind}", tmp_path / "model.tflite"
    if model.suffix == ".txt":
        estimator.booster_.save_model(model)
    else:
        joblib.dump(estimator, model)
    if kind == "csv":
        frame.to_csv(rows, index=False)
    else:
        frame.to_parquet(rows)
    run("convert", model, "--trust-pickle", "-o", output, "--data", rows).succeeds("faithful")
    np.testing.assert_allclose(skl2tflite.load(output).predict(frame), estimator.predict(frame), rtol=1e-5)
    codes = frame["grade"].cat.codes
    doubtful = frame.assign(x=codes, grade=pd.Categorical(codes, ordered=True))
    estimator.fit(doubtful, y)
    joblib.dump(estimator, tmp_path / "doubtful.joblib")
    doubtful.to_csv(tmp_path / "doubtful.csv", index=False)
    run("convert", tmp_path / "doubtful.joblib", "--trust-pickle", "--data", tmp_path / "doubtful.csv").fails(
        "does not say which columns", "save the DataFrame as a Parquet file"
    )
