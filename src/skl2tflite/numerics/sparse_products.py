"""Products with constant sparse matrices, of which the file holds only the entries that are not 0."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MIN_SPARSE_SIZE = 2**18
"""Number of entries from which a matrix is held without its zeros: a megabyte of float32."""


FEATURES_PER_NONZERO = 12
"""Least number of features per nonzero entry of an output, from which a matrix is held without its zeros.

Measured on matrices of 100 × 4000, 332 × 10 000 and 1000 × 3000 with 2 % to 1 % nonzero entries: files are 20 to 40
times smaller, one row takes a third to three quarters of the time, 200 rows at once take 1.5 to 5 times as long.
"""


def suits_sparse_product(matrix: Any) -> bool:
    """Whether a matrix of shape (n_outputs, n_features) is large, and smaller and faster if held without its zeros."""
    if not sparse.issparse(matrix) or matrix.shape[0] * matrix.shape[1] < MIN_SPARSE_SIZE:
        return False
    return bool(FEATURES_PER_NONZERO * np.diff(matrix.tocsr().indptr).max() <= matrix.shape[1])


def sparse_product(X: Array, matrix: Any) -> Array:
    """Return ``X @ matrix.T`` by gathering, for each output, the features whose weight is not 0.

    All outputs gather as many features as the one with the most; the others' extra weights are 0.

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
    """Return a matrix, sparse or not, as an array."""
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
