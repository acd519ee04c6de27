"""Matrix products and loops, against NumPy, on the real runtime."""

import numpy as np
import pytest

from skl2tflite.graph import apply, ops
from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import apart, close, run, to_file, trace
from tests.backends.tflite.test_reduction import BY_RANK, DEEP

WEIGHTS = np.random.default_rng(1).normal(size=(3, 5))


@pytest.mark.parametrize("x", BY_RANK[1:], ids=lambda x: f"rank {x.ndim}")
def test_product_with_a_constant_matrix(x):
    close(lambda a: a @ WEIGHTS, x)
    close(lambda a: xp.linear(a, WEIGHTS, np.arange(5.0)), x)
    close(lambda a: a @ WEIGHTS[:, 0], x)
    close(lambda a: xp.linear(a, WEIGHTS[:, 0], 1.5), x)


def test_products_of_computed_matrices():
    x = DEEP[:, 0]
    close(lambda a, b: a @ b, x, x.swapaxes(2, 3))
    close(lambda a, b: a @ b, DEEP, DEEP.swapaxes(3, 4))
    close(lambda a: np.ones((4, 2)) @ a, x)
    close(lambda a: a @ np.arange(6.0).reshape(1, 3, 2), DEEP[:, 0, 0])
    close(lambda a: np.arange(6.0).reshape(1, 3, 2) @ a, DEEP[:, 0, 0])
    close(lambda a: np.ones(2) @ a, x)


def test_activation():
    x = DEEP[:, 0, 0, 0]
    close(lambda a: apply(ops.Linear("relu"), a, WEIGHTS, np.arange(5.0) - 2), x)


def test_linear_of_nan_and_infinity():
    x = np.array([[np.nan, 0, 0], [np.inf, 0, 0], [-np.inf, np.inf, 0]])
    assert apart(lambda a: xp.linear(a, np.abs(WEIGHTS), np.zeros(5)), x) == 0


def test_epsilon_is_that_of_float32():
    assert run(xp.epsilon, np.array([[1.0], [-7e30], [0.0]])).tolist() == [[np.finfo(np.float32).eps]] * 3


def test_loop_of_counted_steps():
    def function(x, steps=3):
        return xp.while_loop(lambda i, s: i < steps, lambda i, s: (i + 1, s * 1.5), (np.array(0), x))

    for rows in (1, 7):
        count, result = run(function, np.arange(rows * 3.0).reshape(rows, 3))
        assert count == 3
        np.testing.assert_array_equal(result, 1.5**3 * np.arange(rows * 3.0).reshape(rows, 3))
    unchanged = run(lambda x: function(x, 0)[1], DEEP[:, 0])
    np.testing.assert_array_equal(unchanged, np.float32(DEEP[:, 0]))


def test_loop_until_every_row_is_done():
    def function(x):
        return xp.while_loop(lambda s: xp.any(s > 1), lambda s: (xp.where(s > 1, s * 0.5, s),), (x,))[0] + 1.0

    assert apart(function, np.array([[100.0, 3.0], [0.5, -2.0], [7.0, 1.0]])) == 0
    assert apart(function, np.array([[100.0, 3.0]])) == 0


def test_loop_whose_state_passes_through_and_swaps():
    def function(x):
        state = (np.array(0), x, x * 2.0, np.array([1.0, 2.0, 3.0]))
        return xp.while_loop(lambda i, a, b, c: i < 3, lambda i, a, b, c: (i + 1, b, a, c), state)

    x = DEEP[:, 0, 0, 0]
    assert apart(function, x) == 0


def test_loop_within_a_loop():
    def inner(s):
        return xp.while_loop(lambda j, t: j < 3, lambda j, t: (j + 1, t + 1.0), (np.array(0), s))[1]

    def function(x):
        return xp.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, inner(s) * 2.0), (np.array(0), x))[1]

    assert apart(function, np.arange(6.0).reshape(2, 3)) == 0


def test_two_loops_in_one_graph_and_the_same_bytes():
    def function(x):
        first = xp.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s + 1.0), (np.array(0), x))[1]
        return xp.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s * first), (np.array(0), x))[1]

    with pytest.raises(TypeError, match="add it to the state"):
        run(function, np.ones((2, 3)))

    def right(x):
        first = xp.while_loop(lambda i, s: i < 2, lambda i, s: (i + 1, s + 1.0), (np.array(0), x))[1]
        return xp.while_loop(
            lambda i, s, f: i < 2, lambda i, s, f: (i + 1, s * f, f), (np.array(0), x, first)
        )[1]  # fmt: skip

    assert apart(right, np.arange(6.0).reshape(2, 3)) == 0
    assert to_file(trace(right, np.ones((2, 3)))) == to_file(trace(right, np.ones((2, 3))))
