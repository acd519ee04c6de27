"""Functions and classes of whole DataFrames, whose columns go on to encoders, scalers and trees."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.errors import (
    ConversionError,
    FidelityError,
    InvalidInputError,
    NoAnswerError,
    UnsupportedEstimatorError,
)
from skl2tflite.plan import plan
from tests.tracing.frames import HOLES, NULLABLE, OBJECTS, TABLE, WIDE, Y, behind, check

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")


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
        (wider, "change with the other rows"),
        (lambda X: X.assign(a=X.a - X.a.mean()), "'mean' of <column 'a'> depends on other rows"),
        (lambda X: X.assign(a=X.a.rank()), "'rank' of <column 'a'> depends on other rows"),
        (lambda X: X.assign(a=X.a / len(X)), "the number of rows is until run time"),
        (lambda X: X.assign(a=X.a / X.size), "known only at run time"),
        (lambda X: pd.get_dummies(X, columns=["city"]), "use scikit-learn's OneHotEncoder"),
        (lambda X: X.dropna(), "'dropna' of a DataFrame depends on other rows"),
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


def test_rows_with_equal_labels_that_pandas_joins() -> None:
    """pandas gives more rows than there are, and the error says why and what to do."""
    table = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [4.0, 3.0, 2.0, 1.0]}, index=[0, 0, 1, 1])
    joined = FunctionTransformer(lambda df: df[["a"]].join(df[["b"]] * 2)).fit(table)
    with pytest.raises(FidelityError, match=r"rows have equal labels.*reset_index"):
        skl2tflite.convert(joined, table)
    model = skl2tflite.convert(joined, table.reset_index(drop=True))
    np.testing.assert_array_equal(model.transform(table), np.c_[table.a, table.b * 2])


def sorted_out(X: Any) -> Any:
    if not X["c"].isin(["yes", "no"]).all():
        raise ValueError
    return X[["n"]].fillna(0.0)


def test_nan_that_only_rows_show_to_be_taken() -> None:
    """The error for it says that rows would show that."""
    table = pd.DataFrame({"c": ["yes", "no"], "n": [np.nan, 1.0]})
    step = FunctionTransformer(sorted_out).fit(table)
    with pytest.raises(InvalidInputError, match="give convert rows"):
        skl2tflite.convert(step).transform(table)
    np.testing.assert_array_equal(skl2tflite.convert(step, table).transform(table), [[0.0], [1.0]])
