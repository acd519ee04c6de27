"""Values above a threshold (:class:`sklearn.preprocessing.Binarizer`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp


@converts(sk.Binarizer)
class BinarizerConverter(TransformerConverter):
    """1 above the threshold, else 0; a sparse matrix holds the ones only."""

    exact = TRANSFORM
    keeps_sparse = True
    keeps_dtype = True

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float]:
        """Return 0 and 1."""
        return (0.0, 1.0)

    def stored(self, X: Any, result: Array) -> None:
        """None: the sparse matrix holds the numbers that are not 0."""

    def transform(self, X: Array) -> Array:
        threshold = given = self.estimator.threshold
        if getattr(threshold, "dtype", None) == np.float64:  # a Python float is rounded to the dtype of X instead
            threshold = float(round_down_to_float32(threshold))
        return xp.astype(xp.within(X, np.nextafter(given, np.inf), np.inf, X > threshold), float)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()
