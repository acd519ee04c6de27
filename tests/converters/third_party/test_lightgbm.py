from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import UnsupportedEstimatorError
from tests.comparing import assert_close
from tests.converters.third_party import boosting as data
from tests.converters.third_party.boosting import BINARY, CLASSES, POSITIVE, Case, X, Y

lightgbm = pytest.importorskip("lightgbm")

FRACTION = 1 / (1 + np.exp(-Y))
# Zeros, which may be missing values, among the numbers.
ZEROS = np.where(np.abs(X) < 0.4, np.float32(0), X)
SMALL: dict[str, Any] = {
    "n_estimators": 8, "num_leaves": 9, "min_child_samples": 5, "verbose": -1, "n_jobs": 1, "deterministic": True,
}  # fmt: skip
SETS: dict[str, Any] = {"cat_smooth": 1, "min_data_per_group": 3, "max_cat_to_onehot": 2}
FOREST: dict[str, Any] = {"boosting_type": "rf", "bagging_fraction": 0.6, "bagging_freq": 1}


def regressor(name: str, y: Any = Y, categories: bool = False, tolerance: float = 1e-6, **parameters: Any) -> Case:
    rows = parameters.pop("X", X)
    fit = {"categorical_feature": list(data.CATEGORICAL)} if categories else {}
    return Case(name, lightgbm.LGBMRegressor(**SMALL | parameters), y, rows, fit, tolerance)


def classifier(name: str, y: Any, categories: bool = False, **parameters: Any) -> Case:
    fit = {"categorical_feature": list(data.CATEGORICAL)} if categories else {}
    return Case(name, lightgbm.LGBMClassifier(**SMALL | parameters), y, fit=fit)


CASES = [
    regressor("regression"),
    regressor("no NaN was seen", X=np.nan_to_num(X)),
    regressor("no missing values", use_missing=False),
    regressor("zero is missing", X=ZEROS, zero_as_missing=True),
    regressor("zeros", X=ZEROS),
    regressor("categories", categories=True, **SETS),
    regressor("categories, none missing", X=np.nan_to_num(X), categories=True, **SETS),
    regressor("categories, zero is missing", categories=True, zero_as_missing=True, **SETS),
    regressor("leaves alone", min_child_samples=200),
    regressor("one tree", n_estimators=1),
    regressor("root", reg_sqrt=True),
    regressor("absolute root", objective="regression_l1", reg_sqrt=True),
    regressor("absolute error", objective="regression_l1"),
    regressor("Huber", objective="huber"),
    regressor("fair", objective="fair"),
    regressor("quantile", objective="quantile", alpha=0.8),
    regressor("percentage", objective="mape"),
    regressor("Poisson", POSITIVE, objective="poisson"),
    regressor("gamma", POSITIVE, objective="gamma"),
    regressor("Tweedie", POSITIVE, objective="tweedie"),
    regressor("cross entropy", FRACTION, objective="cross_entropy"),
    regressor("cross entropy, lambda", FRACTION, objective="cross_entropy_lambda"),
    regressor("custom objective", objective=lambda y, f: (f - y, np.ones_like(y))),
    regressor("dart", boosting_type="dart", drop_rate=0.5),
    regressor("forest", **FOREST),
    regressor("forest of roots", reg_sqrt=True, **FOREST),
    regressor("linear trees", linear_tree=True),
    regressor("linear trees, categories", linear_tree=True, categories=True, **SETS),
    Case("ranker", lightgbm.LGBMRanker(**SMALL), CLASSES, fit={"group": [12] * 20}),
    Case("xendcg", lightgbm.LGBMRanker(**SMALL, objective="rank_xendcg"), CLASSES, fit={"group": [12] * 20}),
    classifier("binary", BINARY),
    classifier("binary, strings", np.array(["yes", "no"])[BINARY]),
    classifier("binary, steep", BINARY, sigmoid=2.5),
    classifier("binary, cross entropy", BINARY, objective="cross_entropy"),
    classifier("binary, softmax", BINARY, objective="multiclass", num_class=2),
    classifier("binary, forest", BINARY, **FOREST),
    classifier("one class", np.zeros_like(BINARY)),
    classifier("classes", CLASSES),
    classifier("classes, gaps", np.array([-3, 2, 40, 7])[CLASSES]),
    classifier("classes, strings", np.array(["a", "b", "c", "d"])[CLASSES]),
    classifier("classes, categories", CLASSES, categories=True, **SETS),
    classifier("one against all", CLASSES, objective="multiclassova", sigmoid=1.5),
    classifier("classes, forest", CLASSES, **FOREST),
]


def hard_rows(case: Case, estimator: Any) -> Any:
    rows = np.concatenate([data.edges(converter_for(estimator).forest, 6), case.X])
    # Sums of infinities of both signs are nobody's promise.
    return np.where(np.abs(rows) > 1e9, 1.0, rows).astype(np.float32) if "linear" in case.name else rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_oracle(case: Case) -> None:
    """LightGBM computes in float64, and so does the oracle."""
    estimator = case.fitted()
    converter = converter_for(estimator)
    Z = hard_rows(case, estimator)
    for method in converter.methods:
        if method != "predict_log_proba":
            assert_close(data.oracle(estimator, method, Z), data.answer(estimator, method, Z), 1e-12)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_litert(case: Case) -> None:
    estimator = case.fitted()
    data.assert_faithful(estimator, hard_rows(case, estimator), exact=("predict",) * ("class" in case.name))


def test_best_iteration() -> None:
    estimator = lightgbm.LGBMClassifier(**SMALL).fit(X, CLASSES)
    whole = estimator.predict_proba(X)
    estimator.booster_.best_iteration = 3
    assert not np.array_equal(whole, estimator.predict_proba(X))
    assert_close(data.oracle(estimator, "predict_proba", X), data.answer(estimator, "predict_proba", X), 1e-12)
    data.assert_faithful(estimator, X)


@pytest.mark.parametrize("split", [0.0, 1e-36, 1e-35, 1e-34, -1e-36, -1e-35, -1e-34, 1e300, -1e300, 0.1])
@pytest.mark.parametrize("decision", [0, 2, 4, 6, 8, 10])
def test_any_threshold(split: float, decision: int) -> None:
    """Thresholds that training does not find, with every treatment of missing values."""
    estimator = lightgbm.LGBMRegressor(**SMALL | {"n_estimators": 1, "num_leaves": 2}).fit(X, Y)
    lines = []
    for line in estimator.booster_.model_to_string().splitlines():
        if line.startswith("threshold="):
            line = f"threshold={split!r}"
        elif line.startswith("decision_type="):
            line = f"decision_type={decision}"
        if not line.startswith("tree_sizes="):
            lines.append(line)
    estimator._Booster = lightgbm.Booster(model_str="\n".join(lines))
    ends = np.array([split, *data.HARD], dtype=np.float32)
    ends = np.concatenate([ends, np.nextafter(ends, np.float32(np.inf)), np.nextafter(ends, np.float32(-np.inf))])
    Z = np.zeros((len(ends), 6), dtype=np.float32) + ends[:, np.newaxis]
    assert_close(data.oracle(estimator, "predict", Z), data.answer(estimator, "predict", Z), 1e-12)
    data.assert_faithful(estimator, Z)


def test_names() -> None:
    """LightGBM puts an underscore in place of a space, so such names say nothing."""
    pandas = pytest.importorskip("pandas")
    for names, known in ((list("abcdef"), True), (["a b", *"cdefg"], False)):
        frame = pandas.DataFrame(X, columns=names)
        estimator = lightgbm.LGBMRegressor(**SMALL).fit(frame, Y)
        assert (converter_for(estimator).feature_names == names) is known
        skl2tflite.convert(estimator, frame)


def test_inside_a_pipeline() -> None:
    pipe = make_pipeline(StandardScaler(), lightgbm.LGBMClassifier(**SMALL)).fit(X, CLASSES)
    skl2tflite.convert(pipe, X)


def test_refusals() -> None:
    custom = lightgbm.LGBMClassifier(**SMALL, objective=lambda y, f: (f - y, np.ones_like(y)))
    with pytest.raises(UnsupportedEstimatorError, match="custom objective"):
        skl2tflite.convert(custom.fit(X, BINARY))
    early = lightgbm.LGBMClassifier(**SMALL, pred_early_stop=True)
    with pytest.raises(UnsupportedEstimatorError, match="pred_early_stop"):
        skl2tflite.convert(early.fit(X, BINARY))
