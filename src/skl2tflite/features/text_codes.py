"""The codes of many texts at once: what is in a vocabulary is found without a look at each cell."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

ELSEWHERE = -1
"""Code of cells that are not in the vocabulary: unknown texts, missing values, and what is no text."""


def codes_of(cells: NDArray[Any], vocabulary: Mapping[str, int]) -> NDArray[np.int32]:
    """Return the position of each cell in a vocabulary, -1 where it is not there.

    Parameters
    ----------
    cells : ndarray of object, shape (n_rows,)
    vocabulary : mapping of str to int
    """
    held = cells.tolist()
    try:
        return np.fromiter(map(vocabulary.get, held, repeat(ELSEWHERE)), np.int32, len(held))
    except TypeError:  # a cell that has no hash, as a list
        codes = (vocabulary.get(cell, ELSEWHERE) if isinstance(cell, str) else ELSEWHERE for cell in held)
        return np.fromiter(codes, np.int32, len(held))
