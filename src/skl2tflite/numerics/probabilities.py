"""Probabilities of two classes, and their logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

MIN_EXPONENT = -745.13
"""Exponent below which ``exp`` is 0 in float64."""


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
    logarithm = xp.where(scores < -np.log(limits.max), -np.inf, xp.log_expit(scores))
    return xp.stack([xp.log(complement), logarithm], axis=1)
