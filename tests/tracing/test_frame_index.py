"""The index in functions of DataFrames: new frames and columns may take over that of others, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.errors import ConversionError

RANDOM = np.random.default_rng(0)
FRAME = pd.DataFrame({"a": RANDOM.normal(5, 1, 60), "b": RANDOM.uniform(1, 9, 60), "k": RANDOM.integers(0, 5, 60)})


def filled_by_index(df: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(index=df.index)
    out["one"] = 1
    out["ratio"] = df["a"] / df["b"]
    return out


def filled_from_nothing(df: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame()
    out["a"] = df["a"]
    out["log"] = np.log(df["b"])
    return out


def made_of_a_number(df: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(0.5, index=df.index, columns=["u", "v"])
    out["u"] = df["a"]
    return out


def a_column_of_a_number(df: pd.DataFrame) -> pd.DataFrame:
    column = pd.Series(0.0, index=df.index)
    column[df["b"] > 5] = 2.0
    return df.assign(new=column, whole=pd.Series(np.where(df["a"] > 5, 1, 0), index=df.index))


def taken_by_labels(df: pd.DataFrame) -> pd.DataFrame:
    return df.loc[df.index, ["b", "a"]]


@pytest.mark.parametrize("target", ["litert", "micro"])
@pytest.mark.parametrize("given", [False, True], ids=["without rows", "with rows"])
@pytest.mark.parametrize(
    "function", [filled_by_index, filled_from_nothing, made_of_a_number, a_column_of_a_number, taken_by_labels]
)
def test_frames_and_columns_of_the_same_rows(function: Any, given: bool, target: str) -> None:
    if target == "micro":
        pytest.importorskip("tflite_micro")
    pipeline = make_pipeline(FunctionTransformer(function), LinearRegression()).fit(FRAME, RANDOM.normal(size=60))
    model = skl2tflite.convert(pipeline, FRAME if given else None, target=target)
    rows = FRAME.sample(20, random_state=0)
    np.testing.assert_allclose(model.predict(rows), pipeline.predict(rows), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda df: df.assign(i=df.index), "column 'i' cannot be made of the index"),
        (lambda df: df.assign(i=np.asarray(df.index)), r"labels of rows \(the index\) cannot be used as values"),
        (lambda df: df.assign(i=len(df.index)), "number of rows is known only at run time"),
        (lambda df: df.assign(i=df.index.to_series() * 1.0), "'to_series' of an index cannot be recorded"),
    ],
    ids=["column", "array", "length", "method"],
)
def test_labels_are_no_values(function: Any, message: str) -> None:
    pipeline = make_pipeline(FunctionTransformer(function), LinearRegression()).fit(FRAME, RANDOM.normal(size=60))
    with pytest.raises(ConversionError, match=message):
        skl2tflite.convert(pipeline)
