"""Operations as Keras spells them: NumPy's answers, also for NaN, infinities, -0.0 and what integers do not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.tree import DecisionTreeRegressor

import keras
from skl2tflite.backends.keras.capabilities import KerasOperations
from skl2tflite.backends.keras.lowering import lower
from skl2tflite.backends.keras.program import KerasProgram
from skl2tflite.backends.keras.runner import KerasRunner
from skl2tflite.errors import ConversionError, UnsupportedOnTarget
from skl2tflite.forest.op import tree_values
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import DType, Graph, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply

SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 0.3, 3e9, -3e9], np.float32)
PAIRS = np.array([[a, b] for a in SPECIAL for b in SPECIAL], np.float32)
ROWS = np.random.default_rng(0).normal(size=(7, 6)).astype(np.float32)
ROWS[0, 3], ROWS[1], ROWS[4, 5], ROWS[2, :3], ROWS[6, 1] = np.nan, np.nan, np.nan, (-0.0, 0.0, -0.0), np.inf
TIED = np.array([[1, 1, 0, 1], [0, 2, 2, 1], [-3, -3, -3, -3], [0, -0.0, 0, -0.0]], np.float32)
WHOLE = np.array([[7, -7, 0], [2**31 - 1, -(2**31), 5], [-8, 8, 3]])
ONE: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: f for f in (xp.abs, xp.sign, xp.square, xp.tanh, xp.floor, xp.ceil, xp.round, xp.expit, xp.relu)},
    **{f.__name__: f for f in (xp.sqrt, xp.exp, xp.expm1, xp.log, xp.log1p, xp.erf, xp.isnan)},
    "sine of numbers": lambda x: xp.sin(xp.where(xp.abs(x) < 10, x, 0.0)),
    "clip": lambda x: xp.minimum(xp.maximum(x, -1.0), 1.0),
    "with an array": lambda x: xp.maximum(x, np.arange(12.0)) + xp.minimum(np.arange(12.0), x),
    "to truth values": lambda x: xp.astype(x, DType.BOOL),
    "search": lambda x: apply(ops.SearchSorted((-1.0, 0.0, 0.0, 2.5)), x),
}
TWO: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "less": lambda a, b: a < b,
    "equal": lambda a, b: a == b,
    "not less": lambda a, b: ~(a < b),
    "maximum": xp.maximum,
    "minimum": xp.minimum,
    "where": lambda a, b: xp.where(a > 0, b, np.nan),
    "squared difference": lambda a, b: apply(ops.SquaredDifference(), a, b),
}
MATRIX: dict[str, Callable[[Any], Any]] = {
    **{f.__name__: lambda x, f=f: f(x, axis=1) for f in (xp.sum, xp.mean, xp.max, xp.min, xp.prod, xp.argmax)},
    "argmin": lambda x: apply(ops.ArgMin(1), x),
    "argmax of a cube": lambda x: apply(ops.ArgMax(1), xp.reshape(x, (-1, 3, 2))),
    "softmax": lambda x: xp.softmax(xp.where(xp.isnan(x) | (x > 9), 0.0, x), axis=1),
    "any": lambda x: xp.any(x > 1, axis=1),
    "all": lambda x: xp.all(x > -1, axis=1, keepdims=True),
    "running sum": lambda x: apply(ops.CumulativeSum(1), x),
    "sum of those before": lambda x: apply(ops.CumulativeSum(1, exclusive=True), x),
    "slices": lambda x: x[:, 4:1:-2],
    "columns": lambda x: xp.take(x, np.array([5, 0, 0]), axis=1),
    "a table's columns": lambda x: xp.take(np.arange(12.0).reshape(2, 6), xp.astype(x > 0, DType.INT), axis=1),
    "rows in another shape": lambda x: xp.reshape(xp.permute_dims(xp.reshape(x, (-1, 2, 3)), (0, 2, 1)), (-1, 6)),
    "repeated": lambda x: apply(ops.BroadcastTo((None, 6, 3)), xp.expand_dims(x, -1)),
    "for every row": lambda x: xp.broadcast_rows(np.arange(4.0).reshape(2, 2), x),
    "linear": lambda x: xp.linear(x, np.arange(12.0).reshape(6, 2), np.ones(2)),
    "linear relu": lambda x: apply(ops.Linear("relu"), x, np.arange(12.0).reshape(6, 2), np.ones(2)),
    "product of rows": lambda x: xp.matmul(xp.reshape(x, (-1, 2, 3)), xp.matrix_transpose(xp.reshape(x, (-1, 2, 3)))),
    "nothing": lambda x: xp.concat([x[:, :0], x], axis=1),
}


def _refuses_empty(graph: Graph) -> bool:
    """Keras itself refuses to take the extreme of an array without rows, called without tf.function on TensorFlow."""
    extremes = (ops.Max, ops.Min, ops.ArgMax, ops.ArgMin, ops.TopK)
    return keras.backend.backend() == "tensorflow" and any(isinstance(node.op, extremes) for node in graph.nodes())


def _compared(function: Callable[..., Any], *arrays: np.ndarray, want: Any = None) -> None:
    kinds = [DType.of(x) for x in arrays]
    inputs = {
        f"x{i}": input_tensor(f"x{i}", k, (None, *x.shape[1:]))
        for i, (x, k) in enumerate(zip(arrays, kinds, strict=True))
    }
    results = function(*inputs.values())
    several = results if isinstance(results, tuple) else (results,)
    graph = Graph("main", inputs, {f"y{i}": y for i, y in enumerate(several)})
    program = KerasProgram()
    lower(graph, program, KerasOperations())
    runner = KerasRunner(program)
    for rows in (slice(None), slice(0, 1), slice(0, 0)):
        if rows == slice(0, 0) and _refuses_empty(graph):
            continue
        fed = {name: x[rows] for name, x in zip(inputs, arrays, strict=True)}
        answers = runner.run("main", fed)
        for name, expected in evaluate(graph, fed).items():
            expected = expected if want is None else want[rows]
            assert answers[name].shape == expected.shape
            np.testing.assert_allclose(
                answers[name].astype(float), expected.astype(float), rtol=1e-5, atol=1e-6 if expected.size else 0
            )


@pytest.mark.parametrize("name", ONE)
def test_functions_of_one_number(name: str) -> None:
    _compared(ONE[name], SPECIAL[None])


@pytest.mark.parametrize("name", TWO)
def test_functions_of_two_numbers(name: str) -> None:
    _compared(TWO[name], PAIRS[:, :1].copy(), PAIRS[:, 1:].copy())


@pytest.mark.parametrize("name", MATRIX)
def test_functions_of_matrices(name: str) -> None:
    _compared(MATRIX[name], ROWS)


def test_what_looks_like_a_bias_is_added_along_its_own_axis() -> None:
    cube, column = np.arange(18.0).reshape(2, 3, 3).astype(np.float32), np.array([[1.0], [20.0], [300.0]], np.float32)
    _compared(lambda x: x + column, cube)
    _compared(lambda x, y: x + y, cube, np.stack([column, -column]))
    _compared(lambda x: x + 1.5, cube)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_first_of_equals_comes_first(k: int) -> None:
    _compared(lambda x: apply(ops.TopK(k), x), TIED)
    _compared(lambda x: xp.argmax(x, axis=1), TIED, want=np.argmax(TIED, axis=1))


def test_the_extreme_position_of_nan_and_negative_zero_is_that_of_numpy() -> None:
    rows = np.array([[-0.0, 0.0, -1.0], [1.0, np.nan, 2.0], [np.nan, 3.0, np.nan], [-np.inf, -np.inf, np.nan]])
    _compared(lambda x: xp.argmax(x, axis=1), rows, want=np.array([0, 1, 0, 2]))
    _compared(lambda x: apply(ops.ArgMin(1), x), rows[:3], want=np.array([2, 1, 0]))


def test_what_int32_does_not_hold_becomes_the_nearest_number() -> None:
    given = np.array([[3e9, -3e9, np.nan, np.inf, -np.inf, 2147483520.0, -2147483648.0, 2.9, -2.9, 2147483648.0]])
    least, most = -(2**31), 2**31 - 1
    want = np.array([[most, least, least, most, least, 2147483520, least, 2, -2, most]])
    _compared(lambda x: xp.astype(x, DType.INT), given.astype(np.float32), want=want)


def test_comparisons_with_numbers_that_backends_read_as_zero() -> None:
    tiny, normal = np.float64(np.float32(1e-45)), 1e-30
    x = np.array([[0.0, -0.0, 1.0, -1.0, normal, -normal, np.nan]], np.float32)
    for bound in (tiny, -tiny):
        for function in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal):
            _compared(lambda x, f=function, c=bound: getattr(xp, f.__name__)(x, c), x)
            _compared(lambda x, f=function, c=bound: getattr(xp, f.__name__)(c, x), x)
    for side in ("left", "right"):
        _compared(lambda x, s=side: apply(ops.SearchSorted((-tiny, 0.0, tiny, 0.1), s), x), x)
    tree = DecisionTreeRegressor(max_depth=1).fit([[0.0], [1.0]], [0.0, 1.0])
    for bound in (tiny, -tiny):
        forest = replace(Forest.from_sklearn([tree.tree_]), threshold=np.array([bound, -2.0, -2.0]))
        _compared(lambda x, f=forest: tree_values(xp.reshape(x, (-1, 1)), f), np.array([[0.0], [1.0], [-1.0]]))


def test_whole_numbers() -> None:
    small = np.clip(WHOLE, -100, 100)
    for function in (lambda x: x // 3, lambda x: x % 3, lambda x: x // -3, lambda x: x % -3, abs, xp.sign, xp.max):
        if function is xp.max:
            _compared(lambda x: xp.max(x, axis=1), small)
        else:
            _compared(function, small)
    _compared(lambda x: apply(ops.RightShift(), x, 1), WHOLE)
    _compared(lambda x: apply(ops.BitwiseXor(), x, 12345), WHOLE)
    _compared(lambda x: apply(ops.Wrap(), x + 1), WHOLE)
    _compared(lambda x: xp.take(np.array([2**30 + 1, 7, -(2**31)]), xp.clip(x, 0, 2)), WHOLE)


def test_loops_and_lengths_of_run_time_are_refused_by_name() -> None:
    x = input_tensor("x", DType.FLOAT, (None,))
    loop = xp.while_loop(lambda s: xp.any(s > 1), lambda s: [s / 2], [x])[0]
    with pytest.raises(UnsupportedOnTarget, match=r"a Keras model holds no loops.*needed by while_loop"):
        lower(Graph("main", {"x": x}, {"y": loop}), KerasProgram(), KerasOperations())
    length = apply(ops.Length(), x)
    with pytest.raises(UnsupportedOnTarget, match="known only at run time"):
        lower(Graph("main", {"x": x}, {"y": length}), KerasProgram(), KerasOperations())


def test_names_and_numbers_that_keras_does_not_take() -> None:
    x = input_tensor("a/b", DType.FLOAT, (None,))
    with pytest.raises(ConversionError, match="no inputs of the name 'a/b'"):
        lower(Graph("main", {"a/b": x}, {"y": x}), KerasProgram(), KerasOperations())
    x = input_tensor("x", DType.FLOAT, (None,))
    with pytest.raises(ConversionError, match="beyond the greatest float32"):
        lower(Graph("main", {"x": x}, {"y": x + 1e200}), KerasProgram(), KerasOperations())
