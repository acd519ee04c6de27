"""Scalers behind computed columns go into thresholds too: trees test what the columns are computed to."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeRegressor

import skl2tflite
from skl2tflite.backends.tflite.reader import read
from skl2tflite.conversion import Conversion
from skl2tflite.options import ConversionOptions
from skl2tflite.passes import thresholds
from skl2tflite.plan import plan
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]


def tables() -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Even numbers, any integers of which many lie on the thresholds between those, and targets of the first."""
    random = np.random.default_rng(0)
    even = pd.DataFrame(
        {
            "age": random.integers(9, 45, 600) * 2.0,
            "visits": random.integers(1, 30, 600) * 2.0,
            "rooms": random.integers(1, 9, 600) * 2.0,
        }
    )
    y = (even.age * 3 + even.visits * 7 % 50 + even.rooms * even.age).to_numpy()
    return even, even + random.integers(0, 2, even.shape), y


COMPUTED: dict[str, Any] = {
    "a constant": FunctionTransformer(lambda X: X.assign(q=1.0)),
    "a column of ones": FunctionTransformer(lambda X: np.c_[X, np.ones(len(X))]),
    "a square": FunctionTransformer(lambda X: X.assign(q=X.age**2)),
    "a sum": FunctionTransformer(lambda X: X.assign(q=X.visits + X.age)),
    "flags": FunctionTransformer(lambda X: np.c_[X > 20, X]),
    "products": PolynomialFeatures(2),
    "indicators": make_column_transformer((OneHotEncoder(sparse_output=False), ["visits"]), remainder="passthrough"),
    "beside others": make_union("passthrough", FunctionTransformer(lambda X: X[["age"]].to_numpy() ** 2)),
}  # fmt: skip


def given(name: str, table: pd.DataFrame) -> Any:
    """Rows in the form that a case takes them in."""
    return table.to_numpy() if name == "a column of ones" else table


def last(name: str) -> Any:
    """A tree or trees of one family."""
    if name == "xgboost":
        return pytest.importorskip("xgboost").XGBRegressor(n_estimators=8, max_depth=4)
    if name == "lightgbm":
        return pytest.importorskip("lightgbm").LGBMRegressor(n_estimators=8, min_child_samples=3, verbose=-1)
    return {
        "forest": RandomForestRegressor(5, random_state=0),
        "tree": DecisionTreeRegressor(random_state=0),
        "histograms": HistGradientBoostingRegressor(max_iter=8, min_samples_leaf=3),
    }[name]


def operators(model: Any) -> list[str]:
    return [operator.name for operator in read(bytes(model)).subgraphs[0].operators]


def notes(pipe: Any, X: Any) -> str:
    """What the pass says of the main method."""
    records = plan(Conversion(pipe, X), ConversionOptions(methods=("predict",))).records
    return "; ".join(note for record in records if record.name == "fold_thresholds" for note in record.notes)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("family", ["forest", "tree", "xgboost", "lightgbm", "histograms"])
@pytest.mark.parametrize("name", COMPUTED)
def test_rows_on_thresholds(name: str, family: str, target: Literal["litert", "micro"]) -> None:
    """Every row goes where scikit-learn sends it, on the thresholds too."""
    even, whole, y = tables()
    if name == "indicators":
        whole["visits"] = even["visits"]
    pipe = make_pipeline(clone(COMPUTED[name]), StandardScaler(), last(family)).fit(given(name, even), y)
    model = skl2tflite.convert(pipe, given(name, whole), target=target)
    for rows in (given(name, even), given(name, whole)):
        np.testing.assert_allclose(model.predict(rows), pipe.predict(rows), rtol=2e-6, atol=1e-6 * y.max())


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", COMPUTED)
def test_files_become_smaller(name: str, target: Literal["litert", "micro"], monkeypatch: pytest.MonkeyPatch) -> None:
    even, _, y = tables()
    X = given(name, even)
    pipe = make_pipeline(clone(COMPUTED[name]), StandardScaler(), last("forest")).fit(X, y)
    folded = skl2tflite.convert(pipe, X[:1], target=target)
    monkeypatch.setattr(thresholds._Trees, "rewritten", lambda self: None)
    unfolded = skl2tflite.convert(pipe, X[:1], target=target)
    assert operators(folded).count("DIV") == operators(unfolded).count("DIV") - 1  # the scaler's; others' stay
    assert len(bytes(folded)) < len(bytes(unfolded))


def test_numbers_that_are_rounded_keep_to_near_ties() -> None:
    """Float32's quotients are not float64's, which moves few rows: those of integers are right."""
    even, whole, y = tables()
    pipe = make_pipeline(
        FunctionTransformer(lambda X: X.assign(q=X.visits / X.age)), RobustScaler(), last("forest")
    ).fit(even, y)
    report = skl2tflite.verify(skl2tflite.convert(pipe, whole), pipe, whole)["predict"]
    assert report.faithful
    assert report.near_ties.size < 10


def test_labels_and_probabilities() -> None:
    even, whole, y = tables()
    steps = [FunctionTransformer(lambda X: X.assign(q=X.age * X.rooms)), StandardScaler(), MinMaxScaler((-1, 1))]
    pipe = make_pipeline(*steps, RandomForestClassifier(8, random_state=0)).fit(even, y > np.median(y))
    model = skl2tflite.convert(pipe, whole)
    np.testing.assert_array_equal(model.predict(whole), pipe.predict(whole))
    np.testing.assert_allclose(model.predict_proba(whole), pipe.predict_proba(whole), atol=1e-6)


@pytest.mark.parametrize("family", ["forest", "histograms"])
def test_numbers_without_a_quotient_are_missing(family: str) -> None:
    even, whole, y = tables()

    def quotient(X: Any) -> Any:
        return np.c_[X, np.where(X[:, 2] == 2, np.nan, X[:, 0] * 4)]

    steps = [FunctionTransformer(quotient), SimpleImputer(add_indicator=True), StandardScaler()]
    pipe = make_pipeline(*steps, last(family)).fit(even.to_numpy(), y)
    model = skl2tflite.convert(pipe, whole.to_numpy())
    np.testing.assert_allclose(model.predict(whole.to_numpy()), pipe.predict(whole.to_numpy()), rtol=2e-6, atol=1e-3)
    assert "SUB" not in operators(model)


def test_functions_between_two_mixtures() -> None:
    """The scaler in front stays, as the products need it; the one behind goes, and that of single columns."""
    even, _, y = tables()
    steps = [
        StandardScaler(),
        PolynomialFeatures(2, include_bias=False),
        RobustScaler(),
        FunctionTransformer(np.negative),
    ]
    pipe = make_pipeline(*steps, last("tree")).fit(even.to_numpy(), y)
    said = notes(pipe, even.to_numpy())
    assert "Pipeline['polynomialfeatures'] is no monotone function of single columns" in said
    assert "Pipeline['standardscaler'], Pipeline['robustscaler'], Pipeline['functiontransformer'] folded into" in said
    model = skl2tflite.convert(pipe, even.to_numpy(), methods=("predict",))
    assert operators(model).count("DIV") == 1
    assert "NEG" not in operators(model)


def test_a_column_tested_as_it_is_and_scaled_is_computed_once() -> None:
    even, whole, y = tables()
    first = FunctionTransformer(lambda X: np.c_[X, X[:, 0] * X[:, 2]])
    pipe = make_pipeline(first, make_union("passthrough", StandardScaler()), last("forest")).fit(even.to_numpy(), y)
    model = skl2tflite.convert(pipe, whole.to_numpy())
    np.testing.assert_allclose(model.predict(whole.to_numpy()), pipe.predict(whole.to_numpy()), rtol=2e-6)
    alone = skl2tflite.convert(pipe[-1], methods=("predict",))
    assert operators(model).count("MUL") == operators(alone).count("MUL") + 1


def test_nothing_between_computed_columns_and_trees_changes_nothing() -> None:
    even, _, y = tables()
    pipe = make_pipeline(StandardScaler(), PCA(2), last("forest")).fit(even.to_numpy(), y)
    assert notes(pipe, even.to_numpy()) == (
        "not folded into thresholds: Pipeline['pca'] is no monotone function of single columns"
    )


@pytest.mark.parametrize("between", [[StandardScaler()], [PowerTransformer(), FunctionTransformer(np.negative)]])
def test_values_of_training_rows_stand_clear_of_rounding(between: list[Any]) -> None:
    """XGBoost's thresholds are numbers that training rows have, here as float32 does not compute them."""
    xgboost = pytest.importorskip("xgboost")
    random = np.random.default_rng(0)
    X = random.lognormal(size=(3000, 5)).astype(np.float32).astype(np.float64)
    y = X[:, 0] / X.sum(axis=1) + random.normal(size=3000) / 10
    pipe = make_pipeline(Normalizer(), *map(clone, between), xgboost.XGBRegressor(n_estimators=20)).fit(X, y)
    model = skl2tflite.convert(pipe, X[:1])
    np.testing.assert_allclose(model.predict(X), pipe.predict(X), rtol=0, atol=1e-5)
    assert "NEG" not in operators(model)


@pytest.mark.parametrize("filling", [0.1, 0.3, 0.7, 1 / 3, 2 / 3])
def test_constants_that_are_filled_in_stand_clear_of_rounding(filling: float) -> None:
    """XGBoost's threshold is what the scaler makes of a float64 number that float32 does not hold."""
    xgboost = pytest.importorskip("xgboost")
    random = np.random.default_rng(0)
    X = random.choice([0.0, 1.0, np.nan], (600, 2))
    y = np.nan_to_num(X, nan=5.0).sum(axis=1)
    fill = FunctionTransformer(lambda X: np.where(np.isnan(X), filling, X))
    pipe = make_pipeline(fill, StandardScaler(), xgboost.XGBRegressor(n_estimators=20)).fit(X, y)
    model = skl2tflite.convert(pipe, X[:1])
    np.testing.assert_allclose(model.predict(X), pipe.predict(X), rtol=1e-5)


@skl2tflite.trace
class Cut(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Integers, and whether there is any, of numbers."""

    def fit(self, X: Any, y: Any = None) -> Cut:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return np.concatenate([X.astype(int).astype(float), X.astype(int).astype(bool).astype(float)], axis=1)


@pytest.mark.parametrize("between", [[], [StandardScaler()]])
def test_integers_are_cut_off_before_trees(between: list[Any]) -> None:
    """A change of dtype is none of the numbers only where the new one holds them."""
    even, whole, y = tables()
    X, unseen = even.to_numpy() / 8, whole.to_numpy() / 8
    pipe = make_pipeline(Cut(), *map(clone, between), last("tree")).fit(X, y)
    model = skl2tflite.convert(pipe, unseen)
    np.testing.assert_allclose(model.predict(unseen), pipe.predict(unseen), rtol=2e-6)


def test_a_refusal_says_what_helps() -> None:
    """Scaling helps no trees; numbers that float32 holds do."""
    even, whole, y = tables()
    X, unseen = even.to_numpy(), whole.to_numpy()

    def sums(X: Any) -> Any:
        return np.stack([X[:, 0] * 0.1 + X[:, 1] * 0.3, X[:, 2] * 0.7 + X[:, 0] * 0.1], axis=1)

    def rounded(X: Any) -> Any:
        return np.round(64 * sums(X)) / 64

    pipe = make_pipeline(FunctionTransformer(sums), StandardScaler(), last("forest")).fit(X, y)
    with pytest.raises(skl2tflite.FidelityError, match=r"thresholds of trees.*np\.round\(64 \* x\) / 64") as refusal:
        skl2tflite.convert(pipe, unseen)
    assert "scale the features" not in str(refusal.value)
    helped = make_pipeline(FunctionTransformer(rounded), StandardScaler(), last("forest")).fit(X, y)
    report = skl2tflite.verify(skl2tflite.convert(helped, unseen), helped, unseen)
    assert report["predict"].near_ties.size == 0
