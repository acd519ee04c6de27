"""Bounds of integers, which decide whether float32 may stand in for them."""

from __future__ import annotations

import numpy as np
import pytest

from skl2tflite.graph import DType, as_tensor, input_tensor
from skl2tflite.graph import functions as xp
from skl2tflite.legalize.magnitude import fits_float32, magnitude

X = input_tensor("x", DType.FLOAT, (1, 3))
ANY = input_tensor("n", DType.INT, (1, 3))
BIT = xp.astype(X > 0, int)
TABLE = np.array([5, -300, 7])


@pytest.mark.parametrize(
    ("x", "bound"),
    [
        (as_tensor(TABLE), 300), (as_tensor(np.zeros(0, int)), 0), (X > 0, 1), (BIT, 1), (ANY, np.inf), (X, np.inf),
        (xp.take(TABLE, BIT), 300), (BIT[:, :2], 1), (xp.permute_dims(BIT, (1, 0)), 1), (BIT + 7, 8), (BIT - 7, 8),
        (BIT * 300, 300), (xp.concat([BIT, BIT * 5]), 5), (xp.stack([BIT * -3, BIT]), 3), (xp.maximum(BIT, -9), 9),
        (xp.argmax(X, axis=1), 3), (xp.sum(BIT, axis=1), np.inf), (BIT + ANY, np.inf), (xp.astype(X, int), np.inf),
    ],
)  # fmt: skip
def test_bounds(x, bound):
    assert magnitude(x) == bound


def test_what_float32_holds():
    moved = xp.reshape(xp.take(xp.astype(X, int), np.array([2, 0]), axis=1), (2, 1))
    for x in (moved, xp.argmax(X, axis=1), as_tensor(np.array([2**30, -(2**24)])), xp.take(np.array([2**31]), BIT)):
        assert fits_float32(x)
    for x in (ANY, moved + 1, as_tensor(np.array([2**24 + 1])), xp.take(np.array([2**24 + 1]), BIT)):
        assert not fits_float32(x)
