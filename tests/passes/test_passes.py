"""Passes: each rule fires where it may, keeps every bit there, and stays away where it may not."""

import itertools

import numpy as np
import pytest

from skl2tflite.graph import Constant, DType, Graph, apply, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.passes import PASSES, run_passes
from tests.backends.tflite.one_graph import run_graph

RANDOM = np.random.default_rng(0)
SPECIAL = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 1.0, -1.0, 3e38, -3e38, 1e-30, 2.5, 0.1])
X = np.concatenate([RANDOM.normal(size=(40, 3)), RANDOM.choice(SPECIAL, size=(60, 3))]).astype(np.float32)
WEIGHTS = RANDOM.normal(size=(3, 2))


def graph_of(function, dtype=DType.FLOAT):
    x = input_tensor("x0", dtype, (None, 3))
    results = function(x)
    results = results if isinstance(results, tuple) else (results,)
    return Graph("main", {"x0": x}, {f"y{k}": as_tensor(r) for k, r in enumerate(results)})


def names(graph):
    return [node.op.name for node in graph.operations()]


def bits(array):
    """Return the bits, all NaN being one."""
    array = np.where(np.isnan(array), np.float32(np.nan), array) if array.dtype.kind == "f" else array
    return np.ascontiguousarray(array).tobytes()


def optimized(function, x=X, dtype=DType.FLOAT):
    """Return the operations that are left, after comparing LiteRT's bits before and after."""
    graph = graph_of(function, dtype)
    after, _ = run_passes(graph)
    for plain, rewritten in zip(run_graph(graph, x), run_graph(after, x), strict=True):
        assert plain.shape == rewritten.shape
        assert bits(plain) == bits(rewritten)
    return names(after)


FIRES = {
    "x * 1": (lambda x: x * 1.0, []), "1 * x": (lambda x: 1.0 * x, []), "x / 1": (lambda x: x / 1.0, []),
    "x - 0": (lambda x: x - 0.0, []), "x + -0": (lambda x: x + -0.0, []), "-0 + x": (lambda x: -0.0 + x, []),
    "x - zeros": (lambda x: x - np.zeros(3), []), "x * ones": (lambda x: x * np.ones((1, 3)), []),
    "not not": (lambda x: ~~(x > 0), ["greater"]),
    "reshape twice": (lambda x: x.reshape(-1, 3, 1).reshape(-1, 1, 3), ["reshape"]),
    "reshape back": (lambda x: x.reshape(-1).reshape(-1, 3), []),
    "transpose back": (lambda x: x.T.T, []),
    "two transposes": (lambda x: xp.permute_dims(xp.permute_dims(x[:, None], (1, 2, 0)), (0, 2, 1)),
                       ["reshape", "permute_dims"]),
    "concat of concat": (lambda x: np.hstack([np.hstack([x, x * 2.0]), x]), ["multiply", "concat"]),
    "x / 4": (lambda x: x / 4.0, ["multiply"]), "x / -0.5": (lambda x: x / np.array([-0.5, 2.0, 1.0]), ["multiply"]),
    "linear * 2": (lambda x: xp.linear(x, WEIGHTS, [1.0, 2.0]) * np.array([2.0, -0.25]), ["linear"]),
    "one column * 2": (lambda x: xp.linear(x, WEIGHTS[:, :1], [1.0]) * np.array([-1.0, 1.0]), ["linear"]),
    "take of take": (lambda x: xp.take(WEIGHTS, xp.take(np.array([2, 0, 1]), xp.astype(x > 0, int)), axis=0),
                     ["greater", "cast", "take"]),
    "constants": (lambda x: x + apply(ops.Abs(), as_tensor([1.0, -2.0, 3.0])) * 2.0, ["add"]),
    "equal parts": (lambda x: (x * 2.0 + 1.0) * (x * 2.0 + 1.0), ["multiply", "add", "multiply"]),
    "equal constants": (lambda x: (x + np.arange(3.0), x + np.arange(3.0)), ["add"]),
    "relu of add": (lambda x: xp.relu(x + 1.0), ["add"]), "relu of mul": (lambda x: xp.relu(x * x), ["multiply"]),
    "relu of sub": (lambda x: xp.relu(x - 0.5), ["subtract"]), "relu of div": (lambda x: xp.relu(1.0 / x), ["divide"]),
    "relu of linear": (lambda x: xp.relu(xp.linear(x, WEIGHTS, [1.0, -1.0])), ["linear"]),
}  # fmt: skip


@pytest.mark.parametrize("rule", FIRES)
def test_fires_and_keeps_every_bit(rule):
    function, left = FIRES[rule]
    finite = X if "linear" not in rule and "column" not in rule else X[:40]
    assert optimized(function, finite) == left


STAYS = {
    "x + 0": (lambda x: x + 0.0, ["add"]),  # -0.0 + 0.0 is 0.0
    "0 - x": (lambda x: 0.0 - x, ["subtract"]), "1 / x": (lambda x: 1.0 / x, ["divide"]),
    "x - -0": (lambda x: x - -0.0, ["subtract"]), "x * 0": (lambda x: x * 0.0, ["multiply"]),
    "x - x": (lambda x: x - x, ["subtract"]), "x / x": (lambda x: x / x, ["divide"]),
    "x / 3": (lambda x: x / 3.0, ["divide"]), "x / 0": (lambda x: x / 0.0, ["divide"]),
    "x / inf": (lambda x: x / np.inf, ["divide"]), "x / 2**100": (lambda x: x / 2.0**100, ["divide"]),
    "x * ones, broader": (lambda x: x[:, None] * np.ones((2, 3)), ["reshape", "multiply"]),
    "relu of a sum used twice": (lambda x: (xp.relu(x + 1.0), x + 1.0), ["add", "relu"]),
    "relu of relu": (lambda x: xp.relu(xp.relu(x + 1.0)), ["add", "relu"]),
    "relu of exp": (lambda x: xp.relu(xp.sqrt(x)), ["sqrt", "relu"]),
    "concat on another axis": (lambda x: xp.concat([xp.concat([x, x], 1), xp.concat([x, x], 1)], 0),
                               ["concat", "concat"]),
    "linear * 3": (lambda x: xp.linear(x, WEIGHTS, [1.0, 2.0]) * np.array([3.0, 2.0]), ["linear", "multiply"]),
    "scaled input of linear": (lambda x: xp.linear((x - 1.0) / 3.0, WEIGHTS), ["subtract", "divide", "linear"]),
    "take of take, longer": (lambda x: xp.take(WEIGHTS, xp.take(np.array([2, 0, 1, 1]), xp.astype(x > 0, int)), axis=0),
                             ["greater", "cast", "take", "take"]),
    "different attributes": (lambda x: (xp.sum(x, axis=1), xp.sum(x, axis=0)), ["sum", "sum"]),
    "different constants": (lambda x: (x + 1.0, x + 2.0), ["add", "add"]),
}  # fmt: skip


@pytest.mark.parametrize("rule", STAYS)
def test_stays_away(rule):
    function, left = STAYS[rule]
    assert optimized(function, X[:40] if "linear" in rule else X) == left


def test_zeros_of_either_sign_are_not_one_constant():
    graph, _ = run_passes(graph_of(lambda x: (x * 0.0, x * -0.0)))
    assert names(graph) == ["multiply", "multiply"]


def test_integers():
    x = RANDOM.integers(-9, 9, size=(20, 3))
    assert optimized(lambda x: (x + 0) * 1 - 0, x, DType.INT) == []
    assert optimized(lambda x: xp.negative(xp.negative(x)), x, DType.INT) == []


def test_double_negation():
    """Exact by IEEE; XNNPACK's NEG subtracts from 0 and loses the sign of zeros, so these are left out."""
    assert optimized(lambda x: xp.negative(xp.negative(x)), X[(X != 0).all(axis=1)]) == []


def test_a_linear_layer_used_twice_is_scaled_once_only_where_needed():
    def function(x):
        scores = xp.linear(x, WEIGHTS, [1.0, 2.0])
        return scores, scores * np.array([2.0, 2.0])

    assert optimized(function, X[:40]) in (["linear", "linear"], ["linear", "multiply"])


def test_constants_are_folded_in_float64_and_rounded_once():
    a, b = np.array([0.1, 0.2, 0.3]), np.array([1e8, 1e8, 1e8])
    graph, records = run_passes(graph_of(lambda x: x + (as_tensor(a) + b - b)))
    (constant,) = (node.op.value for node in graph.nodes() if isinstance(node.op, Constant))
    np.testing.assert_array_equal(constant, a + b - b)
    (record,) = (record for record in records if record.name == "fold_constants")
    assert str(record) == "main: fold_constants: 3 → 1 operations (add computed; subtract computed)"
    (result,) = run_graph(graph, np.zeros((1, 3)))
    np.testing.assert_array_equal(result[0], np.float32(a + b - b))


def test_constants_are_not_folded_into_something_huge():
    graph, records = run_passes(graph_of(lambda x: x[:, :1] + xp.broadcast_to(as_tensor([1.0]), (2**17,))))
    assert "broadcast_to" in names(graph)
    assert "left for run time" in "\n".join(map(str, records))


def test_loops_are_not_run_at_conversion():
    def function(x):
        return x + xp.while_loop(lambda i: i < 3, lambda i: (i + 1,), (as_tensor(0),))[0]

    graph, _ = run_passes(graph_of(function))
    assert "while_loop" in names(graph)


def test_records():
    graph = graph_of(lambda x: xp.relu(x * 1.0 + 1.0) + xp.exp(x + 1.0))
    after, records = run_passes(graph)
    assert [record.name for record in records] == [step.name for step in PASSES if step.exact]
    assert {record.graph for record in records} == {"main"}
    assert records[0].operations[0] == len(names(graph))
    assert records[-1].operations[1] == len(names(after))
    for before, behind in itertools.pairwise(records):
        assert before.operations[1] == behind.operations[0]
    text = "\n".join(map(str, records))
    assert "main: simplify: 6 → 5 operations (multiply: ``x·1``" in text
    assert "add shared" in text
    assert "relu stays apart: the add before it is used elsewhere too" in text


def test_passes_are_named_and_say_what_they_do():
    assert len({step.name for step in PASSES}) == len(PASSES)
    assert all(step.summary for step in PASSES)
    assert [step.name for step in PASSES if not step.exact] == ["merge_double_float", "fold_affine"]


def test_the_graph_given_is_left_alone():
    graph = graph_of(lambda x: xp.relu(x * 1.0 + 1.0))
    text = str(graph)
    run_passes(graph)
    assert str(graph) == text


# --- precision="fast" -----------------------------------------------------------------------------------

MEAN, SCALE = np.array([10.0, -3.0, 0.5]), np.array([2.5, 0.1, 30.0])
SCALED = {
    "standard scaler": lambda x: (x - MEAN) / SCALE, "min-max scaler": lambda x: x * SCALE + MEAN,
    "reversed": lambda x: MEAN - x, "one factor": lambda x: 0.3 * x, "max-abs": lambda x: x / 7.0,
    "two scalers": lambda x: ((x - MEAN) / SCALE - 0.25) * MEAN,
}  # fmt: skip


@pytest.mark.parametrize("name", SCALED)
def test_scaling_joins_the_weights(name):
    graph = graph_of(lambda x: xp.linear(SCALED[name](x), WEIGHTS, [1.0, -1.0]))
    fast, records = run_passes(graph, precision="fast")
    assert names(fast) == ["linear"]
    assert any("folded into a linear layer's weights" in str(record) for record in records)
    x = RANDOM.normal(size=(50, 3)) * SCALE + MEAN
    np.testing.assert_allclose(
        evaluate(fast, {"x0": x})["y0"], evaluate(graph, {"x0": x})["y0"], rtol=1e-11, atol=1e-11
    )
    scale = np.abs(evaluate(graph, {"x0": x})["y0"]).max()
    np.testing.assert_allclose(run_graph(fast, x)[0], run_graph(graph, x)[0], atol=1e-4 * scale)


@pytest.mark.parametrize(
    "function",
    [lambda x: xp.exp(x), lambda x: 1.0 / x, lambda x: x * x, lambda x: xp.relu(x + 1.0), lambda x: x - x[:, :1]],
)
def test_what_is_no_scaling_stays(function):
    graph = graph_of(lambda x: xp.linear(function(x), WEIGHTS))
    fast, _ = run_passes(graph, precision="fast")
    assert names(fast)[-1] == "linear"
    assert len(names(fast)) > 1


def test_scaling_that_is_used_elsewhere_too_is_kept_for_it():
    def function(x):
        scaled = (x - MEAN) / SCALE
        return xp.linear(scaled, WEIGHTS), scaled

    fast, _ = run_passes(graph_of(function), precision="fast")
    assert sorted(names(fast)) == ["divide", "linear", "subtract"]
    x = RANDOM.normal(size=(5, 3))
    np.testing.assert_allclose(evaluate(fast, {"x0": x})["y0"], ((x - MEAN) / SCALE) @ WEIGHTS)


def test_an_activation_is_kept():
    fast, _ = run_passes(graph_of(lambda x: xp.relu(xp.linear(x / 3.0, WEIGHTS))), precision="fast")
    assert names(fast) == ["linear"]
    x = RANDOM.normal(size=(5, 3))
    np.testing.assert_allclose(evaluate(fast, {"x0": x})["y0"], np.maximum(x / 3 @ WEIGHTS, 0))
