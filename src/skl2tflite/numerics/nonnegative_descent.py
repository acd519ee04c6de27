"""Weights that are not negative, by coordinate descent (:mod:`sklearn.decomposition._cdnmf_fast`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.integer_splitting import integer_and_remainder

FLOAT32_BITS = 24
"""Bits of float32's whole numbers."""
GREATEST_PRODUCT_RANGE = 2.0**-64, 2.0**100
"""Of a row's greatest product with a component, where the row's unit follows it."""


class Progress(NamedTuple):
    """Where the descent is: what its loop hands on.

    Attributes
    ----------
    step : array
        Passes done.
    violation, first : array
        Sum of the projected gradients' magnitudes, in the last pass and in the first.
    whole, rest : array of shape (n_rows, n_components)
        The weights, in units of their row.
    target, target_rest : array of shape (n_rows, n_components)
        Products of the rows and the components, in two parts too.
    unit : array of shape (n_rows, 1)
    """

    step: Array
    violation: Array
    first: Array
    whole: Array
    rest: Array
    target: Array
    target_rest: Array
    unit: Array


@dataclass(frozen=True)
class NonnegativeDescent:
    """Least ``|x - w @ components|² / 2 + l1 · |w| + l2 · |w|² / 2``, by passes over the components.

    A gradient is a small difference of great products: in float32, the weight of a small component beside a great
    one would lose its digits, more of them in each pass. So weights, components and their products are held in two
    parts, a whole number and a rest, with the whole ones so small that float32 adds their products exactly (as
    S. Rump, T. Ogita and S. Oishi, Accurate Floating-Point Summation, 2008). Within a pass, gradients follow the
    weights before them in float32, which rounds no more than a fraction of what these have moved.

    Parameters
    ----------
    components : ndarray of shape (n_components, n_features)
    l1, l2 : float
    tol : float
        It stops once the projected gradients are no more, as a fraction of those in the first pass.
    max_iter : int
        Greatest number of passes.
    """

    components: NDArray[np.float64]
    l1: float
    l2: float
    tol: float
    max_iter: int

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """Roots of the Hessian's diagonal. Components are divided by them, which changes no pass."""
        roots = np.sqrt(np.square(self.components).sum(axis=1) + self.l2)
        return np.where(roots == 0, 1.0, roots)

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Products of the components, with 1 on the diagonal."""
        products = self.components @ self.components.T + self.l2 * np.eye(len(self.components))
        return np.asarray(products / np.outer(self.lengths, self.lengths))

    @cached_property
    def scale(self) -> float:
        """Greatest whole part: sums of products of two have no more digits than float32."""
        bits = FLOAT32_BITS - 1 - int(np.ceil(np.log2(len(self.components) + 1)))
        return 2.0 ** (bits // 2)

    def __call__(self, X: Array) -> Array:
        """Return the weights of rows."""
        directions = (self.components / self.lengths[:, np.newaxis]).T
        unit = self._unit(xp.linear(X, directions))
        if self.l1 > 0:
            X = xp.concat([X, xp.broadcast_rows(np.ones(1), X)], axis=1)
            directions = np.vstack([directions, -self.l1 / self.lengths])
        start = self._first_pass(*self._target(X / unit, directions), unit)
        end = Progress(*xp.while_loop(self._unfinished, self._passed, start))
        return (end.whole + end.rest) * end.unit * (1.0 / self.lengths)

    def _unit(self, products: Array) -> Array:
        """Return for each row a power of two, of which no weight is more than ``scale``.

        No weight exceeds the row's greatest product with a component, since no number is negative. Of that product
        the leading bit (``ufp``, ibid.): what is divided by it loses no digit.
        """
        greatest = xp.clip(xp.max(products, axis=1, keepdims=True), *GREATEST_PRODUCT_RANGE)
        shifted = greatest * (2.0 ** (FLOAT32_BITS - 1) + 1.0)
        return xp.abs(shifted - shifted * (1.0 - 2.0**-FLOAT32_BITS)) * (2.0 / self.scale)

    def _target(self, X: Array, directions: NDArray[np.float64]) -> tuple[Array, Array]:
        """Return ``scale · X @ directions`` as whole numbers, and ``scale`` times the rests."""
        whole, fractions, small = self._product(xp.round(X), X - xp.round(X), directions)
        carried = xp.round(fractions * (1.0 / self.scale))
        return whole + carried, (fractions - carried * self.scale) + small

    def _product(self, whole: Array, rest: Array, matrix: NDArray[np.float64]) -> tuple[Array, Array, Array]:
        """Return ``scale · (whole + rest) @ matrix`` as whole numbers, and ``scale`` times what is left, in two parts.

        The first of these is made of whole numbers again.
        """
        scaled = matrix * self.scale
        first, beyond = integer_and_remainder(scaled)
        second, last = integer_and_remainder(beyond * self.scale)
        fraction = rest * self.scale
        middle = xp.round(fraction)
        fractions = xp.linear(whole, second) + xp.linear(middle, first)
        small = xp.linear(whole, last) + xp.linear(middle, beyond) + xp.linear(fraction - middle, scaled)
        return xp.linear(whole, first), fractions, small

    def _first_pass(self, target: Array, target_rest: Array, unit: Array) -> Progress:
        """From no weights, when they move farthest: two parts throughout, for later passes may not make a loss good."""
        left, left_rest = xp.matrix_transpose(target), xp.matrix_transpose(target_rest)
        wholes, rests = [], []
        for i, row in enumerate(np.triu(self.hessian * self.scale, 1)[:, :, np.newaxis]):
            here, rest = left[i : i + 1] * (1.0 / self.scale), left_rest[i : i + 1] * self.scale**-2
            whole = xp.round(xp.relu(here + rest))
            rest = xp.maximum((here - whole) + rest, -whole)
            first, beyond = integer_and_remainder(row)
            left = left - whole * first
            left_rest = left_rest - (whole * (beyond * self.scale) + rest * (row * self.scale))
            wholes.append(whole)
            rests.append(rest)
        whole, rest = (xp.matrix_transpose(xp.concat(parts, axis=0)) for parts in (wholes, rests))
        violation = self._total(whole + rest, unit)  # from 0, a weight moves by its gradient
        return Progress(np.array(1), violation, violation, whole, rest, target, target_rest, unit)

    def _total(self, gradients: Array, unit: Array) -> Array:
        """Sum of the gradients' magnitudes, but for a factor."""
        relative = self.lengths / self.lengths.max()
        return xp.sum(xp.linear(xp.abs(gradients), relative[:, np.newaxis]) * unit)

    def _unfinished(self, *state: Array) -> Array:
        progress = Progress(*state)
        return (progress.step < self.max_iter) & (progress.violation > progress.first * self.tol)

    def _passed(self, *state: Array) -> Progress:
        """One pass over the components."""
        before = Progress(*state)
        weights = before.whole + before.rest
        gradient = self._followed(self._gradient(before), weights)
        downhill = xp.where(weights == 0.0, xp.minimum(gradient, 0.0), gradient)
        moved = xp.maximum(before.rest - gradient, -before.whole)
        whole = xp.round(before.whole + moved)
        return before._replace(
            step=before.step + 1,
            violation=self._total(downhill, before.unit),
            whole=whole,
            rest=(before.whole - whole) + moved,
        )

    def _gradient(self, progress: Progress) -> Array:
        """Return the gradient where the last pass has ended."""
        whole, fractions, small = self._product(progress.whole, progress.rest, self.hessian)
        exact = (whole - progress.target) * self.scale + fractions
        return (exact + (small - progress.target_rest)) * self.scale**-2

    def _followed(self, gradient: Array, weights: Array) -> Array:
        """Return each component's gradient as it is once those before it have moved."""
        gradients, held = xp.matrix_transpose(gradient), xp.matrix_transpose(weights)
        for i in range(len(self.hessian) - 1):
            later = np.where(np.arange(len(self.hessian)) > i, -self.hessian[i], 0.0)
            gradients = gradients + xp.minimum(gradients[i : i + 1], held[i : i + 1]) * later[:, np.newaxis]
        return xp.matrix_transpose(gradients)
