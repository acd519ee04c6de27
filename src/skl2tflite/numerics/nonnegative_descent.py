"""Non-negative weights of components by coordinate descent (:mod:`sklearn.decomposition._cdnmf_fast`)."""

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
"""Number of bits in float32's significand: integers up to ``2 ** 24`` are exact."""
GREATEST_PRODUCT_RANGE = 2.0**-64, 2.0**100
"""Least and greatest product of a row and a component to which the row's unit is adapted."""


class Progress(NamedTuple):
    """State of the loop over passes.

    Attributes
    ----------
    step : array
        Number of passes done.
    violation, first : array
        Sum of the magnitudes of the projected gradients in the last pass, and in the first.
    whole, rest : array of shape (n_rows, n_components)
        The weights as an integer plus a remainder, in multiples of the row's unit.
    target, target_rest : array of shape (n_rows, n_components)
        Products of the rows and the components, as an integer plus a remainder too.
    unit : array of shape (n_rows, 1)
        A power of two for each row.
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
    """Minimizes ``|x - w @ components|² / 2 + l1 · |w| + l2 · |w|² / 2`` over ``w >= 0``.

    Each pass moves the weight of one component after the other.

    A gradient is a small difference of large products. In plain float32, the weight of a small component beside a
    large one would lose digits, and more in each pass. So weights, components and their products are held as an
    integer plus a remainder, with integers so small that float32 adds their products exactly (as in S. Rump, T. Ogita
    and S. Oishi, Accurate Floating-Point Summation, 2008). Within a pass, gradients are updated in plain float32,
    which rounds only a fraction of what the weights have moved.

    Parameters
    ----------
    components : ndarray of shape (n_components, n_features)
    l1, l2 : float
    tol : float
        The loop stops once the projected gradients, as a fraction of those in the first pass, are at most this.
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
        """Square roots of the Hessian's diagonal; components are divided by them, which changes no step."""
        roots = np.sqrt(np.square(self.components).sum(axis=1) + self.l2)
        return np.where(roots == 0, 1.0, roots)

    @cached_property
    def hessian(self) -> NDArray[np.float64]:
        """Products of the components, with 1 on the diagonal."""
        products = self.components @ self.components.T + self.l2 * np.eye(len(self.components))
        return np.asarray(products / np.outer(self.lengths, self.lengths))

    @cached_property
    def scale(self) -> float:
        """Greatest integer part of a weight: sums of products of two such integers are exact in float32."""
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
        """Return a power of two for each row, such that no weight exceeds ``scale`` times it.

        As nothing is negative, no weight exceeds the row's greatest product with a component. The unit is made from
        the leading bit of that product (``ufp`` in the paper), as division by a power of two loses no digit.
        """
        greatest = xp.clip(xp.max(products, axis=1, keepdims=True), *GREATEST_PRODUCT_RANGE)
        shifted = greatest * (2.0 ** (FLOAT32_BITS - 1) + 1.0)
        return xp.abs(shifted - shifted * (1.0 - 2.0**-FLOAT32_BITS)) * (2.0 / self.scale)

    def _target(self, X: Array, directions: NDArray[np.float64]) -> tuple[Array, Array]:
        """Return ``scale · X @ directions`` as integers, and ``scale`` times the remainders."""
        whole, fractions, small = self._product(xp.round(X), X - xp.round(X), directions)
        carried = xp.round(fractions * (1.0 / self.scale))
        return whole + carried, (fractions - carried * self.scale) + small

    def _product(self, whole: Array, rest: Array, matrix: NDArray[np.float64]) -> tuple[Array, Array, Array]:
        """Return ``scale · (whole + rest) @ matrix`` as integers, and ``scale`` times the remainder in two parts.

        The first part of the remainder holds integers again.

        Parameters
        ----------
        whole, rest : array of shape (n_rows, n)
        matrix : ndarray of shape (n, n_components)
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
        """Do the pass that starts from weights of 0, in two parts throughout.

        Weights move farthest here, and later passes might not make up for lost digits.

        Parameters
        ----------
        target, target_rest : array of shape (n_rows, n_components)
        unit : array of shape (n_rows, 1)
        """
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
        violation = self._total(whole + rest, unit)  # starting from 0, a weight moves by its gradient
        return Progress(np.array(1), violation, violation, whole, rest, target, target_rest, unit)

    def _total(self, gradients: Array, unit: Array) -> Array:
        """Return the sum of the gradients' magnitudes, up to a constant factor."""
        relative = self.lengths / self.lengths.max()
        return xp.sum(xp.linear(xp.abs(gradients), relative[:, np.newaxis]) * unit)

    def _unfinished(self, *state: Array) -> Array:
        progress = Progress(*state)
        return (progress.step < self.max_iter) & (progress.violation > progress.first * self.tol)

    def _passed(self, *state: Array) -> Progress:
        """Do one pass over the components."""
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
        """Return the gradient at the weights with which the last pass ended."""
        whole, fractions, small = self._product(progress.whole, progress.rest, self.hessian)
        exact = (whole - progress.target) * self.scale + fractions
        return (exact + (small - progress.target_rest)) * self.scale**-2

    def _followed(self, gradient: Array, weights: Array) -> Array:
        """Return the gradient of each component after the weights of the components before it have moved."""
        gradients, held = xp.matrix_transpose(gradient), xp.matrix_transpose(weights)
        for i in range(len(self.hessian) - 1):
            later = np.where(np.arange(len(self.hessian)) > i, -self.hessian[i], 0.0)
            gradients = gradients + xp.minimum(gradients[i : i + 1], held[i : i + 1]) * later[:, np.newaxis]
        return xp.matrix_transpose(gradients)
