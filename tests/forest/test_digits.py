"""Leaves' values as digits of 8 bits."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.forest.digits import digits_of
from skl2tflite.forest.leaves import share_leaves
from skl2tflite.forest.op import TreeSums
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

X, y = make_classification(600, 8, n_informative=6, n_classes=3, flip_y=0.1, random_state=0)

ESTIMATORS = {
    "probabilities": RandomForestClassifier(30, max_leaf_nodes=31, random_state=0),
    "two classes": RandomForestClassifier(30, max_depth=4, random_state=0),
    "votes": ExtraTreesClassifier(30, bootstrap=False, random_state=0),
    "means": RandomForestRegressor(30, max_depth=5, random_state=0),
    "boosted": GradientBoostingRegressor(n_estimators=60, random_state=0),
    "boosted classes": GradientBoostingClassifier(n_estimators=20, random_state=0),
    "many trees": GradientBoostingRegressor(n_estimators=700, max_depth=2, random_state=0),
}


def fitted(name):
    target = {"two classes": y > 0, "means": y + X[:, 0], "boosted": X[:, 0] * X[:, 1] + 30.0, "many trees": X[:, 2]}
    return ESTIMATORS[name].fit(X, target.get(name, y))


def sums_of(estimator, method, optimize_for=None):
    graph = plan(Conversion(estimator), ConversionOptions(methods=(method,), optimize_for=optimize_for)).graphs[method]
    (op,) = (node.op for node in graph.operations() if isinstance(node.op, TreeSums))
    return op


@pytest.mark.parametrize("name", ESTIMATORS)
def test_sums_follow_from_sums_of_digits(name):
    op = sums_of(fitted(name), "predict")
    digits = digits_of(op)
    assert digits is not None
    rng = np.random.default_rng(0)
    values = share_leaves(op.forest).values
    table = digits.encode(values)
    count = op.forest.n_trees // op.groups
    width = values.shape[1] // op.parts
    for _ in range(50):
        chosen = rng.integers(len(values), size=count)
        sums = digits.weights @ table[chosen].sum(axis=0, dtype=np.float64) + digits.bias
        expected = values[chosen].sum(axis=0).reshape(op.parts, width).sum(axis=0)
        error = np.abs(sums.reshape(op.parts, width).sum(axis=0) - expected)
        assert error.max() <= 4 * op.tolerance
        # The coarse part is one that float32 holds, and so are all partial sums on the way to it.
        coarse = sums[:width]
        np.testing.assert_array_equal(coarse, coarse.astype(np.float32))


def test_votes_take_one_digit():
    digits = digits_of(sums_of(fitted("votes"), "predict"))
    assert digits.count == 2  # the third class's follow from the others'


def test_last_of_values_with_one_sum_is_implied():
    assert digits_of(sums_of(fitted("probabilities"), "predict")).count % 2 == 0
    assert digits_of(sums_of(fitted("two classes"), "predict")).count < 8


def test_what_only_gives_values_takes_fewer():
    means = fitted("means")
    exact, loose = (digits_of(sums_of(means, "predict", aim)).count for aim in ("latency", "size"))
    assert loose < exact


def test_outputs_of_different_scales():
    targets = np.column_stack([X[:, 0] * 1e6, X[:, 1] * 1e-3, X[:, 2] * 0])
    means = RandomForestRegressor(30, max_depth=5, random_state=0).fit(X, targets)
    for methods in (("predict",), None):
        model = skl2tflite.convert(means, optimize_for="size", methods=methods)
        error = np.abs(model.predict(X) - means.predict(X.astype(np.float32))).max(axis=0)
        assert np.all(error <= 1e-6 * np.abs(means.predict(X)).max(axis=0))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_small_files_answer_alike(name):
    estimator = fitted(name)
    small = skl2tflite.convert(estimator, X, optimize_for="size")
    assert len(bytes(small)) < len(bytes(skl2tflite.convert(estimator)))
    if hasattr(estimator, "classes_"):
        np.testing.assert_array_equal(small.predict(X), estimator.predict(X.astype(np.float32)))


@pytest.mark.parametrize("leaves", [2, 3, 5, 9])
def test_ties_go_to_the_first_class(leaves):
    """Leaves of thirds, halves and sevenths, which add up to ties in many ways."""
    rows = np.array(np.meshgrid(*[np.arange(4.0)] * 3)).reshape(3, -1).T.astype(np.float32)
    labels = rows.sum(axis=1).astype(int) % 3
    forest = RandomForestClassifier(12, max_leaf_nodes=leaves, bootstrap=False, random_state=0).fit(rows, labels)
    ordered = np.sort(forest.predict_proba(rows), axis=1)
    lead = ordered[:, -1] - ordered[:, -2]
    assert (lead < 1e-12).sum() > 3
    clear = (lead > 1e-12) | (lead == 0)
    model = skl2tflite.convert(forest, optimize_for="size", methods=("predict",))
    np.testing.assert_array_equal(model.predict(rows)[clear], forest.predict(rows)[clear])
