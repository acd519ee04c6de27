"""Infinite numbers in arithmetic that stops at the greatest float32 number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.legalize.infinities import GREATEST
from skl2tflite.runtime.micro import has_micro

pytestmark = pytest.mark.skipif(not has_micro(), reason="tflite-micro is not installed")

ROWS = np.random.default_rng(0).integers(-1, 3, (60, 3)).astype(float)
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "times": lambda X: (X[:, [0]] + 1.0) / X[:, [1]] * X,
    "half": lambda X: 1.0 / X * np.array([0.5, 0.0, -2.0]),
    "divided": lambda X: 1.0 / X / np.array([2.0, 0.1, -7.0]),
    "less": lambda X: 1.0 / X - 1.0 / X[:, [1]],
    "and": lambda X: 1.0 / X + 1.0 / X[:, [1]],
    "over": lambda X: (1.0 / X) / (1.0 / X[:, [0]]),
    "below": lambda X: 3.0 / (1.0 / X),
    "logarithms": lambda X: np.log(np.abs(X)) * 2.0 - np.log(np.abs(X[:, [0]])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_results_are_those_of_infinity(name: str) -> None:
    """Infinity itself is the greatest number there."""
    step = FunctionTransformer(FUNCTIONS[name]).fit(ROWS)
    expected = np.clip(step.transform(ROWS), -GREATEST, GREATEST)
    np.testing.assert_allclose(skl2tflite.convert(step, target="micro").transform(ROWS), expected, rtol=1e-6)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_results_are_compared_with_infinity() -> None:
    step = FunctionTransformer(lambda X: np.isinf((X[:, [0]] + 1.0) / X * 0.5 - 1.0)).fit(ROWS)
    model = skl2tflite.convert(step, target="micro")
    np.testing.assert_array_equal(model.transform(ROWS), step.transform(ROWS))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_infinite_numbers_of_an_earlier_step() -> None:
    steps = FunctionTransformer(lambda X: 1.0 / X), FunctionTransformer(lambda X: X - X[:, [0]])
    trees = HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=3)
    pipeline = make_pipeline(*steps, trees).fit(ROWS, np.isnan(steps[1].transform(1.0 / ROWS)).any(axis=1))
    model = skl2tflite.convert(pipeline, target="micro", methods=("predict_proba",))
    np.testing.assert_allclose(model.predict_proba(ROWS), pipeline.predict_proba(ROWS), atol=1e-6)
