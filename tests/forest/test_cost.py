from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier

from skl2tflite.forest.clusters import cluster
from skl2tflite.forest.cost import NODE_BYTES, PRICES, choose_layout, estimate_layouts
from skl2tflite.forest.tables import build_tables
from skl2tflite.forest.trees import Forest
from tests.forest.forest_cases import chain


def forest_of(model):
    return Forest.from_sklearn([tree.tree_ for tree in np.ravel(model.estimators_)])


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return forest_of(RandomForestClassifier(30, random_state=0).fit(X, y))


@pytest.mark.parametrize("width", NODE_BYTES)
def test_expects_the_steps_that_tables_have(forest, width):
    estimates = {estimate.layout: estimate for estimate in estimate_layouts(forest)}
    layouts = [each for each in estimates if each.width == width and not each.paired and not each.complete]
    assert layouts or forest.depth == 1  # stumps are done after one node: layouts of several are not worth considering
    for layout in layouts:
        running = build_tables(forest, layout).running
        steps = cluster(forest, width, layout.first_width).steps
        assert len(running) == steps.max() - 1
        price = PRICES.call + PRICES.step * len(running) + PRICES.visit * sum(running)
        assert estimates[layout].time > price


def test_expects_about_the_size_that_tables_have(digits):
    for estimate in estimate_layouts(digits):
        tables = build_tables(digits, estimate.layout)
        size = tables.rest.thresholds.nbytes + tables.rest.columns.size + 2 * tables.next.size
        size += tables.first.thresholds.nbytes * 2 + 2 * tables.first_next.size
        assert 0.6 < size / (estimate.size - 2000 * (1 + len(tables.running))) < 1.6


def test_aims_differ(digits):
    fast, small = (choose_layout(digits, optimize_for=aim) for aim in ("latency", "size"))
    estimates = {estimate.layout: estimate for estimate in estimate_layouts(digits, loops=True)}
    assert estimates[fast].time < estimates[small].time
    assert estimates[fast].size > estimates[small].size


def test_shallow_trees_take_one_step():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    for depth in (1, 2, 3):
        model = GradientBoostingRegressor(max_depth=depth, n_estimators=20, random_state=0)
        forest = forest_of(model.fit(X, X[:, 0] * X[:, 1]))
        layout = choose_layout(forest)
        assert layout.first_width == 2**depth - 1 + layout.paired
        assert build_tables(forest, layout).running == ()


def test_a_single_leaf_has_a_layout():
    forest = chain(1)
    leaf = replace(
        forest,
        feature=np.array([-1], dtype=np.int32),
        threshold=np.zeros(1),
        left=np.array([-1]),
        right=np.array([-1]),
        missing_left=np.zeros(1, dtype=bool),
        value=np.ones((1, 1)),
    )
    assert choose_layout(leaf).first_width == 1
