"""Estimates of the rounding error of kernels times weights, in float32 and in scikit-learn's float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.graph import Array
from skl2tflite.numerics.kernel_polynomials import (
    dot_product_polynomial,
    polynomial_sum,
    relative_rounding_error,
    sample_points,
)
from skl2tflite.numerics.kernels import merge_repeated_vectors, pairwise_kernel, row_dependent_part

MAX_HELD_DIFFERENCES = 2**22
"""Greatest number of differences between features that are held at once while rounding errors are estimated."""


def float32_relative_error(
    Y: NDArray[np.float64],
    kernel: str,
    params: Mapping[str, Any],
    weights: NDArray[np.float64],
    bias: NDArray[np.float64] | None = None,
) -> float:
    """Estimate the float32 rounding error of kernels times weights, as a fraction of it, for a sample of the vectors.

    For linear and cosine kernels, and for those that become a polynomial in the features, it is taken to be 0.

    Parameters
    ----------
    Y, kernel, params, weights, bias
        As for :func:`~skl2tflite.numerics.kernels.kernel_product`.
    """
    if kernel in ("linear", "cosine"):
        return 0.0
    polynomial = dot_product_polynomial(kernel, params, Y.shape[1])
    if polynomial is not None and polynomial_sum(polynomial, Y, weights, bias) is not None:
        return 0.0
    Y, weights = merge_repeated_vectors(Y, weights)
    _, constant = row_dependent_part(Y[:1], Y, kernel, params)
    part = _in_groups(lambda rows: row_dependent_part(rows, Y, kernel, params)[0], Y)
    columns = weights.reshape(len(Y), -1)
    answers = (part + constant) @ columns + (0.0 if bias is None else bias)
    return relative_rounding_error(np.square(part) @ np.square(columns), answers)


def sampled_kernels(Y: NDArray[np.float64], kernel: str, params: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the kernels between a sample of the vectors and all of them, in float64.

    Parameters
    ----------
    Y, kernel, params
        As for :func:`~skl2tflite.numerics.kernels.pairwise_kernel`.

    Returns
    -------
    ndarray of shape (n_sampled, n_vectors)
    """
    return _in_groups(lambda rows: pairwise_kernel(rows, Y, kernel, params), Y)


def _in_groups(function: Callable[[NDArray[np.float64]], Array], Y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Call a function on a sample of the vectors, on so few at a time that their differences fit into memory."""
    rows, step = sample_points(Y), max(1, MAX_HELD_DIFFERENCES // max(1, Y.size))
    return np.concatenate([np.asarray(function(rows[i : i + step])) for i in range(0, len(rows), step)])


def float64_rounding_error(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a bound on scikit-learn's own float64 rounding error of kernels times weights, for each output.

    ``values`` has the shape (n_rows, n_vectors), ``weights`` (n_vectors, n_outputs) or (n_vectors,).
    """
    return np.asarray(np.finfo(np.float64).eps * (np.abs(values) @ np.abs(weights)).max(axis=0))
