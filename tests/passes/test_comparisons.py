"""Comparisons with constants behind transformers: scikit-learn's float64 says on which side a row lies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    PowerTransformer,
    StandardScaler,
)

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

WHOLE = np.stack([np.arange(-9.0, 12.0), np.arange(-9.0, 33.0, 2.0)], axis=1)
"""Both midpoints, 1 and 11, are scaled to what is not quite 0 in float64, and is 0 in float32."""


def above(X: Any) -> Any:
    return np.where(X > 0, 1.0, np.where(X == 0, 5.0, 2.0 * (X >= -0.5)))


def below(X: Any) -> Any:
    return (0.0 < X) & (X <= 0.5) | (X != 0.2)


READERS: dict[str, Any] = {
    "Binarizer": Binarizer(),
    "Binarizer, a tenth": Binarizer(threshold=0.1),
    "Binarizer, a float64": Binarizer(threshold=np.float64(0.3)),
    "bins": KBinsDiscretizer(6, encode="ordinal", strategy="uniform"),
    "bins, one by one": KBinsDiscretizer(4, encode="onehot-dense", strategy="uniform"),
    "signs": FunctionTransformer(np.sign),
    "a function": FunctionTransformer(above),
    "another function": FunctionTransformer(below),
    "imputer": SimpleImputer(missing_values=0, strategy="constant", fill_value=7),
    "indicator": MissingIndicator(missing_values=0, features="all"),
}
SCALERS: dict[str, Any] = {
    "to both sides": MinMaxScaler((-1, 1)),
    "to 1": MinMaxScaler(),
    "standard": StandardScaler(),
    "falling": make_pipeline(MinMaxScaler((-1, 1)), FunctionTransformer(np.negative)),
    "imputed": make_pipeline(SimpleImputer(), MinMaxScaler((-1, 1))),
    "power": PowerTransformer(),
}


@pytest.mark.parametrize("scaler", SCALERS)
@pytest.mark.parametrize("reader", READERS)
def test_rows_lie_on_the_side_where_scikit_learn_has_them(scaler: str, reader: str) -> None:
    pipeline = make_pipeline(clone(SCALERS[scaler]), clone(READERS[reader])).fit(WHOLE)
    rows = WHOLE
    if scaler == "imputed" and not isinstance(READERS[reader], SimpleImputer | MissingIndicator):
        rows = np.concatenate([WHOLE, [[np.nan, 0.0]]])
    expected = np.asarray(pipeline.transform(rows), dtype=np.float64)
    answer = np.asarray(skl2tflite.convert(pipeline).transform(rows), dtype=np.float64)
    np.testing.assert_allclose(answer, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def test_naive_bayes_of_what_is_above() -> None:
    labels = WHOLE[:, 0] > 1
    pipeline = make_pipeline(MinMaxScaler((-1, 1)), BernoulliNB()).fit(WHOLE, labels)
    answer = skl2tflite.convert(pipeline).predict_proba(WHOLE)
    np.testing.assert_allclose(answer, pipeline.predict_proba(WHOLE), atol=1e-6)


def test_comparisons_are_made_in_front_of_the_scaler() -> None:
    pipeline = make_pipeline(MinMaxScaler((-1, 1)), Binarizer()).fit(WHOLE)
    assert "multiply" not in str(
        plan(Conversion(pipeline), ConversionOptions(methods=("transform",))).graphs["transform"]
    )


def test_values_between_columns_that_are_mixed_stay_as_they_are() -> None:
    mixed = FunctionTransformer(lambda X: np.concatenate([X[:, :1], X[:, :1] * X[:, 1:]], axis=1))
    pipeline = Pipeline([("scale", MinMaxScaler((-1, 1))), ("mix", mixed), ("cut", Binarizer())]).fit(WHOLE)
    answer = skl2tflite.convert(pipeline).transform(WHOLE)
    np.testing.assert_array_equal(answer[:, 0], pipeline.transform(WHOLE)[:, 0])
