"""Thresholds that are values of training rows, behind float arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, Normalizer, StandardScaler

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.forest.op import TreeValues
from skl2tflite.forest.rounding import is_computed
from skl2tflite.graph import DType, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.plan import plan

xgboost = pytest.importorskip("xgboost")

ROWS = np.random.default_rng(0).integers(1, 6, (400, 4)).astype(float)
LABELS = (ROWS[:, 0] > ROWS[:, 1]).astype(int)


def test_rows_that_float32_computes_stay_on_their_side() -> None:
    """Normalized integers come again and again, and XGBoost splits at them."""
    pipeline = make_pipeline(Normalizer(), xgboost.XGBClassifier(n_estimators=20)).fit(ROWS[:300], LABELS[:300])
    for target in ("litert", "micro"):
        model = skl2tflite.convert(pipeline, target=target)
        np.testing.assert_allclose(model.predict_proba(ROWS), pipeline.predict_proba(ROWS), atol=1e-6)


def _forests(estimator: object) -> list:
    graphs = plan(Conversion(estimator)).graphs.values()
    return [node.op.forest for graph in graphs for node in graph.nodes() if isinstance(node.op, TreeValues)]


def test_thresholds_of_rows_as_they_are_stay() -> None:
    """So do those that a scaler is folded into."""
    alone = xgboost.XGBClassifier(n_estimators=3).fit(ROWS, LABELS)
    scaled = make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=3)).fit(ROWS, LABELS)
    computed = make_pipeline(FunctionTransformer(np.log1p), Normalizer(), xgboost.XGBClassifier(n_estimators=3)).fit(
        ROWS, LABELS
    )
    assert all(forest.cuts_at_values for forest in _forests(alone))
    just_below = np.nextafter(ROWS[:50].astype(np.float32), np.float32(0))
    for estimator in (alone, scaled):
        model = skl2tflite.convert(estimator)
        np.testing.assert_allclose(model.predict_proba(just_below), estimator.predict_proba(just_below), atol=1e-6)
    assert not any(forest.cuts_at_values for forest in _forests(computed))


def test_what_counts_as_computed() -> None:
    x = input_tensor("X", DType.FLOAT, (None, 3))
    for kept in (
        x,
        xp.take(x, [0, 2], axis=1),
        xp.where(x > 0, x, np.nan),
        xp.astype(x > 0, float),
        xp.maximum(x, 0.0),
    ):
        assert not is_computed(kept)
    for made in (x * 2.0, xp.concat([x, xp.sqrt(x)], axis=1), xp.take(x / 3.0, [0], axis=1)):
        assert is_computed(made)


def test_thresholds_of_columns_that_only_pass_stay_beside_computed_ones() -> None:
    """A number of the rows just below a training value is below it, whatever another column has in its last digits."""
    step = FunctionTransformer(lambda X: np.c_[X, np.log(X[:, 2] * X[:, 3])])
    labels = LABELS ^ (ROWS[:, 2] * ROWS[:, 3] > 6)
    pipeline = make_pipeline(step, xgboost.XGBClassifier(n_estimators=5)).fit(ROWS, labels)
    just_below = ROWS.astype(np.float32)
    just_below[:, :2] = np.nextafter(just_below[:, :2], np.float32(0))
    model = skl2tflite.convert(pipeline)
    np.testing.assert_allclose(model.predict_proba(just_below), pipeline.predict_proba(just_below), atol=1e-6)
    (forest,) = _forests(pipeline)[:1]
    assert {0, 1, 4} <= set(forest.feature[~forest.is_leaf].tolist())
