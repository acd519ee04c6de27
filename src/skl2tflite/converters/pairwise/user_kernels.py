"""Kernels that are functions of two matrices: recorded with the fitted rows as a constant second argument."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.errors import GraphError
from skl2tflite.graph import Array, Tensor
from skl2tflite.tracing.distance_functions import replacement_of
from skl2tflite.tracing.sample_rows import ROWS
from skl2tflite.tracing.user_functions import check_clock, recorded

Kernel = Callable[..., Any]
"""A function of matrices of shapes (n_rows, n_features) and (n_vectors, n_features): returns (n_rows, n_vectors)."""


def as_fitted_array(kernel: Kernel, rows: Any) -> Any:
    """Return the fitted rows as an array, if the user's kernel gives the same values for it; else unchanged."""
    if isinstance(rows, np.ndarray) or not callable(kernel):
        return rows
    array = np.asarray(rows)
    few = array[:ROWS]
    try:
        given, of_array = (np.asarray(kernel(few, each)) for each in (rows, array))
        return array if np.allclose(given, of_array, rtol=1e-12, atol=0.0, equal_nan=True) else rows
    except Exception:  # of any code of the user's
        return rows


def user_kernel(kernel: Kernel, X: Array, vectors: NDArray[Any]) -> Array:
    """Record the user's kernel between rows and constant vectors.

    Parameters
    ----------
    kernel : callable
    X : array of shape (n_rows, n_features)
    vectors : ndarray of shape (n_vectors, n_features)

    Returns
    -------
    array of shape (n_rows, n_vectors)

    Raises
    ------
    GraphError
        If the function cannot be recorded; the message shows the line of the user's code, if there is one.
    """
    function = partial(_matrix, kernel, vectors)
    return _recorded(function, function, X, vectors)


def user_kernel_columns(kernel: Kernel, X: Array, vectors: NDArray[Any], columns: NDArray[np.intp]) -> Array:
    """Record some columns of the user's kernel, without computing the others if these columns do not depend on them.

    Parameters
    ----------
    kernel : callable
    X : array of shape (n_rows, n_features)
    vectors : ndarray of shape (n_vectors, n_features)
    columns : ndarray of shape (n_columns,)
        Positions of the vectors whose kernels are needed.

    Returns
    -------
    array of shape (n_rows, n_columns)
    """
    alone = partial(_matrix, kernel, np.asarray(vectors)[columns])
    return _recorded(partial(_columns, kernel, vectors, columns), alone, X, vectors)


def transposed_user_kernel(kernel: Kernel, X: Array, vectors: NDArray[Any]) -> Array:
    """Record ``kernel(vectors, X).T``, as ``kernel(X, vectors)`` if both are the same.

    Parameters
    ----------
    kernel : callable
    X : array of shape (n_rows, n_features)
    vectors : ndarray of shape (n_vectors, n_features)

    Returns
    -------
    array of shape (n_rows, n_vectors)
    """
    return _recorded(partial(_transposed, kernel, vectors), partial(_matrix, kernel, vectors), X, vectors)


def _matrix(kernel: Kernel, vectors: NDArray[Any], X: Any) -> Any:
    """Call a kernel, and make a sparse result dense.

    Parameters
    ----------
    kernel : callable
    vectors : ndarray of shape (n_vectors, n_features)
    X : array of shape (n_rows, n_features)
    """
    matrix = replacement_of(kernel)(X, vectors)
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


def _columns(kernel: Kernel, vectors: NDArray[Any], columns: NDArray[np.intp], X: Any) -> Any:
    """Call a kernel, and take columns of the result.

    Parameters
    ----------
    kernel : callable
    vectors : ndarray of shape (n_vectors, n_features)
    columns : ndarray of shape (n_columns,)
    X : array of shape (n_rows, n_features)
    """
    return _matrix(kernel, vectors, X)[:, columns]


def _transposed(kernel: Kernel, vectors: NDArray[Any], X: Any) -> Any:
    """Call a kernel with its arguments swapped, and transpose the result.

    Parameters
    ----------
    kernel : callable
    vectors : ndarray of shape (n_vectors, n_features)
    X : array of shape (n_rows, n_features)
    """
    return _matrix(kernel, X, vectors).T


def _recorded(function: partial[Any], simpler: partial[Any], X: Array, vectors: NDArray[Any]) -> Array:
    """Record a function, or a simpler one if it gives the same values on fitted rows.

    Parameters
    ----------
    function, simpler : callable
    X : array of shape (n_rows, n_features)
    vectors : ndarray of shape (n_vectors, n_features)
    """
    if not isinstance(X, Tensor):
        return np.asarray(function(X))
    check_clock(function.args[0])
    if not isinstance(vectors, np.ndarray):
        raise GraphError(f"it was fitted on a {type(vectors).__name__}, not on a NumPy array")
    rows = vectors[:ROWS]
    expected = function(rows)
    result = recorded(simpler if _gives(simpler, rows, expected) else function, X, rows=rows)
    if not isinstance(result, Tensor) or result.shape[1:] != expected.shape[1:]:
        raise GraphError("it gives no matrix with a column for each vector")
    return result


def _gives(function: Callable[[Any], Any], rows: NDArray[Any], expected: NDArray[Any]) -> bool:
    """Whether a function takes some rows, and returns the expected values up to rounding.

    Parameters
    ----------
    function : callable
    rows : ndarray of shape (n_rows, n_features)
    expected : ndarray of shape (n_rows, n_vectors)
    """
    try:
        scale = np.abs(expected).max()
        return bool(np.allclose(function(rows), expected, rtol=0.0, atol=1e-12 * scale, equal_nan=True))
    except Exception:
        return False


@contextmanager
def recording_kernel(converter: Converter, kernel: Kernel) -> Iterator[None]:
    """Turn errors of recording a kernel into a refusal of the estimator."""
    try:
        yield
    except GraphError as error:
        raise converter.refuse(
            f"kernel={getattr(kernel, '__name__', kernel)!s} cannot be recorded ({error})",
            "write it with NumPy's functions of arrays, or use one of scikit-learn's",
        ) from error
