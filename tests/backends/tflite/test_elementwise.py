"""Operations on each element, against their own NumPy evaluation, on the real runtime."""

import numpy as np
import pytest

from skl2tflite.graph import DType, apply, ops
from tests.backends.tflite.one_graph import apart, oracle, run

INF, NAN = np.inf, np.nan
EDGES = np.array(
    [0.0, -0.0, INF, -INF, NAN, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-30, -1e-30, 1.2e-38, 3e38, -3e38, 1e38, 1e10,
     -1e10, 16777217, 88, -87, 1e-5, -1e-5, 1e-3, 0.999999, 1.000001, 100, -100],
)[:, np.newaxis]  # fmt: skip
PAIRS = [side.reshape(-1, 1) for side in np.meshgrid(EDGES, EDGES)]
RANDOM = np.random.default_rng(0)
VALUES = RANDOM.normal(size=(300, 3)) * RANDOM.choice([1e-3, 1.0, 30.0], size=(300, 3))
OTHERS = RANDOM.permutation(VALUES)
INTEGERS = RANDOM.integers(-5, 6, size=(40, 3))
NONZERO = RANDOM.integers(1, 6, size=(40, 3)) * RANDOM.choice([-1, 1], size=(40, 3))
TRUTHS = RANDOM.random((40, 3)) > 0.5


def applied(op):
    return lambda *operands: apply(op, *operands)


# How far LiteRT may be from the float64 oracle, in float32 ulps.
UNARY = {
    ops.Abs: 0, ops.Negative: 0, ops.Sign: 0, ops.Square: 0.5, ops.Sqrt: 0.5, ops.Floor: 0, ops.Ceil: 0, ops.Round: 0,
    ops.Relu: 0, ops.IsNan: 0, ops.Log: 1, ops.Log1p: 3, ops.Sin: 1, ops.Cos: 1, ops.Tanh: 5, ops.Expit: 4,
}  # fmt: skip


@pytest.mark.parametrize("values", [EDGES, VALUES, VALUES[:1]], ids=["edges", "random", "one row"])
@pytest.mark.parametrize("kind", UNARY, ids=lambda kind: kind.__name__)
def test_unary(kind, values):
    if kind is ops.Expit:  # see its lowering
        values = values[~(np.abs(values) > 5e26).any(axis=1) | np.isinf(values).any(axis=1)]
    assert apart(applied(kind()), values) <= UNARY[kind] + 1e-6


@pytest.mark.parametrize("kind", [ops.Exp, ops.Expm1], ids=lambda kind: kind.__name__)
def test_exponentials(kind):
    assert apart(applied(kind()), VALUES[np.abs(VALUES) < 1].reshape(-1, 1)) <= 4
    x = np.linspace(-80, 88, 2000)[:, np.newaxis]
    got, want = run(applied(kind()), x), oracle(applied(kind()), x)
    assert np.all(np.abs(got - want) <= (3e-7 + 7e-8 * np.abs(x)) * np.abs(want))
    beyond = np.array([[NAN], [INF], [-INF], [100.0], [-120.0], [0.0], [-0.0]])
    assert apart(applied(kind()), beyond) <= 1


@pytest.mark.parametrize("kind", [ops.Expm1, ops.Log1p], ids=lambda kind: kind.__name__)
def test_no_loss_near_zero(kind):
    x = np.geomspace(1e-30, 0.3, 500)[:, np.newaxis]
    assert apart(applied(kind()), np.concatenate([x, -x])) <= 3


def test_error_function():
    x = np.concatenate([np.linspace(-5, 5, 4001), np.geomspace(1e-30, 1, 500)])[:, np.newaxis]
    assert apart(applied(ops.Erf()), x) <= 3
    assert apart(applied(ops.Erf()), EDGES) <= 3
    got, want = run(applied(ops.Erf()), x), oracle(applied(ops.Erf()), x)
    assert np.abs(got - want).max() < 1.5e-7


def test_log_near_one_and_at_the_ends():
    near = (1 + np.linspace(-1e-3, 1e-3, 501))[:, np.newaxis]
    assert apart(applied(ops.Log()), near) <= 1
    assert apart(applied(ops.Log()), np.array([[3e38], [1.2e-38], [0.0], [-0.0], [-1.0], [INF], [NAN]])) <= 1
    assert apart(applied(ops.Log1p()), np.array([[3e38], [-1.0], [-1.5], [-0.9999999], [1e8], [INF], [-0.0]])) <= 3


@pytest.mark.parametrize("magnitude", [1e2, 1e5, 1e8, 1e20])
def test_angles_of_any_size(magnitude):
    x = np.random.default_rng(1).uniform(-magnitude, magnitude, (500, 1))
    assert apart(applied(ops.Sin()), x) <= 1
    assert apart(applied(ops.Cos()), x) <= 1


@pytest.mark.parametrize("kind", [ops.Sin, ops.Cos], ids=lambda kind: kind.__name__)
def test_angles_to_an_absolute_error(kind):
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(-a, a, (500, 1)) for a in (1e-3, 1, 10, 1e5)] + [[[NAN], [INF], [-INF], [0.0]]])
    got, want = run(applied(kind(accuracy="absolute")), x), oracle(applied(kind(accuracy="absolute")), x)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    assert np.nanmax(np.abs(got - want)) <= 1.3e-6


def test_logarithms_to_an_absolute_error():
    x = np.concatenate([np.geomspace(1e-30, 1e30, 500), np.linspace(0.9, 1.1, 501), [NAN, -1.0]])[:, np.newaxis]
    got, want = run(applied(ops.Log(accuracy="absolute")), x), oracle(applied(ops.Log(accuracy="absolute")), x)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
    np.testing.assert_array_less(np.abs(got - want)[:-2], 5e-7 + 2e-7 * np.abs(want)[:-2])


def test_sines_of_small_angles_keep_their_digits():
    x = np.geomspace(1e-30, 1.5, 500)[:, np.newaxis]
    assert apart(applied(ops.Sin(accuracy="absolute")), np.concatenate([x, -x])) <= 10


def test_square_root_of_the_greatest():
    assert apart(applied(ops.Sqrt()), np.geomspace(1e-37, 3.4e38, 500)[:, np.newaxis]) <= 0.5 + 1e-6


@pytest.mark.parametrize("rank", range(1, 6))
@pytest.mark.parametrize("kind", [ops.Sqrt, ops.Log, ops.Exp, ops.Log1p, ops.Tanh], ids=lambda kind: kind.__name__)
def test_unary_of_any_rank(kind, rank):
    x = np.random.default_rng(rank).uniform(0.1, 2, (3, *[2] * (rank - 1)))
    assert apart(applied(kind()), x) <= 5


BINARY = [
    ops.Add, ops.Subtract, ops.Multiply, ops.Divide, ops.Power, ops.Maximum, ops.Minimum, ops.Remainder, ops.Equal,
    ops.NotEqual, ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual, ops.FloorDivide, ops.Arctan2,
    ops.SquaredDifference,
]  # fmt: skip
ROUNDED = {ops.Power: 0.6, ops.Arctan2: 1.3, ops.SquaredDifference: 2.5}


def allowed(kind):
    return ROUNDED.get(kind, 0.5) + 1e-6


@pytest.mark.parametrize("kind", BINARY, ids=lambda kind: kind.__name__)
def test_binary_of_two_computed(kind):
    x, y = PAIRS
    if kind is ops.FloorDivide:  # see its lowering
        known = ~((x < 0) & (y == INF) | (x > 0) & (y == -INF))[:, 0]
        x, y = x[known], y[known]
    assert apart(applied(kind()), x, y) <= allowed(kind)
    assert apart(applied(kind()), VALUES, OTHERS) <= allowed(kind)
    assert apart(applied(kind()), VALUES[:1], OTHERS[:1]) <= allowed(kind)


@pytest.mark.parametrize("constant", [np.array(2.5), np.array([[0.5, NAN, -3.0]]), np.array([-0.0])], ids=str)
@pytest.mark.parametrize("kind", BINARY, ids=lambda kind: kind.__name__)
def test_binary_with_a_constant(kind, constant):
    values = np.repeat(EDGES[np.isfinite(EDGES) | np.isnan(EDGES)].reshape(-1, 1), 3, axis=1)
    assert apart(lambda x: apply(kind(), x, constant), values) <= allowed(kind)
    assert apart(lambda x: apply(kind(), constant, x), values) <= allowed(kind)


@pytest.mark.parametrize("kind", BINARY, ids=lambda kind: kind.__name__)
def test_binary_that_broadcasts(kind):
    x = np.abs(VALUES[:7]) + 0.1
    assert apart(lambda a, b: apply(kind(), a, b[:, :1]), x, x[::-1]) <= allowed(kind)
    assert apart(lambda a, b: apply(kind(), a[:, :1], b), x, x[::-1]) <= allowed(kind)
    assert apart(lambda a, b: apply(kind(), a[:, np.newaxis, :], b[:, :, np.newaxis]), x, x[::-1]) <= allowed(kind)


@pytest.mark.parametrize("kind", sorted({*BINARY} - {ops.Divide, ops.Arctan2}, key=lambda kind: kind.__name__))
def test_binary_of_integers(kind):
    x, y = INTEGERS, np.abs(NONZERO) if kind is ops.Power else NONZERO
    assert apart(applied(kind()), x, y) == 0
    assert apart(lambda a: apply(kind(), a, np.array(3)), x) == 0
    if kind is not ops.Power:
        assert apart(lambda a: apply(kind(), np.array(3), a), y) == 0


@pytest.mark.parametrize("kind", [ops.Abs, ops.Negative, ops.Sign], ids=lambda kind: kind.__name__)
def test_unary_of_integers(kind):
    assert apart(applied(kind()), INTEGERS) == 0


@pytest.mark.parametrize("kind", [ops.LogicalAnd, ops.LogicalOr, ops.Equal, ops.NotEqual], ids=lambda k: k.__name__)
def test_truths(kind):
    assert apart(applied(kind()), TRUTHS, TRUTHS[::-1]) == 0
    assert apart(lambda a: apply(kind(), a, np.array([True, False, True])), TRUTHS) == 0
    assert apart(applied(ops.LogicalNot()), TRUTHS) == 0


@pytest.mark.parametrize("rank", range(1, 6))
def test_arithmetic_of_any_rank(rank):
    x = np.random.default_rng(rank).normal(size=(3, *[2] * (rank - 1)))
    constant = np.random.default_rng(9).normal(size=(2,) * (rank - 1))
    assert apart(lambda a: (a + constant) * a - 1.0, x, dtype=np.float32) == 0
    assert apart(lambda a: a == constant, x) == 0


def test_floor_divide_knows_the_exact_quotient():
    """Where the rounded quotient is whole but the exact one is below: 1 // 0.1 is 9."""
    x = np.float32([[1.0], [0.3], [0.6], [-1.0], [-0.3], [7.0], [-7.0], [1e6]])
    assert oracle(lambda a: a // 0.1, x, dtype=np.float32)[0] == 9
    for divisor in (0.1, -0.1, 0.3, 2.0):
        np.testing.assert_array_equal(
            run(lambda a, d=divisor: a // d, x), oracle(lambda a, d=divisor: a // d, x, dtype=np.float32)
        )


@pytest.mark.parametrize("kind", [ops.Add, ops.Subtract, ops.Multiply, ops.Divide], ids=lambda kind: kind.__name__)
def test_fused_relu(kind):
    x, y = PAIRS
    assert apart(applied(kind(activation="relu")), x, y) <= 0.5 + 1e-6
    if kind is not ops.Divide:
        assert apart(applied(kind(activation="relu")), INTEGERS, NONZERO) == 0


def test_powers_by_one_whole_exponent_stop_at_the_greatest_number():
    """What the lowering's docstring says: LiteRT multiplies, and clamps."""
    result = run(lambda a: apply(ops.Power(), a, np.array(2.0)), np.array([[1e30], [3.0]]))
    np.testing.assert_array_equal(result, np.float32([[3.4028235e38], [9.0]]))


def test_where():
    x = VALUES[:40]
    where = ops.Where()
    assert apart(applied(where), TRUTHS, x, -x) == 0
    assert apart(applied(where), TRUTHS, INTEGERS, -INTEGERS) == 0
    assert apart(applied(where), TRUTHS, TRUTHS, ~TRUTHS) == 0
    assert apart(lambda c, a: apply(where, c, a, np.array(1.5)), TRUTHS, x) == 0
    assert apart(lambda c, a: apply(where, c[:, :1], np.array(NAN), a), TRUTHS, x) == 0
    assert apart(lambda c: apply(where, c, np.array(1.5), np.array([[1.0, 2, 3]])), TRUTHS) == 0
    assert apart(lambda c: apply(where, c, np.array(1), np.array(2)), TRUTHS) == 0
    assert apart(lambda a: apply(where, np.array([True, False, True]), a, np.array(NAN)), x) == 0
    assert apart(lambda c, a: apply(where, c[:, np.newaxis], a[:, :, np.newaxis], np.array(0.0)), TRUTHS, x) == 0


def test_where_does_not_leak_the_branch_not_taken():
    x = np.array([[0.0, 1.0, NAN]])
    np.testing.assert_array_equal(run(lambda a: apply(ops.Where(), a == 1.0, a, np.array(5.0)), x), [[5, 1, 5]])


def test_cast():
    whole = np.array([[0], [1], [-5], [2**24], [2**31 - 1]])
    assert apart(applied(ops.Cast(DType.FLOAT)), whole) <= 0.5
    assert apart(applied(ops.Cast(DType.BOOL)), INTEGERS) == 0
    assert apart(applied(ops.Cast(DType.INT)), TRUTHS) == 0
    assert apart(applied(ops.Cast(DType.FLOAT)), TRUTHS) == 0
    assert apart(applied(ops.Cast(DType.BOOL)), EDGES[EDGES != 0].reshape(-1, 1)) == 0
    assert apart(applied(ops.Cast(DType.INT)), np.array([[0.9], [-0.9], [2.5], [-2.5], [1e9], [-0.0], [1e-40]])) == 0


def test_cast_beyond_int32_gives_the_nearest():
    """What the lowering's docstring says: LiteRT saturates, where NumPy's int64 goes on or wraps."""
    x = np.array([[3e9], [-3e9], [INF], [-INF], [NAN]])
    top, bottom = 2**31 - 1, -(2**31)
    assert run(applied(ops.Cast(DType.INT)), x).ravel().tolist() == [top, bottom, top, bottom, top]
