"""Functions that pandas calls for each value or each row, with branches."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.errors import NoAnswerError, UnsupportedEstimatorError
from skl2tflite.runtime.micro import has_micro

TARGETS: list[Any] = ["litert", *(["micro"] if has_micro() else [])]
TABLE = pd.DataFrame(
    {
        "a": [1.0, 25.0, 40.0, np.nan, 70.0, 16.0],
        "n": [0, 3, 1, 7, 2, 2],
        "city": ["Rome", "Oslo", "Rome", "Bern", None, "Oslo"],
    }
)
CODES = {2: 5, 3: 2, 7: 1}
SCORES = {"Rome": 2, "Oslo": 1}


def band(value: float, top: float = 30.0) -> float:
    """Return a number for each band, as users write it."""
    if value < 10:
        return 0
    if value < top:
        return 1
    return math.sqrt(value) if value >= top else -1


def points(row: Any) -> Any:
    """Return a score that several columns add to."""
    total = 0
    if row["a"] > 20:
        total += 1
    if row["city"] == "Rome" and row["n"] < 5:
        total += 2
    return total


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "if": lambda df: df[["n"]].assign(s=df.a.apply(lambda v: 1 if v > 30 else 0)),
    "several": lambda df: df[["n"]].assign(s=df.a.map(band), t=df.a.apply(band, top=50.0)),
    "among text": lambda df: df[["n"]].assign(s=df.city.map(lambda c: 1 if c in ("Rome", "Bern") else 0)),
    "a dictionary": lambda df: df[["n"]].assign(s=df.city.apply(lambda c: SCORES.get(c, 0))),
    "missing": lambda df: df[["n"]].assign(s=df.a.apply(lambda v: -1 if pd.isna(v) else round(v / 3, 1))),
    "int": lambda df: df[["n"]].assign(s=df.a.apply(lambda v: int(v > 20))),
    "text of numbers": lambda df: df[["n"]].assign(
        s=df.a.apply(lambda v: "old" if v > 30 else "young").map({"old": 5, "young": 6})
    ),
    "rows": lambda df: df[["n"]].assign(s=df.apply(points, axis=1)),
    "rows of numbers": lambda df: df[["n"]].assign(
        s=df[["a", "n"]].apply(lambda r: r["a"] / r["n"] if r["n"] != 0 else 0, axis=1),
        t=df[["a", "n"]].apply(lambda r: r.max() - min(r["n"], 5), axis=1),
    ),
    "is text": lambda df: df[["n"]].assign(s=df.city.apply(lambda c: 1 if isinstance(c, str) else 0)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_row_takes_its_own_way(name: str) -> None:
    transformer = FunctionTransformer(FUNCTIONS[name]).fit(TABLE)
    expected = transformer.transform(TABLE).to_numpy(float)
    for target in TARGETS:
        model = skl2tflite.convert(transformer, TABLE, target=target)
        np.testing.assert_allclose(model.transform(TABLE), expected, rtol=1e-6)


def test_rows_for_which_python_raises_have_no_answer() -> None:
    table = TABLE[TABLE.n > 1][["n"]]
    for function in (lambda v: 12 / v, lambda v: math.log(v), lambda v: CODES[v]):
        transformer = FunctionTransformer(lambda df, f=function: df.assign(s=df.n.map(f))).fit(table)
        model = skl2tflite.convert(transformer, table)
        np.testing.assert_allclose(model.transform(table), transformer.transform(table), rtol=1e-6)
        with pytest.raises(NoAnswerError, match="Error"):
            model.transform(TABLE[["n"]])


def test_too_many_branches_are_refused() -> None:
    def many(v: Any) -> Any:
        return sum(1 for i in range(8) if v * v % (i + 2) > 1)

    with pytest.raises(UnsupportedEstimatorError, match="too many branches"):
        skl2tflite.convert(FunctionTransformer(lambda df: df[["n"]].map(many)).fit(TABLE), TABLE)


def test_text_that_replace_does_not_know_has_no_answer() -> None:
    """pandas leaves it beside numbers, and scikit-learn raises an error."""
    table = pd.DataFrame({"own": ["yes", "no", "yes", "no"], "a": [1.0, 2.0, 3.0, 4.0]})
    pipeline = make_pipeline(FunctionTransformer(lambda df: df.replace({"yes": 1, "no": 0})), LogisticRegression()).fit(
        table, [1, 0, 1, 0]
    )
    model = skl2tflite.convert(pipeline, table)
    np.testing.assert_array_equal(model.predict(table), pipeline.predict(table))
    with pytest.raises(NoAnswerError, match="replace leaves text"):
        model.predict(table.assign(own=["yes", "no", "perhaps", "no"]))


@pytest.mark.parametrize("name", ["iterrows", "itertuples"])
def test_loops_over_rows_are_refused_for_what_they_are(name: str) -> None:
    step = FunctionTransformer(lambda df: np.array([[each[0]] for each in getattr(df, name)()])).fit(TABLE)
    with pytest.raises(UnsupportedEstimatorError, match="a loop over rows of a DataFrame"):
        skl2tflite.convert(step, TABLE)


TWO_STEPS = {
    "frame": lambda df: df.replace("yes", 1).replace("no", 0),
    "column": lambda df: df[["a"]].assign(own=df["own"].replace("yes", 1).replace({"no": 0}) * 2),
    "one column of a frame": lambda df: df.replace({"own": {"yes": 1}}).replace({"own": {"no": 0}}),
    "the first wins": lambda df: df.replace("yes", 1).replace({"yes": 5, "no": 0}),
}


@pytest.mark.parametrize("name", TWO_STEPS)
def test_text_that_becomes_numbers_in_two_steps(name: str) -> None:
    """In between there is text beside numbers, which nothing reads."""
    table = pd.DataFrame({"own": ["yes", "no", "yes", "no"], "a": [1.0, 2.0, 3.0, 4.0]})
    pipeline = make_pipeline(FunctionTransformer(TWO_STEPS[name]), LogisticRegression()).fit(table, [1, 0, 0, 0])
    model = skl2tflite.convert(pipeline, table)
    np.testing.assert_allclose(model.predict_proba(table), pipeline.predict_proba(table), rtol=1e-5)
    with pytest.raises(NoAnswerError, match="replace leaves text that is none of 'yes', 'no'"):
        model.predict(table.assign(own="perhaps"))


def test_truth_values_beside_floats_are_added_as_pandas_adds_them() -> None:
    table = pd.DataFrame({"p": [True, True, False, False], "q": [True, False, True, False], "a": [1.5, 2.5, 0.5, 3.0]})
    transformer = FunctionTransformer(
        lambda df: df.assign(
            s=df.p + df.q,
            m=np.select([df.p & df.q, df.p], [df.a, 2.0], 0.0),
            t=df.p.astype(str).map({"True": 1, "False": 0}),
            n=~df[["q"]].to_numpy()[:, 0],
        )
    ).fit(table)
    model = skl2tflite.convert(transformer, table)
    np.testing.assert_array_equal(model.transform(table), transformer.transform(table).to_numpy(float))


def test_dummies_of_known_categories() -> None:
    table = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"], "a": [5.0, 40.0, 80.0]})
    functions: list[Callable[[Any], Any]] = [
        lambda df: pd.get_dummies(
            df.assign(city=pd.Categorical(df.city, categories=["Oslo", "Rome"])), columns=["city"], drop_first=True
        ),
        lambda df: pd.get_dummies(
            df[["a"]].assign(g=pd.cut(df.a, [-np.inf, 20, 60, np.inf], labels=["low", "mid", "high"])), dtype=int
        ),
        lambda df: (
            pd.get_dummies(df, columns=["city"])
            .drop(columns="a")
            .reindex(columns=["city_Oslo", "city_Rome"], fill_value=0)
        ),
    ]
    for function in functions:
        transformer = FunctionTransformer(function).fit(table)
        model = skl2tflite.convert(transformer, table)
        np.testing.assert_array_equal(model.transform(table), transformer.transform(table).to_numpy(float))


@pytest.mark.parametrize(
    "expression",
    [
        "s = a / (n + 1) ** 2 - 1",
        "s = `a b` + a\nt = s > 10 & n < 5 | not flag",
        "s = log1p(a) * (0 < n <= 2)",
        "s = city in ['Rome', 'Bern']\nt = city == 'Oslo'",
        "s = a.clip(2, 30)",
    ],
)
def test_expressions_of_columns(expression: str) -> None:
    table = pd.DataFrame(
        {
            "city": ["Rome", "Oslo", "Bern", "Rome"],
            "a": [5.0, 40.0, 80.0, 1.5],
            "a b": [1.0, -2.0, 3.0, 0.5],
            "n": [2, 0, 7, 1],
            "flag": [True, False, True, False],
        }
    )
    transformer = FunctionTransformer(lambda df: df.eval(expression).drop(columns=["city", "flag"])).fit(table)
    model = skl2tflite.convert(transformer, table)
    np.testing.assert_allclose(model.transform(table), transformer.transform(table).to_numpy(float), rtol=1e-6)


def test_expressions_with_variables_are_refused_by_name() -> None:
    table = pd.DataFrame({"a": [5.0, 40.0]})
    limit = 3.0
    transformer = FunctionTransformer(lambda df: df.assign(b=limit).eval("s = a > @limit")).fit(table)
    with pytest.raises(UnsupportedEstimatorError, match="eval of 's = a > @limit' cannot be recorded"):
        skl2tflite.convert(transformer, table)


def test_case_when_and_nullable_integers_of_mapped_text() -> None:
    table = pd.DataFrame({"city": ["Rome", "Oslo", "Rome"], "a": [5.0, 40.0, 80.0]})
    transformer = FunctionTransformer(
        lambda df: pd.DataFrame(
            {
                "c": df.city.map({"Rome": 1, "Oslo": 2}).astype("Int64").astype(float),
                "s": df.a.case_when([(df.a < 10, 0.0), (df.a < 50, 1.0)]),
            }
        )
    ).fit(table)
    model = skl2tflite.convert(transformer, table)
    np.testing.assert_array_equal(model.transform(table), transformer.transform(table).to_numpy(float))
