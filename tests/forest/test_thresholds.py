import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skl2tflite.forest.thresholds import round_down_to_float32

LARGEST = np.finfo(np.float32).max
SMALLEST = np.finfo(np.float32).smallest_subnormal


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        (0.1, np.nextafter(np.float32(0.1), np.float32(0))),  # the nearest float32 is above
        (0.5, 0.5),
        (np.inf, np.inf),
        (-np.inf, -np.inf),
        (1e300, LARGEST),
        (-1e300, -np.inf),
        (float(LARGEST), LARGEST),
        (-0.0, 0.0),
        (1e-300, 0.0),
        (-1e-300, -SMALLEST),
        (float(SMALLEST) * 1.5, SMALLEST),
    ],
)
def test_edges(threshold, expected):
    rounded = round_down_to_float32(threshold)
    assert rounded.dtype == np.float32
    assert rounded == np.float32(expected)
    assert not (rounded == 0 and np.signbit(rounded))


@given(st.floats(allow_nan=False))
def test_is_the_largest_not_above(threshold):
    rounded = round_down_to_float32(np.array([threshold]))[0]
    assert float(rounded) <= threshold
    with np.errstate(over="ignore"):
        above = np.nextafter(rounded, np.float32(np.inf))
    assert rounded == np.inf or float(above) > threshold


@given(st.floats(allow_nan=False), st.floats(width=32))
def test_splits_alike(threshold, x):
    assert (np.float32(x) <= round_down_to_float32(threshold)) == (x <= threshold)
