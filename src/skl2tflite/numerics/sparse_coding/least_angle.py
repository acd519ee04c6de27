"""Codes by least angle regression, and lasso codes along its path (:mod:`sklearn.linear_model._least_angle`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.sparse_coding.dependence import min_independent_square
from skl2tflite.numerics.sparse_coding.order import first_in_list, positions_after_swap

PENALTY_TOLERANCE = float(np.finfo(np.float32).eps)
"""scikit-learn's tolerance when it compares penalties."""
DIVISION_GUARD = float(np.finfo(np.float32).tiny)
"""scikit-learn's constant that keeps divisors from being 0."""
NO_STEP = float(np.finfo(np.float32).max)
"""Length of a step that never ends, for atoms that are never reached."""
MIN_SQUARED_PIVOT = 1e-14
"""Square of scikit-learn's least part of an atom that is orthogonal to the active ones."""
PENALTY_RISE = 8.0
"""Greatest relative rise of the penalty from step to step that counts as rounding, in float epsilons.

scikit-learn stops where the penalty rises.
"""


class Path(NamedTuple):
    """State of the loop over steps: where each row is on its path.

    Attributes
    ----------
    running : array of shape (n_rows, 1)
        Rows that have not reached the end of their path.
    step : array of shape (n_rows, 1)
        Number of steps done.
    reached_zero : array of shape (n_rows, 1)
        Rows in which a coefficient reached 0 in the last step: the next step adds no atom.
    penalty : array of shape (n_rows, 1)
        Penalty at which the last step began.
    level : array of shape (n_rows, 1)
        Magnitude of the active atoms' correlations after the last step.
    code, previous_code : array of shape (n_rows, n_atoms)
        The coefficients after the last step and before it.
    residual : array of shape (n_rows, n_features)
        The row less the sum of its atoms: the residual.
    active, excluded : array of shape (n_rows, n_atoms)
        Whether an atom is active; whether it is a linear combination of active ones, and so never becomes active.
    sign : array of shape (n_rows, n_atoms)
        Sign of an active atom's correlation with the residual, else 0.
    position : array of shape (n_rows, n_atoms)
        Position of each atom in scikit-learn's list (:mod:`skl2tflite.numerics.sparse_coding.order`).
    inverse : array of shape (n_rows, n_atoms, n_atoms)
        Inverse of the active atoms' Gram matrix, 0 in the rows and columns of other atoms.
    rows : array of shape (n_rows, n_features)
        The rows to be coded.
    """

    running: Array
    step: Array
    reached_zero: Array
    penalty: Array
    level: Array
    code: Array
    previous_code: Array
    residual: Array
    active: Array
    excluded: Array
    sign: Array
    position: Array
    inverse: Array
    rows: Array


def _row_sum(x: Array) -> Array:
    return xp.sum(x, axis=1, keepdims=True)


def _least_positive(x: Array, among: Array) -> Array:
    return xp.min(xp.where(among & (x > 0.0), x, NO_STEP), axis=1, keepdims=True)


def _outer(x: Array, y: Array) -> Array:
    return xp.expand_dims(x, 2) * xp.expand_dims(y, 1)


@dataclass(frozen=True)
class LeastAngle:
    """Moves so that the active atoms stay equally correlated with the residual, until another atom is as correlated.

    Parameters
    ----------
    atoms : ndarray of shape (n_atoms, n_features)
    penalty : float
        Penalty at which the path ends: the greatest correlation, divided by the number of features.
    max_iter : int
        Greatest number of steps.
    lasso : bool
        Whether an atom whose coefficient reaches 0 becomes inactive, as in lasso paths.
    positive : bool
        Whether coefficients must be positive.
    """

    atoms: NDArray[np.float64]
    penalty: float
    max_iter: int
    lasso: bool
    positive: bool

    def _decoded(self, code: Array) -> Array:
        return xp.linear(code, self.atoms)

    def _products(self, residual: Array) -> Array:
        return xp.linear(residual, self.atoms.T)

    def __call__(self, X: Array) -> Array:
        """Return the codes of rows."""
        n_atoms = len(self.atoms)
        nothing = xp.broadcast_rows(np.zeros(n_atoms), X)
        none = nothing > 0.0
        start = Path(
            running=~none[:, :1],
            step=nothing[:, :1],
            reached_zero=none[:, :1],
            penalty=nothing[:, :1],
            level=nothing[:, :1],
            code=nothing,
            previous_code=nothing,
            residual=X * 1.0,
            active=none,
            excluded=none,
            sign=nothing,
            position=xp.broadcast_rows(np.arange(float(n_atoms)), X),
            inverse=_outer(nothing, nothing),
            rows=X * 1.0,
        )
        return Path(*xp.while_loop(lambda running, *_: xp.any(running), self._stepped, start)).code

    def _stepped(self, *state: Array) -> Path:
        """Activate an atom, unless one has just become inactive, and move until the next change."""
        path = Path(*state)
        n_atoms, n_features = self.atoms.shape
        idle = ~(path.active | path.excluded)
        n_active = _row_sum(xp.astype(path.active, float))
        full = n_active >= float(n_atoms)

        correlation = self._products(path.residual)
        magnitude = correlation if self.positive else xp.abs(correlation)
        greatest = xp.max(xp.where(idle, magnitude, -NO_STEP), axis=1, keepdims=True)
        chosen = first_in_list(idle & (magnitude == greatest), path.position)
        greatest = xp.where(xp.any(idle, axis=1, keepdims=True), greatest, 0.0)
        penalty = greatest / float(n_features)

        there = ~(penalty > self.penalty + PENALTY_TOLERANCE)
        code = self._interpolated(path, penalty, there)
        stops = there | full | (path.step >= float(self.max_iter))
        goes = path.running & ~stops

        path = path._replace(code=xp.where(path.running, code, path.code), running=goes)
        path, added = self._activated(path, chosen, xp.sign(correlation), goes & ~path.reached_zero)
        walks = goes & (path.reached_zero | added)
        if self.lasso:
            rises = path.penalty * (1.0 + PENALTY_RISE * xp.epsilon(penalty)) < penalty
            rises = walks & rises & (path.step > 0.0)
            walks = walks & ~rises
            path = path._replace(running=path.running & ~rises)
        idle = idle & ~path.active
        return self._moved(path, correlation, idle, greatest, penalty, walks)

    def _interpolated(self, path: Path, penalty: Array, there: Array) -> Array:
        """Return the code at the penalty at which the path ends, for rows whose last step has passed it.

        Parameters
        ----------
        path : Path
        penalty : array of shape (n_rows, 1)
            Penalty after the last step.
        there : array of bool of shape (n_rows, 1)
            Rows that have reached the end.
        """
        between = there & (path.step > 0.0)
        between = between & (xp.abs(penalty - self.penalty) > PENALTY_TOLERANCE)
        fraction = (path.penalty - self.penalty) / xp.where(between, path.penalty - penalty, 1.0)
        code = path.previous_code + fraction * (path.code - path.previous_code)
        began = path.penalty * float(self.atoms.shape[1])
        level = began + fraction * (path.level - began)
        # The rounding errors of all steps are corrected at the end. A larger difference comes from ties, and stays.
        rest = self._products(path.rows - self._decoded(code)) - path.sign * level
        error = self._solved(path, rest)
        size = xp.max(xp.abs(error), axis=1, keepdims=True)
        bound = xp.sqrt(xp.epsilon(code)) * xp.max(xp.abs(code), axis=1, keepdims=True)
        code = code + xp.where(size < bound, error, 0.0)
        return xp.where(between, code, path.code)

    def _solved(self, path: Path, right: Array) -> Array:
        """Solve the linear system of the active atoms' Gram matrix."""
        mine = xp.astype(path.active, float)
        return mine * xp.sum(path.inverse * xp.expand_dims(mine * right, 1), axis=2)

    def _activated(self, path: Path, chosen: Array, sign: Array, adds: Array) -> tuple[Path, Array]:
        """Activate an atom, unless it is a linear combination of the active ones.

        Parameters
        ----------
        path : Path
        chosen : array of bool of shape (n_rows, n_atoms)
            The atom of each row.
        sign : array of shape (n_rows, n_atoms)
            Signs of the correlations with the residual.
        adds : array of bool of shape (n_rows, 1)
            Rows that activate their atom.

        Returns
        -------
        Path
        array of bool of shape (n_rows, 1)
            Rows in which the atom has become active.
        """
        atom = xp.astype(chosen, float)
        vector = self._decoded(atom)
        parts = self._solved(path, self._products(vector))
        parts = parts + self._solved(path, self._products(vector - self._decoded(parts)))
        pivot = _row_sum(xp.square(vector - self._decoded(parts)))
        is_new = pivot >= min_independent_square(atom, self.atoms, MIN_SQUARED_PIVOT)
        added = adds & is_new
        new = atom - parts
        inverse = path.inverse + _outer(new, new * xp.where(added, 1.0 / xp.where(added, pivot, 1.0), 0.0))
        n_active = _row_sum(xp.astype(path.active, float))
        joined = added & chosen
        dependent = chosen & (adds & ~is_new)
        return path._replace(
            position=xp.where(adds, positions_after_swap(path.position, chosen, n_active), path.position),
            active=path.active | joined,
            excluded=path.excluded | dependent,
            sign=xp.where(joined, atom if self.positive else sign, path.sign),
            inverse=inverse,
        ), added

    def _moved(
        self, path: Path, correlation: Array, idle: Array, greatest: Array, penalty: Array, walks: Array
    ) -> Path:
        """Move the coefficients along the direction that is equally correlated with all active atoms.

        Parameters
        ----------
        path : Path
        correlation : array of shape (n_rows, n_atoms)
            Of the residual with each atom.
        idle : array of bool of shape (n_rows, n_atoms)
            Atoms that may become active.
        greatest : array of shape (n_rows, 1)
            Greatest correlation of an idle atom.
        penalty : array of shape (n_rows, 1)
            Penalty at which the step begins.
        walks : array of bool of shape (n_rows, 1)
            Rows that take the step.
        """
        direction = self._solved(path, path.sign)
        direction = direction + self._solved(path, path.sign - self._products(self._decoded(direction)))
        square = _row_sum(direction * path.sign)
        closeness = 1.0 / xp.sqrt(xp.where(walks, square, 1.0))
        direction = direction * closeness
        heading = self._decoded(direction)
        towards = self._products(heading)

        ends = _least_positive((greatest - correlation) / (closeness - towards + DIVISION_GUARD), idle)
        if not self.positive:
            other = _least_positive((greatest + correlation) / (closeness + towards + DIVISION_GUARD), idle)
            ends = xp.minimum(ends, other)
        length = xp.minimum(ends, greatest / closeness)
        zeros = -path.code / (direction + DIVISION_GUARD)
        first_zero = _least_positive(zeros, path.active)
        reached_zero = walks & (first_zero < length)
        at_zero = path.active & reached_zero & (zeros == first_zero)
        if self.lasso:
            length = xp.minimum(length, first_zero)
        code = xp.where(path.active, path.code + length * direction, 0.0)
        walked = path._replace(
            step=path.step + 1.0,
            penalty=penalty,
            level=greatest - length * closeness,
            code=code,
            previous_code=path.code,
            residual=path.residual - length * heading,
            sign=xp.where(at_zero, -path.sign, path.sign),
        )
        fields = ("step", "penalty", "level", "code", "previous_code", "residual", "sign")
        path = path._replace(
            reached_zero=reached_zero,
            **{name: xp.where(walks, getattr(walked, name), getattr(path, name)) for name in fields},
        )
        return self._deactivated(path, at_zero) if self.lasso else path

    def _deactivated(self, path: Path, at_zero: Array) -> Path:
        """Deactivate the atom whose coefficient has reached 0."""
        at_zero = first_in_list(at_zero, path.position)
        atom = xp.astype(at_zero, float)
        position = _row_sum(path.position * atom)
        last = _row_sum(xp.astype(path.active, float)) - 1.0
        drops = _row_sum(atom) > 0.0
        behind = (path.position > position) & (path.position <= last)
        moved = xp.where(at_zero, last, xp.where(behind, path.position - 1.0, path.position))
        column = xp.sum(path.inverse * xp.expand_dims(atom, 1), axis=2)
        diagonal = xp.where(drops, _row_sum(column * atom), 1.0)
        return path._replace(
            position=xp.where(drops, moved, path.position),
            active=path.active & ~at_zero,
            sign=xp.where(at_zero, 0.0, path.sign),
            inverse=path.inverse - _outer(column / diagonal, column),
        )
