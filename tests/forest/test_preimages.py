"""Intervals of input columns whose images lie within others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from skl2tflite.forest.preimages import preimages
from tests.forest.test_folding import Image

INFINITY = np.inf


def within(function: Any, low: float, high: float, narrow: bool = False, steady: bool = True) -> Any:
    image = Image(lambda x: function(x.astype(np.float64)), steady)
    found = preimages(image, np.array([0]), np.array([low]), np.array([high]), narrow)
    return found.least[0], found.greatest[0], bool(found.nan[0]), bool(found.known[0])


@pytest.mark.parametrize(
    ("function", "low", "high", "least", "greatest"),
    [
        (lambda x: x - 3.0, 0.0, 0.0, 3.0, 3.0),
        (lambda x: 3.0 - x, 0.0, INFINITY, -INFINITY, 3.0),
        (lambda x: 3.0 - x, -INFINITY, 0.0, 3.0, INFINITY),
        (lambda x: 2.0 * x, -INFINITY, INFINITY, -INFINITY, INFINITY),
        (lambda x: np.clip(x, -1.0, 1.0), 1.0, 1.0, 1.0, INFINITY),
        (lambda x: x * 0.5 + 1e-17, 0.0, 0.0, INFINITY, -INFINITY),
        (lambda x: np.floor(x), 2.0, 3.0, 2.0, np.nextafter(np.float32(4.0), np.float32(0.0))),
    ],
)
def test_ends(function: Any, low: float, high: float, least: float, greatest: float) -> None:
    assert within(function, low, high) == (least, greatest, False, True)


def test_float32_has_zero_for_more_numbers() -> None:
    assert within(lambda x: x - 2.0**-30 - 2.0**-170, 0.0, 0.0)[:2] == (INFINITY, -INFINITY)
    assert within(lambda x: x - 2.0**-30 - 2.0**-170, 0.0, 0.0, narrow=True)[:2] == (2.0**-30, 2.0**-30)


def test_nan_may_have_an_image() -> None:
    assert within(lambda x: np.where(np.isnan(x), 5.0, x), 4.0, 6.0) == (4.0, 6.0, True, True)


def test_numbers_without_an_image() -> None:
    assert within(np.log, -INFINITY, 0.0)[1] == 1.0
    assert within(np.log, -INFINITY, 0.0)[0] >= 0.0


def test_a_function_that_rounding_turns_around() -> None:
    assert not within(lambda x: x + 1e-7 * np.sin(1e9 * x), 0.25, 0.2500001, steady=False)[3]
