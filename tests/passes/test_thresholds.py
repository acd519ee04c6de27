"""Preprocessing folded into thresholds: every row goes where scikit-learn's own computation sends it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingRegressor,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    PolynomialFeatures,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.transformed import Monotone
from skl2tflite.plan import plan
from tests.passes.folding import (
    assert_folded,
    assert_same_ways,
    forests,
    notes,
    rows,
    rows_at_steps,
)


def forest() -> Any:
    """Trees whose leaves tell rows apart: each value is another number."""
    return ExtraTreesRegressor(8, bootstrap=False, random_state=0)


TRANSFORMERS = {
    "standard": StandardScaler(),
    "standard, mean only": StandardScaler(with_std=False),
    "min-max": MinMaxScaler((-1, 3)),
    "min-max, clipped": MinMaxScaler(clip=True),
    "max-abs": MaxAbsScaler(),
    "robust": RobustScaler(),
    "Yeo-Johnson": PowerTransformer(),
    "Box-Cox": PowerTransformer("box-cox", standardize=False),
    "quantiles": QuantileTransformer(n_quantiles=50),
    "quantiles, normal": QuantileTransformer(n_quantiles=50, output_distribution="normal"),
    "square root": FunctionTransformer(np.sqrt),
    "magnitudes": FunctionTransformer(lambda X: 2.0 - np.square(X / 3.0)),
    "log1p": FunctionTransformer(np.log1p),
    "negative": FunctionTransformer(np.negative),
    "own function": FunctionTransformer(lambda X: 3.0 - np.log1p(np.maximum(X, 0.0)) * 2.0),
    "rounded": FunctionTransformer(np.round),
    "arrays in between": FunctionTransformer(np.tanh).set_output(transform="pandas"),
    "bins": KBinsDiscretizer(4, encode="ordinal", strategy="quantile", quantile_method="averaged_inverted_cdf")
    if hasattr(KBinsDiscretizer(), "quantile_method")
    else KBinsDiscretizer(4, encode="ordinal"),
    "binary": Binarizer(threshold=1.5),
    "some columns": SelectKBest(k=3),
    "columns that vary": VarianceThreshold(),
    "imputed": SimpleImputer(strategy="median"),
    "nested": make_pipeline(StandardScaler(), make_pipeline(MinMaxScaler(clip=True), FunctionTransformer(np.negative))),
    "by column": make_column_transformer(
        (StandardScaler(), [3, 0]), ("passthrough", [1]), (FunctionTransformer(np.log1p), [2]), remainder=MinMaxScaler()
    ),
    "side by side": make_union(StandardScaler(), FunctionTransformer(np.negative), "passthrough"),
    "one column twice": make_column_transformer((StandardScaler(), [0, 1]), (RobustScaler(), [1, 2])),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", TRANSFORMERS)
def test_transformers(name: str, dtype: Any) -> None:
    X, y = rows(dtype=dtype)
    y = y + np.linspace(0, 0.1, len(y))
    assert_folded(make_pipeline(clone(TRANSFORMERS[name]), forest()).fit(X, y), X)


FAMILIES = {
    "tree": DecisionTreeClassifier(random_state=0),
    "regression tree": DecisionTreeRegressor(random_state=0),
    "random forest": RandomForestClassifier(10, random_state=0),
    "gradient boosting": GradientBoostingClassifier(n_estimators=10, random_state=0),
    "gradient boosted regression": GradientBoostingRegressor(n_estimators=10, random_state=0),
    "histograms": HistGradientBoostingClassifier(max_iter=10),
    "histogram regression": HistGradientBoostingRegressor(max_iter=10),
    "AdaBoost": AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=8, random_state=0),
    "bagging": BaggingRegressor(n_estimators=8, max_features=3, random_state=0),
    "isolation forest": IsolationForest(n_estimators=20, max_samples=200, random_state=0),
}


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("scaler", ["standard", "robust", "Yeo-Johnson"])
def test_families(name: str, scaler: str) -> None:
    X, y = rows()
    assert_folded(make_pipeline(clone(TRANSFORMERS[scaler]), clone(FAMILIES[name])).fit(X, y), X)


@pytest.mark.parametrize("library", ["xgboost", "lightgbm", "catboost"])
def test_boosting_libraries(library: str) -> None:
    module = pytest.importorskip(library)
    estimator = {
        "xgboost": lambda: module.XGBRegressor(n_estimators=10, max_depth=4),
        "lightgbm": lambda: module.LGBMRegressor(n_estimators=10, verbose=-1),
        "catboost": lambda: module.CatBoostRegressor(
            iterations=10, depth=4, verbose=False, allow_writing_files=False, thread_count=1
        ),
    }[library]()
    X, y = rows(missing=True)
    pipe = make_pipeline(StandardScaler(), MinMaxScaler(clip=True), estimator).fit(X, y)
    assert_folded(pipe, X, takes_nan=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_leaves_are_the_same(dtype: Any) -> None:
    X, y = rows(dtype=dtype)
    pipe = make_pipeline(RobustScaler(), FunctionTransformer(np.negative), StandardScaler(), forest()).fit(X, y)
    (folded,) = forests(pipe, "predict")
    table = rows_at_steps(pipe, [folded], X, 3000)
    np.testing.assert_array_equal(
        folded.evaluate(table) - folded.roots, pipe[-1].apply(pipe[:-1].transform(table.astype(np.float64)))
    )


MISSING = {
    "imputed": [SimpleImputer()],
    "imputed and scaled": [SimpleImputer(strategy="median"), StandardScaler()],
    "scaled and imputed": [StandardScaler(), SimpleImputer()],
    "imputed, falling": [SimpleImputer(strategy="constant", fill_value=2.0), FunctionTransformer(np.negative)],
    "with indicators": [SimpleImputer(add_indicator=True), StandardScaler()],
    "imputed, then a logarithm": [SimpleImputer(), FunctionTransformer(np.log1p)],
    "indicators beside": [make_union(SimpleImputer(), MissingIndicator(features="all"))],
    "routed by the trees": [StandardScaler(), FunctionTransformer(np.negative)],
    "some columns imputed": [make_column_transformer((SimpleImputer(), [0, 1, 2]), (MinMaxScaler(), [3, 4]))],
}


@pytest.mark.parametrize("last", [RandomForestClassifier(8, random_state=0), HistGradientBoostingRegressor(max_iter=8)])
@pytest.mark.parametrize("name", MISSING)
def test_missing_values(name: str, last: Any) -> None:
    X, y = rows(missing=True)
    assert_folded(make_pipeline(*map(clone, MISSING[name]), clone(last)).fit(X, y), X, takes_nan=True)


def test_an_imputer_before_trees_that_take_no_missing_values() -> None:
    X, y = rows(missing=True)
    pipe = make_pipeline(SimpleImputer(), GradientBoostingClassifier(n_estimators=10, random_state=0)).fit(X, y)
    assert_folded(pipe, X, takes_nan=True)


@pytest.mark.parametrize("function", [np.log1p, np.sqrt])
def test_numbers_without_an_image_are_missing_values(function: Any) -> None:
    """A logarithm of negative numbers is NaN, which a random forest sends wherever most training rows went."""
    X, y = rows()
    pipe = make_pipeline(FunctionTransformer(function), RandomForestClassifier(8, random_state=0)).fit(X, y)
    table = X.astype(np.float32)
    table[::3] *= -1
    table[1::8, 0] = -1.0
    table[2::8, 1] = np.nextafter(np.float32(-1.0), np.float32(-2.0))
    table[4::8, 2] = -1e-45
    table[5::8, 3] = -0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        table[np.isinf(function(table))] = 0.5  # which scikit-learn refuses
        expected = pipe.predict_proba(table.astype(np.float64))
    model = skl2tflite.convert(pipe)
    np.testing.assert_allclose(model.predict_proba(table), expected, atol=1e-6)
    assert "LOG" not in model.operators()
    assert "folded into" in notes(pipe)


def test_one_column_with_and_without_an_image_for_all_numbers() -> None:
    X, y = rows()
    both = make_column_transformer((FunctionTransformer(np.log1p), [0]), (StandardScaler(), [0, 1]))
    pipe = make_pipeline(both, RandomForestClassifier(8, random_state=0)).fit(X, y)
    assert_same_ways(pipe, X)
    assert "another function of the same column gives NaN for more numbers" in notes(pipe)


NOT_FOLDED = {
    "Pipeline['pca'] is no monotone function of single columns": [StandardScaler(), PCA(3)],
    "Pipeline['normalizer'] is no": [Normalizer(), StandardScaler()],
    "Pipeline['polynomialfeatures'] is no": [MinMaxScaler(), PolynomialFeatures(2)],
    "Pipeline['functiontransformer'] is no": [FunctionTransformer(np.sin), StandardScaler()],
    "Pipeline['simpleimputer'] is no": [SimpleImputer(missing_values=1.0)],
    "Pipeline['featureunion']['b'] is no": [FeatureUnion([("a", StandardScaler()), ("b", Normalizer())])],
    "an imputer fills in NaN of a function": [FunctionTransformer(np.log), SimpleImputer()],
    "the function gives NaN for some numbers between others": [
        FunctionTransformer(lambda X: np.log(3.0 - np.sqrt(X))), StandardScaler(),
    ],
}  # fmt: skip


@pytest.mark.parametrize("reason", NOT_FOLDED)
def test_what_stays_says_why(reason: str) -> None:
    X, y = rows()
    X = np.minimum(X, 5.0)
    pipe = make_pipeline(*map(clone, NOT_FOLDED[reason]), forest()).fit(X, y)
    assert reason in notes(pipe)
    assert skl2tflite.verify(skl2tflite.convert(pipe), pipe, X).faithful


def test_columns_beside_others() -> None:
    """What follows from single columns is folded, the rest is computed as before."""
    X, y = rows()
    columns = make_column_transformer(
        (StandardScaler(), [0, 1]), (OneHotEncoder(sparse_output=False), [4]), (MinMaxScaler(), [2, 3])
    )
    pipe = make_pipeline(columns, RandomForestClassifier(10, random_state=0)).fit(X, y)
    said = notes(pipe)
    assert "['onehotencoder'] is no monotone function of single columns" in said
    assert "['standardscaler'], " in said
    assert "of 4 columns" in said
    model = skl2tflite.convert(pipe, methods=("predict",))
    (folded,) = forests(pipe, "predict")
    table = rows_at_steps(pipe, [folded], X)
    table[:, 4] = X[np.arange(len(table)) % len(X), 4]
    np.testing.assert_array_equal(model.predict(table), pipe.predict(table.astype(np.float64)))
    assert not {"SUB", "DIV"} & set(model.operators())


def test_other_readers_of_the_columns_keep_them() -> None:
    X, y = rows()
    members = [("forest", RandomForestClassifier(5, random_state=0)), ("linear", LogisticRegression())]
    pipe = make_pipeline(StandardScaler(), VotingClassifier(members, voting="soft")).fit(X, y)
    assert "folded into" in notes(pipe)
    model = assert_same_ways(pipe, X)
    assert "DIV" in model.operators()


def test_first_estimates_keep_their_columns() -> None:
    X, y = rows()
    last = GradientBoostingClassifier(init=LogisticRegression(), n_estimators=5, random_state=0)
    pipe = make_pipeline(StandardScaler(), last).fit(X, y > 0)
    assert "folded into" in notes(pipe)
    assert skl2tflite.verify(skl2tflite.convert(pipe), pipe, X).faithful


def test_a_pipeline_in_an_ensemble() -> None:
    X, y = rows()
    pipe = BaggingRegressor(make_pipeline(StandardScaler(), DecisionTreeRegressor(random_state=0)), 4, random_state=0)
    assert_folded(pipe.fit(X, y), X)


def test_a_table_of_named_columns() -> None:
    X, y = rows()
    frame = pd.DataFrame(X, columns=list("abcde"))
    columns = ColumnTransformer([("one", StandardScaler(), ["d", "a"]), ("two", PowerTransformer(), ["b"])])
    pipe = make_pipeline(columns, RandomForestClassifier(8, random_state=0)).fit(frame, y)
    assert "not folded" not in notes(pipe)
    report = skl2tflite.verify(skl2tflite.convert(pipe, frame), pipe, frame)
    assert report.faithful
    assert report["predict"].agreement == 1.0


def test_a_transformer_that_fails_stays() -> None:
    class Picky(StandardScaler):
        def transform(self, X: Any, copy: Any = None) -> Any:
            if np.abs(X).max() > 1e6:
                raise RuntimeError("too large")
            return super().transform(X)

    @skl2tflite.converts(Picky)
    class PickyConverter(skl2tflite.TransformerConverter):
        def transform(self, X: Any) -> Any:
            return (X - self.estimator.mean_) / self.estimator.scale_

        def monotone(self, X: Any, transformed: Any) -> Any:
            return Monotone()

    X, y = rows()
    pipe = make_pipeline(Picky(), forest()).fit(X, y)
    assert "Pipeline['picky']: RuntimeError: too large" in notes(pipe)
    skl2tflite.convert(pipe, X)


def test_methods_share_what_was_found() -> None:
    X, y = rows()
    pipe = make_pipeline(StandardScaler(), RandomForestClassifier(8, random_state=0)).fit(X, y)
    graphs = plan(Conversion(pipe)).graphs.values()
    trees = [node.op.forest for graph in graphs for node in graph.nodes() if isinstance(node.op, TreeValues)]
    assert len(trees) == 2
    assert trees[0] is trees[1]


def test_the_graph_still_gives_scikit_learns_answers() -> None:
    """In float64, on numbers that float32 holds: the oracle of a folded graph."""
    from skl2tflite.graph import evaluate

    X, y = rows()
    pipe = make_pipeline(QuantileTransformer(n_quantiles=50), RandomForestClassifier(8, random_state=0)).fit(X, y)
    table = rows_at_steps(pipe, forests(pipe, "predict_proba"), X)
    values = evaluate(plan(Conversion(pipe)).graphs["predict_proba"], {"X": table.astype(np.float64)})["predict_proba"]
    np.testing.assert_allclose(values, pipe.predict_proba(table.astype(np.float64)), atol=1e-12)


def test_files_are_the_same_twice() -> None:
    X, y = rows()
    pipe = make_pipeline(PowerTransformer(), RandomForestClassifier(8, random_state=0)).fit(X, y)
    assert bytes(skl2tflite.convert(pipe)) == bytes(skl2tflite.convert(pipe))


STEPS = [
    StandardScaler(), RobustScaler(), MinMaxScaler((-1, 2), clip=True), MaxAbsScaler(), PowerTransformer(),
    QuantileTransformer(n_quantiles=20), FunctionTransformer(np.negative), FunctionTransformer(np.ceil),
    FunctionTransformer(np.tanh), SimpleImputer(), "passthrough", make_union("passthrough", StandardScaler()),
    make_column_transformer((RobustScaler(), [1, 0]), (MinMaxScaler(), [2])), SelectKBest(k=2),
]  # fmt: skip


@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4), st.integers(0, 2**16), st.booleans())
@settings(max_examples=25)
def test_compositions(steps: list[Any], seed: int, in_float32: bool) -> None:
    random = np.random.default_rng(seed)
    X = random.normal(size=(80, 3)) * 10 ** random.uniform(-2, 2, 3) + random.normal(size=3) * 5
    X = X.astype(np.float32 if in_float32 else np.float64)
    named = [(f"{i}", clone(step, safe=False)) for i, step in enumerate(steps)]
    last = DecisionTreeRegressor(random_state=0)
    pipe = Pipeline([*named, ("last", last)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            pipe.fit(X, random.permutation(len(X)).astype(float))
            assert_same_ways(pipe, X)
        except (ValueError, IndexError) as error:  # selections may leave too few columns for the next step
            if "features" not in str(error) and "columns" not in str(error) and "bounds" not in str(error):
                raise


@pytest.mark.parametrize("categories", ["strings", "codes"])
@pytest.mark.parametrize("last", [RandomForestClassifier(20, random_state=0), HistGradientBoostingClassifier()])
def test_columns_of_a_table(last: Any, categories: Any) -> None:
    """Integers that were never seen lie halfway between two that were: on the thresholds."""
    random = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "age": random.integers(9, 45, 900) * 2.0,
            "visits": random.integers(0, 30, 900) * 2,
            "income": random.lognormal(10, 1, 900),
            "city": random.choice(["Roma", "Zürich", "東京"], 900),
        }
    )
    table.loc[random.random(900) < 0.1, "age"] = np.nan
    y = np.where((table["age"].fillna(40) > 50) ^ (table["city"] == "Roma"), "yes", "no")
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    columns = make_column_transformer(
        (numbers, ["age", "income", "visits"]), (OneHotEncoder(sparse_output=False), ["city"])
    )
    pipe = make_pipeline(columns, clone(last)).fit(table, y)
    unseen = table.copy()
    unseen["age"] += random.integers(0, 2, 900)
    unseen["visits"] += random.integers(0, 2, 900)
    model = skl2tflite.convert(pipe, unseen, categories=categories)
    np.testing.assert_array_equal(model.predict(unseen), pipe.predict(unseen))
    unseen["income"] = unseen["income"].astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(model.predict_proba(unseen), pipe.predict_proba(unseen), rtol=0, atol=1e-6)
    assert "DIV" not in model.operators() or isinstance(last, RandomForestClassifier)
