"""Columns of DataFrames that functions and classes pass on: unread ones, names, dtypes, and members of ensembles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError
from tests.tracing.frames import RANDOM, TABLE, N, Y, behind, check

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated")


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
        (lambda X: X.pct_change(axis=1), r"axis=1 write it of the columns"),
        (lambda X: X.rank(axis=1), r"axis=1 write it of the columns"),
        (lambda X: X.sort_values(0, axis=1), r"axis=1 write it of the columns"),
        (lambda X: pd.DataFrame({"q": pd.qcut(X.a, 4, labels=False)}), "qcut depends on other rows"),
        (lambda X: X.sample(3), "depends on other rows"),
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
