"""Encoders and imputers on tables drawn at random: the same answer as scikit-learn's for every cell, or both refuse."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, TargetEncoder

import skl2tflite
from skl2tflite.errors import InvalidInputError
from tests.comparing import dense

pytestmark = pytest.mark.filterwarnings("ignore")

WORDS = [
    "",
    " ",
    "a",
    "A",
    "á",
    "á",
    "1",
    "1.0",
    "01",
    "nan",
    "None",
    "NaN",
    "<NA>",
    "日本",
    "🎉",
    "x\0",
    "x",
    "x" * 300,
]
TEXT = st.one_of(st.sampled_from(WORDS), st.text(max_size=4).filter(lambda text: text[:1] not in ("\uffff", "\ufffe")))
MISSING = st.sampled_from([None, np.nan])
NUMBERS = st.one_of(
    st.integers(-3, 3).map(float), st.sampled_from([0.1, 0.5, -0.0, 1e-30, 2.0**24, 3e38]), st.just(np.nan)
)
WHOLE = st.one_of(st.integers(-3, 3), st.sampled_from([2**24, 2**24 + 1, 2**24 + 2, -(2**31), 2**31 - 1]))


def column(cells: st.SearchStrategy[Any], dtype: Any, rows: int) -> st.SearchStrategy[pd.Series]:
    return st.lists(cells, min_size=rows, max_size=rows).map(lambda values: pd.Series(values, dtype=dtype))


@st.composite
def tables(
    draw: st.DrawFn, whole: st.SearchStrategy[int] = WHOLE, fit_rows: int = 8, more_rows: int = 6
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows to fit on, and others: with what was seen, and what was not."""
    frame = {}
    for name in draw(st.lists(st.sampled_from(["a", "ü b", "c/d"]), min_size=1, max_size=2, unique=True)):
        kind = draw(st.sampled_from(["text", "holes", "numbers", "whole"]))
        cells, dtype = {
            "text": (TEXT, object), "holes": (st.one_of(TEXT, TEXT, MISSING), object), "numbers": (NUMBERS, float),
            "whole": (whole, np.int64),
        }[kind]  # fmt: skip
        fitted = draw(column(cells, dtype, fit_rows))
        strange = st.one_of(cells, MISSING) if dtype is object else cells
        frame[name] = pd.concat(
            [fitted, draw(column(st.one_of(st.sampled_from(fitted.tolist()), strange), dtype, more_rows))]
        )
    both = pd.DataFrame({name: values.reset_index(drop=True) for name, values in frame.items()})
    for name, values in both.items():
        if values.dtype == float:  # what float32 does not hold is rounded once
            both[name] = values.astype(np.float32).astype(float)
    return both[:fit_rows], both[fit_rows:].reset_index(drop=True)


ENCODERS = st.one_of(
    st.builds(
        OneHotEncoder,
        drop=st.sampled_from([None, "first", "if_binary"]),
        handle_unknown=st.sampled_from(["error", "ignore", "infrequent_if_exist", "warn"]),
        min_frequency=st.sampled_from([None, 2, 0.3]),
        max_categories=st.sampled_from([None, 2]),
        sparse_output=st.booleans(),
        dtype=st.sampled_from([np.float64, np.int64]),
    ),
    st.builds(
        OrdinalEncoder,
        handle_unknown=st.just("use_encoded_value"),
        unknown_value=st.sampled_from([-1, np.nan]),
        encoded_missing_value=st.sampled_from([np.nan, -2]),
        min_frequency=st.sampled_from([None, 2]),
    ),
    st.builds(OrdinalEncoder, encoded_missing_value=st.sampled_from([np.nan, -2])),
    st.builds(TargetEncoder, target_type=st.just("continuous")),
)
IMPUTERS = st.builds(
    SimpleImputer,
    missing_values=st.sampled_from([np.nan, None]),
    strategy=st.sampled_from(["most_frequent", "constant"]),
    fill_value=st.none(),
    add_indicator=st.booleans(),
    keep_empty_features=st.booleans(),
)


def answer(estimator: Any, rows: Any) -> Any:
    return dense(estimator.transform(rows)).astype(float)


def check(estimator: Any, frame: pd.DataFrame, rows: pd.DataFrame, categories: str) -> None:
    """Compare on each row alone and on all: where scikit-learn raises, the model refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            estimator.fit(frame, np.arange(len(frame)) % 3 * 1.0)
            answer(estimator, frame)
        except (ValueError, TypeError):
            assume(False)
        model = skl2tflite.convert(estimator, categories=categories)
        np.testing.assert_allclose(model.transform(frame), answer(estimator, frame), rtol=1e-6)
        for i in range(len(rows)):
            row = rows[i : i + 1]
            try:
                expected = answer(estimator, row)
            except (ValueError, TypeError):
                with pytest.raises(InvalidInputError):
                    model.transform(row)
            else:
                np.testing.assert_allclose(model.transform(row), expected, rtol=1e-6, err_msg=str(row))


CASES = settings(phases=[Phase.generate], max_examples=20, suppress_health_check=list(HealthCheck))


@CASES
@given(tables(), ENCODERS, st.sampled_from(["strings", "codes"]))
def test_encoders(drawn: tuple[pd.DataFrame, pd.DataFrame], encoder: Any, categories: str) -> None:
    frame, rows = drawn
    if categories == "codes":
        lines = frame.map(lambda cell: isinstance(cell, str) and ("\n" in cell or "\r" in cell))
        assume(not lines.to_numpy().any())
    check(encoder, frame, rows, categories)


@CASES
@given(tables(st.integers(-3, 3)), IMPUTERS, ENCODERS)  # imputed integers beyond 2²⁴ are refused
def test_imputers_before_encoders(drawn: tuple[pd.DataFrame, pd.DataFrame], imputer: Any, encoder: Any) -> None:
    frame, rows = drawn
    name = frame.columns[0]
    indicator = MissingIndicator(missing_values=imputer.missing_values, features="all")
    both = ColumnTransformer([("encode", make_pipeline(imputer, encoder), [name]), ("missing", indicator, [name])])
    check(both, frame, rows, "strings")
