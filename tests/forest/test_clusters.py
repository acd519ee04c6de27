from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest

from skl2tflite.forest.clusters import cluster, grow_oblivious, step_heights
from skl2tflite.forest.cost import choose_layout
from skl2tflite.forest.trees import Forest
from tests.forest.forest_cases import chain, rows_at_thresholds

WIDTHS = [1, 2, 3, 4, 5]


def least_heights(forest, width):
    """Least heights by trying every cluster at every node."""

    def shapes(node, size):
        """All connected clusters of at most `size` nodes at a node, as sets."""
        if size == 0 or forest.is_leaf[node]:
            return [frozenset()]
        found = {frozenset()}
        for left in shapes(forest.left[node], size - 1):
            for right in shapes(forest.right[node], size - 1 - len(left)):
                found.add(left | right | {node})
        return list(found)

    @cache
    def height(node):
        if forest.is_leaf[node]:
            return 0
        options = []
        for members in shapes(node, width):
            if members:
                children = {child for m in members for child in (forest.left[m], forest.right[m])}
                options.append(1 + max(height(child) for child in children - members))
        return min(options)

    return np.array([height(node) for node in range(forest.n_nodes)])


def route(forest, clusters, X):
    """Leaves by walking clusters, in plain loops."""
    by_root = {nodes[0]: number for number, nodes in enumerate(clusters.nodes)}
    leaves = np.empty((len(X), forest.n_trees), dtype=int)
    for (row, x), tree in product(enumerate(X), range(forest.n_trees)):
        members, exits = clusters.first_nodes[tree], clusters.first_exits[tree]
        for step in range(1, clusters.steps[tree] + 1):
            code = 0
            for bit, member in enumerate(members):
                if member >= 0:
                    value = x[forest.feature[member]]
                    left = forest.missing_left[member] if np.isnan(value) else value <= forest.threshold[member]
                    code += (not left) << bit
                else:
                    code += int(np.random.default_rng(step).integers(2)) << bit
            node = exits[code]
            if forest.is_leaf[node]:
                break
            members, exits = clusters.nodes[by_root[node]], clusters.exits[by_root[node]]
        leaves[row, tree] = node
    return leaves


@pytest.mark.parametrize("first_width", [None, 1, 7])
@pytest.mark.parametrize("width", WIDTHS)
def test_routes_as_the_trees(forest, width, first_width):
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng, n_rows=20)
    X[rng.random(X.shape) < 0.1] = np.nan
    clusters = cluster(forest, width, first_width)
    np.testing.assert_array_equal(route(forest, clusters, X), forest.evaluate(X))


@pytest.mark.parametrize("width", WIDTHS)
def test_clusters_are_connected_and_partition_the_nodes(forest, width):
    clusters = cluster(forest, width, 5)
    assert clusters.first_nodes.shape == (forest.n_trees, 5)
    assert clusters.first_exits.shape == (forest.n_trees, 2**5)
    assert clusters.nodes.shape == (len(clusters.exits), width)
    assert clusters.exits.shape == (len(clusters.exits), 2**width)
    every = np.concatenate([clusters.first_nodes.ravel(), clusters.nodes.ravel()])
    inner = np.flatnonzero(~forest.is_leaf)
    np.testing.assert_array_equal(np.sort(every[every >= 0]), inner)
    parent = np.full(forest.n_nodes, -1)
    parent[forest.left[inner]] = parent[forest.right[inner]] = inner
    for nodes in [*clusters.first_nodes, *clusters.nodes]:
        for bit, node in enumerate(nodes[1:], 1):
            assert node < 0 or parent[node] in nodes[:bit]


@pytest.mark.parametrize("width", WIDTHS)
def test_steps_are_least(forest, width):
    heights = least_heights(forest, width)
    np.testing.assert_array_equal(step_heights(forest, width), heights)
    np.testing.assert_array_equal(cluster(forest, width).steps, np.maximum(heights[forest.roots], 1))


@pytest.mark.parametrize(("width", "steps"), [(1, 12), (2, 6), (3, 4), (4, 3), (5, 3)])
def test_chain_collapses(width, steps):
    forest = chain(12)
    clusters = cluster(forest, width)
    assert clusters.steps == [steps]
    assert len(clusters.nodes) == steps - 1
    X = np.arange(-30, 2, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(route(forest, clusters, X), forest.evaluate(X))


@pytest.mark.parametrize("widths", [(0, 3), (3, 0)])
def test_width(widths):
    with pytest.raises(ValueError, match="at least one node"):
        cluster(chain(3), *widths)


def test_trees_of_one_question_a_level_are_one_cluster():
    """As CatBoost's are: their codes have a bit for each level."""
    rng = np.random.default_rng(0)
    depth, n_trees = 4, 5
    n_inner, n_nodes = 2**depth - 1, 2 ** (depth + 1) - 1
    level = np.floor(np.log2(np.arange(n_nodes) + 1)).astype(int)
    child = 2 * np.arange(n_nodes) + 1
    feature = np.concatenate([rng.integers(0, 3, depth)[np.minimum(level, depth - 1)] for _ in range(n_trees)])
    threshold = np.concatenate([rng.normal(size=depth)[np.minimum(level, depth - 1)] for _ in range(n_trees)])
    leaf = np.tile(np.arange(n_nodes) >= n_inner, n_trees)
    start = np.repeat(np.arange(n_trees) * n_nodes, n_nodes)
    forest = Forest(
        roots=np.arange(n_trees) * n_nodes,
        feature=np.where(leaf, -1, feature).astype(np.int32),
        threshold=threshold,
        left=np.where(leaf, -1, np.tile(child, n_trees) + start),
        right=np.where(leaf, -1, np.tile(child + 1, n_trees) + start),
        missing_left=np.zeros(len(leaf), dtype=bool),
        value=rng.normal(size=(len(leaf), 1)),
        n_features=3,
    )
    assert choose_layout(forest).first_width == depth
    clusters = cluster(forest, 1, depth)
    assert len(clusters.nodes) == 0
    X = rng.normal(size=(200, 3)).astype(np.float32)
    nodes = clusters.first_nodes
    bits = X[:, forest.feature[nodes]] > forest.threshold[nodes]
    code = (bits << np.arange(depth)).sum(axis=-1)
    np.testing.assert_array_equal(clusters.first_exits[np.arange(n_trees), code], forest.evaluate(X))
    one_off = replace(forest, threshold=np.where(np.arange(len(leaf)) == 5, 0.123, threshold))
    assert grow_oblivious(one_off) is None
