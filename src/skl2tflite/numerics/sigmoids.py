"""Sigmoids of several classes, divided by their sum.

Far from all that was fitted two classes may both be almost certain, or none: float32 then rounds their
probabilities to the same number where float64 still tells them apart, which is done here from what they lack to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import MIN_EXPONENT

NEVER = -1e9
"""Argument of a class that never is."""
TINY_PROBABILITY = 1e-30
"""Sums below are made of logarithms."""
PARTS = 2520.0
"""Divisible by all numbers to 10."""
CERTAIN = float(-np.log(2.0**-53))
"""Arguments from here on have a sigmoid of 1 in float64."""


def shares_of_sigmoids(arguments: Array) -> Array:
    """Return ``expit(t)`` of each class divided by their sum, the same for all where float64 has nothing but 0."""
    sigmoids = xp.expit(arguments)
    sums = xp.sum(sigmoids, axis=1, keepdims=True)
    return xp.where(sums > TINY_PROBABILITY, sigmoids / xp.maximum(sums, TINY_PROBABILITY), _shares_of_tiny(arguments))


def _shares_of_tiny(arguments: Array) -> Array:
    """Return the shares of sigmoids that are all below 1e-30, and so as good as exponentials."""
    greatest = xp.max(arguments, axis=1, keepdims=True)
    return xp.where(greatest > MIN_EXPONENT, xp.softmax(arguments), 1.0 / cast(int, arguments.shape[1]))


def most_of_sigmoids(arguments: Sequence[Array]) -> Array:
    """Return the position of the class whose mean share is greatest in float64.

    Parameters
    ----------
    arguments : sequence of arrays of shape (n_rows, n_classes)
        Those of each member's sigmoids.

    Returns
    -------
    array of int, of shape (n_rows,)
    """
    if len(arguments) == 1:
        return xp.argmax(xp.clip(arguments[0], MIN_EXPONENT, CERTAIN), axis=1)
    parts = [_shares_in_parts(each) for each in arguments]
    whole, rest = (_total(each) for each in zip(*parts, strict=True))
    first = xp.expand_dims(xp.argmax(whole * (1 / PARTS) + rest, axis=1), 1)
    whole_there, rest_there = (xp.take_along_axis(each, first, axis=1) for each in (whole, rest))
    ahead = (whole - whole_there) * (1 / PARTS) + (rest - rest_there)
    # What is nearer than float64 rounds the sum of shares is equal.
    near = xp.max(ahead, axis=1, keepdims=True) - len(arguments) * 2.0**-53
    return xp.argmax(xp.astype(ahead >= near, float), axis=1)


def _total(columns: Sequence[Array]) -> Array:
    return xp.sum(xp.stack(columns, axis=1), axis=1)


def _shares_in_parts(arguments: Array) -> tuple[Array, Array]:
    """Return shares in 2520ths, which are integers, had sigmoids above one half been 1 and others 0, and the rest.

    With ``h`` such a 1 or 0, ``h + s`` the sigmoid and ``H`` the sum of all ``h``, the rest of a share is
    ``(s (H - h) - h Σ s of the others) / (H Σ (h + s))``. Where all are below one half, so are shares cut.
    """
    high = xp.astype(arguments > 0, float)
    small = xp.expit(-xp.abs(arguments)) * (1.0 - 2.0 * high)
    count = xp.sum(high, axis=1, keepdims=True)
    at_least_one = xp.maximum(count, 1.0)
    sums = xp.maximum(xp.sum(high + small, axis=1, keepdims=True), TINY_PROBABILITY)
    rest = (small * (count - high) - high * _of_others(small)) / (at_least_one * sums)
    shares = shares_of_sigmoids(arguments)
    leading = xp.astype(shares > 0.5, float)
    whole = xp.round(xp.where(count > 0, high, leading) * PARTS / at_least_one)
    return whole, xp.where(count > 0, rest, xp.where(shares > 0.5, -_of_others(shares), shares))


def _of_others(columns: Array) -> Array:
    """Return for each class the sum of all others."""
    return xp.linear(columns, 1.0 - np.eye(cast(int, columns.shape[1])))
