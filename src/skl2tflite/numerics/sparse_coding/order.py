"""The order in which scikit-learn looks at atoms: those it takes change places to the front; of equals, the first."""

from __future__ import annotations

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def first_in_list(among: Array, place: Array) -> Array:
    """Return where the first of some atoms is.

    Parameters
    ----------
    among : array of bool of shape (n_rows, n_atoms)
    place : array of shape (n_rows, n_atoms)
        Of each atom in the list, from 0.

    Returns
    -------
    array of bool of shape (n_rows, n_atoms)
        At most one in each row.
    """
    first = xp.min(xp.where(among, place, np.inf), axis=1, keepdims=True)
    return place == first


def positions_after_swap(place: Array, chosen: Array, front: Array) -> Array:
    """Return the places after the chosen atom has changed its own with the one at the front of those not taken.

    Parameters
    ----------
    place : array of shape (n_rows, n_atoms)
    chosen : array of bool of shape (n_rows, n_atoms)
        One in each row.
    front : array
        Place to which the chosen atom goes.

    Returns
    -------
    array of shape (n_rows, n_atoms)
    """
    given_up = xp.sum(xp.where(chosen, place, 0.0), axis=1, keepdims=True)
    return xp.where(chosen, front, xp.where(place == front, given_up, place))
