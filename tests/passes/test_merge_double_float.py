"""One number for each leaf's value where two are more than need be."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor

from skl2tflite.conversion import Conversion
from skl2tflite.graph import evaluate
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

X, y = make_classification(300, 8, n_informative=5, n_classes=3, random_state=0)


def parts(estimator, method, target="micro"):
    """Outputs of the sums of trees in the graph."""
    planned = plan(Conversion(estimator), ConversionOptions(methods=(method,), target=target))
    graph = planned.graphs[method]
    (sums,) = [node.outputs[0] for node in graph.operations() if node.op.name == "tree_sums"]
    rows = X[:1].astype(np.float32)
    np.testing.assert_allclose(
        evaluate(graph, {"X": rows})[method], getattr(estimator, method)(rows.astype(float)), rtol=1e-12
    )
    return sums.shape[-1]


@pytest.fixture(scope="module")
def forest():
    return RandomForestClassifier(10, max_depth=4, random_state=0).fit(X, y)


def test_probabilities_on_microcontrollers(forest):
    assert parts(forest, "predict_proba") == 3
    assert parts(forest, "predict_proba", "litert") == 6


def test_labels_keep_both_parts(forest):
    assert parts(forest, "predict") == 6


def test_sums_of_both_signs_or_many_trees_keep_both_parts():
    assert parts(RandomForestRegressor(10, random_state=0).fit(X, y + 1.3), "predict") == 1
    assert parts(RandomForestRegressor(10, random_state=0).fit(X, y - 1.3), "predict") == 2
    assert parts(RandomForestRegressor(130, max_depth=2, random_state=0).fit(X, y + 1.3), "predict") == 2
    assert parts(GradientBoostingRegressor(n_estimators=5).fit(X, y), "predict") == 2
