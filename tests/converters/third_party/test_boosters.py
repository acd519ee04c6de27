"""Boosters that are no estimators: their ``predict`` is the file's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import skl2tflite
from skl2tflite.errors import ConversionError
from tests.comparing import assert_close
from tests.converters.third_party import boosting as data

xgboost = pytest.importorskip("xgboost")
lightgbm = pytest.importorskip("lightgbm")
catboost = pytest.importorskip("catboost")

X = data.rows()[:, :4]
Y = data.target(data.rows())
FRAME = pd.DataFrame(X, columns=["age", "b c", "c", "d"])
BINARY, CLASSES = (Y > 1).astype(int), np.digitize(Y, [-1, 1, 4])
ROWS = pytest.mark.parametrize("rows", [X, FRAME], ids=["array", "frame"])


@ROWS
@pytest.mark.parametrize(
    ("y", "parameters"),
    [
        (Y, {"objective": "reg:squarederror"}),
        (np.exp(Y / 3), {"objective": "reg:gamma"}),
        (BINARY, {"objective": "binary:logistic"}),
        (BINARY, {"objective": "binary:logistic", "booster": "gblinear"}),
        (CLASSES, {"objective": "multi:softprob", "num_class": 4}),
        (CLASSES, {"objective": "multi:softmax", "num_class": 4}),
    ],
)
def test_xgboost(y: Any, parameters: dict[str, Any], rows: Any, tmp_path: Any) -> None:
    """All trees count, also where training stopped early; ``Booster.predict`` takes them so."""
    train, test = xgboost.DMatrix(rows[:160], y[:160]), xgboost.DMatrix(rows[160:], np.roll(y[160:], 7))
    booster = xgboost.train(
        {**parameters, "nthread": 1}, train, 12, evals=[(test, "test")], early_stopping_rounds=2, verbose_eval=False
    )
    booster.save_model(tmp_path / "model.ubj")
    expected = booster.predict(xgboost.DMatrix(rows))
    for each in (booster, xgboost.Booster(model_file=tmp_path / "model.ubj")):
        model = skl2tflite.convert(each, rows)
        assert model.methods == ("predict",)
        assert_close(np.asarray(model.predict(rows), expected.dtype), expected, 1e-6)
        assert skl2tflite.verify(model, each, rows).faithful


def test_xgboost_of_an_estimators_file(tmp_path: Any) -> None:
    """A booster gives probabilities, a classifier's file read by a classifier gives labels."""
    estimator = xgboost.XGBClassifier(n_estimators=5, n_jobs=1).fit(X, BINARY)
    estimator.save_model(tmp_path / "model.json")
    booster = xgboost.Booster(model_file=tmp_path / "model.json")
    expected = booster.predict(xgboost.DMatrix(X))
    assert_close(skl2tflite.convert(booster, X).predict(X), expected, 1e-6)
    loaded = xgboost.XGBClassifier()
    loaded.load_model(tmp_path / "model.json")
    assert bytes(skl2tflite.convert(loaded, X)) == bytes(skl2tflite.convert(estimator, X))


@ROWS
@pytest.mark.parametrize(
    ("y", "parameters"),
    [
        (Y, {"objective": "regression"}),
        (np.exp(Y / 3), {"objective": "poisson"}),
        (BINARY, {"objective": "binary"}),
        (CLASSES, {"objective": "multiclass", "num_class": 4}),
        (Y, {"objective": "regression", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}),
    ],
)
def test_lightgbm(y: Any, parameters: dict[str, Any], rows: Any, tmp_path: Any) -> None:
    train = lightgbm.Dataset(rows[:160], y[:160])
    test = lightgbm.Dataset(rows[160:], np.roll(y[160:], 7), reference=train)
    stop = [lightgbm.early_stopping(2, verbose=False)]
    settings = {**parameters, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(settings, train, 12, valid_sets=[test], callbacks=stop)
    booster.save_model(tmp_path / "model.txt")
    expected = booster.predict(rows)
    for each in (booster, lightgbm.Booster(model_file=tmp_path / "model.txt")):
        model = skl2tflite.convert(each, rows)
        assert model.methods == ("predict",)
        assert_close(np.asarray(model.predict(rows), np.float64), expected, 1e-6)
        assert skl2tflite.verify(model, each, rows).faithful


def test_lightgbm_that_stops_early_for_each_row() -> None:
    settings = {"objective": "binary", "verbose": -1, "pred_early_stop": True}
    booster = lightgbm.train(settings, lightgbm.Dataset(X, BINARY), 3)
    with pytest.raises(ConversionError, match="pred_early_stop"):
        skl2tflite.convert(booster, X)


def test_untrained() -> None:
    with pytest.raises(ConversionError, match="fit"):
        skl2tflite.convert(catboost.CatBoost())
