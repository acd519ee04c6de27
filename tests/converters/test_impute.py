"""Imputers fitted on what the sweep does not hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import MissingIndicator, SimpleImputer

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidInputError

HOLES = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 4.0], [2.0, np.nan, np.nan], [2.0, np.nan, 9.5]])


def test_text_as_output_is_refused() -> None:
    imputer = SimpleImputer(strategy="most_frequent").fit(pd.DataFrame({"a": ["x", "y", None], "b": ["u", "u", "v"]}))
    with pytest.raises(ConversionError, match=r"transform has no numbers to give: column 'a' holds strings"):
        skl2tflite.convert(imputer)


def test_pandas_na_is_nan() -> None:
    frame = pd.DataFrame({"a": pd.array([1, None, 4], dtype="Int64"), "b": pd.array([None, 2.5, 3.5], dtype="Float64")})
    imputer = SimpleImputer(missing_values=pd.NA).fit(frame)
    np.testing.assert_array_equal(skl2tflite.convert(imputer).transform(frame), imputer.transform(frame))


@pytest.mark.parametrize("strategy", ["most_frequent", "constant"])
def test_statistics_of_integers_stay_integers(strategy: str) -> None:
    X = np.array([[1, 7], [1, -1], [-1, 7]])
    imputer = SimpleImputer(missing_values=-1, strategy=strategy, fill_value=5).fit(X)
    np.testing.assert_array_equal(skl2tflite.convert(imputer, X).transform(X), imputer.transform(X))


def test_a_number_for_what_is_missing_allows_no_nan() -> None:
    X = np.array([[1.0, -1.0], [2.0, 3.0]])
    for estimator in (SimpleImputer(missing_values=-1), MissingIndicator(missing_values=-1)):
        with pytest.raises(InvalidInputError, match="contains NaN"):
            skl2tflite.convert(estimator.fit(X)).transform([[np.nan, 1.0]])


def test_columns_missing_at_fit_are_dropped_and_still_indicated() -> None:
    imputer = SimpleImputer(add_indicator=True).fit(HOLES)
    model = skl2tflite.convert(imputer)
    assert model.transform(HOLES).shape == (4, 5)
    with pytest.warns(UserWarning, match="Skipping features"):
        np.testing.assert_array_equal(model.transform(HOLES), imputer.transform(HOLES.astype(np.float32)))


def test_one_row_and_values_missing_only_at_run_time() -> None:
    X = np.arange(12.0).reshape(4, 3)
    imputer = SimpleImputer(strategy="median").fit(X)
    row = np.array([[np.nan, 1.0, np.nan]])
    np.testing.assert_array_equal(skl2tflite.convert(imputer).transform(row), imputer.transform(row))
