"""Functions and classes of whole DataFrames, whose columns go on to encoders, scalers and trees."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError, InvalidInputError, NoAnswerError, UnsupportedEstimatorError
from skl2tflite.plan import plan

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")
RANDOM = np.random.default_rng(0)
N = 120
TABLE = pd.DataFrame(
    {
        "a": RANDOM.normal(size=N).astype(np.float32).astype(float),
        "city": RANDOM.choice(["Rome", "Oslo", "Bern"], N),
        "b": RANDOM.normal(size=N).astype(np.float32).astype(float),
    },
    index=[f"row {i}" for i in RANDOM.permutation(N)],
)
Y = ((TABLE.a > 0) ^ (TABLE.city == "Rome")).astype(int).to_numpy()
HOLES = TABLE.copy()
for _name in TABLE:
    HOLES.loc[HOLES.index[RANDOM.choice(N, 20, replace=False)], _name] = None
OBJECTS = HOLES.astype({"city": object})
OBJECTS.loc[OBJECTS.index[:5], "city"] = None
WIDE = TABLE.assign(
    flag=RANDOM.random(N) < 0.5,
    n=RANDOM.integers(0, 9, N),
    size=pd.Categorical(RANDOM.choice(["S", "M", "L"], N), categories=["S", "M", "L"]),
)
NULLABLE = pd.DataFrame(
    {
        "i": pd.array(RANDOM.integers(0, 5, N), dtype="Int64"),
        "f": pd.array(RANDOM.normal(size=N).astype(np.float32).astype(float), dtype="Float64"),
        "s": pd.array(RANDOM.choice(["u", "v"], N), dtype="string"),
    },
    index=TABLE.index,
)


def behind(text: list[Any], numbers: list[Any]) -> Any:
    scale = make_pipeline(SimpleImputer(), StandardScaler())
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), text), (scale, numbers))


def check(first: Any, X: Any, then: Any, with_rows: bool) -> skl2tflite.TFLiteModel:
    """Convert a pipeline, and compare it with itself on rows that neither has seen."""
    pipeline = make_pipeline(first, then, LogisticRegression()).fit(X[:80], Y[:80])
    model = skl2tflite.convert(pipeline, X[80:]) if with_rows else skl2tflite.convert(pipeline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = pipeline.predict_proba(X[80:])
    np.testing.assert_allclose(model.predict_proba(X[80:]), expected, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X[80:]), pipeline.predict(X[80:]))
    return model


def renamed_in_place(X: Any) -> Any:
    X = X.copy()
    X.columns = ["q", "w", "e"]
    return X


def popped(X: Any) -> Any:
    X = X.copy()
    a = X.pop("a")
    X.insert(0, "z", a * 2)
    return X


def in_place(X: Any) -> Any:
    X = X.copy()
    X.rename(columns={"a": "A"}, inplace=True)
    X.drop(columns=["b"], inplace=True)
    return X


def coded(X: Any, categories: list[str]) -> Any:
    X = X.copy()
    X["city"] = X["city"].astype(pd.CategoricalDtype(categories))
    X["code"] = X["city"].cat.codes
    return X


def of_a_shape(X: Any) -> Any:
    assert X.ndim == 2
    assert X.columns.is_unique
    return X if not X.empty and X.shape[1] == 3 and X.size and not X["a"].empty else X[["a"]]


CASES: dict[str, Any] = {
    "identity": (lambda X: X, TABLE, behind(["city"], ["a", "b"])),
    "one number": (lambda X: X, TABLE, behind(["city"], ["a"])),
    "identity, holes": (lambda X: X, OBJECTS, behind(["city"], ["a", "b"])),
    "columns set": (renamed_in_place, TABLE, behind(["w"], ["q", "e"])),
    "rename": (lambda X: X.rename(columns=str.upper), TABLE, behind(["CITY"], ["A", "B"])),
    "set_axis": (lambda X: X.set_axis(list("xyz"), axis=1), TABLE, behind(["y"], ["x", "z"])),
    "add_prefix": (lambda X: X.add_prefix("p_"), TABLE, behind(["p_city"], ["p_a", "p_b"])),
    "reordered": (lambda X: X[["b", "city", "a"]], TABLE, behind([1], [0, 2])),
    "assign": (lambda X: X.assign(c=X.a * 2), TABLE, behind(["city"], ["a", "b", "c"])),
    "drop": (lambda X: X.drop(columns="b"), TABLE, behind(["city"], ["a"])),
    "filter": (lambda X: X.filter(regex="a|city"), TABLE, behind(["city"], ["a"])),
    "pop and insert": (popped, TABLE, behind(["city"], ["z", "b"])),
    "inplace": (in_place, TABLE, behind(["city"], ["A"])),
    "category": (lambda X: X.astype({"city": "category"}), OBJECTS, behind(["city"], ["a", "b"])),
    "all category": (lambda X: X[["city"]].astype("category"), HOLES, behind(["city"], [])),
    "codes": (partial(coded, categories=["Rome", "Oslo"]), OBJECTS, behind(["city"], ["a", "b", "code"])),
    "fillna": (lambda X: X.fillna({"city": "?"}), OBJECTS, behind(["city"], ["a", "b"])),
    "isna": (lambda X: X.assign(m=X.city.isna().astype(float)), OBJECTS, behind(["city"], ["a", "b", "m"])),
    "facts": (of_a_shape, TABLE, behind(["city"], ["a", "b"])),
    "to an array": (lambda X: X.values, TABLE, behind([1], [0, 2])),
    "array": (lambda X: X, TABLE.to_numpy(), behind([1], [0, 2])),
    "columns of an array": (lambda X: X[:, 1:].copy(), TABLE.to_numpy(), behind([0], [1])),
    "nullable": (lambda X: X.assign(k=X.f * 2), NULLABLE, behind(["s"], ["i", "f", "k"])),
    "floats": (lambda X: X.astype({"i": float, "f": "float64"}), NULLABLE, behind(["s"], ["i", "f"])),
}
BY_DTYPE: dict[str, Any] = {
    "numbers": (lambda X: X.select_dtypes(["number", "bool"]), WIDE, behind([], ["a", "b", "n", "flag"])),
    "categories": (lambda X: X.select_dtypes("category"), WIDE, behind(["size"], [])),
    "loop": (
        lambda X: X[[c for c in X.columns if pd.api.types.is_numeric_dtype(X[c])]],
        TABLE,
        behind([], ["a", "b"]),
    ),
    "dtypes": (lambda X: X[[c for c in X if X.dtypes[c] in ("O", "str")]], TABLE, behind(["city"], [])),
    "as str": (lambda X: X.assign(city=X.city.astype(str)), OBJECTS, behind(["city"], ["a", "b"])),
    "all kinds": (lambda X: X, WIDE, behind(["city", "size"], ["a", "n", "flag"])),
}


@pytest.mark.parametrize("with_rows", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_functions_of_whole_tables(name: str, with_rows: bool) -> None:
    function, X, then = CASES[name]
    check(FunctionTransformer(function), X, then, with_rows)


@pytest.mark.parametrize("name", BY_DTYPE)
def test_dtypes_are_told_by_rows(name: str) -> None:
    function, X, then = BY_DTYPE[name]
    check(FunctionTransformer(function), X, then, with_rows=True)


@pytest.mark.parametrize("name", ["numbers", "loop", "dtypes", "as str"])
def test_without_rows_nobody_knows_dtypes(name: str) -> None:
    function, X, then = BY_DTYPE[name]
    with pytest.raises(UnsupportedEstimatorError, match=r"the dtype of column .* is not known: give convert rows"):
        check(FunctionTransformer(function), X, then, with_rows=False)


@pytest.mark.parametrize(
    ("transformer", "then"),
    [
        (FunctionTransformer(lambda X: X.assign(a=X.a * 3), feature_names_out="one-to-one"), behind(["city"], ["a"])),
        (
            FunctionTransformer(lambda X: X.copy(), feature_names_out=lambda _, names: ["p_" + n for n in names]),
            behind(["p_city"], ["p_a", "p_b"]),
        ),
        (
            FunctionTransformer(lambda X: X.rename(columns=str.upper)).set_output(transform="pandas"),
            behind(["CITY"], ["A"]),
        ),
        (
            FunctionTransformer(lambda X: X.to_numpy(), feature_names_out="one-to-one").set_output(transform="pandas"),
            behind(["city"], ["a", "b"]),
        ),
        (
            FunctionTransformer(coded, kw_args={"categories": ["Oslo", "Rome", "Bern"]}, validate=False),
            behind(["city"], ["a", "code"]),
        ),
    ],
    ids=["one-to-one", "names", "set_output", "set_output of an array", "kw_args"],
)
@pytest.mark.parametrize("with_rows", [True, False])
def test_parameters_of_function_transformers(transformer: Any, then: Any, with_rows: bool) -> None:
    check(transformer, TABLE, then, with_rows)


@skl2tflite.trace
class Upper(TransformerMixin, BaseEstimator):
    """Renames columns; as many classes of other people's do, it does not say what it takes."""

    def fit(self, X: Any, y: Any = None) -> Upper:
        return self

    def transform(self, X: Any) -> Any:
        X = X.copy()
        X.columns = [name.upper() for name in X.columns]
        return X

    def __sklearn_is_fitted__(self) -> bool:
        return True


@skl2tflite.trace
class Knowing(Upper):
    def fit(self, X: Any, y: Any = None) -> Knowing:
        self.feature_names_in_ = np.array(X.columns, dtype=object)
        self.n_features_in_ = X.shape[1]
        return self


def test_a_class_that_renames_columns() -> None:
    check(Upper(), TABLE, behind(["CITY"], ["A", "B"]), with_rows=True)
    check(Knowing(), TABLE, behind(["CITY"], ["A", "B"]), with_rows=True)
    check(Knowing(), TABLE, behind(["CITY"], ["A", "B"]), with_rows=False)


def test_what_no_class_says_rows_tell() -> None:
    with pytest.raises(ConversionError, match="has not seen its number of features; give convert rows"):
        check(Upper(), TABLE, behind(["CITY"], ["A", "B"]), with_rows=False)


def test_function_transformers_that_were_never_fitted() -> None:
    model = skl2tflite.convert(FunctionTransformer(lambda X: X[["b", "a"]] * 2), TABLE[["a", "b"]])
    np.testing.assert_allclose(model.transform(TABLE[["a", "b"]]), TABLE[["b", "a"]] * 2, rtol=1e-6)


def checked(X: Any) -> Any:
    if X["a"].isna().any():
        raise ValueError("a is missing")
    if (X["b"] < -100).sum() > 0:
        raise ValueError("b is low")
    if np.isinf(X[["a", "b"]]).any(axis=None):
        raise ValueError("a or b is infinite")
    return X


def test_checks_of_rows_mark_those_that_fail_them() -> None:
    model = check(FunctionTransformer(checked), TABLE, behind(["city"], ["a", "b"]), with_rows=True)
    low = TABLE[80:83].assign(b=[0.0, -200.0, 1.0])
    with pytest.raises(NoAnswerError, match=r"row 1: .*raises ValueError: b is low"):
        model.predict(low)
    pytest.importorskip("tflite_micro")
    micro = skl2tflite.convert(
        make_pipeline(FunctionTransformer(checked), behind(["city"], ["a", "b"]), LogisticRegression()).fit(TABLE, Y),
        TABLE[80:],
        target="micro",
    )
    with pytest.raises(NoAnswerError, match=r"row 0: .*raises ValueError: b is low"):
        micro.predict_proba(low[1:2])


def filled_where_zero(X: Any) -> Any:
    zero = X["b"] < 0
    X = X.assign(q=X["a"] / X["b"])
    if zero.any():
        X.loc[zero, "q"] = -1.0
    return X


def test_what_hangs_on_each_row_may_be_asked_of_all() -> None:
    check(FunctionTransformer(filled_where_zero), TABLE, behind(["city"], ["a", "q"]), with_rows=True)


def wider(X: Any) -> Any:
    return X.assign(b=0.0) if (X["a"] > 1).any() else X


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (wider, "another answer beside other rows"),
        (lambda X: X.assign(a=X.a - X.a.mean()), "'mean' of <column 'a'> hangs on other rows"),
        (lambda X: X.assign(a=X.a.rank()), "'rank' of <column 'a'> hangs on other rows"),
        (lambda X: X.assign(a=X.a / len(X)), "the number of rows is until run time"),
        (lambda X: X.assign(a=X.a / X.size), "known only at run time"),
        (lambda X: pd.get_dummies(X, columns=["city"]), "use scikit-learn's OneHotEncoder"),
        (lambda X: X.dropna(), "'dropna' of a DataFrame hangs on other rows"),
        (lambda X: X.assign(code=X.city.astype("category").cat.codes), "pandas makes the categories"),
        (lambda X: X.assign(city=X.city.str.lower()), "'str' of <column 'city'> cannot be recorded"),
    ],
)
def test_refused_for_what_it_is(function: Any, reason: str) -> None:
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        check(FunctionTransformer(function), TABLE, behind([1], [0]), with_rows=True)


def test_checks_that_no_row_can_fail_cost_nothing() -> None:
    X = TABLE[["a", "b"]]
    plain = make_pipeline(FunctionTransformer(lambda X: X * 2), LogisticRegression()).fit(X, Y)
    careful = make_pipeline(FunctionTransformer(doubled), LogisticRegression()).fit(X, Y)
    counts = [
        [len(list(graph.operations())) for graph in plan(Conversion(each, X)).graphs.values()]
        for each in (plain, careful)
    ]
    assert counts[0] == counts[1]


def doubled(X: Any) -> Any:
    if X.isna().any().any() or np.isinf(X).any().any():
        raise ValueError("there are holes")
    return X * 2


UNREAD: dict[str, Any] = {
    "picked": lambda X: X[["b"]],
    "picked and computed": lambda X: np.exp(X[["b"]]),
    "dropped": lambda X: X.drop(columns=["a", "city"]),
    "as an array": lambda X: X[["b"]].to_numpy(),
    "filled first": lambda X: X.fillna(0.0)[["b"]],
}


@pytest.mark.parametrize("name", UNREAD)
@pytest.mark.parametrize("with_rows", [False, True])
def test_columns_that_nothing_looks_at_may_hold_anything(name: str, with_rows: bool, tmp_path: Any) -> None:
    pipeline = make_pipeline(FunctionTransformer(UNREAD[name]), LogisticRegression()).fit(TABLE, Y)
    model = skl2tflite.convert(pipeline, *[TABLE] * with_rows)
    rows = TABLE.iloc[:9].copy()
    rows.loc[rows.index[:2], "a"] = [np.nan, np.inf]
    model.save(tmp_path / "m.tflite")
    for each in (model, skl2tflite.load(tmp_path / "m.tflite")):
        np.testing.assert_allclose(each.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)
    with pytest.raises(InvalidInputError, match="'city' missing"):
        model.predict(rows[["a", "b"]])
    with pytest.raises(InvalidInputError, match=r"not num|holds"):
        model.predict(rows.assign(b="text"))


@pytest.mark.parametrize(
    "first",
    [
        FunctionTransformer(lambda X: X[["b"]]),
        FunctionTransformer(lambda X: X.assign(one=1.0)[["b", "one"]]),
        make_column_transformer((FunctionTransformer(lambda X: X[["b"]]), ["a", "b"])),
    ],
)
def test_what_scikit_learn_looks_at_stays_looked_at(first: Any) -> None:
    numbers = TABLE.drop(columns="city")
    pipeline = make_pipeline(SelectKBest(k=1), LogisticRegression()).fit(numbers, Y)
    model = skl2tflite.convert(pipeline)
    for name in numbers:
        with pytest.raises(InvalidInputError, match="not numeric"):
            model.predict(numbers.assign(**{name: "text"}))
    pipeline = make_pipeline(first, LogisticRegression()).fit(numbers, Y)
    model = skl2tflite.convert(pipeline)
    rows = numbers.assign(a="text")
    np.testing.assert_array_equal(model.predict(rows), pipeline.predict(rows))


class Logarithm(TransformerMixin, BaseEstimator):
    """A class that learns nothing of its rows, not even how many columns they have."""

    def fit(self, X: Any, y: Any = None) -> Any:
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: Any) -> Any:
        return np.log1p(abs(X))


skl2tflite.trace(Logarithm)


def _logarithm() -> Any:
    return make_pipeline(Logarithm(), StandardScaler(), LogisticRegression())


@pytest.mark.parametrize("with_names", [False, True])
@pytest.mark.parametrize(
    "estimator",
    [
        _logarithm(),
        VotingClassifier([("a", _logarithm()), ("b", _logarithm())], voting="soft"),
        StackingClassifier([("a", _logarithm())], cv=2),
        CalibratedClassifierCV(_logarithm(), cv=2),
        OneVsRestClassifier(_logarithm()),
        BaggingClassifier(_logarithm(), n_estimators=2, max_features=2, random_state=0),
        make_pipeline(make_union(Logarithm(), StandardScaler()), LogisticRegression()),
        make_pipeline(make_column_transformer((Logarithm(), [2, 0]), (StandardScaler(), [1])), LogisticRegression()),
        TransformedTargetRegressor(
            make_pipeline(Logarithm(), LinearRegression()), func=np.log1p, inverse_func=np.expm1
        ),
    ],
)
def test_rows_tell_every_member_how_many_columns_there_are(estimator: Any, with_names: bool) -> None:
    X = TABLE[["b", "a"]].assign(c=TABLE.a * TABLE.b)
    X = X if with_names else X.to_numpy()
    estimator = clone(estimator).fit(X[:80], Y[:80])
    model = skl2tflite.convert(estimator, X[:80])
    np.testing.assert_allclose(model.predict(X[80:]), estimator.predict(X[80:]), rtol=1e-5)
    assert skl2tflite.verify(model, estimator, X[80:]).faithful
    # Of differences that may be rounding the converter is asked once more.
    assert skl2tflite.verify(model, estimator, X[80:], tolerance=1e-12).rows == len(X) - 80


REPLACED: dict[str, Any] = {
    "infinity": lambda X: X.replace([np.inf, -np.inf], np.nan),
    "a number": lambda X: X.replace(0, 5),
    "by each other": lambda X: X.replace([1, 2], [2, 1]),
    "texts by texts": lambda X: X.replace(["Rome", "Oslo"], ["Oslo", "Milan"]),
    "of a dict": lambda X: X.replace({"Rome": "Oslo", "Oslo": "Rome", 1: 7}),
    "a text by nothing": lambda X: X.replace("Rome", np.nan),
    "pairs of a column": lambda X: X.assign(city=X.city.replace(["Rome", "Oslo"], ["R", "O"])),
}


@pytest.mark.parametrize("with_rows", [False, True])
@pytest.mark.parametrize("name", REPLACED)
def test_replacing_among_numbers_and_text(name: str, with_rows: bool) -> None:
    rows = TABLE.assign(a=RANDOM.integers(0, 4, N).astype(float))
    rows.loc[rows.index[::7], "b"] = np.nan
    check(FunctionTransformer(REPLACED[name]), rows, behind(["city"], ["a", "b"]), with_rows)


@pytest.mark.parametrize("value", ["Rome", 1.0])
def test_a_dropped_category_is_the_only_one_that_is_known(value: Any) -> None:
    rows = pd.DataFrame({"same": [value] * N, "city": TABLE.city.to_numpy()})
    pipeline = make_pipeline(OneHotEncoder(drop="first"), LogisticRegression()).fit(rows, Y)
    model = skl2tflite.convert(pipeline)
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)
    other = rows.assign(same="Oslo" if value == "Rome" else 2.0)
    with pytest.raises(ValueError, match="unknown categories"):
        pipeline.predict(other)
    with pytest.raises(InvalidInputError, match="same"):
        model.predict(other)


NUMBERED = pd.DataFrame(RANDOM.uniform(0.5, 2.0, (N, 4)).astype(np.float32))


def spread(X: Any) -> Any:
    return pd.DataFrame({"spread": X.std(axis=1)}) if hasattr(X, "iloc") else X.std(axis=1)[:, np.newaxis]


@pytest.mark.parametrize("function", [lambda X: X[[1, 0]], lambda X: X[[3, 0, 1, 2]], spread])
@pytest.mark.parametrize("before", [(), (FunctionTransformer(np.log1p),)])
def test_names_that_are_no_text_tell_no_array_from_a_frame(function: Any, before: Any) -> None:
    model = make_pipeline(*before, FunctionTransformer(function)).fit(NUMBERED)
    with pytest.raises(UnsupportedEstimatorError, match=r"must be text.*X\.columns = X\.columns\.astype\(str\)"):
        skl2tflite.convert(model, NUMBERED)
    named = NUMBERED.set_axis(["a", "b", "c", "d"], axis=1)
    renamed = FunctionTransformer(lambda X: X[["b", "a"]]).fit(named)
    np.testing.assert_array_equal(skl2tflite.convert(renamed, named).transform(named), named[["b", "a"]])


@pytest.mark.parametrize("function", [np.log1p, lambda X: X * 2 + 1])
def test_names_that_are_no_text_do_not_matter_to_most(function: Any) -> None:
    model = make_pipeline(FunctionTransformer(function), StandardScaler(), FunctionTransformer(lambda X: X[:, [1, 0]]))
    model.fit(NUMBERED)
    converted = skl2tflite.convert(model, NUMBERED[:60])
    np.testing.assert_allclose(converted.transform(NUMBERED[60:]), model.transform(NUMBERED[60:]), rtol=1e-5, atol=1e-6)


@skl2tflite.trace
class Clipped(TransformerMixin, BaseEstimator):
    """Knows how many columns there were, and not their names."""

    def fit(self, X: Any, y: Any = None) -> Any:
        self.n_features_in_ = X.shape[1]
        self.low_, self.high_ = X.quantile(0.2), X.quantile(0.8)
        return self

    def transform(self, X: Any) -> Any:
        return X.clip(self.low_, self.high_, axis=1)


def test_a_class_that_keeps_no_names_gets_the_rows_frame() -> None:
    named = NUMBERED.set_axis(["a", "b", "c", "d"], axis=1)
    model = Clipped().fit(named[:60])
    np.testing.assert_allclose(
        skl2tflite.convert(model, named[:60]).transform(named[60:]), model.transform(named[60:]), rtol=1e-6
    )
    whole = make_pipeline(Clipped(), LogisticRegression()).fit(named, Y)
    assert skl2tflite.verify(skl2tflite.convert(whole, named[:60]), whole, named[60:]).faithful
    with pytest.raises(UnsupportedEstimatorError, match="must be text"):
        skl2tflite.convert(Clipped().fit(NUMBERED), NUMBERED)


FLAGS = pd.DataFrame(RANDOM.random((N, 2)) < 0.5, columns=["member", "paid"])


@pytest.mark.parametrize(
    "function", [lambda X: pd.DataFrame({"both": X.member & X.paid, "not": ~X.member}), lambda X: ~X]
)
def test_columns_of_truth_values_are_known_from_rows(function: Any) -> None:
    model = FunctionTransformer(function).fit(FLAGS)
    np.testing.assert_array_equal(skl2tflite.convert(model, FLAGS[:30]).transform(FLAGS), model.transform(FLAGS))
    with pytest.raises(UnsupportedEstimatorError, match="give convert rows, whose dtypes tell"):
        skl2tflite.convert(model)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda X: X.diff(axis=1), r"axis=1 write it of the columns"),
        (lambda X: X.cumsum(axis=1), r"axis=1 write it of the columns"),
        (lambda X: X.sort_index(axis=1), r"axis=1 write it of the columns"),
        (lambda X: pd.DataFrame({"q": pd.qcut(X.a, 4, labels=False)}), "qcut hangs on other rows"),
        (lambda X: X.sample(3), "hangs on other rows"),
    ],
)
def test_reasons_of_pandas_methods(function: Any, reason: str) -> None:
    numbers = NUMBERED.set_axis(["a", "b", "c", "d"], axis=1)
    with pytest.raises(UnsupportedEstimatorError, match=reason) as error:
        skl2tflite.convert(FunctionTransformer(function).fit(numbers), numbers)
    assert "NumPy's functions" not in str(error.value)


def test_functions_of_polars() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    with pytest.raises(UnsupportedEstimatorError, match=r"X\.to_pandas\(\)"):
        skl2tflite.convert(FunctionTransformer(lambda X: X.select("a")).fit(frame), frame)
