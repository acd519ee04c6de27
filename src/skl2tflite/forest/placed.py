"""Trees that test other columns."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from skl2tflite.forest.trees import Forest

_placed: WeakKeyDictionary[Forest, dict[bytes, Forest]] = WeakKeyDictionary()


def placed_on(forest: Forest, feature: NDArray[np.int32], width: int) -> Forest:
    """Return trees that test other columns.

    Parameters
    ----------
    forest : Forest
    feature : ndarray of int32, shape (n_nodes,)
        Column that each node tests.
    width : int
        Number of columns.

    Returns
    -------
    Forest
        The same object for the same columns, so that what is cached for a forest is found again.
    """
    made, key = _placed.setdefault(forest, {}), feature.tobytes()
    if key not in made:
        made[key] = replace(forest, feature=feature, n_features=width)
    return made[key]
