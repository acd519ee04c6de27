"""What pandas computes along each row, limits by other columns, and makes of categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

import skl2tflite
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError

RANDOM = np.random.default_rng(0)
N = 60
NUMBERS = pd.DataFrame(RANDOM.integers(-9, 10, (N, 3)) / 4.0, columns=["b", "a", "c"])
NUMBERS["c"] = NUMBERS["c"].mask(RANDOM.random(N) < 0.3)
MIXED = NUMBERS.assign(city=RANDOM.choice(["Rome", "Oslo", "Bern"], N), n=RANDOM.integers(0, 60, N))

CLIPPED: dict[str, Callable[[Any], Any]] = {
    "upper": lambda df: df.assign(b=df.b.clip(upper=df.c)),
    "lower": lambda df: df.assign(b=df.b.clip(lower=df.c)),
    "both": lambda df: df.assign(b=df.b.clip(df.c, df.a)),
    "the lower one above": lambda df: df.assign(b=df.b.clip(df.a, df.c)),
    "a column and a number": lambda df: df.assign(b=df.b.clip(df.c, 1.0)),
    "numbers in any order": lambda df: df.assign(b=df.b.clip(1.0, -1.0)),
    "NaN": lambda df: df.assign(b=df.b.clip(np.nan, 1.0)),
    "NumPy's of a column": lambda df: df.assign(b=np.clip(df.b, df.c, 1.0)),
    "NumPy's of arrays": lambda df: df.assign(b=np.clip(df.b.to_numpy(), df.c.to_numpy(), 1.0)),
    "a frame by a column": lambda df: df.clip(upper=df.c, axis=0),
    "a frame by a frame": lambda df: df[["a", "b"]].clip(lower=pd.DataFrame({"b": df.c, "a": df.c / 2})),
    "a frame by numbers for its columns": lambda df: df.clip(upper=[1.0, np.nan, 0.5], axis=1),
    "a frame by a Series": lambda df: df.clip(upper=pd.Series([1.0, np.nan, 0.5], index=["b", "c", "a"]), axis=1),
}
ALONG: dict[str, Callable[[Any], Any]] = {
    "sort_index": lambda df: df.sort_index(axis=1),
    "cumsum": lambda df: df.cumsum(axis=1),
    "cumprod": lambda df: df.cumprod(axis=1),
    "cummax": lambda df: df.cummax(axis=1),
    "cummin": lambda df: df.cummin(axis=1),
    "diff": lambda df: df.diff(axis=1),
    "diff backwards": lambda df: df.diff(axis=1, periods=-2),
    "shift": lambda df: df.shift(axis=1, fill_value=3.0),
    "ffill": lambda df: df[["a", "c"]].ffill(axis=1),
    "bfill": lambda df: df[["c", "a"]].bfill(axis=1),
    "min_count": lambda df: df.assign(s=df[["b", "c"]].sum(axis=1, min_count=2)),
    "idxmax": lambda df: df.assign(s=df.idxmax(axis=1).map({"a": 0.0, "b": 1.0, "c": 2.0})),
    "idxmin": lambda df: df.assign(s=df.idxmin(axis=1).map({"a": 0.0, "b": 1.0, "c": 2.0})),
    "reindex": lambda df: df.reindex(columns=["c", "new"], fill_value=3.0),
}
OF_CATEGORIES: dict[str, Callable[[Any], Any]] = {
    "codes": lambda df: pd.DataFrame({"k": pd.Categorical(df.city, categories=["Rome", "Bern"]).codes}),
    "codes of numbers": lambda df: pd.DataFrame({"k": pd.Categorical(df.n, categories=[20, 30, 40]).codes}),
    "dummies": lambda df: pd.get_dummies(df[["n", "city"]], columns=["city"]).reindex(
        columns=["n", "city_Rome", "city_Paris"], fill_value=0
    ),
    "dummies of a column": lambda df: pd.get_dummies(df.city, prefix="in", dtype=float).reindex(
        columns=["in_Oslo", "in_Paris"], fill_value=0
    ),
}
OF_DTYPES: dict[str, Callable[[Any], Any]] = {
    "dummies of all text": lambda df: pd.get_dummies(df[["n", "city"]]).reindex(
        columns=["city_Rome", "n"], fill_value=0
    ),
    "numeric_only": lambda df: pd.DataFrame({"s": df.sum(axis=1, numeric_only=True)}),
    "a categorical in part": lambda df: pd.DataFrame(
        {"k": df.city.astype(pd.CategoricalDtype(["Rome", "Bern"])).where(df.a > 0, "Bern").cat.codes}
    ),
}
OF_A_FIXED_BATCH: dict[str, Callable[[Any], Any]] = {
    "ones": lambda df: np.c_[np.ones(len(df)), df],
    "zeros": lambda df: np.hstack([df, np.zeros((df.shape[0], 1))]),
    "full": lambda df: np.hstack([np.full((len(df), 2), 3.0), df.to_numpy()]),
    "a new column": lambda df: df.assign(one=np.ones(len(df))),
    "a sum": lambda df: df.assign(a=df.a + np.ones(len(df.a))),
    "a frame": lambda df: pd.DataFrame({"one": np.ones(df.shape[0]), "a": df.a}),
}


def check(function: Callable[[Any], Any], rows: pd.DataFrame, *given: pd.DataFrame, **options: Any) -> None:
    transformer = FunctionTransformer(function).fit(rows)
    model = skl2tflite.convert(transformer, *given, **options)
    expected = np.asarray(transformer.transform(rows), dtype=float)
    np.testing.assert_allclose(model.transform(rows), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", CLIPPED | ALONG)
def test_functions_of_numbers(name: str) -> None:
    check((CLIPPED | ALONG)[name], NUMBERS)


@pytest.mark.parametrize("name", OF_CATEGORIES)
def test_functions_of_categories(name: str) -> None:
    check(OF_CATEGORIES[name], MIXED)


@pytest.mark.parametrize("name", OF_CATEGORIES | OF_DTYPES)
def test_with_rows_that_tell_dtypes(name: str) -> None:
    check((OF_CATEGORIES | OF_DTYPES)[name], MIXED, MIXED)


@pytest.mark.parametrize("name", OF_A_FIXED_BATCH)
@pytest.mark.parametrize("options", [{}, {"target": "micro"}], ids=str)
def test_arrays_of_as_many_rows(name: str, options: dict[str, Any]) -> None:
    check(OF_A_FIXED_BATCH[name], NUMBERS, **options)


def test_names_of_columns_go_on_to_an_encoder() -> None:
    names = FunctionTransformer(lambda df: pd.DataFrame({"best": df[["a", "b"]].idxmax(axis=1)}))
    pipeline = make_pipeline(names, OneHotEncoder(sparse_output=False)).fit(NUMBERS)
    np.testing.assert_array_equal(skl2tflite.convert(pipeline).transform(NUMBERS), pipeline.transform(NUMBERS))


def test_bins_as_text() -> None:
    bins = FunctionTransformer(lambda df: pd.DataFrame({"n": pd.cut(df.n, [0, 20, 40, np.inf]).astype(str)}))
    pipeline = make_pipeline(bins, OneHotEncoder(sparse_output=False, handle_unknown="ignore")).fit(MIXED)
    np.testing.assert_array_equal(skl2tflite.convert(pipeline, MIXED).transform(MIXED), pipeline.transform(MIXED))


@pytest.mark.parametrize("name", ["csr_matrix", "csc_matrix", "csr_array"])
def test_sparse_matrices_of_sparse_matrices(name: str) -> None:
    encoder = OneHotEncoder(handle_unknown="ignore")
    pipeline = make_pipeline(encoder, FunctionTransformer(lambda X: getattr(sp, name)(X))).fit(MIXED[["city"]])
    model = skl2tflite.convert(pipeline, MIXED[["city"]])
    expected = pipeline.transform(MIXED[["city"]]).toarray()
    np.testing.assert_array_equal(model.transform(MIXED[["city"]]), expected)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda df: df[["city"]].replace({"Rome": 0, "Oslo": "x"}), "use map"),
        (lambda df: pd.get_dummies(df), r"reindex\(columns="),
        (lambda df: pd.get_dummies(df[["city"]]).reindex(columns=["city_Rome"]), r"fill_value=0"),
        (lambda df: df[["a", "b"]].cumsum(), "depends on other rows; compute it in fit, or use axis=1"),
        (lambda df: df[["a", "b"]] / len(df), "the number of rows is until run time"),
        (lambda df: df.assign(a=df.a.combine(df.b, min)), "combine calls Python for every value"),
    ],
)
def test_refused_for_what_they_are(function: Any, reason: str) -> None:
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        skl2tflite.convert(FunctionTransformer(function).fit(MIXED), MIXED)


def test_rows_in_which_all_is_missing_have_no_greatest() -> None:
    transformer = FunctionTransformer(lambda df: pd.DataFrame({"m": df.idxmax(axis=1).map({"a": 1.0, "c": 2.0})}))
    rows = NUMBERS[["a", "c"]]
    model = skl2tflite.convert(transformer.fit(rows))
    with pytest.raises(skl2tflite.errors.NoAnswerError, match="Encountered all NA values"):
        model.transform(rows.assign(a=np.nan, c=np.nan))


def test_whether_something_is_missing_hangs_on_what_a_column_holds() -> None:
    missing = FunctionTransformer(lambda df: pd.DataFrame({"m": df.city.isna(), "a": df.a})).fit(MIXED)
    holes = MIXED.assign(city=MIXED.city.astype(object).mask(MIXED.a > 1, None))
    model = skl2tflite.convert(missing, holes)
    np.testing.assert_array_equal(model.transform(holes), missing.transform(holes).astype(float))
    with pytest.raises(
        ConversionError, match=r"only tests whether values of column 'city' are missing, .* give convert"
    ):
        skl2tflite.convert(missing)
    check(lambda df: df.assign(m=df.c.isna()), NUMBERS)
    check(lambda df: pd.DataFrame({"m": df.c.isna(), "c": df.c.fillna(0.0) * 2}), NUMBERS)
    check(lambda df: pd.DataFrame({"m": df.city.isna(), "c": df.city == "Rome"}), MIXED)


def test_categories_that_are_neither_text_nor_numbers() -> None:
    bins = FunctionTransformer(lambda df: pd.DataFrame({"n": pd.cut(df.n, [0, 20, 40, np.inf])}))
    pipeline = make_pipeline(bins, OneHotEncoder(handle_unknown="ignore")).fit(MIXED)
    with pytest.raises(UnsupportedEstimatorError, match="are of type Interval, neither text nor numbers"):
        skl2tflite.convert(pipeline, MIXED)
