"""Estimators and functions whose answers for integers are others than for the same numbers as floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.linear_model import LogisticRegression
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError
from skl2tflite.verify.integer_arithmetic import computes_in_integers

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.integers(0, 256, (200, 3)).astype(np.uint8)
LABELS = (ROWS[:, 0] > ROWS[:, 1]).astype(int)


def ratio(X: Any) -> Any:
    return np.c_[X, (X[:, [0]] - X[:, [1]]) / (X[:, [0]] + X[:, [1]] + 1.0)]


def test_a_function_that_wraps_around_is_refused_by_its_place() -> None:
    pipeline = make_pipeline(StandardScaler(), FunctionTransformer(ratio), RandomForestClassifier(5))
    pipeline.fit(ROWS, LABELS)
    skl2tflite.convert(pipeline, ROWS)  # the function gets floats
    pipeline = make_pipeline(FunctionTransformer(ratio), RandomForestClassifier(5, random_state=0)).fit(ROWS, LABELS)
    with pytest.raises(ConversionError, match=r"Pipeline\['functiontransformer'\] .* rows of uint8"):
        skl2tflite.convert(pipeline, ROWS)
    model = skl2tflite.convert(pipeline, ROWS.astype(float))
    np.testing.assert_array_equal(model.predict(ROWS.astype(float)), pipeline.predict(ROWS.astype(float)))


@pytest.mark.parametrize("estimator", [GaussianMixture(2), AdditiveChi2Sampler()], ids=str)
def test_an_estimator_that_does_is_refused_by_name(estimator: Any) -> None:
    estimator.fit(ROWS.astype(float))
    with pytest.raises(ConversionError, match=f"{type(estimator).__name__} answers otherwise for rows of uint8"):
        skl2tflite.convert(estimator, ROWS)
    skl2tflite.convert(estimator, ROWS.astype(float))


def test_columns_of_a_frame_are_named_by_their_dtypes() -> None:
    frame = pd.DataFrame(ROWS, columns=["a", "b", "c"]).astype({"c": float})
    step = FunctionTransformer(lambda X: X.assign(d=X["a"] * 2)).fit(frame)
    reason = computes_in_integers(Conversion(step, frame), ["transform"])
    assert reason is not None
    assert "rows of uint8 than" in reason
    assert computes_in_integers(Conversion(step, frame.astype(float)), ["transform"]) is None


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64", "bool"])
def test_most_answer_the_same(dtype: str) -> None:
    rows = (ROWS > 100).astype(dtype) if dtype == "bool" else ROWS.astype(dtype)
    pipeline = make_pipeline(FunctionTransformer(lambda X: X / 255.0), LogisticRegression()).fit(rows, LABELS)
    assert computes_in_integers(Conversion(pipeline, rows), ["predict_proba"]) is None
    np.testing.assert_allclose(
        skl2tflite.convert(pipeline, rows).predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6
    )
