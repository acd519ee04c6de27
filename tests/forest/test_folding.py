"""Thresholds of functions: the last float32 that passes, or a reason why there is none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skl2tflite.forest.float_keys import GREATEST_KEY, from_keys, to_keys
from skl2tflite.forest.folding import fold
from skl2tflite.forest.trees import Forest

LARGEST = np.finfo(np.float32).max


@dataclass
class Image:
    """One function of one column."""

    function: Any
    is_steady: bool = True
    source = np.array([0])
    n_columns = 1

    @property
    def steady(self):
        return np.array([self.is_steady])

    def __call__(self, X, shift=0):
        with np.errstate(all="ignore"):
            result = self.function(X)
        return result + shift * 4 * np.finfo(result.dtype).eps * np.abs(result) if shift else result


def stumps(thresholds, missing_left=None, compares_float64=False):
    """Trees of one test; leaf 1 of each is left, leaf 2 right."""
    count = len(thresholds)
    roots = 3 * np.arange(count)
    inner = np.arange(3 * count) % 3 == 0
    threshold = np.zeros(3 * count)
    threshold[roots] = thresholds
    left = np.where(inner, np.arange(3 * count) + 1, -1)
    right = np.where(inner, np.arange(3 * count) + 2, -1)
    missing = np.zeros(3 * count, dtype=bool)
    missing[roots] = False if missing_left is None else missing_left
    return Forest(
        roots, np.where(inner, 0, -1).astype(np.int32), threshold, left, right, missing,
        np.zeros((3 * count, 1)), 1, compares_float64,
    )  # fmt: skip


def goes_left(forest, x):
    leaves = forest.evaluate(np.asarray(x, dtype=np.float32)[:, None])
    return (leaves - forest.roots) == 1


def cuts_of(forest):
    return forest.threshold[forest.roots]


def around(values):
    x = np.asarray(values, dtype=np.float32)
    x = x[np.isfinite(x)]
    with np.errstate(over="ignore"):
        x = np.concatenate([x, np.nextafter(x, np.float32(-np.inf)), np.nextafter(x, np.float32(np.inf))])
    return x[np.isfinite(x)]


def assert_same_ways(image, thresholds, missing=False, compares_float64=False, kept=()):
    forest = stumps(thresholds, compares_float64=compares_float64)
    folded = fold(forest, image, missing)
    assert set(folded.kept) == set(kept)
    x = np.concatenate(
        [around(cuts_of(folded.forest)), around([0, 1, -1, 1e-30, -1e-30, 1e30, -1e30, LARGEST, -LARGEST]),
         np.random.default_rng(0).normal(size=500).astype(np.float32)]
    )  # fmt: skip
    images = image(x[:, None])
    if not compares_float64:
        with np.errstate(over="ignore"):
            images = images.astype(np.float32)
    inside = ~np.isnan(images[:, 0])
    expected = images.astype(np.float64) <= np.asarray(thresholds)
    np.testing.assert_array_equal(goes_left(folded.forest, x)[inside], expected[inside])
    return folded


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_keys_are_numbers_in_order(x):
    x = np.array([x], dtype=np.float32)
    key = to_keys(x)
    assert from_keys(key) == x
    assert from_keys(np.array([np.clip(key[0] + 1, -GREATEST_KEY, GREATEST_KEY)])) >= x
    assert abs(key[0]) <= GREATEST_KEY
    if key[0] < GREATEST_KEY:
        assert from_keys(key + 1) == np.nextafter(x + np.float32(0), np.float32(np.inf))


THRESHOLDS = np.concatenate([np.random.default_rng(1).normal(size=40), [0.0, 1.0, -1.0, 1e-40, 1e300, -1e300]])
STEADY = {
    "same": lambda x: x,
    "scaled": lambda x: (x - np.float32(0.1)) / np.float32(3.7),
    "scaled in float64": lambda x: (x.astype(np.float64) - 0.1) / 3.7,
    "falling": lambda x: np.float32(0.3) - x * np.float32(1.7),
    "clipped": lambda x: np.clip(x * np.float32(2), -1, 1),
    "steps": lambda x: np.floor(x * 3),
    "constant": lambda x: np.full_like(x, 0.25),
    "infinite": lambda x: x * np.float32(1e38),
    "far": lambda x: x - np.float32(1e8),
}


@pytest.mark.parametrize("compares_float64", [False, True])
@pytest.mark.parametrize("name", STEADY)
def test_steady_functions(name, compares_float64):
    assert_same_ways(Image(STEADY[name]), THRESHOLDS, compares_float64=compares_float64)


UNSTEADY = {
    "arctan": np.arctan,
    "cbrt": np.cbrt,
    "sinh": lambda x: -np.sinh(x.astype(np.float64)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x.astype(np.float64))),
}


@pytest.mark.parametrize("name", UNSTEADY)
def test_unsteady_functions_without_turns(name):
    assert_same_ways(Image(UNSTEADY[name], is_steady=False), THRESHOLDS)


@pytest.mark.parametrize(("function", "side"), [(np.log, 0), (np.sqrt, 0), (lambda x: np.log(2 - x), 1)])
@pytest.mark.parametrize("missing", [False, True])
def test_numbers_without_an_image(function, side, missing):
    folded = assert_same_ways(Image(function, is_steady=False), [0.5, 1.0, -2.0], missing)
    bounds = [bound[0] for bound in folded.bounds]
    if not missing:
        assert bounds == [-np.inf, np.inf]
        return
    assert np.isinf(bounds[1 - side])
    with np.errstate(all="ignore"):
        assert not np.isnan(function(bounds[side]))
        assert np.isnan(function(np.nextafter(bounds[side], np.float32([-np.inf, np.inf][side]))))


def test_an_image_in_between_only():
    folded = fold(stumps([0.1]), Image(np.arcsin, is_steady=False), True)
    assert folded.kept == {0: "the function gives NaN for some numbers between others"}
    assert cuts_of(folded.forest) == [0.1]


@pytest.mark.parametrize("distance", [-3, -1, 2, 3])
def test_a_function_that_turns_at_a_threshold(distance):
    """One number near the step has an image on the other side of it: as logarithms do in float32."""
    step = to_keys(np.array([1.5], dtype=np.float32))

    def function(x):
        return np.where(to_keys(x) == step + distance, np.float32(1.5 if distance > 0 else 1.5000001), x)

    kept = fold(stumps([1.0, 1.5, 2.0]), Image(function, is_steady=False), False).kept
    assert kept == {0: "rounding makes it rise and fall around a threshold"}


def test_a_flat_function_that_turns_far_from_a_threshold():
    """Where many numbers share an image, those that the rounding of two or three images concerns are looked at."""

    def function(x):
        keys = to_keys(x) - to_keys(np.ones(1, np.float32))
        image = np.float32(1) + np.float32(2.0**-23) * (keys // 200)
        return np.where((keys > 1300) & (keys < 1390), np.float32(1), image).astype(np.float32)

    kept = fold(stumps([1.0 + 2.0**-21]), Image(function, is_steady=False), False).kept
    assert kept == {0: "rounding makes it rise and fall around a threshold"}


def test_nan_goes_where_its_image_goes():
    def imputed(x):
        return np.where(np.isnan(x), np.float32(0.5), x)

    forest = stumps([0.4, 0.5, 0.6], missing_left=[True, False, False])
    folded = fold(forest, Image(imputed), False)
    assert folded.missing
    assert goes_left(folded.forest, [np.nan]).tolist() == [[False, True, True]]
    turned = fold(forest, Image(lambda x: -imputed(x)), False)
    assert goes_left(turned.forest, [np.nan]).tolist() == [[True, True, True]]


@pytest.mark.parametrize("missing_left", [True, False])
def test_nan_without_an_image_stays_missing(missing_left):
    forest = stumps([0.4], missing_left=[missing_left])
    for function in (lambda x: x * 2, lambda x: -x):
        folded = fold(forest, Image(function), True)
        assert goes_left(folded.forest, [np.nan]).tolist() == [[missing_left]]


def test_nan_with_an_image_beside_numbers_without():
    """NaN becomes a number that goes its ways, so that NaN can stand for what has no image."""

    def function(x):
        return np.log(np.where(np.isnan(x), np.float32(2.0), x))

    folded = fold(stumps([0.0, 0.5, 0.7, 3.0]), Image(function, is_steady=False), True)
    assert not folded.kept
    expected = np.log(np.float32(2.0)) <= np.array([[0.0, 0.5, 0.7, 3.0]])
    np.testing.assert_array_equal(goes_left(folded.forest, folded.fill), expected)


def test_equal_thresholds_are_one():
    calls = []

    def function(x):
        calls.append(x.shape)
        return x * np.float32(2)

    fold(stumps(np.repeat([0.3, 0.7], 1000)), Image(function), False)
    assert max(rows for rows, _ in calls) < 10
    assert len(calls) < 40
