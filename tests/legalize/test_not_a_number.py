"""NaN behind operations that lose it on a target: where it may be, what is put there, and what it costs elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.backends.tflite.lowering.legality import TargetOperations
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.graph import DType, Graph, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.legalize import legalize
from skl2tflite.legalize.not_a_number import may_be_nan

ROWS = np.random.default_rng(0).normal(size=(9, 4))
ROWS[0, 1], ROWS[3], ROWS[5, 3] = np.nan, np.nan, -np.nan
WEIGHTS = np.random.default_rng(1).normal(size=(4, 3))
LOSING = {
    "maximum": lambda x: xp.maximum(x, x[:, ::-1]),
    "minimum of an array": lambda x: xp.minimum(WEIGHTS[:, 0], x),
    "elu": lambda x: apply(ops.Elu(), x),
    "linear": lambda x: xp.linear(x, WEIGHTS, np.ones(3)),
    "linear relu": lambda x: apply(ops.Linear("relu"), x, WEIGHTS, np.ones(3)),
    "product": lambda x: xp.matmul(x, WEIGHTS),
    "expm1": xp.expm1,
}


@pytest.mark.parametrize("name", LOSING)
def test_nan_is_put_back_where_it_may_be(name):
    for allows_nan in (True, False):
        x = input_tensor("x", DType.FLOAT, (None, 4), allows_nan)
        graph = Graph("main", {"x": x}, {"y": LOSING[name](x)})
        legal = legalize(graph, TargetOperations(get_target("web")))
        guards = [node for node in legal.nodes() if isinstance(node.op, ops.IsNan)]
        assert bool(guards) is allows_nan
        got, want = (evaluate(each, {"x": ROWS})["y"] for each in (legal, graph))
        np.testing.assert_allclose(got, want, rtol=1e-12)
        assert not any(
            isinstance(node.op, ops.IsNan) for node in legalize(graph, TargetOperations(get_target("micro"))).nodes()
        )


@pytest.mark.parametrize(
    ("function", "may"),
    [
        (lambda x: x + 1.0, False),
        (lambda x: xp.where(x > 0, x, np.nan), True),
        (xp.log, True),
        (xp.sqrt, True),
        (lambda x: x / 2.0, False),
        (lambda x: x / 0.0, True),
        (lambda x: 1.0 / x, True),
        (lambda x: xp.softmax(xp.tanh(x)), False),
        (lambda x: xp.where(xp.isnan(xp.log(x)), 0.0, xp.log(x)), True),
    ],
)
def test_where_nan_may_be_though_rows_hold_none(function, may):
    x = input_tensor("x", DType.FLOAT, (None, 4), allows_nan=False)
    assert may_be_nan(function(x)) is may


def test_what_is_filled_in_is_no_nan():
    x = input_tensor("x", DType.FLOAT, (None, 4))
    assert may_be_nan(x)
    assert not may_be_nan(xp.where(xp.isnan(x), 1.0, x) * 2.0)


def test_models_without_nan_hold_no_guards():
    """Those that take NaN have them in front of the imputer only."""
    X, y = np.where(np.isnan(ROWS), 0.0, ROWS), np.arange(9) % 2
    plain = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    imputed = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(ROWS, y)
    counts = [skl2tflite.convert(each, X, target="web").operators() for each in (plain, imputed)]
    assert counts[0]["SELECT_V2"] == 0
    assert counts[1]["SELECT_V2"] == counts[1]["NOT_EQUAL"] == 2  # of predict_proba and predict, the imputer's own
