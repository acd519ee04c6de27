"""Probabilities of two classes, and their logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MIN_EXPONENT = -745.13
"""Exponent below which ``exp`` is 0 in float64."""
MIN_EXPONENT_FLOAT32 = -103.97
"""Exponent below which it is 0 in float32."""


def binary_probabilities(scores: Array) -> Array:
    """Return columns ``[1 - p, p]`` with ``p = expit(scores)``, for scores of shape (n_rows,).

    ``1 - expit(s)`` is computed as ``expit(-s)``, without a subtraction, so that small probabilities keep their digits.
    """
    return xp.expit(xp.expand_dims(scores, 1) * np.array([-1.0, 1.0]))


def binary_wide_log_proba(scores: Array) -> Array:
    """Return the logarithms of ``[1 - p, p]`` with ``p = expit(scores)``, however small they are."""
    return xp.log_expit(xp.expand_dims(scores, 1) * np.array([-1.0, 1.0]))


def binary_log_probabilities(scores: Array, dtype: Any = np.float64) -> Array:
    """Return the logarithms of ``[1 - p, p]`` as scikit-learn gets them, with ``p = expit(scores)`` in a float dtype.

    ``1 - p`` is rounded to a multiple of the dtype's spacing near 1, and ``p`` is 0 where ``exp(-scores)`` overflows:
    a logarithm that is ``-inf`` in scikit-learn is ``-inf`` here.
    """
    limits = np.finfo(dtype)
    complement = xp.round(xp.expit(-scores) * (1.0 / float(limits.eps))) * float(limits.eps)
    return xp.stack([xp.log(complement), log_expit(scores, dtype)], axis=1)


def log_expit(scores: Array, dtype: Any = np.float64) -> Array:
    """Return ``log(expit(scores))`` as scikit-learn gets it in a float dtype: ``-inf`` where ``exp`` overflows."""
    return xp.where(scores < -np.log(np.finfo(dtype).max), -np.inf, xp.log_expit(scores))


def log_softmax(scores: Array, dtype: Any = np.float64) -> Array:
    """Return ``log(softmax(scores))`` as scikit-learn gets it in a float dtype: ``-inf`` where that rounds to 0."""
    logarithms = xp.log_softmax(scores)
    least = MIN_EXPONENT if np.dtype(dtype) == np.float64 else MIN_EXPONENT_FLOAT32
    return xp.where(logarithms < least, -np.inf, logarithms)


def softmax_excess(scores: Array) -> Array:
    """Return ``softmax(scores)`` less the mean of each row, which keeps digits where all probabilities are alike."""
    lacking = xp.expm1(scores - xp.max(scores, axis=1, keepdims=True))
    mean = xp.mean(lacking, axis=1, keepdims=True)
    return (lacking - mean) / (float(scores.shape[1] or 1) * (mean + 1.0))
