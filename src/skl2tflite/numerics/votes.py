"""Votes of classifiers of two classes each, and their confidences, which decide between equal votes."""

from __future__ import annotations

import numpy as np

from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


def votes_with_confidences(votes: Array, confidences: Array) -> Array:
    """Return ``votes + c / (3 (|c| + 1))``, as :func:`sklearn.utils.multiclass._ovr_decision_function` does."""
    return votes + confidences / (3.0 * (xp.abs(confidences) + 1.0))


def most_voted(votes: Array, confidences: Array) -> Array:
    """Return the position of the greatest :func:`votes_with_confidences`.

    Among classes of equal votes it is that of the greatest confidence, which keeps its digits: fractions of large
    confidences are all almost one third.
    """
    most = votes == xp.max(votes, axis=1, keepdims=True)
    return xp.argmax(xp.where(most, confidences, -np.inf), axis=1)
