"""Every decomposition on NumPy, in float32, against the operation's own evaluation; hard inputs included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from skl2tflite.errors import UnsupportedOnTarget
from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import DType, Graph, Op, Spec, Tensor, as_tensor, evaluate, input_tensor, ops
from skl2tflite.graph import functions as xp
from skl2tflite.graph.op import apply
from skl2tflite.legalize import compares_with_infinity, decomposition_of, element_kind, legalize, positions
from skl2tflite.legalize.registry import _DECOMPOSITIONS
from tests.backends.tflite.one_graph import trace, ulps
from tests.forest.forest_cases import fitted_trees, rows_at_thresholds
from tests.legalize.lacking import Lacking

INF, NAN = np.inf, np.nan
RANDOM = np.random.default_rng(0)
LIMITS = np.finfo(np.float32)
EDGES = np.array(
    [0.0, -0.0, INF, -INF, NAN, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 16777217, 88, -87, 1e-5, -1e-5, 0.999999, 1.000001,
     LIMITS.max, LIMITS.min, LIMITS.tiny, -LIMITS.tiny, LIMITS.smallest_subnormal, -LIMITS.smallest_subnormal, 1e10],
)  # fmt: skip
NUMBERS = np.concatenate(
    [EDGES, RANDOM.normal(size=1000), RANDOM.normal(size=1000) * np.exp(RANDOM.uniform(-80, 80, 1000))]
).reshape(-1, 1)
SCORES = np.array([
    [1, 3, 3, 2, 3, 0], [0, -0.0, 0, -1, 5, 5], [-INF, 5, -INF, -INF, INF, 2], [-3e38, -INF, 1, 1, 1, 1.0],
])  # fmt: skip
GAPS = np.array([[1, NAN, 3], [INF, -INF, 0], [NAN, NAN, NAN], [-0.0, 0.0, -1], [LIMITS.max, INF, LIMITS.tiny]])
WHOLE = np.array([[1, -2, 0], [7, 7, -7], [100, -101, 3], [2**31 - 1, -(2**31), 2**24 + 1], [65536, -65536, 65535]])
DIVISORS = np.array([[3, -3, 7], [1, -1, 2], [-100, 100, 101], [2**31 - 1, 5, -6], [-65536, 65537, 1]])
SMALL = WHOLE[:3]
TRUTHS = WHOLE % 2 == 1
AT = np.array([[2, 0], [1, 1], [0, 2], [2, 2], [0, 1]])


def fed(graph: Graph, *arrays: Any) -> dict[str, np.ndarray]:
    """Return arrays as a graph is given them: floats in float32, integers, which are exact in graphs, in int64."""
    return dict(zip(graph.inputs, (x.astype(np.float32) if x.dtype.kind == "f" else x for x in arrays), strict=True))


def apart(op: Op, *operands: Any, batch: int | None = None, axes: int = -1) -> float:
    """Return by how many ulps the decomposition, computed in float32, leaves the operation, computed in float64.

    With ``axes`` the target lacks the operation for more of them only.
    """
    graph = trace(lambda *tensors: apply(op, *tensors), *operands, batch=batch)
    target = Lacking(type(op), dtype=element_kind(op, [*graph.inputs.values()]), axes=axes)
    legal = legalize(graph, target)
    assert all(target.has(node.op, node.inputs) for node in legal.operations())
    got, want = evaluate(legal, fed(graph, *operands), np.float32), evaluate(graph, fed(graph, *operands))
    return max(ulps(got[name], want[name]) for name in want)


CASES: list[tuple[Op, tuple[np.ndarray, ...], float]] = [
    (ops.Expm1(), (NUMBERS,), 3), (ops.Log1p(), (NUMBERS,), 3), (ops.Erf(), (NUMBERS,), 3),
    (ops.Erf(), (np.linspace(-5, 5, 4001)[:, np.newaxis],), 2.5), (ops.Sign(), (NUMBERS,), 0),
    (ops.Sign(), (WHOLE,), 0), (ops.Abs(), (WHOLE,), 0), (ops.Negative(), (WHOLE,), 0),
    (ops.FloorDivide(), (WHOLE, DIVISORS), 0), (ops.Remainder(), (WHOLE, DIVISORS), 0),
    (ops.Where(), (TRUTHS, TRUTHS[::-1], TRUTHS[:, ::-1]), 0), (ops.Where(), (TRUTHS, WHOLE, -WHOLE), 0),
    (ops.Take(1), (WHOLE, AT), 0), (ops.Take(1), (TRUTHS, AT), 0),
    (ops.TakeAlongAxis(), (WHOLE, AT), 0), (ops.TakeAlongAxis(), (TRUTHS, AT), 0),
    (ops.PermuteDims((0, 2, 1)), (WHOLE[:, :, np.newaxis],), 0),
    (ops.PermuteDims((0, 2, 1)), (TRUTHS[:, :, np.newaxis],), 0),
    (ops.Any((1,)), (TRUTHS,), 0), (ops.Any((1,), True), (np.zeros((3, 2), bool),), 0),
    (ops.Max((1,)), (GAPS,), 0), (ops.Min((0, 1), True), (GAPS,), 0), (ops.Min((1,)), (GAPS,), 0),
    (ops.Prod((1,)), (np.abs(GAPS),), 1), (ops.Prod((1,), True), (np.arange(14).reshape(2, 7) - 9,), 0),
    (ops.Prod((1, 2)), (RANDOM.normal(size=(3, 5, 4)),), 10), (ops.Prod((1,)), (WHOLE[:3, :1],), 0),
    (ops.OneHot(3), (WHOLE,), 0), (ops.OneHot(3, DType.INT), (WHOLE,), 0), (ops.OneHot(3, DType.BOOL), (WHOLE,), 0),
    (TreeValues(Forest.from_sklearn([t.tree_ for t in fitted_trees("missing")]), True), (np.full((2, 6), NAN),), 0.5),
]  # fmt: skip


@pytest.mark.parametrize(
    ("op", "operands", "most"), CASES, ids=[f"{case[0].name}-{case[1][0].dtype}" for case in CASES]
)
def test_decompositions(op, operands, most):
    if isinstance(op, ops.Slice):
        operands = tuple(np.arange(x.size, dtype=float).reshape(x.shape) for x in operands)
    assert apart(op, *operands) <= most + 1e-6


def test_slices_of_many_axes():
    x = np.arange(2 * 4 * 3 * 2 * 5, dtype=float).reshape(2, 4, 3, 2, 5)
    rest = (None, None, None)
    for slices in (
        (rest, (1, None, None), (None, None, -1), rest, (0, 4, 2)),
        (rest, rest, rest, (1, 2, None), rest),
        (rest, (-1, None, -2), rest, rest, rest),
    ):
        assert apart(ops.Slice(slices), x, batch=2, axes=4) == 0


def test_quotients_rounded_down():
    """To the bit up to 2**22, but for what the decomposition says of infinite divisors; beyond, to an ulp."""
    x, y = (side.reshape(-1, 1) for side in np.meshgrid(EDGES, EDGES))
    for numbers, divisors in ((x, y), (NUMBERS, np.full_like(NUMBERS, 0.1)), (NUMBERS, RANDOM.permutation(NUMBERS))):
        graph = trace(lambda a, b: apply(ops.FloorDivide(), a, b), numbers, divisors)
        arrays = fed(graph, numbers, divisors)
        want = evaluate(graph, arrays, np.float32)["y0"]
        got = evaluate(legalize(graph, Lacking(ops.FloorDivide)), arrays, np.float32)["y0"]
        with np.errstate(invalid="ignore"):
            want[np.isinf(divisors) & np.isfinite(numbers) & (numbers * np.sign(divisors) < 0)] = np.nan
        assert ulps(got, want) <= 1
        is_exact = ~(np.abs(want) > 2**22)
        np.testing.assert_array_equal(got[is_exact], want[is_exact])
    assert apart(ops.FloorDivide(), np.array([[1.0], [-1.0], [NAN]]), np.full((3, 1), np.float32(0.1))) == 0


@pytest.mark.parametrize("k", [1, 2, 3, 6])
@pytest.mark.parametrize("ranking", [0, 1000])
def test_greatest(k, ranking, monkeypatch):
    monkeypatch.setattr(positions, "RANKING", ranking)
    assert apart(ops.TopK(k), SCORES) == 0


@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 9, 31])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("most", [0, 10**6])
def test_search(n, side, most, monkeypatch):
    """Bounds that float32 does not hold, and numbers at and beside them."""
    monkeypatch.setattr(positions, "MOST_COMPARED", most)
    bounds = np.sort(np.random.default_rng(n).normal(size=n))
    bounds[n // 2] = bounds[max(0, n // 2 - 1)]
    nearest = bounds.astype(np.float32)
    near = [np.nextafter(nearest, np.float32(side)) for side in (-INF, INF)]
    x = np.concatenate([nearest, *near, EDGES]).reshape(-1, 1)
    assert apart(ops.SearchSorted(tuple(bounds), side), x) == 0


BASES = np.array([[0.5, 1, 2, 3.7], [0, 0, 1e-3, 1e4], [-1, -2, -0.5, -3], [NAN, 1e10, 7, 1e-10]])


@pytest.mark.parametrize(
    "exponent", [0.5, -1, 1, 2, 5, 16, 17, -3, 0, 1.5, -0.7, 40.5, [0, 1, 2, 3], [0.5, -1, 1.7, -2]], ids=str
)
def test_powers(exponent):
    power = np.asarray(exponent, dtype=float)
    graph = trace(lambda x: apply(ops.Power(), x, power), BASES)
    x = {"x0": BASES.astype(np.float32)}
    got, want = evaluate(legalize(graph, Lacking(ops.Power)), x, np.float32)["y0"], evaluate(graph, x)["y0"]
    with np.errstate(all="ignore"):
        scale = 1 + np.nan_to_num(np.abs(power * np.log(np.maximum(np.abs(BASES), 1e-30))))
        is_inside = (np.abs(want) < 1e38) & (np.abs(want) > 1e-37)
        assert np.all((np.abs(got - want) <= 2e-7 * scale * np.abs(want))[is_inside])
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_array_equal(got[want == 0], 0)
    np.testing.assert_array_equal(np.isinf(got), np.abs(want) > LIMITS.max)


def test_powers_of_whole_numbers_and_of_a_constant():
    def apart_at(function: Any, x: np.ndarray, batch: int | None = None) -> float:
        graph = trace(function, x, batch=batch)
        legal = legalize(graph, Lacking(ops.Power))
        return ulps(evaluate(legal, fed(graph, x), np.float32)["y0"], evaluate(graph, fed(graph, x))["y0"])

    assert apart_at(lambda x: apply(ops.Power(), x, np.array(3)), SMALL) == 0
    assert apart_at(lambda x: apply(ops.Power(), x, np.array([[3], [3]])), SMALL[:1, :1], batch=1) == 0
    assert apart_at(lambda x: apply(ops.Power(), np.array(2.0), x), np.array([[0, 1, -3.5, 20]])) <= 20
    for operands in ((NUMBERS, NUMBERS), (WHOLE, WHOLE)):
        with pytest.raises(UnsupportedOnTarget, match="the target has no power; it can be replaced for constant"):
            apart(ops.Power(), *operands)


ALONG_ROWS = [
    ops.Max((1,)), ops.Min((1,)), ops.ArgMax(1), ops.ArgMin(1), ops.Sum((1,)), ops.CumulativeSum(1),
    ops.CumulativeSum(1, exclusive=True),
]  # fmt: skip


@pytest.mark.parametrize("op", ALONG_ROWS, ids=lambda op: op.name)
def test_whole_numbers_by_float32_where_it_holds_them(op):
    target = Lacking(type(op), dtype=DType.INT)
    for whole in (lambda x: xp.astype(x > 0, int), lambda x: xp.take(np.array([5, -7, 9]), xp.astype(x > 0, int))):
        graph = trace(lambda x, whole=whole: apply(op, whole(x)), SCORES)
        legal = legalize(graph, target)
        assert [node.inputs[0].dtype for node in legal.nodes() if type(node.op) is type(op)] == [DType.FLOAT]
        x = {"x0": SCORES.astype(np.float32)}
        np.testing.assert_array_equal(evaluate(legal, x, np.float32)["y0"], evaluate(graph, x)["y0"])
    with pytest.raises(UnsupportedOnTarget, match="it has it for float32, which may not hold"):
        legalize(trace(lambda x: apply(op, x), WHOLE), target)


@pytest.mark.parametrize("groups", [1, 3, 9])
def test_sums_over_trees(groups):
    trees = fitted_trees("unlimited")
    forest = Forest.from_sklearn([tree.tree_ for tree in trees])
    forest = forest.with_values(RANDOM.integers(-9, 9, (forest.n_nodes, 2)).astype(float))
    X = rows_at_thresholds(forest, RANDOM, n_rows=100)
    X[:3, 0] = [INF, -INF, 0.0]
    assert apart(TreeSums(forest, groups=groups), X) == 0


COMPARISONS = (ops.Equal, ops.NotEqual, ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)


class Saturating(Lacking):
    """A target whose numbers stop at the greatest of float32."""

    def has(self, op: Op, operands: Sequence[Tensor]) -> bool:
        return not compares_with_infinity(op, operands)


@pytest.mark.parametrize("op", COMPARISONS)
@pytest.mark.parametrize("held", [INF, -INF, np.array([[INF, 1.0, -INF]])], ids=["inf", "-inf", "several"])
def test_comparisons_with_infinity_where_numbers_stop_before_it(op, held):
    numbers = np.array([[INF] * 3, [-INF] * 3, [NAN] * 3, [1.0] * 3, [-2.0] * 3, [3e38] * 3])
    stopped = np.clip(numbers, -np.finfo(np.float32).max, np.finfo(np.float32).max).astype(np.float32)
    for swapped in (False, True):
        graph = trace(lambda x, s=swapped: apply(op(), *((held, x) if s else (x, held))), numbers)
        legal = legalize(graph, Saturating())
        assert not any(compares_with_infinity(node.op, node.inputs) for node in legal.nodes())
        np.testing.assert_array_equal(
            evaluate(legal, {"x0": stopped}, np.float32)["y0"], evaluate(graph, {"x0": numbers})["y0"]
        )


NAN_KEEPERS = (ops.Maximum, ops.Minimum, ops.Elu, ops.Linear, ops.MatMul)
OTHERS = (ops.FloorDivide, ops.TopK, ops.SearchSorted, ops.Power, ops.Slice, TreeSums, *COMPARISONS, *NAN_KEEPERS)
"""Operations with tests of their own; of the last in ``test_not_a_number.py``."""


def test_every_decomposition_is_computed_here():
    of_numbers = {(type(op), DType.INT) for op in ALONG_ROWS}
    tested = {(type(op), DType.of(operands[1 if isinstance(op, ops.Where) else 0])) for op, operands, _ in CASES}
    tested |= {(kind, DType.FLOAT) for kind in OTHERS}
    for kind, dtype in _DECOMPOSITIONS:
        assert (kind, dtype) in tested | of_numbers or (dtype is None and any(kind is other for other, _ in tested))


def test_what_has_no_decomposition():
    x = as_tensor(np.array(["a"], dtype=object))
    assert decomposition_of(ops.Where(), [x, x, x]) is None
    graph = Graph("main", {"x": input_tensor("x", DType.FLOAT, (None,))}, {})
    assert not list(legalize(graph, Lacking()).nodes())
    assert Spec(DType.FLOAT, (None,)) == graph.inputs["x"].spec
