import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier

from skl2tflite.forest.leaves import share_leaves
from skl2tflite.forest.trees import Forest
from tests.forest.forest_cases import chain, rows_at_thresholds


def expected_leaves(fitted, forest, X):
    return np.stack([tree.tree_.apply(X) for tree in fitted], axis=1) + forest.roots


def test_routes_as_scikit_learn_on_thresholds(fitted, forest):
    X = rows_at_thresholds(forest, np.random.default_rng(1))
    np.testing.assert_array_equal(forest.evaluate(X), expected_leaves(fitted, forest, X))


def test_routes_missing_values(fitted, forest):
    rng = np.random.default_rng(2)
    X = rows_at_thresholds(forest, rng)
    X[rng.random(X.shape) < 0.3] = np.nan
    np.testing.assert_array_equal(forest.evaluate(X), expected_leaves(fitted, forest, X))


def test_sizes(fitted, forest):
    assert forest.n_trees == len(fitted)
    assert forest.n_nodes == sum(tree.tree_.node_count for tree in fitted)
    assert forest.n_leaves == sum(tree.tree_.n_leaves for tree in fitted)
    assert forest.depth == max(tree.tree_.max_depth for tree in fitted)
    assert forest.n_outputs == 1
    assert sum(level.size for level in forest.levels) == forest.n_nodes - forest.n_leaves


def test_column_subsets():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 8)).astype(np.float32)
    y = (X[:, 5] > 0).astype(int)
    bagging = BaggingClassifier(DecisionTreeClassifier(), 5, max_features=3, random_state=0).fit(X, y)
    trees = [estimator.tree_ for estimator in bagging.estimators_]
    forest = Forest.from_sklearn(trees, features=bagging.estimators_features_, n_features=8)
    expected = [
        estimator.apply(X[:, columns])
        for estimator, columns in zip(bagging.estimators_, bagging.estimators_features_, strict=True)
    ]
    np.testing.assert_array_equal(forest.evaluate(X), np.stack(expected, axis=1) + forest.roots)
    with pytest.raises(ValueError, match="n_features"):
        Forest.from_sklearn(trees, features=bagging.estimators_features_)


def test_no_tree():
    with pytest.raises(ValueError, match="at least one tree"):
        Forest.from_sklearn([])


def test_chain():
    forest = chain(50)
    assert forest.depth == 50
    # Goes left while x <= -2 k, k tests in a row.
    np.testing.assert_array_equal(forest.evaluate([[1.0], [0.0], [-1.0], [-98.0]])[:, 0], [1, 3, 3, 100])


def test_shared_leaves_are_the_values():
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(300, 5)), rng.integers(3, size=300)
    model = RandomForestClassifier(10, random_state=0).fit(X, y)
    forest = Forest.from_sklearn([tree.tree_ for tree in model.estimators_])
    shared = share_leaves(forest)
    assert len(shared) == 3
    assert (shared.index[~forest.is_leaf] == -1).all()
    leaves = np.flatnonzero(forest.is_leaf)
    np.testing.assert_array_equal(shared.values[shared.index[leaves]], forest.value[leaves])


def test_leaves_shared_in_float32():
    forest = chain(2)
    forest.value[:] = np.array([0.0, 1.0, 0.0, 1.0 + 1e-12, -0.0])[:, None]
    shared = share_leaves(forest)
    np.testing.assert_array_equal(shared.values, [[1.0], [0.0]])
    np.testing.assert_array_equal(shared.index, [-1, 0, -1, 0, 1])


def test_leaves_of_each_tree():
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(100, 5)), rng.integers(3, size=100)
    model = RandomForestClassifier(4, random_state=0).fit(X, y)
    forest = Forest.from_sklearn([tree.tree_ for tree in model.estimators_])
    shared = share_leaves(forest, across_trees=False)
    np.testing.assert_array_equal(shared.count, [3, 3, 3, 3])
    np.testing.assert_array_equal(shared.start, [0, 3, 6, 9])
    leaves = np.flatnonzero(forest.is_leaf)
    np.testing.assert_array_equal(shared.values[shared.index[leaves]], forest.value[leaves])
    np.testing.assert_array_equal(shared.index[leaves] // 3, forest.tree[leaves])


def test_other_values_keep_the_structure(forest):
    levels = forest.levels
    other = forest.with_values(np.ones((forest.n_nodes, 3)))
    assert other.levels is levels
    assert other.n_outputs == 3
    assert forest.n_outputs == 1
