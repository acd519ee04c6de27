from dataclasses import replace

import numpy as np
import pytest

from skl2tflite.forest.tables import Layout, build_tables
from tests.forest.forest_cases import chain, rows_at_thresholds

LAYOUTS = [
    Layout(1, 1),
    Layout(3, 3),
    Layout(2, 4),
    Layout(4, 4, paired=True),
    Layout(6, 2, paired=True),
    Layout(7, 5),
    Layout(1, 1, complete=True),
    Layout(7, 4, complete=True),
]


def leaf_values(tables, X):
    """What the tables say, by the formulas that describe them."""
    copies = {"raw": X, "high": np.where(np.isnan(X), np.inf, X), "missing": np.isnan(X)}
    wide = np.concatenate([copies[name] for name in tables.copies], axis=1).astype(np.float32)

    def code(comparisons, rows):
        columns = comparisons.columns[rows]
        if tables.pairs is not None:
            columns = tables.pairs[columns].reshape(*rows.shape, -1)
        x = np.take_along_axis(wide[:, None, :], columns.reshape(len(X), 1, -1), axis=2).reshape(columns.shape)
        bits = x > comparisons.thresholds[rows]
        return (bits << np.arange(comparisons.width)).sum(axis=-1)

    trees = np.tile(np.arange(len(tables.order)), (len(X), 1))
    exits = code(tables.first, trees)
    if tables.first_exit is not None:
        exits = tables.first_exit[exits]
    states = tables.first_next[trees, exits]
    for running in tables.running:
        here = trees[:, :running]
        state = states[:, :running]

        def at(numbers, here=here):
            return numbers[here] if numbers.ndim else numbers

        rows = state + at(tables.row_shift)
        if tables.row_floor is not None:
            rows = np.maximum(rows, at(tables.row_floor))
        scaled = [line.slope * state for line in tables.lines]
        places = [x + at(line.offset) for x, line in zip(scaled, tables.lines, strict=True)]
        assert np.abs([*scaled, *places, rows, state + at(tables.row_shift)]).max() <= tables.largest
        place = np.max(places, axis=0)
        states[:, :running] = tables.next[place + code(tables.rest, rows)]
    values = np.empty((*states.shape, tables.values.shape[1]))
    values[:, tables.order] = tables.values[states + tables.value_shift]
    return values


def few_leaves(forest):
    return replace(forest, value=(np.arange(forest.n_nodes) % 2)[:, None].astype(float))


def own_leaves(forest):
    return replace(forest, value=np.arange(forest.n_nodes)[:, None].astype(float))


@pytest.mark.parametrize("values", [few_leaves, own_leaves])
@pytest.mark.parametrize("shared_states", [0, 2**15])
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_routes_as_the_trees(forest, layout, shared_states, values, monkeypatch):
    monkeypatch.setattr("skl2tflite.forest.tables.MOST_SHARED_STATES", shared_states)
    forest = values(forest)
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng)
    X[rng.random(X.shape) < 0.1] = np.nan
    tables = build_tables(forest, layout, missing=True)
    assert tables.row_shift.shape == (() if shared_states else (forest.n_trees,))
    np.testing.assert_array_equal(leaf_values(tables, X), forest.value[forest.evaluate(X)])


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_routes_a_chain(layout):
    forest = chain(40)
    X = np.arange(-90, 2, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(leaf_values(build_tables(forest, layout), X), forest.value[forest.evaluate(X)])


def test_routes_infinity_and_splits_for_missing_values_only():
    forest = chain(3)
    forest.threshold[:] = np.inf  # every number goes left, to the end of the chain
    forest.missing_left[:] = [True, False, False, False, False, False, False]
    forest.threshold[2] = 5.0
    forest.missing_left[2] = True
    X = np.array([[np.nan], [np.inf], [-np.inf], [5.0], [6.0]], dtype=np.float32)
    tables = build_tables(forest, Layout(2, 2), missing=True)
    assert tables.copies == ("raw", "missing")
    np.testing.assert_array_equal(forest.evaluate(X)[:, 0], [5, 3, 6, 6, 3])
    np.testing.assert_array_equal(leaf_values(tables, X), forest.value[forest.evaluate(X)])


def test_finished_trees_are_left_out():
    forest = chain(9)
    short = chain(1)
    both = replace(
        forest,
        roots=np.array([0, forest.n_nodes]),
        feature=np.concatenate([short.feature, forest.feature]),
        threshold=np.concatenate([short.threshold, forest.threshold]),
        left=np.concatenate([short.left, np.where(forest.left < 0, -1, forest.left + 3)]),
        right=np.concatenate([short.right, np.where(forest.right < 0, -1, forest.right + 3)]),
        missing_left=np.concatenate([short.missing_left, forest.missing_left]),
        value=np.arange(forest.n_nodes + 3)[:, None].astype(float),
    )
    both = replace(both, roots=np.array([0, 3]))
    tables = build_tables(both, Layout(3, 3))
    assert tables.running == (1, 1)
    np.testing.assert_array_equal(tables.order, [1, 0])
    X = np.arange(-30, 2, dtype=np.float32)[:, None]
    np.testing.assert_array_equal(leaf_values(tables, X), both.value[both.evaluate(X)])
