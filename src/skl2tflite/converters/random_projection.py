"""Random projections (:mod:`sklearn.random_projection`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import random_projection as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

LARGE = 2**18
"""Numbers in a matrix from which zeros are left out: a megabyte."""
COST = 12
"""Features for each that an output takes, from which zeros are left out.

Measured on matrices of 100 × 4000, 332 × 10 000 and 1000 × 3000 with 2 % to 1 % that are not 0: files of a twentieth to
a fortieth, a row in a third to three quarters of the time, 200 rows at once in 1.5 to 5 times as much.
"""


@converts(sk.GaussianRandomProjection, sk.SparseRandomProjection)
class RandomProjectionConverter(TransformerConverter):
    """``X @ components_.T``; the components were drawn when fitted."""

    def transform(self, X: Array) -> Array:
        components = self.estimator.components_
        return sparse_product(X, components) if is_lighter(components) else xp.linear(X, dense(components).T)

    def gives_sparse(self, sparse: bool) -> bool:
        """Where X and the components are sparse matrices, on demand."""
        return sparse and not getattr(self.estimator, "dense_output", True)

    def stored(self, X: Any, result: Array) -> None:
        """All sums but 0."""

    def inverse_transform(self, X: Array) -> Array:
        """Multiply by the pseudo-inverse of the components."""
        est = self.estimator
        inverse = est.inverse_components_ if est.compute_inverse_components else np.linalg.pinv(dense(est.components_))
        return xp.linear(X, np.transpose(inverse))


def is_lighter(matrix: Any) -> bool:
    """Whether a matrix of shape (n_outputs, n_features) is large, and smaller and faster without its zeros."""
    if not sparse.issparse(matrix) or matrix.shape[0] * matrix.shape[1] < LARGE:
        return False
    return bool(COST * np.diff(matrix.tocsr().indptr).max() <= matrix.shape[1])


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
    return xp.sum(xp.multiply(gathered, weights), axis=2)


def dense(matrix: Any) -> NDArray[Any]:
    """Return a matrix that may be sparse as an array."""
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)
