"""Kernels that are functions of the user's: of two matrices, recorded with the fitted rows as one, or of two rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.base import Converter
from skl2tflite.converters.distance_functions import known
from skl2tflite.converters.kernels import kernel_product, kernels_of_some, lost_in_float32
from skl2tflite.converters.pairs import of_pairs
from skl2tflite.converters.polynomials import rounding
from skl2tflite.converters.recorded import ROWS, check_clock, recorded
from skl2tflite.errors import GraphError
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp

LOST = 1e-4
"""Fraction of the answers that scikit-learn's own rounding may be."""
HOPELESS = 2e-3
"""Estimated fraction of the answers that float32's rounding may be before any rows are looked at.

Measured errors are up to 12 times the estimate, where kernels are all near 1 (Nyström maps of 100 to 300 components).
"""
Kernel = Callable[..., Any]
"""Takes matrices of shapes (n_rows, n_features) and (n_vectors, n_features), gives (n_rows, n_vectors)."""


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
    matrix = known(kernel)(X, vectors)
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


def own_or_named_product(
    converter: Converter,
    X: Array,
    vectors: NDArray[np.float64],
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | None = None,
) -> Array:
    """Return an estimator's kernel times weights: one that has a name, or a function that is called for pairs of rows.

    Parameters
    ----------
    converter : Converter
    X, vectors, weights, bias
        As for :func:`~skl2tflite.converters.kernels.kernel_product`.
    params : mapping
        Those of a kernel that has a name; a function gets ``kernel_params``.

    Returns
    -------
    array of shape (n_rows, n_outputs) or (n_rows,)
    """
    est = converter.estimator
    if not callable(est.kernel):
        return kernel_product(X, vectors, est.kernel, params, weights, bias)
    with recording_kernel(converter, est.kernel):
        return xp.linear(of_pairs(partial(est.kernel, **(est.kernel_params or {})), X, vectors), weights, bias)


def check_digits(
    converter: Converter,
    vectors: NDArray[np.float64],
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | float = 0.0,
    *,
    instead: str,
    hopeless: float = HOPELESS,
) -> None:
    """Refuse an estimator with a kernel that has a name, where rounding leaves nothing of the kernels' weighted sums.

    Parameters
    ----------
    converter, vectors, params, weights, bias
        As for :func:`own_or_named_product`.
    instead : str
        What to do.
    hopeless : float, optional
        Fraction of the sums that float32's rounding may be.
    """
    kernel = converter.estimator.kernel
    if callable(kernel) or kernel == "precomputed":
        return
    check_lost(converter, kernels_of_some(vectors, kernel, params), weights, bias, instead)
    if lost_in_float32(vectors, kernel, params, weights, np.asarray(bias)) > hopeless:
        raise converter.refuse(
            "its kernels are so great, or so nearly the same, beside the sums that their weights make of them that "
            "float32 keeps no digits of these",
            instead,
        )


def check_lost(
    converter: Converter, values: NDArray[np.float64], weights: NDArray[np.float64], bias: Any, instead: str
) -> None:
    """Refuse an estimator whose own float64 arithmetic rounds its answers visibly.

    Parameters
    ----------
    converter : Converter
    values : ndarray of shape (n_rows, n_vectors)
        Kernels of some rows.
    weights, bias, instead
        As for :func:`check_digits`.
    """
    columns = weights.reshape(len(weights), -1)
    lost = 2.0**-29 * rounding(np.square(values) @ np.square(columns), values @ columns + bias)
    if lost > LOST:
        raise converter.refuse(
            "its kernels are so great beside the sums that their weights make of them that scikit-learn's own float64 "
            f"arithmetic rounds these by {lost:.0e} of their magnitude",
            instead,
        )


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
