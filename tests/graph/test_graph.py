"""Graphs: order, rewriting, evaluation, and the text form."""

import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from skl2tflite.graph import Constant, DType, Graph, Input, Node, Tensor, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp


def graph_of(function, columns=3, dtype=DType.FLOAT):
    x = input_tensor("x", dtype, (None, columns))
    results = function(x)
    results = results if isinstance(results, tuple | list) else (results,)
    return Graph("predict", {"x": x}, {f"y{k}": as_tensor(r) for k, r in enumerate(results)})


def test_nodes_come_after_their_operands_and_once():
    shared = []

    def function(x):
        shared.append(x * 2.0)
        return shared[0] + shared[0], shared[0] - 1.0

    graph = graph_of(function)
    nodes = list(graph.nodes())
    assert len(nodes) == len(set(nodes))
    seen = set()
    for node in nodes:
        assert all(tensor.node in seen for tensor in node.inputs)
        seen.add(node)
    assert [node.op.name for node in graph.operations()] == ["multiply", "add", "subtract"]
    assert graph.consumers()[shared[0]] == 3


def test_long_chains_do_not_recurse():
    def function(x):
        for _ in range(5000):
            x = x + 1.0
        return x

    graph = graph_of(function)
    assert sum(1 for _ in graph.operations()) == 5000
    start = time.perf_counter()
    assert str(graph).count("\n") == 5001
    assert time.perf_counter() - start < 5
    assert evaluate(graph, {"x": np.zeros((1, 3))})["y0"].tolist() == [[5000] * 3]


def test_rewrite_replaces_and_keeps_the_rest():
    graph = graph_of(lambda x: (xp.exp(x) + 1.0, x * 2.0))

    def rule(node, operands):
        return [xp.tanh(operands[0])] if isinstance(node.op, ops.Exp) else None

    new = graph.rewrite(rule)
    assert [node.op.name for node in new.operations()] == ["tanh", "add", "multiply"]
    assert new.outputs["y1"] is graph.outputs["y1"]
    assert [node.op.name for node in graph.operations()] == ["exp", "add", "multiply"]


def test_rewritten_nodes_keep_their_line():
    graph = graph_of(lambda x: xp.exp(x) + 1.0)
    new = graph.rewrite(lambda node, operands: [operands[0] * 1.0] if isinstance(node.op, ops.Exp) else None)
    old, kept = (next(n for n in g.operations() if n.op.name == "add") for g in (graph, new))
    assert kept is not old
    assert kept.source == old.source


def test_evaluate_in_both_widths():
    graph = graph_of(lambda x: (x * 0.1, xp.argmax(x), xp.sum(x > 0, axis=1), xp.one_hot(xp.argmax(x), 3) + 0.1))
    x = np.array([[0.1, 0.2, 0.3]])
    wide, narrow = evaluate(graph, {"x": x}), evaluate(graph, {"x": x}, np.float32)
    assert [wide[k].dtype.kind for k in wide] == ["f", "i", "i", "f"]
    assert wide["y0"].dtype == wide["y3"].dtype == np.float64
    assert narrow["y0"].dtype == narrow["y3"].dtype == np.float32
    np.testing.assert_array_equal(narrow["y0"], np.float32(x) * np.float32(0.1))
    np.testing.assert_array_equal(wide["y0"], x * 0.1)


def test_evaluate_with_other_constants():
    graph = graph_of(lambda x: x * 2.0)
    (constant,) = (node.outputs[0] for node in graph.nodes() if isinstance(node.op, Constant))
    x = np.ones((1, 3))
    assert evaluate(graph, {"x": x}, constants={constant: np.array(3.0)})["y0"].tolist() == [[3, 3, 3]]
    assert evaluate(graph, {"x": x})["y0"].tolist() == [[2, 2, 2]]


def test_an_output_may_be_an_input_or_a_constant():
    graph = graph_of(lambda x: (x, np.array([1, 2])))
    result = evaluate(graph, {"x": np.ones((2, 3))})
    assert result["y0"].shape == (2, 3)
    assert result["y1"].tolist() == [1, 2]
    assert str(graph).endswith("return y0=x, y1=[1, 2]")


def test_text_form():
    weights = np.arange(6.0).reshape(3, 2)

    def function(x):
        scores = xp.linear((x - np.array([1.0, 2.0, 3.0])) / 2.5, weights, [0.5, -0.5])
        top, at = xp.topk(scores, 1)
        return xp.argmax(scores, axis=1), xp.where(scores > 0, scores, 0)[:, ::-1], top, at

    assert str(graph_of(function)) == textwrap.dedent("""\
        predict(x: float[?, 3]):
          %0: float[?, 3] = subtract(x, [1., 2., 3.])
          %1: float[?, 3] = divide(%0, 2.5)
          %2: float[?, 2] = linear(%1, const float[3, 2], [ 0.5, -0.5])
          %3: int[?] = arg_max(%2, axis=1)
          %4: bool[?, 2] = greater(%2, 0.)
          %5: float[?, 2] = where(%4, %2, 0.)
          %6: float[?, 2] = slice(%5, slices=((None, None, None), (None, None, -1)))
          %7: float[?, 1], %8: int[?, 1] = top_k(%2, k=1)
          return y0=%3, y1=%6, y2=%7, y3=%8""")


def test_text_form_of_a_loop():
    text = str(graph_of(lambda x: xp.while_loop(lambda s: xp.any(s > 1), lambda s: (s * 0.5,), (x,))[0]))
    assert "while_loop(x" in text
    assert "%0: float[?, 3] = multiply(s0, 0.5)" in text


def test_the_same_code_gives_the_same_text_in_another_process():
    code = textwrap.dedent("""
        import numpy as np
        from skl2tflite.graph import DType, Graph, input_tensor, functions as xp
        x = input_tensor("x", DType.FLOAT, (None, 3))
        y, z = xp.exp(x), xp.tanh(x)
        print(Graph("g", {"x": x}, {"a": y + z, "b": z - y, "c": xp.softmax(x)}))
    """)
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_source_is_the_line_outside_the_graph_folder():
    x = input_tensor("x", DType.FLOAT, (None, 3))
    y = xp.clip(np.log1p(x), 0, 1)  # this line
    assert y.node.source.filename == __file__
    assert str(y.node.source).endswith("y = xp.clip(np.log1p(x), 0, 1)  # this line")
    assert y.node.inputs[0].node.source == y.node.source


def test_tensors():
    x = input_tensor("x", DType.FLOAT, (None, 3))
    assert (x.dtype, x.shape, x.ndim, x.constant) == (DType.FLOAT, (None, 3), 2, None)
    assert x.T.shape == (3, None)
    assert len(x.T) == 3
    assert len({x, x}) == 1
    assert isinstance(x == x, Tensor)
    assert isinstance(Node(Input("x", DType.INT, ()), ()).outputs[0], Tensor)
    with pytest.raises(AttributeError):
        x.spec.dtype = DType.INT
