"""Lasso codes by coordinate descent (:mod:`sklearn.linear_model._cd_fast`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import sklearn
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MAX_UNROLLED_ATOMS = 64
"""Greatest number of atoms whose steps the graph repeats one after another; more make a loop, and a smaller file."""
ROUNDING_MOVE = 1.0
"""Greatest move of a coefficient that may be rounding alone, in float epsilons times the greatest product."""


@dataclass(frozen=True)
class StoppingRule:
    """When coordinate descent stops: it differs between scikit-learn's versions, and the codes depend on it.

    Attributes
    ----------
    tol : float
        The duality gap of a row is computed after a pass that moved its coefficients by at most this fraction of the
        greatest of them; the row stops if the gap is at most this fraction of the row's squared norm.
    screens : bool
        Whether the gap is also used to exclude atoms for good (Gap Safe rules; Ndiaye et al., arXiv:1611.05780).
    least_squares : bool
        Whether, with a penalty of 0, the squared gradient is used instead of the gap.
    """

    tol: float
    screens: bool
    least_squares: bool


def stopping_rule_of(version: tuple[int, int]) -> StoppingRule:
    """Return the rule of a version of scikit-learn."""
    if version < (1, 8):
        return StoppingRule(tol=1e-4, screens=False, least_squares=False)
    return StoppingRule(tol=1e-8, screens=True, least_squares=version >= (1, 9))


STOPPING_RULE = stopping_rule_of((int(sklearn.__version__.split(".")[0]), int(sklearn.__version__.split(".")[1])))


class Progress(NamedTuple):
    """State of the loop over passes.

    Attributes
    ----------
    step : array
        Number of passes done.
    running : array of shape (n_rows, 1)
        Rows that have not stopped.
    code, reached : array of shape (n_rows, n_atoms)
        The coefficients, and the coefficients times the Gram matrix.
    kept : array of shape (n_rows, n_atoms)
        Atoms that have not been excluded.
    products : array of shape (n_rows, n_atoms)
        Product of the row and each atom.
    square : array of shape (n_rows, 1)
        Squared norm of the row.
    """

    step: Array
    running: Array
    code: Array
    reached: Array
    kept: Array
    products: Array
    square: Array


@dataclass(frozen=True)
class CoordinateDescent:
    """Least ``|x - code @ atoms|² / 2 + penalty · |code|``, by passes over the atoms in their order.

    Parameters
    ----------
    atoms : ndarray of shape (n_atoms, n_features)
    penalty : float
    max_iter : int
        Greatest number of passes.
    positive : bool
        Whether coefficients must be positive.
    rule : StoppingRule
    """

    atoms: NDArray[np.float64]
    penalty: float
    max_iter: int
    positive: bool
    rule: StoppingRule = STOPPING_RULE

    @property
    def gram(self) -> NDArray[np.float64]:
        """Products of the atoms with each other, of shape (n_atoms, n_atoms)."""
        return self.atoms @ self.atoms.T

    def __call__(self, X: Array) -> Array:
        """Return the codes of rows."""
        nothing = xp.broadcast_rows(np.zeros(len(self.atoms)), X)
        everything = nothing == 0.0
        start = Progress(
            np.array(0),
            everything[:, :1],
            nothing,
            nothing,
            everything & (np.diag(self.gram) != 0),
            xp.linear(X, self.atoms.T),
            xp.sum(xp.square(X), axis=1, keepdims=True),
        )
        if self.rule.screens:
            start = self._checked(start, start.running)
        return Progress(*xp.while_loop(self._unfinished, self._passed, start)).code

    def _unfinished(self, *state: Array) -> Array:
        progress = Progress(*state)
        return (progress.step < self.max_iter) & xp.any(progress.running)

    def _passed(self, *state: Array) -> Progress:
        """Do one pass over the atoms, and compute the gap of the rows that it has hardly moved."""
        before = Progress(*state)
        moving = before.kept & before.running
        code = self._descended(before, xp.astype(moving, float))
        # Computed from the code again, as the sum of all moves would drift in float32.
        after = before._replace(step=before.step + 1, code=code, reached=xp.linear(code, self.gram))
        moved = xp.max(xp.abs(code - before.code), axis=1, keepdims=True)
        greatest = xp.max(xp.where(moving, xp.abs(code), 0.0), axis=1, keepdims=True)
        checked = (moved <= greatest * self.rule.tol) | (greatest == 0.0)
        checked = checked | (after.step >= self.max_iter)
        after = self._checked(after, before.running & checked)
        # A pass that only rounds, and excludes no atom, would repeat for ever.
        rounding = xp.epsilon(code) * (ROUNDING_MOVE / (float(np.diag(self.gram).max()) or 1.0))
        changed = moved > rounding * xp.max(xp.abs(before.products), axis=1, keepdims=True)
        if self.rule.screens:
            were, are = (xp.sum(xp.astype(each.kept, float), axis=1, keepdims=True) for each in (before, after))
            changed = changed | (were != are)
        return after._replace(running=after.running & changed)

    def _descended(self, progress: Progress, moving: Array) -> Array:
        """Move each coefficient in turn to its optimum given the others."""
        gram, n_atoms = self.gram, len(self.atoms)
        squares = np.where(np.diag(gram) == 0, 1.0, np.diag(gram))  # of atoms of zeros, which are excluded
        code, reached, products = progress.code, progress.reached, progress.products
        if (
            n_atoms <= MAX_UNROLLED_ATOMS
        ):  # transposed, as rows of a matrix are faster to slice and to join than columns
            codes, residuals, factors = (xp.matrix_transpose(each) for each in (code, products - reached, moving))
            moved = []
            for j in range(n_atoms):
                here = slice(j, j + 1)
                shift = self._shift(codes[here], residuals[here], squares[j]) * factors[here]
                moved.append(codes[here] + shift)
                residuals = residuals - shift * gram[j][:, np.newaxis]
            return xp.matrix_transpose(xp.concat(moved, axis=0))

        def step(j: Array, code: Array, reached: Array, products: Array, moving: Array) -> list[Array]:
            atom = xp.one_hot(j, n_atoms)
            here, residual = (xp.sum(values * atom, axis=1, keepdims=True) for values in (code, products - reached))
            shift = self._shift(here, residual, xp.take(squares, j)) * (moving * atom)
            return [j + 1, code + shift, reached + xp.linear(shift, gram), products, moving]

        state = [np.array(0), code, reached, products, moving]
        return xp.while_loop(lambda j, *_: j < n_atoms, step, state)[1]

    def _shift(self, code: Array, residual: Array, square: Array | float) -> Array:
        """Return how far a coefficient is from its optimum given the others."""
        target = residual + code * square
        if self.positive:
            return xp.relu(target - self.penalty) / square - code
        return (target - xp.clip(target, -self.penalty, self.penalty)) / square - code

    def _checked(self, progress: Progress, checked: Array) -> Progress:
        """Compute the duality gap of some rows; stop those whose gap is small, and exclude atoms from the others."""
        code, correlation = progress.code, progress.products - progress.reached
        greatest = xp.max(correlation if self.positive else xp.abs(correlation), axis=1, keepdims=True)
        if self.penalty == 0 and self.rule.least_squares:
            gap = xp.sum(xp.square(correlation), axis=1, keepdims=True)
        else:
            scale = self.penalty / xp.where(greatest > self.penalty, greatest, max(self.penalty, 1.0))
            scale = xp.where(greatest > self.penalty, scale, 1.0)
            rest = progress.square - xp.sum(code * (progress.products + correlation), axis=1, keepdims=True)
            slack = self.penalty * xp.abs(code) - scale * code * correlation
            gap = 0.5 * xp.square(1.0 - scale) * rest + xp.sum(slack, axis=1, keepdims=True)
        done = checked & (gap <= self.rule.tol * progress.square)
        progress = progress._replace(running=progress.running & ~done)
        if not self.rule.screens or self.penalty == 0:
            return progress
        radius = xp.sqrt(xp.abs(gap) * 2.0) * (1.0 / self.penalty)
        inside = 1.0 - xp.abs(correlation) / xp.maximum(greatest, self.penalty)
        norms = np.sqrt(np.diag(self.gram))
        near = inside / np.where(norms == 0, 1.0, norms) <= radius
        stays = near | ~(checked & progress.running)
        kept = progress.kept & stays
        lost = xp.where(kept, 0.0, code)
        reached = progress.reached - xp.linear(lost, self.gram)
        return progress._replace(kept=kept, code=code - lost, reached=reached)
