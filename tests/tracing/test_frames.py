"""Functions of DataFrames, as users write them: recorded, converted, and compared with themselves on LiteRT."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError
from skl2tflite.plan import plan

pd = pytest.importorskip("pandas")
RANDOM = np.random.default_rng(0)
ROWS = 60
NUMBERS = pd.DataFrame(RANDOM.uniform(0.5, 9.0, (ROWS, 4)).round(2), columns=["a", "b", "c", "d"]).astype(np.float32)
HOLES = NUMBERS.mask(RANDOM.random((ROWS, 4)) < 0.2)
MIXED = HOLES[["a", "b"]].assign(
    city=RANDOM.choice(np.array(["Rome", "Oslo", "Bern", None], dtype=object), ROWS),
    size=RANDOM.choice(["S", "M", "L"], ROWS),
    n=RANDOM.integers(0, 9, ROWS),
)
Y = (NUMBERS["a"] > NUMBERS["b"]).astype(int)


def item_assignment(df: Any) -> Any:
    df = df.copy()
    df["ratio"] = df["a"] / df["b"]
    df["big"] = (df.a > 5).astype(float)
    df.loc[df["c"] > 4, "c"] = 4.0
    df["d"] += 1
    df["one"] = 1.0
    for name in df.columns[:2]:
        df[name] = np.log1p(df[name])
    del df["b"]
    return df


def new_frame(df: pd.DataFrame) -> Any:
    if not isinstance(df, pd.DataFrame):
        raise TypeError("a DataFrame")
    return pd.DataFrame({"sum": df["a"] + df["b"], "log": np.log(df["c"]), "wave": np.sin(df["d"] * 2)}, index=df.index)


OF_NUMBERS = {
    "assign": lambda df: df[["a", "b"]].assign(ratio=df["a"] / df["b"], more=lambda d: d["ratio"] * 2),
    "items": item_assignment,
    "frame": new_frame,
    "series": lambda df: (df.a + df["b"]).to_frame("total"),
    "one axis": lambda df: (df.a - 2 * df["b"]).to_numpy().reshape(-1, 1),
    "ufunc": lambda df: np.log1p(df),
    "ufunc of a column": lambda df: np.log1p(df["a"]).to_frame(),
    "values": lambda df: df.values[:, :2] * 3,
    "array": lambda df: np.asarray(df)[:, [0, -1]],
    "arithmetic": lambda df: (df * 2 - 1) / df[["b", "a", "d", "c"]].sum(axis=1).to_numpy().reshape(-1, 1),
    "by column": lambda df: df.div(df["a"], axis=0).add(1).rdiv(3.0),
    "concat": lambda df: pd.concat([df[["a"]], (df["b"] ** 2).rename("b2"), df.add_suffix("_x")], axis=1),
    "drop": lambda df: df.drop(columns=["a"]).drop("b", axis=1).rename(columns={"c": "z"}),
    "insert": lambda df: df.rename(columns=str.upper).assign(E=1)[["E", "A"]],
    "isna": lambda df: df.isna().astype(float),
    "fillna": lambda df: df.fillna({"a": 0.0, "b": -1.0}).fillna(9.0),
    "flags": lambda df: pd.concat([df.fillna(0), df.isnull().add_prefix("missing_")], axis=1),
    "clip": lambda df: df.clip(1, 5).assign(a=df["a"].clip(lower=2)),
    "where": lambda df: df.where(df > 3, 0).assign(b=df["b"].mask(df["a"] > 4, -1.0)),
    "numpy where": lambda df: df.assign(a=np.where(df["a"] > 4, df["b"], 0.0)),
    "select": lambda df: df.assign(level=np.select([df["a"] < 2, df["a"] < 5], [0, 1], default=2)),
    "statistics": lambda df: pd.DataFrame(
        {"m": df.mean(axis=1), "s": df.std(axis=1), "x": df.max(axis=1), "n": df.min(axis=1), "e": df.median(axis=1)}
    ),
    "counts": lambda df: pd.concat([df.sum(axis=1), df.count(axis=1), (df > 4).any(axis=1)], axis=1, keys=None),
    "map": lambda df: df[["a"]].round().assign(b=df["b"].round().map({1: 10.0, 2: 20, 3: -1})),
    "map of a function": lambda df: df.apply(lambda column: column * 2).assign(a=df["a"].map(lambda v: v + 1)),
    "isin": lambda df: df.round().isin([1, 2, 3]).astype(int),
    "between": lambda df: df["a"].between(2, 5, inclusive="left").astype(float).to_frame(),
    "comparisons": lambda df: pd.DataFrame({"g": df.a.gt(2), "e": df.b.round().eq(3), "b": ~(df.c < 3) | df.d.isna()}),
    "loc": lambda df: df.loc[:, "b":"d"].iloc[:, [0, -1]],
    "filled": lambda df: pd.concat(
        [
            df["a"].add(df["b"], fill_value=1.0),
            df[["c"]].sub(df[["d"]].set_axis(["c"], axis=1), fill_value=0),
            df["d"].rsub(2, fill_value=5),
            1 - df[["a"]],
        ],
        axis=1,
    ),
    "summed": lambda df: pd.concat([sum(df[c] for c in df.columns), df["a"], df["a"] - df["b"]], axis=1),
    "numpy's statistics": lambda df: np.column_stack([np.sum(df, axis=1), np.mean(df, axis=1), np.std(df, axis=1)]),
    "filter": lambda df: pd.concat([df.filter(like="a"), df.filter(regex="[cd]"), df.filter(items=["b"])], axis=1),
    "cut": lambda df: df.assign(a=pd.cut(df["a"], [0, 2, 5, 10], labels=False)),
    "replace": lambda df: df.round().replace({1.0: -1.0, 9.0: 0.0}),
    "pipe": lambda df: df.pipe(lambda d: d[["a"]]).abs().round(),
    "stacked": lambda df: np.column_stack([df["a"], df["b"] * 2, np.hypot(df["c"], df["d"])]),
}
OF_MIXED = {
    "text": lambda df: (df["city"] == "Rome").astype(float).to_frame(),
    "several": lambda df: pd.DataFrame({"s": df["size"] != "S", "i": df["city"].isin(["Oslo", "Bern"]), "a": df["a"]}),
    "missing": lambda df: df.isna().astype(float),
    "order": lambda df: df["size"].map({"S": 0, "M": 1, "L": 2}).to_frame(),
    "partial": lambda df: df.assign(city=df["city"].map({"Rome": 2.5, "Oslo": 1}), size=0.0),
    "default": lambda df: df["city"].map(defaultdict(lambda: -1.0, Rome=3.0)).to_frame(),
    "numbers": lambda df: df.select_dtypes("number") + df[["a", "b", "n"]].rename(columns={"a": "a"}),
    "dropped": lambda df: df.drop(columns=["city", "size"]).assign(per=df["a"] / (df["n"] + 1)),
    "joined": lambda df: (df["a"].fillna(0) * (df["city"] == "Rome") + df["n"] * (df["size"] == "L")).to_frame("x"),
    "whole": lambda df: (df["n"] % 3 + df["n"] // 2).to_frame(),
}


def agrees(function: Any, rows: Any) -> None:
    transformer = FunctionTransformer(function).fit(rows)
    model = skl2tflite.convert(transformer, rows)
    want = np.asarray(transformer.transform(rows.astype({c: np.float64 for c in rows if rows[c].dtype.kind == "f"})))
    assert model.transform(rows).shape == want.shape
    np.testing.assert_allclose(model.transform(rows), want.astype(np.float64), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_functions_of_numbers(name: str) -> None:
    agrees(OF_NUMBERS[name], HOLES)


@pytest.mark.parametrize("name", OF_MIXED)
def test_functions_of_text_too(name: str) -> None:
    agrees(OF_MIXED[name], MIXED)


def engineered(df: Any) -> Any:
    df = df.copy()
    df["city"] = df["city"].fillna("nowhere")
    df["far"] = (df["city"] != "Rome") & (df["n"] > 3)
    df["ratio"] = (df["a"] / df["b"]).fillna(0.0)
    return df.drop(columns=["a", "b"])


@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_text_goes_on_to_an_encoder(categories: Any) -> None:
    encode = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["city", "size"]),
        (StandardScaler(), ["n", "ratio"]),
        ("passthrough", ["far"]),
    )
    pipeline = make_pipeline(FunctionTransformer(engineered), encode, LogisticRegression()).fit(MIXED, Y)
    model = skl2tflite.convert(pipeline, MIXED, categories=categories)
    unseen = MIXED.assign(city="Atlantis")
    for rows in (MIXED, unseen, MIXED[:1]):
        np.testing.assert_array_equal(model.predict(rows), pipeline.predict(rows))
    assert skl2tflite.convert(pipeline).inputs  # kinds follow from what the function does


def test_inside_a_column_transformer() -> None:
    transformer = ColumnTransformer(
        [
            ("ratio", FunctionTransformer(lambda df: df[["a"]].div(df["b"], axis=0)), ["a", "b"]),
            ("one", FunctionTransformer(lambda s: np.log1p(s).to_frame()), "n"),
            ("vector", FunctionTransformer(lambda s: (s.values * 2).reshape(-1, 1)), "a"),
            ("rome", FunctionTransformer(lambda s: (s == "Rome").to_frame()), "city"),
        ]
    ).fit(MIXED)
    model = skl2tflite.convert(transformer, MIXED)
    np.testing.assert_allclose(model.transform(MIXED), transformer.transform(MIXED).astype(float), rtol=1e-6)


def test_parameters_of_the_transformer() -> None:
    """Validated rows are an array; arguments, names and the inverse are the user's."""
    validated = FunctionTransformer(lambda X: X[:, :2] * 2, validate=True).fit(NUMBERS)
    np.testing.assert_allclose(skl2tflite.convert(validated, NUMBERS).transform(NUMBERS), NUMBERS[["a", "b"]] * 2)
    named = FunctionTransformer(
        lambda df, by, *, names: df[names].mul(by),
        lambda X, by: X / by,
        kw_args={"by": 3.0, "names": ["c", "a"]},
        inv_kw_args={"by": 3.0},
        feature_names_out=lambda self, names: np.array(["c", "a"], dtype=object),
        check_inverse=False,
    ).fit(NUMBERS)
    model = skl2tflite.convert(named, NUMBERS, methods=("transform", "inverse_transform"))
    np.testing.assert_allclose(model.transform(NUMBERS), NUMBERS[["c", "a"]] * 3, rtol=1e-6)
    twice = np.ones((3, 2), dtype=np.float32)
    np.testing.assert_allclose(model.inverse_transform(twice), twice / 3, rtol=1e-6)


def test_numbers_stay_one_matrix() -> None:
    transformer = FunctionTransformer(np.log1p).fit(NUMBERS)
    assert [node.op.name for node in plan(Conversion(transformer)).graphs["transform"].operations()] == ["log1p"]


@pytest.mark.parametrize("function", [np.log1p, lambda df: df.clip(1, 5).sub(1.0) * 2, lambda df: np.sqrt(df) + 1])
def test_functions_of_frames_fold_into_thresholds(function: Any) -> None:
    pipeline = make_pipeline(FunctionTransformer(function), RandomForestClassifier(5, random_state=0)).fit(NUMBERS, Y)
    names = [node.op.name for node in plan(Conversion(pipeline)).graphs["predict"].operations()]
    assert not {"log1p", "minimum", "sqrt", "multiply"} & set(names)
    model = skl2tflite.convert(pipeline, NUMBERS)
    np.testing.assert_array_equal(model.predict(NUMBERS), pipeline.predict(NUMBERS))


@skl2tflite.trace
class Ratios(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> Ratios:
        self.feature_names_in_, self.n_features_in_ = np.array(X.columns, dtype=object), X.shape[1]
        self.means_ = X[["a", "b"]].mean()
        return self

    def transform(self, X: Any) -> Any:
        X = X.copy()
        X["a"] = X["a"].fillna(self.means_["a"]) / X["n"].clip(lower=1)
        return X[["a", "n"]]


def test_transformers_of_frames() -> None:
    pipeline = make_pipeline(Ratios(), StandardScaler(), LogisticRegression()).fit(MIXED, Y)
    model = skl2tflite.convert(pipeline, MIXED)
    np.testing.assert_allclose(model.predict_proba(MIXED), pipeline.predict_proba(MIXED), atol=1e-6)


REFUSED = {
    "'str' of <column 'city'>": (lambda df: df["city"].str.len().to_frame(), 'df["city"].str.len()'),
    "'dt' of <column 'a'>": (lambda df: df["a"].dt.hour.to_frame(), 'df["a"].dt.hour'),
    "'rolling' of <column 'a'>": (lambda df: df["a"].rolling(3).mean().to_frame(), "rolling(3)"),
    "'mean' of <column 'a'>": (lambda df: df[["a"]] - df["a"].mean(), 'df["a"].mean()'),
    "depends on other rows": (lambda df: df[["a"]] - df[["a"]].mean(), 'df[["a"]].mean()'),
    "rows cannot be selected": (lambda df: df[df["a"] > 3], 'df[df["a"] > 3]'),
    "'groupby' of a DataFrame": (lambda df: df.groupby("city"), 'df.groupby("city")'),
    "not one value": (lambda df: df.apply(lambda row: [row["a"], 1], axis=1).to_frame(), "axis=1"),
    "there is no column 'z'": (lambda df: df[["z"]], 'df[["z"]]'),
    "a condition on <column 'a'>": (lambda df: df if df["a"].gt(3) else df * 2, 'df["a"].gt(3)'),
    "a loop over the rows": (lambda df: pd.DataFrame({"x": [v * 2 for v in df["a"]]}), 'for v in df["a"]'),
    "another answer at each call": (lambda df: df[["a"]] * np.random.rand(), "np.random.rand()"),  # noqa: NPY002
    "number of rows of a DataFrame": (lambda df: df[["a"]] / len(df), "len(df)"),
    "text can be compared": (lambda df: (df["city"] + "!").to_frame(), 'df["city"] + "!"'),
}


@pytest.mark.parametrize("message", REFUSED)
def test_refused_with_the_users_line(message: str) -> None:
    function, line = REFUSED[message]
    transformer = FunctionTransformer(function)
    transformer.feature_names_in_, transformer.n_features_in_ = np.array(MIXED.columns, dtype=object), 5
    with pytest.raises(ConversionError) as error:
        skl2tflite.convert(transformer, MIXED)
    assert message in str(error.value)
    assert line in str(error.value)


def test_pandas_is_as_before() -> None:
    before = pd.DataFrame, pd.Series, pd.concat
    skl2tflite.convert(FunctionTransformer(new_frame).fit(NUMBERS))
    assert before == (pd.DataFrame, pd.Series, pd.concat)
