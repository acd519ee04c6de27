from dataclasses import replace

import numpy as np
import pytest

from skl2tflite.backends.tflite.check import check
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.errors import GraphError
from skl2tflite.forest import batches
from skl2tflite.forest.op import TreeSums, TreeValues, tree_values
from skl2tflite.forest.tables import Layout
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Graph, evaluate
from skl2tflite.graph.dtype import DType, Spec
from skl2tflite.graph.op import apply, input_tensor
from skl2tflite.legalize import legalize
from skl2tflite.runtime.litert import LiteRTRunner
from tests.forest.forest_cases import chain, fitted_trees, rows_at_thresholds
from tests.legalize.lacking import Lacking

LAYOUTS = [
    None,
    Layout(1, 1),
    Layout(3, 3),
    Layout(6, 4, paired=True),
    Layout(4, 2, paired=True),
    Layout(7, 5),
    Layout(7, 2, complete=True),
    Layout(4, 2, loop=True),
    Layout(4, 2, paired=True, loop=True),
]
WIDTHS = [1, 3, 7, 31]
DENORMAL = np.finfo(np.float32).smallest_subnormal


def graph_of(forest, missing, batch):
    x = input_tensor("x", DType.FLOAT, (batch, forest.n_features))
    return Graph("values", {"x": x}, {"y": tree_values(x, forest, missing)})


def lowered(forest, missing=False, target="litert", optimize_for="latency"):
    program = Program()
    lower(graph_of(forest, missing, None if target == "litert" else 1), program, get_target(target), optimize_for)
    content = write(program)
    check(content, get_target(target))
    return content


def run(forest, X, missing=False, optimize_for="latency"):
    return LiteRTRunner(lowered(forest, missing, optimize_for=optimize_for)).run("values", {"x": X})["y"]


@pytest.fixture(params=[*LAYOUTS, *WIDTHS], ids=str)
def layout(request, monkeypatch):
    """Every layout for one row, and dense tops of every width for many, deep forests in many small blocks."""
    if isinstance(request.param, Layout):
        monkeypatch.setattr("skl2tflite.backends.tflite.lowering.forest.choose_layout", lambda *_: request.param)
    elif request.param is not None:
        monkeypatch.setattr("skl2tflite.backends.tflite.lowering.forest._wants_batches", lambda *_: True)
        monkeypatch.setattr("skl2tflite.backends.tflite.lowering.forest_batch.choose_width", lambda _: request.param)
        monkeypatch.setattr(batches, "MOST_PLACES_PER_NODE", request.param % 4)
        monkeypatch.setattr(batches, "SMALL_LEVEL", 0)
        monkeypatch.setattr(batches, "REMAINING_SHARE", 1.0)
    return request.param


@pytest.mark.parametrize("shared_states", [0, 2**15])
def test_routes_exactly(forest, layout, shared_states, monkeypatch):
    monkeypatch.setattr("skl2tflite.forest.tables.MOST_SHARED_STATES", shared_states)
    forest = replace(forest, value=np.arange(forest.n_nodes)[:, None].astype(float))
    X = rows_at_thresholds(forest, np.random.default_rng(0))
    leaves = forest.evaluate(X)
    np.testing.assert_array_equal(run(forest, X)[..., 0], leaves)
    np.testing.assert_array_equal(run(forest, X[:1])[..., 0], leaves[:1])


@pytest.mark.parametrize("missing", [False, True])
def test_gives_what_the_plain_expansion_gives(forest, layout, missing):
    X = rows_at_thresholds(forest, np.random.default_rng(0))
    X[:6, 0] = [np.inf, -np.inf, 0.0, -0.0, DENORMAL, -DENORMAL]
    if missing:
        X[10:20] = np.nan
    graph = graph_of(forest, missing, None)
    plain = legalize(graph, Lacking(TreeValues))
    assert not [node for node in plain.nodes() if isinstance(node.op, TreeValues)]
    np.testing.assert_array_equal(run(forest, X, missing), evaluate(plain, {"x": X}, np.float32)["y"])


def test_the_plain_expansion_runs_as_a_file(forest):
    X = rows_at_thresholds(forest, np.random.default_rng(0), n_rows=50)
    X[:5, 0] = [np.inf, -np.inf, np.nan, np.nan, 0.0]
    program = Program()
    lower(legalize(graph_of(forest, True, None), Lacking(TreeValues)), program, get_target("litert"))
    results = LiteRTRunner(write(program)).run("values", {"x": X})["y"]
    np.testing.assert_array_equal(results, forest.value[forest.evaluate(X)].astype(np.float32))


def test_routes_missing_values_exactly(forest, layout):
    forest = replace(forest, value=(np.arange(2 * forest.n_nodes) % 7).reshape(-1, 2).astype(float))
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng)
    X[rng.random(X.shape) < 0.3] = np.nan
    np.testing.assert_array_equal(run(forest, X, missing=True), forest.value[forest.evaluate(X)])


@pytest.mark.parametrize("missing", [False, True])
def test_numbers_near_zero_and_infinity(layout, missing):
    forest = chain(6)
    largest = float(np.finfo(np.float32).max)
    forest.threshold[[0, 2, 4, 6, 8, 10]] = [largest, 1e-300, 0.0, -0.0, -float(DENORMAL), -largest]
    inner = ~forest.is_leaf
    forest.missing_left[inner] = [True, False] * 3
    tiny = np.arange(-3, 4) * DENORMAL
    X = np.concatenate([tiny, [-0.0, np.inf, -np.inf, largest, -largest, 1e-38, -1e-38]])
    X = X.astype(np.float32)[:, None]
    assert np.count_nonzero(X) == len(X) - 2  # the denormals are there
    if missing:
        X = np.concatenate([X, [[np.float32(np.nan)]]])
    np.testing.assert_array_equal(run(forest, X, missing), forest.value[forest.evaluate(X)])


def test_splits_for_missing_values_only(layout):
    X = np.array([[np.nan], [np.inf], [-np.inf], [5.0], [6.0]], dtype=np.float32)
    for directions in ([True, False], [False, True], [False, False]):
        forest = chain(3)
        forest.threshold[:] = np.inf
        forest.threshold[2] = 5.0
        forest.missing_left[[0, 2]] = directions
        np.testing.assert_array_equal(run(forest, X, missing=True), forest.value[forest.evaluate(X)])


def test_reckons_in_integers_where_float32_ends(forest, monkeypatch):
    monkeypatch.setattr("skl2tflite.backends.tflite.lowering.forest.FLOAT_INTEGERS", 0)
    X = rows_at_thresholds(forest, np.random.default_rng(0))
    np.testing.assert_array_equal(run(forest, X), forest.value[forest.evaluate(X)].astype(np.float32))


def test_writes_the_same_bytes_again(forest):
    assert lowered(forest) == lowered(forest)


def test_routes_exactly_on_micro(forest):
    content = lowered(forest, missing=True, target="micro")
    runtime = pytest.importorskip("tflite_micro.python.tflite_micro.runtime", exc_type=ImportError)
    interpreter = runtime.Interpreter.from_bytes(content, arena_size=1 << 20)
    rng = np.random.default_rng(0)
    X = rows_at_thresholds(forest, rng, n_rows=50)
    X[rng.random(X.shape) < 0.3] = np.nan
    expected = forest.value[forest.evaluate(X)].astype(np.float32)
    for row in range(len(X)):
        interpreter.set_input(X[row : row + 1], 0)
        interpreter.invoke()
        np.testing.assert_array_equal(interpreter.get_output(0), expected[row : row + 1])


@pytest.mark.parametrize("groups", [1, 3, 9])
@pytest.mark.parametrize("optimize_for", ["latency", "throughput", "size"])
def test_sums(optimize_for, groups):
    trees = fitted_trees("unlimited")
    forest = Forest.from_sklearn([tree.tree_ for tree in trees])
    forest = forest.with_values(np.random.default_rng(0).integers(-9, 9, (forest.n_nodes, 2)).astype(float))
    x = input_tensor("x", DType.FLOAT, (None, forest.n_features))
    program = Program()
    sums = TreeSums(forest, groups=groups)
    lower(Graph("sums", {"x": x}, {"y": apply(sums, x)}), program, get_target("litert"), optimize_for)
    runner = LiteRTRunner(write(program))
    X = rows_at_thresholds(forest, np.random.default_rng(0))
    for rows in (X, X[:1], X[:7]):
        np.testing.assert_array_equal(runner.run("sums", {"x": rows})["y"], sums.evaluate(rows))
    values = forest.value[forest.evaluate(X)]
    np.testing.assert_array_equal(sums.evaluate(X)[:, 0], values[:, ::groups].sum(axis=1))


def test_trees_do_not_always_make_groups():
    with pytest.raises(GraphError, match="9 trees do not make 2 groups"):
        TreeSums(Forest.from_sklearn([tree.tree_ for tree in fitted_trees("unlimited")]), groups=2).infer(
            Spec(DType.FLOAT, (None, 6))
        )
