"""Codes by orthogonal matching pursuit (:mod:`sklearn.linear_model._omp`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.sparse_coding.dependence import min_independent_square
from skl2tflite.numerics.sparse_coding.order import first_in_list, positions_after_swap

EPSILON = float(np.finfo(np.float64).eps)
MAX_UNROLLED_STEPS = 4
"""Greatest number of steps that the graph repeats one after another; more of them make a loop."""


class Progress(NamedTuple):
    """State of the loop over steps.

    Attributes
    ----------
    step : array
        Number of atoms taken.
    running : array of shape (n_rows, 1)
        Rows that have not stopped.
    code : array of shape (n_rows, n_atoms)
    residual : array of shape (n_rows, n_features)
        The row less the sum of its atoms: the residual.
    directions : array of shape (n_rows, n_taken, n_features)
        Orthonormal basis of the space that the taken atoms span.
    mixtures : array of shape (n_rows, n_taken, n_atoms)
        Coefficients of the atoms in each direction.
    position : array of shape (n_rows, n_atoms)
        Position of each atom in scikit-learn's list (:mod:`skl2tflite.numerics.sparse_coding.order`).
    """

    step: Array
    running: Array
    code: Array
    residual: Array
    directions: Array
    mixtures: Array
    position: Array


@dataclass(frozen=True)
class MatchingPursuit:
    """Takes the atom most correlated with the residual, fits all taken atoms again, and repeats that ``count`` times.

    A row stops early if its residual is 0, or if its next atom is a linear combination of those it has. Fitting again
    adds the projection on the part of the new atom that is orthogonal to the others (Gram-Schmidt).

    Parameters
    ----------
    atoms : ndarray of shape (n_atoms, n_features)
    count : int
        Number of atoms to take.
    """

    atoms: NDArray[np.float64]
    count: int

    def __call__(self, X: Array) -> Array:
        """Return the codes of rows."""
        n_atoms, n_features = self.atoms.shape
        code = xp.broadcast_rows(np.zeros(n_atoms), X)

        def slots(width: int) -> Array:
            steps, row = (xp.broadcast_rows(np.zeros(size), X) for size in (self.count, width))
            return xp.expand_dims(steps, 2) * xp.expand_dims(row, 1)

        progress = Progress(
            step=np.array(0.0),
            running=code[:, :1] == 0.0,
            code=code,
            residual=X * 1.0,
            directions=slots(n_features),
            mixtures=slots(n_atoms),
            position=xp.broadcast_rows(np.arange(float(n_atoms)), X),
        )
        if self.count <= MAX_UNROLLED_STEPS:
            for _ in range(self.count):
                progress = self._stepped(*progress)
            return progress.code
        return Progress(*xp.while_loop(self._unfinished, self._stepped, progress)).code

    def _unfinished(self, *state: Array) -> Array:
        progress = Progress(*state)
        return (progress.step < float(self.count)) & xp.any(progress.running)

    def _stepped(self, *state: Array) -> Progress:
        step, running, code, residual, directions, mixtures, position = Progress(*state)
        products = xp.linear(residual, self.atoms.T)
        nearness = xp.abs(products)
        chosen = first_in_list(nearness == xp.max(nearness, axis=1, keepdims=True), position)
        atom = xp.astype(chosen, float)

        def along(weights: Array, vectors: Array) -> Array:
            return xp.sum(xp.expand_dims(weights, 2) * vectors, axis=1)

        new, mixture = xp.linear(atom, self.atoms), atom
        for _ in range(2):  # twice, as rounding leaves some of the earlier directions
            parts = xp.sum(directions * xp.expand_dims(new, 1), axis=2)
            new, mixture = new - along(parts, directions), mixture - along(parts, mixtures)
        square = xp.sum(xp.square(new), axis=1, keepdims=True)
        near = xp.max(xp.square(products), axis=1, keepdims=True) >= EPSILON
        is_new = square > min_independent_square(atom, self.atoms, EPSILON)
        running = running & (near & is_new)
        length = xp.sqrt(xp.where(running, square, 1.0))
        new, mixture = (xp.where(running, part / length, 0.0) for part in (new, mixture))
        amount = xp.sum(residual * new, axis=1, keepdims=True)
        here = xp.expand_dims(xp.astype(np.arange(float(self.count)) == step, float), 1)
        return Progress(
            step + 1.0,
            running,
            code + amount * mixture,
            residual - amount * new,
            directions + here * xp.expand_dims(new, 1),
            mixtures + here * xp.expand_dims(mixture, 1),
            positions_after_swap(position, chosen, step),
        )
