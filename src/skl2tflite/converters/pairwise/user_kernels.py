"""Kernels that are functions of the user's: of two matrices, recorded with the fitted rows as one, or of two rows."""

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
"""Takes matrices of shapes (n_rows, n_features) and (n_vectors, n_features), gives (n_rows, n_vectors)."""


def as_fitted_array(kernel: Kernel, rows: Any) -> Any:
    """Return what a kernel of the user's was fitted on as an array, where that makes no difference; else itself."""
    if isinstance(rows, np.ndarray) or not callable(kernel):
        return rows
    array = np.asarray(rows)
    few = array[:ROWS]
    try:
        given, of_array = (np.asarray(kernel(few, each)) for each in (rows, array))
        return array if np.allclose(given, of_array, rtol=1e-12, atol=0.0, equal_nan=True) else rows
    except Exception:  # of any code of the user's
        return rows


def own_kernel(kernel: Kernel, X: Array, vectors: NDArray[Any]) -> Array:
    """Return a kernel of the user's between rows and constant vectors.

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
        Where the function cannot be recorded; the message shows the user's line where there is one to blame.
    """
    function = partial(_matrix, kernel, vectors)
    return _recorded(function, function, X, vectors)


def own_kernel_columns(kernel: Kernel, X: Array, vectors: NDArray[Any], columns: NDArray[np.intp]) -> Array:
    """Return some columns of a kernel; the others are not computed where it does without their vectors."""
    alone = partial(_matrix, kernel, np.asarray(vectors)[columns])
    return _recorded(partial(_columns, kernel, vectors, columns), alone, X, vectors)


def own_kernel_behind(kernel: Kernel, X: Array, vectors: NDArray[Any]) -> Array:
    """Return a kernel, transposed, that is called with the vectors first, unless that makes no difference."""
    return _recorded(partial(_transposed, kernel, vectors), partial(_matrix, kernel, vectors), X, vectors)


def _matrix(kernel: Kernel, vectors: NDArray[Any], X: Any) -> Any:
    matrix = replacement_of(kernel)(X, vectors)
    return matrix.toarray() if hasattr(matrix, "toarray") else matrix


def _columns(kernel: Kernel, vectors: NDArray[Any], columns: NDArray[np.intp], X: Any) -> Any:
    return _matrix(kernel, vectors, X)[:, columns]


def _transposed(kernel: Kernel, vectors: NDArray[Any], X: Any) -> Any:
    return _matrix(kernel, X, vectors).T


def _recorded(function: partial[Any], simpler: partial[Any], X: Array, vectors: NDArray[Any]) -> Array:
    """Record a function, or a simpler one that computes the same of fitted rows."""
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
    try:
        scale = np.abs(expected).max()
        return bool(np.allclose(function(rows), expected, rtol=0.0, atol=1e-12 * scale, equal_nan=True))
    except Exception:
        return False


@contextmanager
def recording_kernel(converter: Converter, kernel: Kernel) -> Iterator[None]:
    """Refuse an estimator whose kernel cannot be recorded."""
    try:
        yield
    except GraphError as error:
        raise converter.refuse(
            f"kernel={getattr(kernel, '__name__', kernel)!s} cannot be recorded ({error})",
            "write it with NumPy's functions of arrays, or use one of scikit-learn's",
        ) from error
