"""Reductions and what runs along an axis, against NumPy, on the real runtime."""

import numpy as np
import pytest

from skl2tflite.graph import apply, ops
from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import apart, close, oracle, run
from tests.backends.tflite.test_elementwise import INTEGERS, TRUTHS, applied

INF, NAN = np.inf, np.nan
WITH_NAN = np.array(
    [[1, NAN, 3], [NAN, 1, 2], [3, 2, NAN], [INF, NAN, 1], [-INF] * 3, [NAN] * 3, [1, 2, 3], [0.0, -0.0, 0.0]]
)
DEEP = np.random.default_rng(0).normal(size=(4, 2, 3, 2, 3))
BY_RANK = [DEEP[:, 0, 0, 0, 0], DEEP[:, 0, 0, 0], DEEP[:, 0, 0], DEEP[:, 0], DEEP]
REDUCTIONS = [ops.Sum, ops.Mean, ops.Max, ops.Min, ops.Prod]


@pytest.mark.parametrize("x", BY_RANK, ids=lambda x: f"rank {x.ndim}")
@pytest.mark.parametrize("kind", REDUCTIONS, ids=lambda kind: kind.__name__)
def test_reductions(kind, x):
    for axes in {(), (0,), (x.ndim - 1,), tuple(range(1, x.ndim)), tuple(range(x.ndim))}:
        for keepdims in (False, True):
            close(applied(kind(axes, keepdims)), x)


@pytest.mark.parametrize("kind", REDUCTIONS, ids=lambda kind: kind.__name__)
def test_reductions_give_nan_where_there_is_one(kind):
    assert apart(applied(kind((1,))), WITH_NAN) <= 1
    assert apart(applied(kind((0,), True)), WITH_NAN) <= 1
    assert apart(applied(kind((1,))), WITH_NAN[:1]) <= 1


@pytest.mark.parametrize("kind", [ops.Sum, ops.Max, ops.Min, ops.Prod], ids=lambda kind: kind.__name__)
def test_reductions_of_integers(kind):
    assert apart(applied(kind((1,))), INTEGERS) == 0


@pytest.mark.parametrize("kind", [ops.Any, ops.All], ids=lambda kind: kind.__name__)
def test_reductions_of_truths(kind):
    for axes in ((1,), (0,), (0, 1)):
        for keepdims in (False, True):
            assert apart(applied(kind(axes, keepdims)), TRUTHS) == 0


@pytest.mark.parametrize("kind", [ops.ArgMax, ops.ArgMin], ids=lambda kind: kind.__name__)
def test_positions_of_extremes(kind):
    for x in BY_RANK:
        for axis in range(x.ndim):
            assert apart(applied(kind(axis)), x) == 0
    assert apart(applied(kind(1)), INTEGERS) == 0


@pytest.mark.parametrize("kind", [ops.ArgMax, ops.ArgMin], ids=lambda kind: kind.__name__)
def test_the_first_of_equals(kind):
    ties = np.tile([[1.0, 3, 3, 2, 1]], (3, 8))
    assert apart(applied(kind(1)), ties) == 0
    assert apart(applied(kind(1)), np.array([[-INF, -INF], [INF, INF], [-0.0, 0.0], [0.0, -0.0]])) == 0
    assert apart(applied(kind(1)), np.ones((2, 300))) == 0


def test_position_of_nan():
    """NumPy takes the first NaN for the extreme, ARG_MAX whatever its vectors meet: NumPy's own function is kept."""
    for function in (np.argmax, np.argmin, lambda x, axis: x.argmax(axis), lambda x, axis: x.argmin(axis)):
        assert apart(lambda x, f=function: f(x, axis=1), WITH_NAN) == 0


@pytest.mark.parametrize("x", BY_RANK, ids=lambda x: f"rank {x.ndim}")
def test_along_every_axis(x):
    for axis in range(x.ndim):
        for kind in (ops.CumulativeSum, ops.Softmax, ops.LogSoftmax):
            if axis == 0 and kind is not ops.CumulativeSum and x.ndim == 1:
                continue
            close(applied(kind(axis)), x)


def test_cumulative_sum():
    assert apart(applied(ops.CumulativeSum(1)), INTEGERS) == 0
    assert apart(applied(ops.CumulativeSum(1)), WITH_NAN) == 0


def test_softmax_of_far_scores():
    x = np.array([[1000.0, 0, -1000], [1e38, -1e38, 0], [-1e30, -1e30, -1e31], [0, 0, 0]])
    assert apart(xp.softmax, x) <= 4
    np.testing.assert_allclose(run(xp.log_softmax, x), oracle(xp.log_softmax, x), rtol=1e-6, atol=1e-6)


def test_softmax_of_nan_and_infinity():
    assert np.isnan(run(xp.softmax, np.array([[NAN, 1.0], [INF, 0.0], [-INF, -INF]]))).all()


def test_logsumexp_of_infinities():
    x = np.array([[-INF, -INF, -INF], [-INF, 1.0, INF], [-INF, 1.0, 2.0], [1.0, NAN, -INF]])
    expected = np.array([-INF, INF, np.logaddexp(1.0, 2.0), NAN])
    np.testing.assert_allclose(run(xp.logsumexp, x), expected, rtol=1e-6)
    np.testing.assert_allclose(oracle(xp.logsumexp, x), expected)


def test_softmax_over_an_axis_that_is_not_last():
    close(lambda x: xp.softmax(x, axis=1), DEEP)
    close(lambda x: xp.log_softmax(x, axis=-2) + 1.0, DEEP[:, 0])


def test_reductions_count_truths():
    assert apart(lambda x: xp.sum(x > 0, axis=1), DEEP[:, 0, 0]) == 0
    close(lambda x: xp.mean(x > 0, axis=1), DEEP[:, 0, 0])


def test_reduction_of_the_batch_is_one_value():
    assert run(lambda x: apply(ops.Max((0, 1)), x), np.array([[1.0, 2.0], [4.0, 3.0]])).shape == ()
