from functools import cache
from itertools import product

import numpy as np
import pytest
from forest_cases import chain, rows_at_thresholds

from skl2tflite.forest.clusters import cluster, step_heights

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
    leaves = np.empty((len(X), forest.n_trees), dtype=int)
    for (row, x), (tree, root) in product(enumerate(X), enumerate(forest.roots)):
        node, steps = root, 0
        while not forest.is_leaf[node]:
            here = clusters.index[node]
            assert clusters.level[here] == steps
            code = 0
            for bit, member in enumerate(clusters.nodes[here]):
                if member >= 0:
                    value = x[forest.feature[member]]
                    left = forest.missing_left[member] if np.isnan(value) else value <= forest.threshold[member]
                    code += (not left) << bit
                else:
                    code += int(np.random.default_rng(steps).integers(2)) << bit
            node, steps = clusters.exits[here, code], steps + 1
        leaves[row, tree] = node
        assert steps <= clusters.height[root]
    return leaves


@pytest.mark.parametrize("width", WIDTHS)
def test_routes_as_the_trees(forest, width):
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng, n_rows=40)
    X[rng.random(X.shape) < 0.1] = np.nan
    np.testing.assert_array_equal(route(forest, cluster(forest, width), X), forest.evaluate(X))


@pytest.mark.parametrize("width", WIDTHS)
def test_clusters_are_connected_and_partition_the_nodes(forest, width):
    clusters = cluster(forest, width)
    assert clusters.nodes.shape == (len(clusters), width)
    assert clusters.exits.shape == (len(clusters), 2**width)
    members = clusters.nodes[clusters.nodes >= 0]
    np.testing.assert_array_equal(np.sort(members), np.flatnonzero(~forest.is_leaf))
    np.testing.assert_array_equal(clusters.nodes[:, 0], clusters.root)
    parent = np.full(forest.n_nodes, -1)
    inner = np.flatnonzero(~forest.is_leaf)
    parent[forest.left[inner]] = parent[forest.right[inner]] = inner
    for nodes in clusters.nodes:
        for bit, node in enumerate(nodes[1:], 1):
            assert node < 0 or parent[node] in nodes[:bit]


@pytest.mark.parametrize("width", WIDTHS)
def test_steps_are_least(forest, width):
    clusters = cluster(forest, width)
    np.testing.assert_array_equal(step_heights(forest, width), least_heights(forest, width))
    assert clusters.n_steps == clusters.height[forest.roots].max()


@pytest.mark.parametrize(("width", "steps"), [(1, 12), (2, 6), (3, 4), (4, 3), (5, 3)])
def test_chain_collapses(width, steps):
    forest = chain(12)
    clusters = cluster(forest, width)
    assert clusters.n_steps == len(clusters) == steps
    X = np.arange(-30, 2, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(route(forest, clusters, X), forest.evaluate(X))


def test_width():
    with pytest.raises(ValueError, match="at least one node"):
        cluster(chain(3), 0)
