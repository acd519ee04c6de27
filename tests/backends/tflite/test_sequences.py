"""Operations on sequences and bits, against their own NumPy evaluation, on the real runtime."""

import numpy as np
import pytest

from skl2tflite.graph import functions as xp
from tests.backends.tflite.one_graph import apart

NUMBERS = np.array([3, 0, -5, 2**31 - 1, -(2**31), 7, 12345, -1])
SHORT = [np.array([4]), np.array([4, -2]), NUMBERS]


@pytest.mark.parametrize("x", SHORT, ids=len)
@pytest.mark.parametrize("offset", [1, 2, 5, -1, -3])
def test_neighbours(x, offset):
    assert apart(lambda a: xp.ahead(a, offset), x) == 0


@pytest.mark.parametrize("x", SHORT, ids=len)
def test_lengths(x):
    assert apart(lambda a: xp.reshape(xp.length(a), (1,)) + a * 0, x) == 0
    assert apart(lambda a: xp.sum(xp.square(xp.arange(xp.sum(a * 0 + 2))), keepdims=True), x) == 0


@pytest.mark.parametrize("kind", [int, float])
def test_segment_sums(kind):
    segments = np.array([2, 0, 2, 1, 2, 1, 0, 0])
    for values in (NUMBERS % 1000, np.stack([NUMBERS % 7, NUMBERS % 11], axis=1)):
        assert apart(lambda a, s: xp.segment_sum(a, s, 5), values.astype(kind), segments) == 0
        assert apart(lambda a, s: xp.segment_sum(a, s, xp.length(s)), values.astype(kind), segments) == 0
        assert apart(lambda a, s: xp.segment_sum(a, s, xp.max(s) + 1), values.astype(kind), segments) == 0


def test_running_sums_without_the_entry_itself():
    table = np.arange(24).reshape(8, 3)
    for axis in (0, 1):
        assert apart(lambda a, axis=axis: xp.cumulative_sum(a, axis, exclusive=True), table) == 0
        assert apart(lambda a, axis=axis: xp.cumulative_sum(a, axis, exclusive=True), table / 4) == 0


def test_bits():
    x = NUMBERS
    assert apart(lambda a: xp.wrap(a * 0x9E3779B), x) == 0
    assert apart(lambda a: xp.wrap(xp.wrap(a + (2**31 - 1)) * 3), x) == 0
    assert apart(lambda a: xp.bitwise_xor(a, 0x5555 - a % 1000), x) == 0
    assert apart(lambda a: xp.bitwise_right_shift(a, np.array(13)), x) == 0
    assert apart(lambda a, b: xp.bitwise_right_shift(a, b), x, np.arange(8) * 4) == 0


def test_large_tables_are_narrow():
    for table in (np.arange(2000) % 100, np.arange(2000) - 1000, np.arange(2000) * 1000):
        assert apart(lambda i, table=table: xp.take(table, i), np.array([0, 1999, 5, 1234])) == 0
