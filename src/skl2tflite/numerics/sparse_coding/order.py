"""The order of scikit-learn's list of atoms, which decides between atoms that are equally correlated.

scikit-learn swaps each atom that it takes to the front of its list, and takes the first of equally correlated atoms.
"""

from __future__ import annotations

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def first_in_list(among: Array, position: Array) -> Array:
    """Return which of some atoms comes first in the list.

    Parameters
    ----------
    among : array of bool of shape (n_rows, n_atoms)
    position : array of shape (n_rows, n_atoms)
        Position of each atom in the list, from 0.

    Returns
    -------
    array of bool of shape (n_rows, n_atoms)
        At most one in each row.
    """
    first = xp.min(xp.where(among, position, np.inf), axis=1, keepdims=True)
    return position == first


def positions_after_swap(position: Array, chosen: Array, front: Array) -> Array:
    """Return the positions in the list after the chosen atom has been swapped with the first that is not taken yet.

    Parameters
    ----------
    position : array of shape (n_rows, n_atoms)
    chosen : array of bool of shape (n_rows, n_atoms)
        True for one atom in each row.
    front : array
        Position to which the chosen atom goes.

    Returns
    -------
    array of shape (n_rows, n_atoms)
    """
    old_position = xp.sum(xp.where(chosen, position, 0.0), axis=1, keepdims=True)
    return xp.where(chosen, front, xp.where(position == front, old_position, position))
