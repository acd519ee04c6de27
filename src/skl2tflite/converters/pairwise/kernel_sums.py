"""Weighted sums of an estimator's kernel, be it a name, a kernel object or a function, and checks of their rounding."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.gaussian_process.kernels import Kernel

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.pairwise.kernel_objects import NONNEGATIVE_METRICS, check_kernel, weighted_covariance
from skl2tflite.converters.pairwise.pairwise_functions import values_of_pairs
from skl2tflite.converters.pairwise.user_kernels import recording_kernel
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernel_polynomials import relative_rounding_error, sample_points
from skl2tflite.numerics.kernel_rounding import float32_relative_error, sampled_kernels
from skl2tflite.numerics.kernels import kernel_product
from skl2tflite.tracing.domain import refuse_below

MAX_FLOAT64_ERROR = 1e-4
"""Greatest accepted rounding error of scikit-learn's own float64 sums, as a fraction of the answers."""
MAX_FLOAT32_ERROR = 2e-3
"""Greatest accepted estimate of float32's rounding error, as a fraction of the answers.

The estimate is made on the fitted points, before any rows are known. Measured errors are up to 12 times the estimate
where all kernels are near 1 (Nyström maps of 100 to 300 components).
"""


def estimator_kernel_product(
    converter: Converter,
    X: Array,
    vectors: NDArray[np.float64],
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | None = None,
) -> Array:
    """Return an estimator's kernel times weights, whether the kernel is a name, an object or a function of two rows.

    Parameters
    ----------
    converter : Converter
    X, vectors, weights, bias
        As for :func:`~skl2tflite.numerics.kernels.kernel_product`.
    params : mapping
        Parameters of a kernel that is a name. A function gets the estimator's ``kernel_params`` instead.

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
        if est.kernel in NONNEGATIVE_METRICS:
            refuse_below(converter.path, X)
        return kernel_product(X, vectors, est.kernel, params, weights, bias)
    with recording_kernel(converter, est.kernel):
        return xp.linear(values_of_pairs(partial(est.kernel, **(est.kernel_params or {})), X, vectors), weights, bias)


def fitted_kernels(kernel: Any, vectors: NDArray[np.float64], params: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """Return the kernels between a sample of the fitted vectors and all of them, in float64.

    Parameters
    ----------
    kernel : str, callable or sklearn.gaussian_process.kernels.Kernel
    vectors : ndarray of shape (n_vectors, n_features)
    params : mapping
        Parameters of a kernel that is a name.

    Returns
    -------
    ndarray of shape (n_sampled, n_vectors), or None
        None if the kernel is a function or precomputed.
    """
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
    """Refuse an estimator whose weighted sums of kernels are mostly rounding error, in float64 or in float32.

    Kernels that are functions of the user's are not checked.

    Parameters
    ----------
    converter, vectors, params, weights, bias
        As for :func:`estimator_kernel_product`.
    instead : str
        Advice for the refusal.
    max_float32_error : float, optional
        Greatest accepted estimate of float32's rounding error, as a fraction of the sums.
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
            "its kernel values are so large, or so nearly equal, that float32 keeps no digits of their weighted sums",
            instead,
        )


def check_float64_rounding(
    converter: Converter, values: NDArray[np.float64], weights: NDArray[np.float64], bias: Any, instead: str
) -> None:
    """Refuse an estimator whose own float64 arithmetic rounds its answers by more than ``MAX_FLOAT64_ERROR``.

    Parameters
    ----------
    converter : Converter
    values : ndarray of shape (n_rows, n_vectors)
        Kernels between some rows and the fitted vectors.
    weights, bias, instead
        As for :func:`check_kernel_rounding`.
    """
    columns = weights.reshape(len(weights), -1)
    lost = 2.0**-29 * relative_rounding_error(np.square(values) @ np.square(columns), values @ columns + bias)
    if lost > MAX_FLOAT64_ERROR:
        raise converter.refuse(
            "its kernel values are so much larger than their weighted sums that scikit-learn's own float64 arithmetic "
            f"rounds these sums by {lost:.0e} of their magnitude",
            instead,
        )
