from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler, TargetEncoder

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError
from tests.comparing import assert_close
from tests.converters.third_party import boosting as data
from tests.converters.third_party.boosting import BINARY, CLASSES, POSITIVE, Case, X, Y

catboost = pytest.importorskip("catboost")

LABELS = np.column_stack([Y > 0, Y > 2, Y < 1]).astype(int)
GROUPS = {"group_id": np.arange(len(X)) // 12}
SMALL: dict[str, Any] = {
    "iterations": 8, "depth": 4, "verbose": False, "allow_writing_files": False, "thread_count": 1,
}  # fmt: skip
LEAFWISE = {"grow_policy": "Lossguide", "max_leaves": 7}


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
        assert_close(actual, expected, 1e-12)


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
    assert_close(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 0)
    data.assert_faithful(estimator, X)


def test_best_iteration_and_scale() -> None:
    estimator = catboost.CatBoostRegressor(**SMALL | {"iterations": 60}, learning_rate=0.9)
    estimator.fit(X[:160], Y[:160], eval_set=(X[160:], Y[160:]))
    assert estimator.tree_count_ < 60
    assert_close(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 1e-12)
    estimator.set_scale_and_bias(2.5, -100.0)
    assert_close(data.oracle(estimator, "predict", X), data.answer(estimator, "predict", X), 1e-12)
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
    assert converter_for(estimator).tests
    numbers = rows.to_numpy(dtype=np.float64)
    for method in ("predict", "predict_proba"):
        expected = data.answer(estimator, method, rows)
        assert_close(data.oracle(estimator, method, numbers), expected, 1e-12)
        model = skl2tflite.convert(estimator, methods=(method,))
        assert_close(np.asarray(getattr(model, method)(rows)), expected, 1e-6)


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


WORDS = np.array(["Rome", "Ærø", "", "007", "nan"])


def of_text(**kinds: Any) -> pd.DataFrame:
    """A frame of a number and columns of five categories each, of the dtypes given."""
    generator = np.random.default_rng(0)
    columns = {name: pd.Series(WORDS[generator.integers(0, 5, 240)]).astype(kind) for name, kind in kinds.items()}
    return pd.DataFrame({"number": X[:, 0].astype(np.float64), **columns})


def fitted_on_text(frame: pd.DataFrame, **parameters: Any) -> Any:
    y = CLASSES + sum((frame[name].astype(str) == WORDS[3]).astype(int) for name in frame.columns[1:])
    categories = list(frame.columns[1:])
    estimator = catboost.CatBoostClassifier(**SMALL | {"one_hot_max_size": 10} | parameters, cat_features=categories)
    return estimator.fit(frame, y)


@pytest.mark.parametrize("spelling", ["strings", "codes"])
@pytest.mark.parametrize("parameters", [{}, LEAFWISE], ids=["oblivious", "leaf by leaf"])
def test_categories_that_are_text(spelling: Any, parameters: dict[str, Any]) -> None:
    """The rows tell which text has a hash; texts that were never seen match nothing."""
    frame = of_text(a="object", b="category", c="string")
    estimator = fitted_on_text(frame, **parameters)
    model = skl2tflite.convert(estimator, frame, categories=spelling)
    unseen = frame.assign(a=frame["a"].str.replace("Rome", "Paris"), c=frame["c"].str.replace("007", "7"))
    for rows in (frame, unseen):
        for method in ("predict", "predict_proba"):
            expected = data.answer(estimator, method, rows)
            assert_close(np.asarray(getattr(model, method)(rows)), expected, 1e-6)
    assert skl2tflite.verify(model, estimator, unseen[:3]).faithful  # which hold few of the categories


def test_categories_that_are_text_for_a_microcontroller() -> None:
    frame = of_text(a="object")
    model = skl2tflite.convert(fitted_on_text(frame), frame, target="micro")
    assert skl2tflite.verify(model, fitted_on_text(frame), frame).faithful


def test_text_and_whole_numbers_are_the_same_categories() -> None:
    """CatBoost knows an integer by its digits."""
    numbers = pd.DataFrame({"number": X[:, 0].astype(np.float64), "a": np.arange(240) % 7 + 2**24})
    texts = numbers.astype({"a": str})
    estimator = catboost.CatBoostClassifier(**SMALL, one_hot_max_size=10, cat_features=["a"]).fit(numbers, CLASSES)
    for rows in (numbers, texts, numbers.astype({"a": "category"})):
        model = skl2tflite.convert(estimator, rows)
        expected = data.answer(estimator, "predict_proba", rows)
        assert_close(np.asarray(model.predict_proba(rows)), expected, 1e-6)


@pytest.mark.parametrize("spelling", ["strings", "codes"])
def test_whole_numbers_among_texts(spelling: Any) -> None:
    """They stand for their digits; what CatBoost refuses is refused."""
    texts = pd.DataFrame({"number": X[:, 0].astype(np.float64), "a": [f"{i % 5}" for i in range(240)]})
    estimator = catboost.CatBoostClassifier(**SMALL, one_hot_max_size=10, cat_features=["a"]).fit(texts, CLASSES)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, texts, categories=spelling)))
    whole = texts.assign(a=np.arange(240) % 7 - 1)
    mixed = texts.assign(a=[int(text) if i % 3 else text for i, text in enumerate(texts["a"])])
    truth = texts.assign(a=texts["a"] == "1")
    for rows in (whole, mixed, truth):
        np.testing.assert_array_equal(model.predict(rows), estimator.predict(rows))
    for cell in (np.nan, None, 2.0, 1.5):
        rows = texts.assign(a=pd.Series([cell, *texts["a"][1:]], dtype=object))
        with pytest.raises((catboost.CatBoostError, TypeError)):
            estimator.predict(rows)
        with pytest.raises(InvalidInputError, match=r"column 'a' holds .* \(row 0\).*text or integers"):
            model.predict(rows)


def test_text_within_a_pipeline() -> None:
    """An imputer's constant is a category that no row holds."""
    frame = of_text(a="object")
    holes = frame.assign(a=frame["a"].where(frame["a"] != "Rome", None))
    fill = SimpleImputer(strategy="constant", fill_value="nothing there", missing_values=None)
    front = ColumnTransformer([("fill", fill, ["a"]), ("keep", "passthrough", ["number"])]).set_output(
        transform="pandas"
    )
    estimator = catboost.CatBoostClassifier(**SMALL, one_hot_max_size=10, cat_features=["fill__a"])
    pipe = make_pipeline(front, estimator).fit(holes, CLASSES)
    model = skl2tflite.convert(pipe, holes)
    np.testing.assert_array_equal(model.predict(holes), data.answer(pipe, "predict", holes))


def test_text_that_no_row_tells() -> None:
    frame = of_text(a="object")
    estimator = fitted_on_text(frame)
    with pytest.raises(UnsupportedEstimatorError, match=r"'a' has categories .* only hashes.*give convert rows X"):
        skl2tflite.convert(estimator)
    with pytest.raises(UnsupportedEstimatorError, match=r"'a' has categories .* 1 of the 5"):
        skl2tflite.convert(estimator, frame[frame["a"] != "Rome"])


def test_advice_for_statistics_leads_to_a_model_that_converts() -> None:
    many = pd.DataFrame({"number": X[:, 0].astype(np.float64), "a": [f"a {i % 80}" for i in range(240)]})
    many["b"] = np.array(["x", "y"])[(X[:, 1] > 0).astype(int)]
    y = np.random.default_rng(0).normal(size=80)[np.arange(240) % 80] + (many["b"] == "x")
    parameters = SMALL | {"cat_features": ["a", "b"]}
    with pytest.raises(UnsupportedEstimatorError, match=r"statistics.*'a', 'b'.*one_hot_max_size as large as"):
        skl2tflite.convert(catboost.CatBoostRegressor(**parameters).fit(many, y), many)
    estimator = catboost.CatBoostRegressor(**parameters, one_hot_max_size=80).fit(many, y)
    model = skl2tflite.convert(estimator, many)
    assert_close(model.predict(many), data.answer(estimator, "predict", many), 1e-6)
    before = ColumnTransformer([("a", TargetEncoder(random_state=0), ["a"]), ("b", OneHotEncoder(), ["b"])])
    pipe = make_pipeline(before, catboost.CatBoostRegressor(**SMALL)).fit(many, y)
    skl2tflite.convert(pipe, many)


def test_whole_categories_among_numbers_alone() -> None:
    """CatBoost takes no floats for categories: rows are compared with their integers as such."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"a": generator.normal(size=200), "c": generator.integers(0, 4, 200)})
    labels = (frame["a"] + (frame["c"] == 2) > 0.3).astype(int)
    parameters = SMALL | {"one_hot_max_size": 10}
    named = catboost.CatBoostClassifier(**parameters, cat_features=["c"]).fit(frame, labels)
    cells = frame.to_numpy(dtype=object)
    numbered = catboost.CatBoostClassifier(**parameters, cat_features=[1]).fit(cells, labels)
    for estimator, rows in [
        (FrozenEstimator(named), frame),
        (make_pipeline(FunctionTransformer(), named).fit(frame, labels), frame),
        (numbered, cells),
    ]:
        model = skl2tflite.convert(estimator, rows)
        np.testing.assert_array_equal(model.predict(rows), estimator.predict(rows))
