"""Linear projections of centered rows, and square roots of precision matrices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift


def project_centered(X: Array, mean: ArrayLike, spread: ArrayLike, weights: ArrayLike) -> Array:
    """Return ``(X - mean) @ weights``, without the loss of digits in float32 where a mean is far from 0.

    :func:`~skl2tflite.numerics.centering.float32_shift` says what is subtracted from the features (nothing, if they are
    standardized); the rest of the mean goes into the bias, computed in float64.

    Parameters
    ----------
    X : array of shape (n_rows, n_features)
    mean, spread : constants of shape (n_features,)
        Center and standard deviation of each feature.
    weights : constant of shape (n_features, n_outputs)

    Returns
    -------
    array of shape (n_rows, n_outputs)
    """
    mean, weights = np.asarray(mean, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    shift = float32_shift(mean, np.asarray(spread))
    if np.any(shift):
        X = X - shift
    return xp.linear(X, weights, (shift - mean) @ weights)


def precision_factor(precision: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return F with ``F @ F.T = precision``, so that ``x @ precision @ x`` is the sum of squares of ``x @ F``.

    F is made from eigenvalues, so that the matrix may be singular, after scaling the diagonal to 1, so that features
    of different scales do not cost digits.
    """
    scale = np.sqrt(np.diag(precision))
    scale[scale == 0] = 1.0
    values, vectors = np.linalg.eigh((precision + precision.T) / 2 / np.outer(scale, scale))
    return np.asarray(scale[:, np.newaxis] * vectors * np.sqrt(np.maximum(values, 0.0)))
