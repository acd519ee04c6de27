from dataclasses import replace

import numpy as np
import pytest

from skl2tflite.forest import batches
from skl2tflite.forest.batches import build_batch_tables
from tests.forest.forest_cases import chain, rows_at_thresholds

WIDTHS = [1, 2, 7, 15, 31]


def leaf_values(tables, X):
    """What the tables say, by the formulas that describe them."""
    copies = {"raw": X, "high": np.where(np.isnan(X), np.inf, X), "missing": np.isnan(X)}
    wide = np.concatenate([copies[name] for name in tables.copies], axis=1).astype(np.float32)
    bits = wide[:, tables.columns] > tables.thresholds
    if tables.paths is None:
        exits = (bits << np.arange(bits.shape[2])).sum(axis=2)
    else:
        agree = np.where(bits[:, :, np.newaxis], tables.paths > 0, tables.paths < 0) | (tables.paths == 0)
        taken = agree.all(axis=3) & tables.reachable
        assert np.all(taken.sum(axis=2) == 1)
        exits = taken.argmax(axis=2)
    places = exits + np.arange(len(tables.columns)) * tables.reachable.shape[1]
    if tables.leaves is not None:
        return tables.values[tables.leaves.ravel()[places]]
    rows = np.arange(len(X))[:, np.newaxis]
    states = None
    for blocks in tables.blocks:
        if states is not None:
            places = np.maximum(states, 0)
        for columns, thresholds in zip(blocks.columns, blocks.thresholds, strict=True):
            places = 2 * places + (wide[rows, columns[places]] > thresholds[places])
        reached = blocks.next[places]
        states = reached if states is None else reached + np.minimum(states, 0)
    return tables.values[states + len(tables.values) - 1]


@pytest.fixture
def cramped(monkeypatch):
    """Blocks of one level, and fewer rows from each to the next."""
    monkeypatch.setattr(batches, "MOST_PLACES_PER_NODE", 0)
    monkeypatch.setattr(batches, "SMALL_LEVEL", 0)
    monkeypatch.setattr(batches, "REMAINING_SHARE", 1.0)


def check(forest, X, width):
    tables = build_batch_tables(forest, width, missing=True)
    np.testing.assert_array_equal(leaf_values(tables, X), forest.value[forest.evaluate(X)])
    return tables


@pytest.mark.parametrize("width", WIDTHS)
def test_routes_as_the_trees(forest, width):
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng)
    X[rng.random(X.shape) < 0.1] = np.nan
    check(forest, X, width)
    check(replace(forest, value=np.arange(forest.n_nodes)[:, None].astype(float)), X, width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.usefixtures("cramped")
def test_routes_through_many_blocks(forest, width):
    X = rows_at_thresholds(forest, np.random.default_rng(0))
    tables = check(forest, X, width)
    assert all(len(blocks.columns) == 1 for blocks in tables.blocks)
    assert all(blocks.fewer for blocks in tables.blocks[1:])


@pytest.mark.parametrize("width", WIDTHS)
def test_routes_a_chain(width):
    X = np.arange(-90, 2, dtype=np.float32)[:, None]
    check(chain(40), X, width)


def test_shallow_trees_are_nothing_but_tops():
    X = np.arange(-9, 2, dtype=np.float32)[:, None]
    coded, told_apart = check(chain(7), X, 7), check(chain(9), X, 15)
    assert coded.blocks == told_apart.blocks == ()
    assert coded.paths is None
    assert told_apart.paths.shape == (1, 10, 9)


def test_deep_forests_go_on_with_fewer_rows(forest):
    deep = [blocks.fewer for blocks in build_batch_tables(forest, 1).blocks]
    assert not deep or not deep[0]
    assert any(blocks.fewer for blocks in build_batch_tables(chain(40), 1).blocks)
