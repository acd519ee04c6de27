from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import numpy as np
import pytest
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError, UnsupportedMethodError
from tests.comparing import assert_close
from tests.converters.third_party import boosting as data
from tests.converters.third_party.boosting import BINARY, CLASSES, POSITIVE, Case, X, Y

xgboost = pytest.importorskip("xgboost")

SEVERAL = np.column_stack([Y, -Y, 3 * Y + 100])
LABELS = np.column_stack([Y > 0, Y > 2, Y < 1]).astype(int)
GROUPS = {"qid": np.arange(len(X)) // 12}
SMALL: dict[str, Any] = {"n_estimators": 8, "max_depth": 4, "n_jobs": 1}
LINEAR: dict[str, Any] = {"n_estimators": 8, "n_jobs": 1, "booster": "gblinear"}
CATEGORIES: dict[str, Any] = {
    "enable_categorical": True, "feature_types": ["q"] * 4 + ["c"] * 2, "max_cat_to_onehot": 3,
}  # fmt: skip


def regressor(name: str, y: Any = Y, exact: bool = True, **parameters: Any) -> Case:
    methods = ("predict", "apply") if exact else ("apply",)
    return Case(name, xgboost.XGBRegressor(**SMALL | parameters), y, exact=methods)


def classifier(name: str, y: Any, **parameters: Any) -> Case:
    return Case(name, xgboost.XGBClassifier(**SMALL | parameters), y, exact=("predict", "apply"))


CASES = [
    regressor("squared error"),
    regressor("one tree", n_estimators=1),
    regressor("stumps that are leaves", n_estimators=3, gamma=1e9),
    regressor("leaf-wise", grow_policy="lossguide", max_leaves=9),
    regressor("pruned", tree_method="exact", gamma=5),
    regressor("categories", **CATEGORIES),
    regressor("dart", booster="dart", rate_drop=0.4),
    regressor("targets", SEVERAL),
    regressor("target vectors", SEVERAL, multi_strategy="multi_output_tree"),
    regressor("quantiles", objective="reg:quantileerror", quantile_alpha=[0.1, 0.5, 0.9]),
    regressor("logarithms", POSITIVE, objective="reg:squaredlogerror"),
    regressor("pseudo-Huber", objective="reg:pseudohubererror"),
    regressor("absolute error", objective="reg:absoluteerror"),
    regressor("Poisson", POSITIVE, exact=False, objective="count:poisson"),
    regressor("gamma", POSITIVE, exact=False, objective="reg:gamma"),
    regressor("Tweedie", POSITIVE, exact=False, objective="reg:tweedie"),
    regressor("logistic", 1 / (1 + np.exp(-Y)), exact=False, objective="reg:logistic"),
    *(regressor(f"logistic, always {y}", np.full(len(X), y), exact=False, objective="reg:logistic") for y in (0, 1)),
    *(regressor(f"pseudo-Huber, always {y}", np.full(len(X), y), objective="reg:pseudohubererror") for y in (0, 1)),
    classifier("one class", np.zeros(len(X), dtype=int)),
    classifier("labels, one never there", LABELS * [1, 0, 1]),
    classifier("labels, one always there", LABELS | [0, 1, 0], booster="dart"),
    regressor("Cox", POSITIVE, exact=False, objective="survival:cox"),
    regressor("custom objective", objective=lambda y, f: (f - y, np.ones_like(y))),
    Case("linear", xgboost.XGBRegressor(**LINEAR), Y, exact=()),
    Case("linear targets", xgboost.XGBRegressor(**LINEAR), SEVERAL, exact=()),
    Case("random forest", xgboost.XGBRFRegressor(**SMALL), Y, exact=("predict", "apply")),
    Case("ranker", xgboost.XGBRanker(**SMALL), CLASSES, fit=GROUPS, exact=("predict", "apply")),
    Case(
        "pairs", xgboost.XGBRanker(**SMALL, objective="rank:pairwise"), BINARY, fit=GROUPS, exact=("predict", "apply"),
    ),
    classifier("binary", BINARY),
    classifier("base score", BINARY, base_score=0.2),
    classifier("hinge", BINARY, objective="binary:hinge"),
    classifier("raw", BINARY, objective="binary:logitraw"),
    classifier("one class", np.zeros_like(BINARY), base_score=0.5),
    classifier("classes", CLASSES),
    classifier("classes, categories", CLASSES, **CATEGORIES),
    classifier("classes, dart", CLASSES, booster="dart", rate_drop=0.4),
    classifier("softmax", CLASSES, objective="multi:softmax"),
    classifier("softmax of two", BINARY, objective="multi:softprob", num_class=2),
    classifier("parallel trees", CLASSES, n_estimators=3, num_parallel_tree=3, subsample=0.5),
    classifier("labels", LABELS),
    classifier("label vectors", LABELS, multi_strategy="multi_output_tree"),
    Case("linear classes", xgboost.XGBClassifier(**LINEAR), CLASSES, exact=("predict",)),
    Case("random forest, classes", xgboost.XGBRFClassifier(**SMALL), CLASSES, exact=("predict", "apply")),
]  # fmt: skip


def hard_rows(estimator: Any) -> Any:
    converter = converter_for(estimator)
    return X if converter.booster == "gblinear" else np.concatenate([data.edges(converter.forest, 6), X])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_oracle(case: Case) -> None:
    estimator = case.fitted()
    converter = converter_for(estimator)
    Z = hard_rows(estimator)
    assert {"predict", "predict_proba", "apply"} & set(converter.methods) >= {"predict"}
    for method in converter.methods:
        # The library refuses infinities in apply alone.
        rows = np.where(np.isinf(Z), 1.0, Z).astype(np.float32) if method == "apply" else Z
        expected = data.answer(estimator, method, rows)
        assert_close(data.oracle(estimator, method, rows), expected, 0 if method == "apply" else 1e-6)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_litert(case: Case) -> None:
    """Leaves, labels and sums without a transformation are XGBoost's own, bit for bit."""
    estimator = case.fitted()
    data.assert_faithful(estimator, hard_rows(estimator), exact=case.exact)


def test_best_iteration() -> None:
    estimator = xgboost.XGBClassifier(**SMALL | {"n_estimators": 60}, early_stopping_rounds=2, learning_rate=0.9)
    estimator.fit(X[:160], CLASSES[:160], eval_set=[(X[160:], CLASSES[160:])], verbose=False)
    assert estimator.best_iteration + 1 < estimator.get_booster().num_boosted_rounds()
    assert_close(data.oracle(estimator, "predict_proba", X), data.answer(estimator, "predict_proba", X), 1e-6)
    data.assert_faithful(estimator, X, exact=("predict", "apply"))


@pytest.mark.parametrize("missing", [-999.0, 0.0, 0.1])
def test_missing_value(missing: float) -> None:
    """NaN is missing whatever else is."""
    holes = np.nan_to_num(X, nan=missing)
    estimator = xgboost.XGBRegressor(**SMALL, missing=missing).fit(holes, Y)
    Z = np.concatenate([holes, X])
    assert_close(data.oracle(estimator, "apply", Z), data.answer(estimator, "apply", Z), 0)
    data.assert_faithful(estimator, Z, exact=("predict", "apply"))


@pytest.mark.parametrize("split", [-np.inf, np.inf, 0.0, -0.0, 1e-45, -1e-45, 1e-38, 3.4e38, -3.4e38])
def test_any_threshold(split: float) -> None:
    """Thresholds that training does not find, in the file of a model."""
    estimator = xgboost.XGBRegressor(**SMALL | {"n_estimators": 1, "max_depth": 1}).fit(X, Y)
    model = json.loads(estimator.get_booster().save_raw("json"))
    tree = model["learner"]["gradient_booster"]["model"]["trees"][0]
    tree["split_conditions"][0] = split
    for default in (0, 1):
        tree["default_left"][0] = default
        estimator.load_model(bytearray(json.dumps(model).encode()))
        ends = np.array([split, np.nan, 0, 1, -1, np.inf, -np.inf, *data.HARD], dtype=np.float32)
        ends = np.concatenate([ends, np.nextafter(ends, np.float32(np.inf)), np.nextafter(ends, np.float32(-np.inf))])
        Z = np.zeros((len(ends), 6), dtype=np.float32) + ends[:, np.newaxis]
        assert_close(data.oracle(estimator, "predict", Z), data.answer(estimator, "predict", Z), 1e-6)
        Z = Z[np.isfinite(ends) | np.isnan(ends)]
        data.assert_faithful(estimator, Z, exact=("predict",))


def test_half_is_class_zero() -> None:
    """The least margin of class 1 is XGBoost's."""
    estimator = xgboost.XGBClassifier(n_estimators=1, max_depth=1, base_score=0.5, learning_rate=1e-30).fit(X, BINARY)
    margins = (np.arange(64) * 2.0**-28).astype(np.float32)
    labels = estimator.predict(X[:64], base_margin=margins)
    np.testing.assert_array_equal(labels, margins > import_module("skl2tflite.converters.third_party.xgboost").HALF)


def test_dataframe() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=[f"column {i}" for i in range(6)])
    estimator = xgboost.XGBRegressor(**SMALL).fit(frame, Y)
    model = skl2tflite.convert(estimator, frame)
    assert list(model.feature_names_in_) == list(frame.columns)


def test_inside_a_pipeline() -> None:
    pipe = make_pipeline(StandardScaler(), xgboost.XGBClassifier(**SMALL)).fit(X, CLASSES)
    skl2tflite.convert(pipe, X)


@pytest.mark.parametrize("base_score", [1e-9, 1e-6, 2e-6, 0.5, 1 - 1e-6, 1 - 6e-8])
@pytest.mark.parametrize("booster", ["gbtree", "gblinear"])
def test_base_score(base_score: float, booster: str) -> None:
    """XGBoost keeps those of logistic objectives away from 0 and 1."""
    estimator = xgboost.XGBClassifier(n_estimators=2, base_score=base_score, booster=booster)
    data.assert_faithful(estimator.fit(X, BINARY), X)


def test_multioutput_with_a_label_that_is_never_there() -> None:
    y = LABELS * [1, 0, 1]
    estimator = MultiOutputClassifier(xgboost.XGBClassifier(**SMALL)).fit(X, y)
    model = skl2tflite.convert(estimator, X)
    np.testing.assert_array_equal(model.predict(X), estimator.predict(X))


@pytest.mark.parametrize("objective", ["count:poisson", "reg:tweedie"])
def test_counts_that_are_always_zero(objective: str) -> None:
    """Their margin is minus infinity, where XGBoost estimates the base score by their mean (since 3.0)."""
    estimator = xgboost.XGBRegressor(**SMALL, objective=objective).fit(X, np.zeros(len(X)))
    if np.isfinite(estimator.predict(X, output_margin=True)).all():
        data.assert_faithful(estimator, X)
        return
    with pytest.raises(UnsupportedEstimatorError, match="infinite margin"):
        skl2tflite.convert(estimator, X)


def test_refusals() -> None:
    estimator = xgboost.XGBRegressor(**LINEAR).fit(X, Y)
    with pytest.raises(UnsupportedEstimatorError, match="linear booster"):
        skl2tflite.convert(estimator, methods=("apply",))
    with pytest.raises(UnsupportedMethodError):
        skl2tflite.convert(estimator, methods=("predict_proba",))

    class Other(xgboost.XGBRegressor):  # type: ignore[misc]
        pass

    with pytest.raises(UnsupportedEstimatorError, match="no converter"):
        skl2tflite.convert(Other(**SMALL).fit(X, Y))


def test_import_is_lazy() -> None:
    code = "import sys, skl2tflite; sys.exit(bool({'xgboost', 'lightgbm', 'catboost'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
