"""Weighted sums of an estimator's kernel, whatever it was given: a name, a kernel object, or a function."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process.kernels import Kernel

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.pairwise.kernel_objects import check_kernel, weighted_covariance
from skl2tflite.converters.pairwise.pairwise_functions import values_of_pairs
from skl2tflite.converters.pairwise.user_kernels import recording_kernel
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernel_polynomials import relative_rounding_error, sample_points
from skl2tflite.numerics.kernels import float32_relative_error, kernel_product, sampled_kernels

MAX_FLOAT64_ERROR = 1e-4
"""Fraction of the answers that scikit-learn's own rounding may be."""
MAX_FLOAT32_ERROR = 2e-3
"""Estimated fraction of the answers that float32's rounding may be before any rows are looked at.

Measured errors are up to 12 times the estimate, where kernels are all near 1 (Nyström maps of 100 to 300 components).
"""


def estimator_kernel_product(
    converter: Converter,
    X: Array,
    vectors: NDArray[np.float64],
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | None = None,
) -> Array:
    """Return an estimator's kernel times weights: one that has a name, an object, or a function of pairs of rows.

    Parameters
    ----------
    converter : Converter
    X, vectors, weights, bias
        As for :func:`~skl2tflite.numerics.kernels.kernel_product`.
    params : mapping
        Those of a kernel that has a name; a function gets ``kernel_params``.

    Returns
    -------
    array of shape (n_rows, n_outputs) or (n_rows,)
    """
    est = converter.estimator
    if isinstance(est.kernel, Kernel):
        check_kernel(converter, est.kernel, vectors)
        result = weighted_covariance(est.kernel, X, vectors, weights)
        return result if bias is None else result + bias
    if not callable(est.kernel):
        return kernel_product(X, vectors, est.kernel, params, weights, bias)
    with recording_kernel(converter, est.kernel):
        return xp.linear(values_of_pairs(partial(est.kernel, **(est.kernel_params or {})), X, vectors), weights, bias)


def fitted_kernels(kernel: Any, vectors: NDArray[np.float64], params: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """Return the kernels of some vectors with all of them; None of a function, and where they are precomputed."""
    if isinstance(kernel, Kernel):
        return np.asarray(kernel(sample_points(vectors), vectors))
    return None if callable(kernel) or kernel == "precomputed" else sampled_kernels(vectors, kernel, params)


def check_kernel_rounding(
    converter: Converter,
    vectors: NDArray[np.float64],
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | float = 0.0,
    *,
    instead: str,
    max_float32_error: float = MAX_FLOAT32_ERROR,
) -> None:
    """Refuse an estimator, where rounding leaves nothing of its kernels' weighted sums; not of a function's.

    Parameters
    ----------
    converter, vectors, params, weights, bias
        As for :func:`estimator_kernel_product`.
    instead : str
        What to do.
    max_float32_error : float, optional
        Fraction of the sums that float32's rounding may be.
    """
    kernel = converter.estimator.kernel
    values = fitted_kernels(kernel, vectors, params)
    if values is None:
        return
    check_float64_rounding(converter, values, weights, bias, instead)
    if callable(kernel):
        return
    if float32_relative_error(vectors, kernel, params, weights, np.asarray(bias)) > max_float32_error:
        raise converter.refuse(
            "its kernels are so great, or so nearly the same, beside the sums that their weights make of them that "
            "float32 keeps no digits of these",
            instead,
        )


def check_float64_rounding(
    converter: Converter, values: NDArray[np.float64], weights: NDArray[np.float64], bias: Any, instead: str
) -> None:
    """Refuse an estimator whose own float64 arithmetic rounds its answers visibly.

    Parameters
    ----------
    converter : Converter
    values : ndarray of shape (n_rows, n_vectors)
        Kernels of some rows.
    weights, bias, instead
        As for :func:`check_kernel_rounding`.
    """
    columns = weights.reshape(len(weights), -1)
    lost = 2.0**-29 * relative_rounding_error(np.square(values) @ np.square(columns), values @ columns + bias)
    if lost > MAX_FLOAT64_ERROR:
        raise converter.refuse(
            "its kernels are so great beside the sums that their weights make of them that scikit-learn's own float64 "
            f"arithmetic rounds these by {lost:.0e} of their magnitude",
            instead,
        )
