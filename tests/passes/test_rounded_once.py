"""Rows that float32 computes as exactly as float64, so that XGBoost's thresholds stand where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest
from sklearn.base import TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, PolynomialFeatures

import skl2tflite
from skl2tflite.graph import DType, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.passes.rounded_once import rounded_once
from skl2tflite.runtime.micro import has_micro
from tests.backends.tflite.one_graph import run

xgboost = pytest.importorskip("xgboost")

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(1000, 7)).astype(np.float32).astype(float)
COUNTS = RANDOM.integers(0, 6, (1000, 7)).astype(float)
FACTORS = RANDOM.normal(size=7)
TARGETS = ["litert", *(["micro"] if has_micro() else [])]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "transformer",
    [Normalizer(), Normalizer("l1"), Normalizer("max"), PolynomialFeatures(3, include_bias=False)],
    ids=str,
)
def test_rows_a_few_units_from_thresholds(transformer: TransformerMixin, target: Literal["litert", "micro"]) -> None:
    """Thresholds are training rows' values: rows that float32 just tells from these go where XGBoost sends them."""
    labels = ROWS[:, 0] * ROWS[:, 1] > 0
    pipeline = make_pipeline(transformer, xgboost.XGBClassifier(n_estimators=50, n_jobs=1)).fit(ROWS, labels)
    model = skl2tflite.convert(pipeline, methods=("predict_proba",), target=target)
    units = RANDOM.integers(-8, 9, ROWS.shape) * 2.0**-24
    near = (ROWS * (1.0 + units)).astype(np.float32).astype(float)[: 1000 if target == "litert" else 200]
    np.testing.assert_allclose(model.predict_proba(near), pipeline.predict_proba(near), atol=1e-6)


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_multiples_of_the_training_rows(norm: str) -> None:
    """Divided by their norm they are the training rows, and stand on the thresholds."""
    labels = (COUNTS[:, 0] > COUNTS[:, 1]) ^ (COUNTS[:, 2] > COUNTS[:, 3])
    pipeline = make_pipeline(TfidfTransformer(norm=norm), xgboost.XGBClassifier(n_estimators=50, n_jobs=1))
    model = skl2tflite.convert(pipeline.fit(COUNTS, labels), methods=("predict_proba",))
    rows = np.vstack([COUNTS * factor for factor in (1, 2, 3, 5, 7)])
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x / xp.sqrt(xp.sum(xp.square(x), axis=1, keepdims=True)),
        lambda x: x * FACTORS + x[:, :1] / 3.0 - xp.abs(xp.sum(x, axis=1, keepdims=True) * x),
        lambda x: xp.where(x > 0, x * FACTORS, -x) / xp.max(xp.abs(x), axis=1, keepdims=True),
        lambda x: xp.concat([x, x * x * x], axis=1),
    ],
    ids=["norm", "sum", "max", "power"],
)
def test_numbers_are_those_of_float64(function: Callable[[Any], Any]) -> None:
    computed = run(lambda x: rounded_once(function(x)), ROWS)
    expected = function(ROWS).astype(np.float32)
    assert np.mean(run(function, ROWS) != expected) > 0.1
    np.testing.assert_array_equal(computed, expected)


def test_what_float32_does_not_hold() -> None:
    """A quotient by 0, and what follows from it, is infinite, not NaN: XGBoost takes NaN for missing."""
    x = np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 3.0]])
    given = run(lambda x: rounded_once((x[:, 0] / x[:, 1] + 0.1) * 2.0), x)
    np.testing.assert_array_equal(given, np.array([np.inf, -np.inf, (1 / 3 + 0.1) * 2.0], np.float32))


def test_other_operations_are_left() -> None:
    x = input_tensor("X", DType.FLOAT, (None, 3))
    assert rounded_once(xp.log(x) * 2.0) is None
    assert rounded_once(x @ np.eye(3)) is None
