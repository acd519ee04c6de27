"""When an atom counts as made of others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

LEAST_SQUARED_SINE = 1e-10
"""Square of the sine of an angle between atoms that may be all rounding, in float32."""


def least_independent_square(atom: Array, atoms: NDArray[np.float64], least: float) -> Array:
    """Return how much of an atom's square others must leave unexplained, for it to be new.

    Parameters
    ----------
    atom : array of shape (n_rows, n_atoms)
        1 where it is, else 0.
    atoms : ndarray of shape (n_atoms, n_features)
    least : float
        scikit-learn's own bound; where float32 has larger remainders, they count as nothing too.

    Returns
    -------
    array of shape (n_rows, 1)
    """
    square = xp.linear(atom, np.square(atoms).sum(axis=1)[:, np.newaxis])
    return xp.maximum(square * xp.square(xp.epsilon(atom) * 100.0), least)


def parallel_atoms(atoms: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return two atoms that differ in direction by less than float32 can tell, if there are."""
    norms = np.linalg.norm(atoms, axis=1, keepdims=True)
    units = atoms / np.where(norms == 0, 1.0, norms)
    for i, cosines in enumerate(units @ units.T):
        for j in np.flatnonzero(np.abs(cosines[:i]) > 0.9999):
            if np.square(units[i] - cosines[j] * units[j]).sum() < LEAST_SQUARED_SINE:
                return int(j), i
    return None
