"""A :class:`~skl2tflite.flow.matrix.Matrix` as the array or sparse matrix that scikit-learn passes to a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from skl2tflite.flow.matrix import Matrix
from skl2tflite.tracing.trial_calls import tried


def as_held(values: NDArray[Any], like: Matrix) -> Any:
    """Return numbers as scikit-learn would pass them: in a matrix's dtype, and sparse if the matrix is sparse.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
    like : Matrix
        Gives the dtype, the sparsity and, for its own numbers, which entries are stored.

    Returns
    -------
    ndarray or scipy.sparse.csr_matrix
    """
    dense = values if like.dtype is None else values.astype(like.dtype)
    if not like.is_sparse:
        return dense
    if isinstance(like.values, np.ndarray) and like.values is values and like.stored is not None:
        held = np.asarray(like.present)
        rows, columns = np.nonzero(held)
        return scipy.sparse.csr_matrix((dense[rows, columns], (rows, columns)), shape=dense.shape)
    return scipy.sparse.csr_matrix(dense)


def called(function: Callable[[Any], Any], X: Matrix) -> Any:
    """Call a function with a Matrix of NumPy numbers; a sparse result becomes a Matrix."""
    result = function(as_held(np.asarray(X.values), X))
    if not scipy.sparse.issparse(result):
        return result
    held = np.zeros(result.shape, dtype=bool)
    entries = result.tocoo()
    held[entries.row, entries.col] = True
    return Matrix(result.toarray(), result.dtype, True, lambda: held)


def dtype_given(function: Callable[[Any], Any], X: Matrix) -> np.dtype[Any] | None:
    """Return the dtype of what a function gives for a matrix of integers; None where it raises an error."""
    least = 0.0 if X.bounds is None else X.bounds[0]
    row = as_held(np.full((1, int(X.shape[1])), least), X)
    return tried(lambda copy: np.asarray(function(copy)).dtype, row)
