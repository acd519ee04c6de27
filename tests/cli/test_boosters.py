"""Models in the files of boosting libraries, on the command line."""

from __future__ import annotations

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.cli.estimators import read_estimator

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")
catboost = pytest.importorskip("catboost")

GENERATOR = np.random.default_rng(0)
FRAME = pd.DataFrame(GENERATOR.normal(size=(120, 3)).astype(np.float32).astype(np.float64), columns=["a", "b", "c"])
Y = (FRAME["a"] + FRAME["b"] > 0).astype(int)
SMALL = {"iterations": 5, "verbose": False, "allow_writing_files": False, "thread_count": 1}


@pytest.fixture
def rows(tmp_path):
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path / "rows.csv"


@pytest.mark.parametrize("suffix", [".json", ".ubj"])
def test_xgboost(run, tmp_path, rows, suffix):
    path = tmp_path / f"model{suffix}"
    estimator = xgboost.XGBClassifier(n_estimators=5, n_jobs=1).fit(FRAME, Y)
    estimator.save_model(path)
    run("convert", path, "--data", rows).succeeds("Wrote", "faithful")
    model = skl2tflite.load(tmp_path / "model.tflite")
    np.testing.assert_array_equal(model.predict(FRAME), estimator.predict(FRAME))
    run("inspect", path).succeeds("XGBClassifier")
    estimator.get_booster().save_model(path)
    run("convert", path, "--data", rows).succeeds("Wrote", "faithful")


def test_lightgbm(run, tmp_path, rows):
    booster = lightgbm.train({"objective": "binary", "verbose": -1}, lightgbm.Dataset(FRAME, Y), 5)
    booster.save_model(tmp_path / "model.txt")
    run("convert", tmp_path / "model.txt", "--data", rows).succeeds("Wrote", "faithful")
    model = skl2tflite.load(tmp_path / "model.tflite")
    np.testing.assert_allclose(model.predict(FRAME), booster.predict(FRAME), atol=1e-6)


@pytest.mark.parametrize("form", ["cbm", "json"])
@pytest.mark.parametrize(
    ("kind", "loss"),
    [("CatBoostClassifier", "Logloss"), ("CatBoostRegressor", "Poisson"), ("CatBoostRegressor", "RMSE")],
)
def test_catboost(run, tmp_path, rows, form, kind, loss):
    path = tmp_path / f"model.{form}"
    estimator = getattr(catboost, kind)(**SMALL, loss_function=loss).fit(FRAME, Y)
    estimator.save_model(str(path), format=form)
    run("convert", path, "--data", rows).succeeds("Wrote", "faithful")
    assert type(read_estimator(path)) is type(estimator)


@pytest.mark.parametrize("numbers", [False, True])
def test_catboost_with_categories(run, tmp_path, numbers):
    """Texts are told by the rows; integers are read as such, for CatBoost takes no floats for them."""
    codes = np.arange(120) % 4
    frame = FRAME.assign(c=codes if numbers else np.array(["x", "NA", "z", "7"])[codes])
    estimator = catboost.CatBoostClassifier(**SMALL, one_hot_max_size=9, cat_features=["c"])
    estimator.fit(frame, (Y + codes) % 2).save_model(str(tmp_path / "model.cbm"))
    frame.to_csv(tmp_path / "rows.csv", index=False)
    run("convert", tmp_path / "model.cbm", "--data", tmp_path / "rows.csv").succeeds("Wrote", "faithful")
    model = skl2tflite.load(tmp_path / "model.tflite")
    np.testing.assert_array_equal(model.predict(frame), estimator.predict(frame))


@pytest.mark.parametrize("name", ["model.json", "model.ubj", "model.cbm", "model.txt"])
@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense"])
def test_damaged(run, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    run("convert", tmp_path / name).fails(name)


@pytest.mark.parametrize(
    ("library", "estimator"),
    [
        ("xgboost", xgboost.XGBClassifier(n_estimators=3, n_jobs=1)),
        ("lightgbm", lightgbm.LGBMRegressor(n_estimators=3, verbose=-1, objective="poisson", n_jobs=1)),
        ("catboost", catboost.CatBoostClassifier(**SMALL)),
    ],
)
def test_skops_files_ask_once(run, tmp_path, library, estimator):
    pipeline = make_pipeline(StandardScaler(), estimator).fit(FRAME, Y)
    skops.io.dump(pipeline, tmp_path / "model.skops")
    refused = run("convert", tmp_path / "model.skops")
    refused.fails(f"a model of {library}", f"--trust-type {library}")
    assert refused.stderr.count("--trust-type") == 1
    run("convert", tmp_path / "model.skops", "--trust-type", library).succeeds("Wrote")
    model = skl2tflite.load(tmp_path / "model.tflite")
    np.testing.assert_allclose(model.predict(FRAME), pipeline.predict(FRAME), rtol=1e-5)


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_boosters_in_pickles(run, tmp_path, library):
    package = pytest.importorskip(library)
    X = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    estimator = getattr(package, {"lightgbm": "LGBMRegressor", "xgboost": "XGBRegressor"}[library])(n_estimators=3)
    estimator.fit(X, X[:, 0])
    booster = estimator.booster_ if library == "lightgbm" else estimator.get_booster()
    model, output = tmp_path / "raw.joblib", tmp_path / "model.tflite"
    joblib.dump(booster, model)
    np.savetxt(tmp_path / "rows.csv", X, delimiter=",")
    run("convert", model, "--trust-pickle", "-o", output, "--data", tmp_path / "rows.csv").succeeds("faithful")
    np.testing.assert_allclose(skl2tflite.load(output).predict(X), estimator.predict(X), rtol=1e-5)
    np.save(tmp_path / "rows.npy", X)
    run("convert", model, "--trust-pickle", "--data", tmp_path / "rows.npy").fails("CSV and Parquet", "numpy.savetxt")
