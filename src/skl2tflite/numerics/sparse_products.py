"""Products with constant sparse matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

LEAST_SPARSE_SIZE = 2**18
"""Numbers in a matrix from which zeros are left out: a megabyte."""


FEATURES_PER_NONZERO = 12
"""Features for each that an output takes, from which zeros are left out.

Measured on matrices of 100 × 4000, 332 × 10 000 and 1000 × 3000 with 2 % to 1 % that are not 0: files of a twentieth to
a fortieth, a row in a third to three quarters of the time, 200 rows at once in 1.5 to 5 times as much.
"""


def suits_sparse_product(matrix: Any) -> bool:
    """Whether a matrix of shape (n_outputs, n_features) is large, and smaller and faster without its zeros."""
    if not sparse.issparse(matrix) or matrix.shape[0] * matrix.shape[1] < LEAST_SPARSE_SIZE:
        return False
    return bool(FEATURES_PER_NONZERO * np.diff(matrix.tocsr().indptr).max() <= matrix.shape[1])


def sparse_product(X: Array, matrix: Any) -> Array:
    """Return ``X @ matrix.T`` from the features that each output takes, as many for each as for the one with most.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    matrix : sparse matrix of shape (n_outputs, n_features)

    Returns
    -------
    array of shape (n_rows, n_outputs)
    """
    rows = matrix.tocsr()
    counts = np.diff(rows.indptr)
    taken = np.arange(counts.max()) < counts[:, np.newaxis]
    features, weights = np.zeros(taken.shape, dtype=np.int64), np.zeros(taken.shape)
    features[taken], weights[taken] = rows.indices, rows.data
    gathered = xp.reshape(xp.take(X, features.ravel(), axis=1), (-1, *features.shape))
    return xp.sum(gathered * weights, axis=2)


def dense(matrix: Any) -> NDArray[Any]:
    """Return a matrix that may be sparse as an array."""
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
