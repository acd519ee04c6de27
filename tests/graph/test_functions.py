"""The functions: they compute on NumPy arrays what they record on tensors."""

import numpy as np
import pytest
from scipy import special

from skl2tflite.errors import GraphError
from skl2tflite.graph import Constant, DType, Graph, Tensor, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp

X = np.random.default_rng(0).normal(size=(5, 4))


def both(function, *arrays):
    """Return a function's value on arrays, after comparing it with that of the graph it records."""
    names = [f"x{k}" for k in range(len(arrays))]
    tensors = [input_tensor(n, DType.of(a), (None, *a.shape[1:])) for n, a in zip(names, arrays, strict=True)]
    recorded = function(*tensors)
    assert isinstance(recorded, Tensor)
    value = evaluate(
        Graph("g", dict(zip(names, tensors, strict=True)), {"y": recorded}), dict(zip(names, arrays, strict=True))
    )
    computed = np.asarray(function(*arrays))
    assert computed.dtype.kind == value["y"].dtype.kind
    np.testing.assert_array_equal(value["y"], computed)
    return computed


REFERENCES = {
    "abs": np.abs, "erf": special.erf, "expit": special.expit, "log_expit": special.log_expit, "expm1": np.expm1,
    "log1p": np.log1p, "log2": np.log2, "log10": np.log10, "negative": np.negative, "round": np.round, "sign": np.sign,
    "square": np.square,
    "isnan": np.isnan, "sin": np.sin, "cos": np.cos, "tanh": np.tanh, "floor": np.floor, "ceil": np.ceil,
    "matrix_transpose": lambda x: x.T, "softmax": lambda x: special.softmax(x, axis=-1),
    "log_softmax": lambda x: special.log_softmax(x, axis=-1), "relu": lambda x: np.maximum(x, 0),
    "cumulative_sum": lambda x: np.cumsum(x, -1), "argmax": lambda x: np.argmax(x, -1), "squared_norm": lambda x:
    (x * x).sum(1, keepdims=True),
}  # fmt: skip


@pytest.mark.parametrize("name", REFERENCES)
def test_against_numpy_and_scipy(name):
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(both(getattr(xp, name), X), REFERENCES[name](X), rtol=1e-13)


def test_digamma():
    x = np.concatenate([np.linspace(0.01, 20, 300), [1e3, 1e6]])[:, np.newaxis]
    np.testing.assert_allclose(both(xp.digamma, x), special.digamma(x), atol=4e-9)
    np.testing.assert_allclose(both(xp.digamma, np.array([[1e-9]])), special.digamma([[1e-9]]), rtol=1e-12)


def test_kinds_are_promoted():
    ints, truths = (X > 0).astype(int), X > 0
    assert both(lambda x: x + 1.5, ints).dtype.kind == "f"
    assert both(lambda x: x / 2, ints).dtype.kind == "f"
    assert both(lambda x: xp.add(x, 1), truths).dtype.kind == "i"
    assert both(lambda x, y: xp.where(x, y, 0.5), truths, ints).dtype.kind == "f"
    assert both(lambda x, y: xp.concat([x, y], 1), truths, X).dtype.kind == "f"
    assert both(lambda x: xp.sum(x, axis=1), truths).dtype.kind == "i"
    assert both(lambda x: xp.mean(x, axis=1), ints).dtype.kind == "f"
    assert both(lambda x: xp.astype(x, np.float32), truths).dtype.kind == "f"
    assert both(lambda x: xp.sqrt(x), ints).dtype.kind == "f"
    assert both(lambda x: xp.square(x), ints).dtype.kind == "i"


def test_truth_values_add_and_multiply_as_in_numpy():
    a, b = X > 0, X > 0.5
    np.testing.assert_array_equal(both(lambda x, y: x + y, a, b), a + b)
    np.testing.assert_array_equal(both(lambda x, y: x * y, a, b), a * b)
    for function in (lambda: xp.subtract(a, b), lambda: xp.negative(a)):
        with pytest.raises(GraphError, match="between booleans has no meaning"):
            function()


@pytest.mark.parametrize("power", [1, 2, 3, 0.5, 2.5, -1.0, 0])
def test_powers(power):
    np.testing.assert_allclose(both(lambda x: xp.pow(x, power), np.abs(X)), np.abs(X) ** power, rtol=1e-15)


def test_clip_keeps_nan():
    x = np.array([[np.nan, -5.0, 5.0, 0.5]])
    np.testing.assert_array_equal(both(lambda x: xp.clip(x, 0, 1), x), [[np.nan, 0, 1, 0.5]])
    np.testing.assert_array_equal(both(lambda x: xp.clip(x), x), x)


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    bounds = [-1.0, 0.0, 0.0, 0.5]
    x = np.array([[-2.0, -1, 0, 0.25, 0.5, 3, np.nan, np.inf]])
    result = both(lambda x: xp.searchsorted(bounds, x, side), x)
    np.testing.assert_array_equal(result, np.searchsorted(bounds, x, side))


def test_take():
    for positions in ([0, 2], [-1], [[0, 1], [2, 3]], 1, []):
        np.testing.assert_array_equal(
            both(lambda x, p=positions: xp.take(x, p, axis=1), X), np.take(X, np.array(positions, int), 1)
        )
    at = np.argsort(X, axis=1)
    np.testing.assert_array_equal(both(lambda x, a: xp.take_along_axis(x, a), X, at), np.sort(X, axis=1))
    np.testing.assert_array_equal(both(lambda a: xp.take(np.array([-1, 1]), a), X > 0), np.where(X > 0, 1, -1))
    tensor = as_tensor(X)
    for positions, message in (
        ([4], "positions 4 to 4 leave"),
        ([-5], "leave an axis of length 4"),
        ([0.5], "not int"),
    ):
        with pytest.raises(GraphError, match=message):
            xp.take(tensor, positions, axis=1)
        with pytest.raises(GraphError, match=message):
            xp.take_along_axis(tensor, np.tile(positions, (5, 1)))
    with pytest.raises(GraphError, match="works on the last axis"):
        xp.take_along_axis(tensor, [[0]], axis=0)


def test_products():
    w, v, deep = np.arange(8.0).reshape(4, 2), np.arange(4.0), np.random.default_rng(1).normal(size=(5, 4, 3))
    for function, arrays in (
        (lambda x: x @ w, (X,)), (lambda x: x @ v, (X,)), (lambda x, y: x[:, None] @ y, (X, deep)),
        (lambda y: v @ y, (deep,)), (lambda y: w.T @ y, (deep,)), (lambda y: y @ np.ones(3), (deep,)),
    ):  # fmt: skip
        np.testing.assert_allclose(both(function, *arrays), function(*arrays), rtol=1e-13)
    assert xp.matmul(v, v).shape == () == (as_tensor(v) @ v).shape
    np.testing.assert_allclose(both(lambda x: xp.linear(x, w, [1.0, 2]), X), X @ w + [1, 2])
    np.testing.assert_allclose(both(lambda x: xp.linear(x, v, 1.0), X), X @ v + 1)
    np.testing.assert_allclose(both(lambda x: xp.linear(x, w), X), X @ w)


def test_shapes():
    assert both(lambda x: xp.expand_dims(x, -1), X).shape == (5, 4, 1)
    assert both(lambda x: xp.expand_dims(x, 0), X).shape == (1, 5, 4)
    assert both(lambda x: xp.squeeze(x[:, :1, None]), X).shape == (5,)
    assert both(lambda x: xp.stack([x, x], axis=-1), X).shape == (5, 4, 2)
    assert both(lambda x: xp.column_stack([x[:, 0], x]), X).shape == (5, 5)
    assert both(lambda x: xp.broadcast_to(x[:, None], (None, 3, 4)) if isinstance(x, Tensor) else
                np.broadcast_to(x[:, None], (5, 3, 4)), X).shape == (5, 3, 4)  # fmt: skip
    assert both(lambda x: xp.broadcast_rows(np.arange(3), x), X).shape == (5, 3)
    assert both(lambda x: xp.one_hot(xp.argmax(x), 4), X).sum() == 5
    tensor = as_tensor(X)
    assert xp.reshape(tensor, (5, 4)) is tensor
    assert xp.concat([tensor]) is tensor


def test_topk():
    values, positions = xp.topk(np.array([[1.0, 3, 3, 2]]), 3)
    assert values.tolist() == [[3, 3, 2]]
    assert positions.tolist() == [[1, 2, 3]]


def test_loops_on_arrays_and_on_tensors():
    def function(x):
        return xp.while_loop(lambda i, s: i < 4, lambda i, s: (i + 1, s * 0.5 + i), (0, x))[1]

    expected = X
    for i in range(4):
        expected = expected * 0.5 + i
    np.testing.assert_allclose(both(function, X), expected)
    until = both(
        lambda x: xp.while_loop(lambda s: xp.any(s > 0.1), lambda s: (xp.where(s > 0.1, s / 2, s),), [x])[0], X
    )
    assert until.max() <= 0.1
    assert both(
        lambda x: xp.while_loop(lambda s: xp.any(s > 99, axis=(0, 1), keepdims=False), lambda s: s, [x])[0], X
    ).shape


def test_epsilon():
    assert both(xp.epsilon, X).tolist() == [[np.finfo(np.float64).eps]] * len(X)
    x = input_tensor("x", DType.FLOAT, (None, 4))
    graph = Graph("g", {"x": x}, {"y": xp.epsilon(x)})
    assert evaluate(graph, {"x": X}, np.float32)["y"].tolist() == [[np.finfo(np.float32).eps]] * len(X)


def test_loops_with_other_constants_and_rounding():
    x = input_tensor("x", DType.FLOAT, (None, 4))
    halved = xp.while_loop(lambda s: xp.any(s > 1.0), lambda s: (xp.linear(s, np.eye(4) * 0.5),), (x,))[0]
    graph = Graph("g", {"x": x}, {"y": halved})
    (body,) = [node.op.body for node in graph.nodes() if isinstance(node.op, ops.WhileLoop)]
    weights = next(n.outputs[0] for n in body.nodes() if isinstance(n.op, Constant) and n.op.value.shape == (4, 4))
    rows = np.full((2, 4), 4.0)
    assert (evaluate(graph, {"x": rows})["y"] == 1.0).all()
    assert (evaluate(graph, {"x": rows}, constants={weights: np.eye(4) * 0.1})["y"] == 0.4).all()

    def enlarged(node, operands, results):
        return [each * 1.5 for each in results] if isinstance(node.op, ops.Linear) else results

    assert (evaluate(graph, {"x": rows}, rounding=enlarged)["y"] == 4 * 0.75**5).all()


def test_refused_loops():
    x, other = (input_tensor(name, DType.FLOAT, (None, 4)) for name in ("x", "other"))
    with pytest.raises(
        GraphError, match=r"a loop's body uses 'other' from outside; add it to the state.*test_functions"
    ):
        xp.while_loop(lambda s: xp.any(s > 0), lambda s: (s - xp.exp(other),), (x,))
    with pytest.raises(GraphError, match="a loop's condition uses 'other'"):
        xp.while_loop(lambda s: xp.any(other > 0), lambda s: (s - 1.0,), (x,))
    with pytest.raises(GraphError, match=r"the body turns \['float\[\?, 4\]'\] into \['bool\[\?, 4\]'\]"):
        xp.while_loop(lambda s: xp.any(s > 0), lambda s: (s > 0,), (x,))
    with pytest.raises(GraphError, match="one boolean for the whole batch"):
        xp.while_loop(lambda s: s > 0, lambda s: (s - 1.0,), (x,))


def test_strings():
    x = np.array([["a", "b"], ["c", "a"]], dtype=object)
    np.testing.assert_array_equal(both(lambda x: x == "a", x), x == "a")
    np.testing.assert_array_equal(both(lambda x: xp.equal(x[:, 0], "a"), x), [True, False])
    tensor = input_tensor("x", DType.STRING, (None,))
    for function in (lambda: tensor + 1, lambda: tensor == 1, lambda: np.where(tensor == "a", tensor, 0)):
        with pytest.raises(GraphError, match="strings and numbers cannot be combined or compared"):
            function()
    with pytest.raises(GraphError, match="takes float or int, not string"):
        tensor + "a"
