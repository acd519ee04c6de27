"""When an atom counts as a linear combination of others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MIN_SQUARED_SINE = 1e-10
"""Squared sine of the angle between two atoms below which float32 cannot tell them from parallel ones."""


def min_independent_square(atom: Array, atoms: NDArray[np.float64], least: float) -> Array:
    """Return the least squared remainder with which an atom counts as independent of others.

    The remainder is the part of the atom that is orthogonal to the others.

    Parameters
    ----------
    atom : array of shape (n_rows, n_atoms)
        1 at the atom of each row, else 0.
    atoms : ndarray of shape (n_atoms, n_features)
    least : float
        scikit-learn's own bound. Larger remainders that float32's rounding leaves count as nothing too.

    Returns
    -------
    array of shape (n_rows, 1)
    """
    square = xp.linear(atom, np.square(atoms).sum(axis=1)[:, np.newaxis])
    return xp.maximum(square * xp.square(xp.epsilon(atom) * 100.0), least)


def parallel_atoms(atoms: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return the positions of two atoms that float32 cannot tell from parallel ones, or None if there are none."""
    norms = np.linalg.norm(atoms, axis=1, keepdims=True)
    units = atoms / np.where(norms == 0, 1.0, norms)
    for i, cosines in enumerate(units @ units.T):
        for j in np.flatnonzero(np.abs(cosines[:i]) > 0.9999):
            if np.square(units[i] - cosines[j] * units[j]).sum() < MIN_SQUARED_SINE:
                return int(j), i
    return None
