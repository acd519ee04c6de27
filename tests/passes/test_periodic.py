"""Sines and cosines of whole numbers in front of trees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skl2tflite
from skl2tflite.passes.periodic import between, spread
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]
RANDOM = np.random.default_rng(0)
HOURS = np.column_stack([RANDOM.integers(0, 24, 300), RANDOM.integers(1, 13, 300)]).astype(float)
LABELS = ((HOURS[:, 0] > 12) ^ (HOURS[:, 1] < 6)).astype(int)


def waves(X: Any) -> Any:
    """Return where hours and months lie on a circle."""
    hour, month = 2 * np.pi * X[:, [0]] / 24, 2 * np.pi * X[:, 1] / 12
    return np.column_stack([np.sin(hour), np.cos(hour), np.sin(month), np.cos(month)])


def readers() -> list[Any]:
    """Return estimators that split between numbers that float32 cannot tell apart."""
    lightgbm = pytest.importorskip("lightgbm")
    xgboost = pytest.importorskip("xgboost")
    return [
        HistGradientBoostingClassifier(max_iter=10),
        RandomForestClassifier(10, random_state=0),
        lightgbm.LGBMClassifier(n_estimators=10, min_child_samples=2, verbose=-1),
        xgboost.XGBClassifier(n_estimators=10),
    ]


@pytest.mark.parametrize("target", TARGETS)
def test_whole_numbers_reach_the_leaves_that_they_reach_in_float64(target: Any) -> None:
    rows = HOURS[:60]
    for reader in readers():
        pipeline = make_pipeline(FunctionTransformer(waves), reader).fit(HOURS, LABELS)
        model = skl2tflite.convert(pipeline, target=target, methods=("predict_proba",))
        np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-5)


def _of_the_day(X: Any) -> Any:
    """Return where minutes lie on the circle of a day, both columns at once."""
    return np.hstack([np.sin(2 * np.pi * X / 1440), np.cos(2 * np.pi * X / 1440)])


@pytest.mark.parametrize(
    ("function", "steps", "n_columns"),
    [
        (_of_the_day, 1440, 1),
        (_of_the_day, 1440, 2),
        (lambda X: np.sin(X * (2 * np.pi / np.array([24.0, 7.0]))), 24, 2),
    ],
    ids=["one column", "several columns", "a period for each column"],
)
def test_columns_of_matrices_and_minutes_of_a_day(function: Any, steps: int, n_columns: int) -> None:
    """Every number is on the side of every threshold on which it is in float64."""
    rows = np.random.default_rng(5).integers(0, steps, (2000, n_columns)).astype(float)
    labels = np.random.default_rng(6).integers(0, 2, 2000)
    trees = HistGradientBoostingClassifier(max_iter=10, min_samples_leaf=1)
    pipeline = make_pipeline(FunctionTransformer(function), trees).fit(rows, labels)
    model = skl2tflite.convert(pipeline, methods=("predict_proba",))
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-5)


def test_other_numbers_are_computed() -> None:
    """Between whole numbers, below 0 and beyond the table."""
    pipeline = make_pipeline(FunctionTransformer(waves), RandomForestClassifier(5, random_state=0)).fit(HOURS, LABELS)
    rows = np.array([[0.25, 1.5], [-3.3, 13.25], [400.3, 700.7]])
    model = skl2tflite.convert(pipeline)
    np.testing.assert_allclose(model.predict_proba(rows), pipeline.predict_proba(rows), atol=1e-6)


def test_numbers_stay_on_their_sides_of_thresholds_that_are_moved_apart() -> None:
    cuts = np.array([-1e-16, 1e-35, 1.2e-16, 0.25881904510252074, 0.2588190451025211, 0.9])
    values = np.array([-0.5, -1e-16, 0.0, 1.1e-16, 0.2588190451025207, 0.25881904510252085, 0.3, 1.0])
    moved = spread(cuts)
    assert (np.diff(moved) > 0).all()
    placed = between(values, cuts, moved)
    np.testing.assert_array_equal(placed, placed.astype(np.float32))
    np.testing.assert_array_equal(placed[:, np.newaxis] <= moved, values[:, np.newaxis] <= cuts)
