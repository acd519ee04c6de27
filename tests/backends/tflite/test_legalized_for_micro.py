"""What TensorFlow Lite Micro has no operator for, decomposed: against NumPy, on its real interpreter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from skl2tflite.backends.tflite.reader import read
from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.graph import DType, apply, ops
from skl2tflite.graph import functions as xp
from skl2tflite.legalize import positions
from skl2tflite.runtime.micro import MicroRunner
from tests.backends.tflite.one_graph import WIDTHS, as_fed, oracle, to_file, trace, ulps

pytest.importorskip("tflite_micro")

INF, NAN = np.inf, np.nan
FLOATS = np.array([[1.5, -2, 0], [-0.0, 3, 3], [NAN, 1e30, -1e-30], [7, 7, -INF], [INF, 0.25, -7]])
INTEGERS = np.array([[1, -2, 0], [7, 7, -7], [100, -101, 3], [2**31 - 1, -(2**31), 2**24 + 1], [65536, -65536, 65535]])
SMALL = INTEGERS[:3]
TRUTHS = INTEGERS % 2 == 1


def run(function: Callable[..., Any], *arrays: Any) -> list[np.ndarray]:
    graph = trace(function, *arrays, batch=1)

    def specs(tensors: Any) -> dict[str, tuple[str, tuple[int, ...]]]:
        return {name: (np.dtype(WIDTHS[t.dtype]).name, t.shape) for name, t in tensors.items()}

    runner = MicroRunner(to_file(graph, "micro"), "main", specs(graph.inputs), specs(graph.outputs))
    return list(runner.run("main", dict(zip(graph.inputs, map(as_fed, arrays), strict=True))).values())


def apart(function: Callable[..., Any], *arrays: Any) -> float:
    """By how many float32 ulps TFLM leaves the oracle; see :func:`tests.backends.tflite.one_graph.apart`."""
    want = oracle(function, *arrays)
    return max(
        ulps(g, w) for g, w in zip(run(function, *arrays), want if isinstance(want, list) else [want], strict=True)
    )


def operators(function: Callable[..., Any], *arrays: Any) -> list[str]:
    (subgraph,) = read(to_file(trace(function, *arrays, batch=1), "micro")).subgraphs
    return [operator.name for operator in subgraph.operators]


def applied(op: Any) -> Callable[..., Any]:
    return lambda *tensors: apply(op, *tensors)


# --- integers and booleans --------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        [5, -128, 127],
        [300, -7, 2**24],
        [2**31 - 1, -(2**31), 2**24 + 1],
        [[1, 2], [300, 4], [5, 6]],
        [True, False, True],
    ],
    ids=str,
)
def test_tables_of_whole_numbers(table):
    positions = np.array([[0, 2], [1, 1], [2, 0]])
    assert apart(lambda at: xp.take(np.array(table), at), positions) == 0


def test_small_tables_are_narrow():
    positions = np.array([[0, 2], [1, 1]])
    assert operators(lambda at: xp.take(np.array([5, -7, 9]), at), positions) == ["GATHER", "CAST"]
    content = to_file(trace(lambda at: xp.take(np.array([5, -7, 9]), at), positions, batch=1), "micro")
    (table,) = [tensor for tensor in read(content).subgraphs[0].tensors if tensor.shape == (3,)]
    assert table.dtype == "int8"


@pytest.mark.parametrize("x", [INTEGERS, TRUTHS], ids=["int", "bool"])
def test_moves(x):
    assert apart(lambda a: xp.take(a, np.array([2, 0, 2]), axis=1), x) == 0
    assert apart(lambda a: apply(ops.PermuteDims((0, 2, 1)), xp.stack([a, a[:, ::-1]], axis=1)), x) == 0
    assert apart(lambda a, i: apply(ops.TakeAlongAxis(), a, i), x, np.tile([2, 0], (len(x), 1))) == 0


@pytest.mark.parametrize("x", [INTEGERS, TRUTHS], ids=["int", "bool"])
def test_choices(x):
    other = x[::-1].copy()
    condition = np.array([[True, False, True]] * len(x))
    assert apart(applied(ops.Where()), condition, x, other) == 0
    assert apart(lambda c, a: apply(ops.Where(), c, a, np.asarray(1).astype(x.dtype)), condition, x) == 0
    assert apart(lambda c: apply(ops.Where(), c, x[0], other[0]), condition) == 0
    assert apart(lambda c, a: apply(ops.Where(), c, a[:, :1], x[-2]), condition, x) == 0


def test_choice_of_labels():
    assert operators(lambda c: xp.where(c > 0, 1, -1), FLOATS) == ["GREATER", "SELECT_V2", "CAST"]


def test_whole_arithmetic():
    x = INTEGERS[[0, 1, 2, 4]]
    for op in (ops.Abs(), ops.Negative(), ops.Sign()):
        assert apart(applied(op), x) == 0
    for divisor in (np.array([3, -3, 7]), np.array(-1)):
        for op in (ops.FloorDivide(), ops.Remainder()):
            assert apart(lambda a, op=op, d=divisor: apply(op, a, d), x) == 0
    for op in (ops.FloorDivide(), ops.Remainder()):
        assert apart(applied(op), x, np.full_like(x, [[-4, 5, 6]])) == 0


def test_whole_reductions():
    for op in (ops.Max, ops.Min):
        assert apart(lambda a, op=op: apply(op((1,)), xp.astype(a, int)), FLOATS[:2]) == 0
    assert apart(lambda a: xp.sum(xp.astype(a > 0, int), axis=1), FLOATS) == 0
    assert apart(lambda a: xp.cumulative_sum(xp.astype(a > 0, int), axis=1), FLOATS) == 0
    assert apart(lambda a: xp.argmax(xp.astype(a > 0, int), axis=1), FLOATS) == 0
    assert apart(lambda a: xp.argmax(xp.argmax(xp.stack([a, -a], axis=1), axis=1), axis=1), SMALL * 1.0) == 0


@pytest.mark.parametrize(
    "op", [ops.Sum((1,)), ops.CumulativeSum(1), ops.Max((1,)), ops.ArgMax(1)], ids=lambda op: op.name
)
def test_what_float32_might_not_hold_is_refused(op):
    with pytest.raises(
        UnsupportedOnTarget, match=r"target 'micro' has no .* for int32 of 2 axes; .* which may not hold"
    ):
        to_file(trace(applied(op), INTEGERS, batch=1), "micro")


@pytest.mark.parametrize("op", [ops.Any, ops.All])
def test_truth_of_rows(op):
    assert apart(applied(op((1,))), TRUTHS) == 0


@pytest.mark.parametrize("n", [1, 2, 3, 5, 7, 8])
def test_products(n):
    x = np.arange(2 * n, dtype=float).reshape(2, n) / 3 - 1
    assert apart(applied(ops.Prod((1,))), x) <= n
    assert apart(applied(ops.Prod((1,), True)), np.round(3 * x).astype(int)) == 0
    assert apart(applied(ops.Prod((1, 2))), x.reshape(2, n, 1)) <= n


# --- functions of each element -------------------------------------------------------------------------


def test_sign():
    assert apart(applied(ops.Sign()), FLOATS) == 0


BASES = np.array([[0.5, 1, 2, 3.7], [0, 0, 1e-3, 1e4], [-1, -2, -0.5, -3], [NAN, 1e10, 7, 1e-10]])


@pytest.mark.parametrize(
    "exponent",
    [0.5, -1, 1, 2, 3, 5, 16, 17, -2, -3, 0, 1.5, -0.7, 2.3, -2.5, 40.5, [0, 1, 2, 3], [0.5, -1, 1.7, -2]],
    ids=str,
)
def test_powers(exponent):
    with np.errstate(all="ignore"):
        want = oracle(lambda x: x ** np.array(exponent, dtype=float), BASES)
        (got,) = run(lambda x: x ** np.array(exponent, dtype=float), BASES)
    # TFLM gives the greatest float32 number where a quotient is infinite.
    got = np.where(np.isinf(want) & (np.abs(got) == np.finfo(np.float32).max), want, got)
    scale = 1 + np.nan_to_num(np.abs(np.array(exponent) * np.log(np.maximum(np.abs(BASES), 1e-30))))
    inside = (np.abs(want) < 1e38) & (np.abs(want) > 1e-37)
    np.testing.assert_array_less(
        np.abs(got - want)[inside] / np.abs(want[inside]), (2e-7 * np.broadcast_to(scale, want.shape))[inside]
    )
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_array_equal(got[want == 0], 0)
    np.testing.assert_array_equal(got[np.isinf(want)] > 1e38, want[np.isinf(want)] > 1e38)


def test_powers_of_whole_numbers():
    assert apart(lambda x: x ** np.array(3), SMALL) == 0


def test_powers_of_a_constant():
    assert apart(lambda x: apply(ops.Power(), np.array(2.0), x), np.array([[0, 1, -3.5, 20]])) <= 20


def test_powers_that_nothing_spells():
    for function, arrays in (
        (lambda a, b: a**b, (FLOATS, FLOATS)),
        (lambda a: apply(ops.Power(), np.array(-2.0), a), (FLOATS,)),
    ):
        with pytest.raises(UnsupportedOnTarget, match="has no POW for float32 of 2 axes; it can be replaced"):
            to_file(trace(function, *arrays, batch=1), "micro")


# --- positions -----------------------------------------------------------------------------------------


SCORES = np.array(
    [
        [1, 3, 3, 2, 3, 0],
        [0, -0.0, 0, -1, 5, 5],
        [-INF, 5, -INF, -INF, INF, 2],
        [-3e38, -INF, 1, 1, 1, 1],
        [6, 5, 4, 3, 2, 1.0],
    ]
)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("ranked", [False, True])
def test_greatest(k, ranked, monkeypatch):
    monkeypatch.setattr(positions, "RANKING", 0 if ranked else 1000)
    assert apart(applied(ops.TopK(k)), SCORES) == 0
    assert ("ARG_MAX" in operators(applied(ops.TopK(k)), SCORES)) != ranked


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 31])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("halving", [False, True])
def test_search(n, side, halving, monkeypatch):
    monkeypatch.setattr(positions, "MOST_COMPARED", 0 if halving else 10**6)
    bounds = np.sort(np.random.default_rng(n).normal(size=n)).astype(np.float32).astype(float)
    bounds[n // 2] = bounds[max(0, n // 2 - 1)]
    near = np.nextafter(bounds.astype(np.float32), np.float32(INF)).astype(float)
    x = np.concatenate([bounds, near, -near, [INF, -INF, NAN, 0.0]]).reshape(-1, 1)
    assert apart(applied(ops.SearchSorted(tuple(bounds), side)), np.hstack([x, x[::-1]])) == 0
    assert ("GATHER" in operators(applied(ops.SearchSorted(tuple(bounds), side)), x)) == (halving and n > 1)


def test_one_hot():
    assert apart(applied(ops.OneHot(3, DType.INT)), np.array([[0, 2], [-1, 5]])) == 0


# --- shapes ---------------------------------------------------------------------------------------------


def test_slices_of_many_axes():
    x = np.arange(2 * 4 * 3 * 2 * 5, dtype=float).reshape(2, 4, 3, 2, 5)
    rest = (None, None, None)
    for op in (
        ops.Slice((rest, (1, None, None), (None, None, -1), rest, (0, 4, 2))),
        ops.Slice((rest, rest, rest, (1, 2, None), rest)),
        ops.Slice((rest, (-1, None, -2), rest, rest, rest)),
    ):
        assert apart(applied(op), x) == 0


def test_broadcasts():
    for row in (np.array([1.0, 0, 1]), np.array([[1.0, 0], [0, 1]]), np.array(1.0)):
        assert apart(lambda a, row=row: apply(ops.BroadcastRows(), row, a), FLOATS) == 0


@pytest.mark.parametrize("n", [10, 11, 25, 101, 111])
def test_many_tensors_joined(n):
    assert apart(lambda a: xp.concat([a * (k + 1.0) for k in range(n)], axis=1), FLOATS[:2]) == 0
    assert apart(lambda a: xp.stack([a * (k + 1.0) for k in range(n)], axis=2), FLOATS[:2]) == 0


def test_tensors_without_elements_are_refused():
    with pytest.raises(UnsupportedOnTarget, match="not for tensors without elements"):
        to_file(trace(lambda a: a[:, :0], FLOATS, batch=1), "micro")
