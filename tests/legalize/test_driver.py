"""Graphs rewritten for a target: what is replaced, in which order, and that nothing takes it back."""

from __future__ import annotations

import numpy as np
import pytest

from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import DType, Graph, Node, apply, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.legalize import LegalGraph, NoDecompositionError, decomposes, legalize
from skl2tflite.legalize.registry import _DECOMPOSITIONS
from skl2tflite.passes import run_passes
from skl2tflite.passes.algebra import simplify
from tests.backends.tflite.one_graph import trace
from tests.legalize.lacking import Lacking

X = np.array([[0.5, -3.0, 1e-8], [7.0, 0.0, -0.25]])


def names(graph: Graph) -> list[str]:
    return [node.op.name for node in graph.operations()]


def test_operations_that_the_target_has_stay():
    graph = trace(lambda x: xp.log1p(x) + 1.0, X)
    assert names(legalize(graph, Lacking())) == names(graph) == ["log1p", "add"]
    assert list(legalize(graph, Lacking()).nodes()) == list(graph.nodes())


def test_operations_come_in_the_order_in_which_the_decomposition_is_written():
    made = names(legalize(trace(lambda x: xp.log1p(x * 2.0), X), Lacking(ops.Log1p)))
    assert made == [
        "multiply", "add", "log", "subtract", "divide", "multiply", "equal", "equal", "where", "where",
    ]  # fmt: skip


def test_what_an_operation_is_made_of_is_decomposed_in_turn():
    graph = trace(lambda x: xp.max(x, axis=1), X)
    assert names(legalize(graph, Lacking(ops.Max))) == ["max", "is_nan", "any", "where"]
    legal = legalize(graph, Lacking(ops.Max, ops.Any))
    assert names(legal) == ["max", "is_nan", "logical_not", "all", "logical_not", "where"]
    np.testing.assert_array_equal(evaluate(legal, {"x0": X})["y0"], X.max(axis=1))


def test_what_rounding_is_for_survives():
    """``(1 + x) - 1`` is not x: it is what of x the sum has kept."""
    legal = legalize(trace(xp.log1p, X), Lacking(ops.Log1p))
    kept = [node for node in legal.operations() if node.op.name == "subtract"]
    assert [node.inputs[0].node.op.name for node in kept] == ["add"]
    x = {"x0": np.float32([[1e-4, 3e-6, 1e-8]])}
    exact = np.log1p(x["x0"].astype(np.float64))
    np.testing.assert_allclose(evaluate(legal, x, np.float32)["y0"], exact, rtol=2e-7)
    assert np.abs(np.log(1 + x["x0"]) / exact - 1).max() > 1e-3  # what it would be without


def test_nothing_is_rewritten_afterwards():
    legal = legalize(trace(xp.log1p, X), Lacking(ops.Log1p))
    with pytest.raises(TypeError, match="graph 'main' is legalized, and nothing may be rewritten"):
        simplify(legal)
    with pytest.raises(TypeError, match="is legalized"):
        run_passes(legal)


def test_legalizing_again_changes_nothing_unless_for_another_target():
    target = Lacking(ops.Log1p)
    legal = legalize(trace(lambda x: xp.log1p(xp.expm1(x)), X), target)
    assert legalize(legal, target) is legal
    assert not {"log1p", "expm1"} & {*names(legalize(legal, Lacking(ops.Expm1)))}


def test_shared_operands_are_computed_once():
    def function(x):
        scaled = x * 2.0
        return xp.expm1(scaled) + xp.log1p(scaled)

    assert names(legalize(trace(function, X), Lacking(ops.Expm1, ops.Log1p))).count("relu") == 1
    assert names(legalize(trace(function, X), Lacking(ops.Log1p))).index("multiply") == 0
    legal = legalize(trace(function, X), Lacking(ops.Log1p))
    assert [node.op.name for node in legal.operations() if node.inputs[0] is legal.inputs["x0"]] == ["multiply"]


def test_operations_with_several_results():
    legal = legalize(trace(lambda x: xp.topk(x, 2), X), Lacking(ops.TopK))
    results = evaluate(legal, {"x0": X})
    np.testing.assert_array_equal(results["y0"], np.sort(X, axis=1)[:, :0:-1])
    np.testing.assert_array_equal(results["y1"], np.argsort(-X, axis=1)[:, :2])


def test_what_only_unused_results_need_is_left_out():
    legal = legalize(trace(lambda x: xp.topk(x, 2)[1], X), Lacking(ops.TopK))
    assert "take_along_axis" not in names(legal)
    assert "take_along_axis" in names(legalize(trace(lambda x: xp.topk(x, 2)[0], X), Lacking(ops.TopK)))


def test_loops_repeat_legal_graphs():
    def function(x):
        return xp.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, xp.log1p(y)), (as_tensor(0), x))[1]

    graph = trace(function, np.abs(X))
    legal = legalize(graph, Lacking(ops.Log1p))
    (loop,) = [node.op for node in legal.operations()]
    assert isinstance(loop.condition, LegalGraph)
    assert "log1p" not in names(loop.body)
    x = {"x0": np.abs(X)}
    np.testing.assert_allclose(evaluate(legal, x)["y0"], evaluate(graph, x)["y0"], rtol=1e-14)


def test_origins_name_what_the_converter_wrote():
    graph = trace(lambda x: xp.expm1(xp.abs(x)), X)
    legal = legalize(graph, Lacking(ops.Expm1))
    made = {node.op.name: origin.op.name for node, origin in legal.origins.items() if node.op.name in ("elu", "abs")}
    assert made == {"elu": "expm1", "abs": "abs"}


@pytest.fixture
def registered():
    """Give back the registry as it was."""
    before = dict(_DECOMPOSITIONS)
    yield
    _DECOMPOSITIONS.clear()
    _DECOMPOSITIONS.update(before)


@pytest.mark.usefixtures("registered")
def test_a_decomposition_for_a_kind_of_elements_comes_before_one_for_all():
    decomposes(ops.Abs)(lambda x: xp.maximum(x, -x))
    decomposes(ops.Abs, dtype=DType.FLOAT)(lambda x: xp.sqrt(x * x))
    assert "sqrt" in names(legalize(trace(xp.abs, X), Lacking(ops.Abs)))
    assert "maximum" in names(legalize(trace(xp.abs, X.astype(int)), Lacking(ops.Abs)))


@pytest.mark.usefixtures("registered")
def test_a_decomposition_must_keep_dtype_and_shape():
    decomposes(ops.Abs, dtype=DType.FLOAT)(lambda x: x[:, :1])
    with pytest.raises(TypeError, match=r"abs gives float\[\?, 3\], what it was decomposed into float\[\?, 1\]"):
        legalize(trace(xp.abs, X), Lacking(ops.Abs))


@pytest.mark.usefixtures("registered")
def test_a_decomposition_that_does_not_apply_is_a_refusal_that_names_the_line():
    @decomposes(ops.Abs, dtype=DType.FLOAT)
    def never(x):
        raise NoDecompositionError("it is for numbers that nobody has")

    expected = r"the target has no abs; it is for numbers that nobody has \(needed by abs, test_driver.py:\d+: "
    with pytest.raises(UnsupportedOnTarget, match=expected):
        legalize(trace(lambda x: xp.abs(x), X), Lacking(ops.Abs))


def test_one_rank_of_results_that_are_operands():
    x = input_tensor("x", DType.FLOAT, (None, 1))
    graph = Graph("main", {"x": x}, {"y": Node(ops.Prod((1,), True), (x,)).outputs[0]})
    legal = legalize(graph, Lacking(ops.Prod))
    assert legal.outputs["y"] is x
    assert apply(ops.Prod((1,), True), np.ones((2, 1))).shape == (2, 1)
