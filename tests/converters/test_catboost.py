from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError
from tests.converters import boosting as data

catboost = pytest.importorskip("catboost")

X = data.rows()
Y = data.target(X)
BINARY = (Y > 1).astype(int)
CLASSES = np.digitize(Y, [-1, 1, 4])
POSITIVE = np.exp(Y / 3)
LABELS = np.column_stack([Y > 0, Y > 2, Y < 1]).astype(int)
GROUPS = {"group_id": np.arange(len(X)) // 12}
SMALL: dict[str, Any] = {
    "iterations": 8, "depth": 4, "verbose": False, "allow_writing_files": False, "thread_count": 1,
}  # fmt: skip
LEAFWISE = {"grow_policy": "Lossguide", "max_leaves": 7}


@dataclass(frozen=True)
class Case:
    name: str
    estimator: Any
    y: Any
    X: Any = field(default_factory=lambda: X)
    fit: dict[str, Any] = field(default_factory=dict)

    def fitted(self) -> Any:
        return self.estimator.fit(self.X, self.y, **self.fit)


def regressor(name: str, y: Any = Y, loss: str = "RMSE", **parameters: Any) -> Case:
    rows = parameters.pop("X", X)
    return Case(name, catboost.CatBoostRegressor(**SMALL | parameters, loss_function=loss), y, rows)


def classifier(name: str, y: Any, loss: str | None = None, **parameters: Any) -> Case:
    return Case(name, catboost.CatBoostClassifier(**SMALL | parameters, loss_function=loss), y)


CASES = [
    regressor("regression"),
    regressor("one tree", iterations=1),
    regressor("stumps", depth=1),
    regressor("NaN is greatest", nan_mode="Max"),
    regressor("no NaN was seen", X=np.nan_to_num(X)),
    regressor("NaN is forbidden", X=np.nan_to_num(X), nan_mode="Forbidden"),
    regressor("level by level", grow_policy="Depthwise"),
    regressor("leaf by leaf", **LEAFWISE),
    regressor("absolute error", loss="MAE"),
    regressor("quantile", loss="Quantile:alpha=0.7"),
    regressor("percentage", loss="MAPE"),
    regressor("Poisson", POSITIVE, loss="Poisson"),
    regressor("Tweedie", POSITIVE, loss="Tweedie:variance_power=1.5"),
    regressor("logarithms", POSITIVE, loss="LogLinQuantile:alpha=0.5"),
    regressor("Huber", loss="Huber:delta=1"),
    regressor("targets", np.column_stack([Y, 100 - Y]), loss="MultiRMSE"),
    regressor("quantiles", loss="MultiQuantile:alpha=0.1,0.5,0.9"),
    regressor("uncertainty", loss="RMSEWithUncertainty"),
    Case("ranker", catboost.CatBoostRanker(**SMALL), CLASSES, fit=GROUPS),
    Case("query", catboost.CatBoostRanker(**SMALL, loss_function="QueryRMSE"), CLASSES, fit=GROUPS),
    Case("plain", catboost.CatBoost({**SMALL, "loss_function": "Logloss"}), BINARY),
    classifier("binary", BINARY),
    classifier("binary, leaf by leaf", BINARY, **LEAFWISE),
    classifier("binary, strings", np.array(["yes", "no"])[BINARY]),
    classifier("binary, booleans", BINARY.astype(bool)),
    classifier("binary, floats", BINARY * 2.5),
    classifier("cross entropy", 1 / (1 + np.exp(-Y)), loss="CrossEntropy"),
    classifier("classes", CLASSES),
    classifier("classes, gaps", np.array([-3, 2, 40, 7])[CLASSES]),
    classifier("classes, strings", np.array(["a", "b", "c", "d"])[CLASSES]),
    classifier("classes, leaf by leaf", CLASSES, **LEAFWISE),
    classifier("one against all", CLASSES, loss="MultiClassOneVsAll"),
    classifier("labels", LABELS, loss="MultiLogloss"),
    classifier("fractions of labels", LABELS * 0.7, loss="MultiCrossEntropy"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_oracle(case: Case) -> None:
    """CatBoost computes in float64, and so does the oracle."""
    estimator = case.fitted()
    converter = converter_for(estimator)
    Z = np.concatenate([data.edges(converter.forest, 6), case.X])
    for method in converter.methods:
        expected = data.answer(estimator, method, Z)
        actual = data.oracle(estimator, method, Z)
        assert actual.dtype.kind == expected.dtype.kind or expected.dtype.kind == "O"
        data.assert_equal(actual, expected, 1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_litert(case: Case) -> None:
    estimator = case.fitted()
    converter = converter_for(estimator)
    Z = np.concatenate([data.edges(converter.forest, 6), case.X])
    data.assert_faithful(estimator, Z if converter.allows_nan else np.nan_to_num(Z, nan=0.5))


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.9])
def test_probability_threshold(threshold: float) -> None:
    estimator = classifier("binary", BINARY).fitted()
    estimator.set_probability_threshold(threshold)
    data.assert_equal(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 0)
    data.assert_faithful(estimator, X)


def test_best_iteration_and_scale() -> None:
    estimator = catboost.CatBoostRegressor(**SMALL | {"iterations": 60}, learning_rate=0.9)
    estimator.fit(X[:160], Y[:160], eval_set=(X[160:], Y[160:]))
    assert estimator.tree_count_ < 60
    data.assert_equal(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 1e-12)
    estimator.set_scale_and_bias(2.5, -100.0)
    data.assert_equal(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 1e-12)
    data.assert_faithful(estimator, X)


def categorical(low: int = -2) -> tuple[Any, Any]:
    """A frame with two columns of whole categories, and codes that some row has or none."""
    pandas = pytest.importorskip("pandas")
    filled = np.nan_to_num(X)
    frame = pandas.DataFrame(filled, columns=list("abcdef")).astype({"e": int, "f": int})
    frame["e"] += low
    unseen = frame.copy()
    unseen["e"] = np.random.default_rng(0).integers(low - 2, low + 16, len(X))
    return frame, pandas.concat([frame, unseen])


@pytest.mark.parametrize("low", [-2, 30_000])
@pytest.mark.parametrize("parameters", [{}, LEAFWISE], ids=["oblivious", "leaf by leaf"])
def test_categories(low: int, parameters: dict[str, Any]) -> None:
    """One category at a time, seen or not."""
    frame, rows = categorical(low)
    estimator = catboost.CatBoostClassifier(**SMALL | parameters, one_hot_max_size=20, cat_features=["e", "f"])
    estimator.fit(frame, CLASSES)
    assert converter_for(estimator).is_category
    numbers = rows.to_numpy(dtype=np.float64)
    for method in ("predict", "predict_proba"):
        expected = data.answer(estimator, method, rows)
        data.assert_equal(data.oracle(estimator, method, numbers), expected, 1e-12)
        model = skl2tflite.convert(estimator, methods=(method,))
        data.assert_equal(np.asarray(getattr(model, method)(rows)), expected, 1e-6)


def test_dataframe() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=[f"column {i}" for i in range(6)])
    estimator = catboost.CatBoostRegressor(**SMALL).fit(frame, Y)
    model = skl2tflite.convert(estimator, frame)
    assert list(model.feature_names_in_) == list(frame.columns)


def test_inside_a_pipeline() -> None:
    pipe = make_pipeline(StandardScaler(), catboost.CatBoostClassifier(**SMALL)).fit(X, CLASSES)
    skl2tflite.convert(pipe, X)


def test_refusals() -> None:
    frame, _ = categorical()
    statistics = catboost.CatBoostRegressor(**SMALL, cat_features=["e", "f"], one_hot_max_size=1).fit(frame, Y)
    with pytest.raises(UnsupportedEstimatorError, match=r"statistics of categorical features.*'e', 'f'.*one_hot"):
        skl2tflite.convert(statistics)
    words = frame.assign(f=np.array(["a", "b", "c", "d"])[frame.f])
    strings = catboost.CatBoostRegressor(**SMALL, cat_features=["f"], one_hot_max_size=20).fit(words, Y)
    with pytest.raises(UnsupportedEstimatorError, match="'f' has categories that are no whole numbers"):
        skl2tflite.convert(strings)
    focal = catboost.CatBoostClassifier(**SMALL, loss_function="Focal:focal_alpha=0.5;focal_gamma=1")
    with pytest.raises(UnsupportedEstimatorError, match="Focal"):
        skl2tflite.convert(focal.fit(X, BINARY))


def test_integer_columns_stay_categories_when_rows_are_compared():
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": generator.normal(size=200), "c": generator.integers(0, 4, 200)})
    labels = (frame["a"] + (frame["c"] == 2) > 0.3).astype(int)
    estimator = catboost.CatBoostClassifier(**SMALL, cat_features=["c"], one_hot_max_size=10).fit(frame, labels)
    model = skl2tflite.convert(estimator, frame)
    np.testing.assert_array_equal(model.predict(frame), estimator.predict(frame))
