import numpy as np
import pytest

from skl2tflite.forest.sums import Sums, split, vote_sums


@pytest.mark.parametrize("scale", [1e-20, 1e-3, 1.0, 1e9])
@pytest.mark.parametrize("count", [1, 7, 1000])
def test_coarse_parts_add_up_exactly_in_float32(count, scale):
    values = np.random.default_rng(count).normal(size=(count, 3)) * scale
    high, low, tie = split(values, np.abs(values).sum(axis=0).max(), count)
    np.testing.assert_array_equal(high + low, values)
    narrow = high.astype(np.float32)
    np.testing.assert_array_equal(narrow, high)
    for order in (slice(None), slice(None, None, -1)):
        np.testing.assert_array_equal(np.cumsum(narrow[order], axis=0)[-1], high.sum(axis=0))
    np.testing.assert_array_equal((2 * np.cumsum(narrow, axis=0)).astype(np.float32), 2 * np.cumsum(high, axis=0))
    lows = np.cumsum(low.astype(np.float32), axis=0)[-1]
    np.testing.assert_allclose(lows, low.sum(axis=0), rtol=0, atol=tie)
    assert tie < 1e-9 * np.abs(values).sum(axis=0).max()


def test_nothing_is_left_of_short_numbers():
    high, low, tie = split([[1.0], [0.0], [0.5]], 1.5, 3)
    np.testing.assert_array_equal(high, [[1.0], [0.0], [0.5]])
    assert low is None
    assert tie == 0.0


def test_zero():
    high, low, _ = split(np.zeros((2, 1)), 0.0, 2)
    assert low is None
    assert not high.any()


def test_argmax_takes_the_first_of_equals_and_sees_small_differences():
    thirds = np.array([1 / 3, 1 / 3, 1 / 3])
    one = np.array([1.0, 0.0, 0.0])
    for pair in ([thirds, one], [one, thirds]):
        high, low, tie = split(np.stack(pair, axis=1), 1.0, 3)
        sums = Sums(high.sum(axis=0, keepdims=True), low.astype(np.float32).sum(axis=0, keepdims=True), tie)
        assert sums.argmax() == [0]
    values = np.full((50, 2), 0.7)
    values[13, 1] += 1e-8
    high, low, tie = split(values, 36.0, 50)
    narrow = [np.cumsum(part.astype(np.float32), axis=0)[-1:] for part in (high, low)]
    assert Sums(*narrow, tie).argmax() == [1]
    assert values.astype(np.float32).sum(axis=0).argmax() == 0


def test_signs():
    sums = Sums(np.array([[1.0, 0.0, 0.0, 0.0, -1.0]]), np.array([[0.1, 1e-3, 0.0, -1e-3, 0.0]]), 1e-9)
    np.testing.assert_array_equal(sums.positive(), [[True, True, False, False, False]])
    np.testing.assert_array_equal(sums.positive(or_zero=True), [[True, True, True, False, False]])
    np.testing.assert_array_equal(sums.columns(1, 3).value, [[1e-3, 0.0]])


def test_votes():
    votes = np.eye(3)[[[0, 1, 1], [2, 2, 2]]]
    np.testing.assert_allclose(vote_sums(votes, [0.5, 0.1, 0.3]).value, [[0.5, 0.4, 0.0], [0, 0, 0.9]], atol=1e-15)
    np.testing.assert_array_equal(vote_sums(votes, np.ones(3)).value, [[1, 2, 0], [0, 0, 3]])
