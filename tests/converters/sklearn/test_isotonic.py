"""Isotonic regression of vectors and of columns, as scikit-learn takes either, whichever it was fitted on."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.errors import InvalidInputError

VECTOR = np.random.default_rng(0).normal(size=80)
TARGET = VECTOR + np.random.default_rng(1).normal(size=80)
FITTED = {
    "vector": IsotonicRegression(out_of_bounds="clip").fit(VECTOR, TARGET),
    "column": IsotonicRegression(out_of_bounds="clip").fit(VECTOR[:, np.newaxis], TARGET),
    "pipeline": make_pipeline(IsotonicRegression(out_of_bounds="clip")).fit(VECTOR, TARGET),
    "search": GridSearchCV(IsotonicRegression(out_of_bounds="clip"), {"increasing": [True]}).fit(VECTOR, TARGET),
}
ROWS = {
    "vector": VECTOR,
    "list": VECTOR.tolist(),
    "column": VECTOR[:, np.newaxis],
    "series": pd.Series(VECTOR, index=np.arange(80)[::-1] + 100),
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("fitted", FITTED)
def test_vectors_and_columns(fitted: str, rows: str) -> None:
    estimator: Any = FITTED[fitted]
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(estimator, ROWS[rows])))
    np.testing.assert_allclose(model.predict(ROWS[rows]), estimator.predict(ROWS[rows]), rtol=0, atol=3e-6)


def test_vectors_are_refused_where_scikit_learn_refuses_them() -> None:
    model = skl2tflite.convert(LinearRegression().fit(VECTOR[:, np.newaxis], TARGET))
    with pytest.raises(InvalidInputError, match=r"use X.reshape\(-1, 1\) for a single feature"):
        model.predict(VECTOR)
