"""Rows of length one."""

from __future__ import annotations

import numpy as np
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.preprocessing.scalers import NORMS
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp


@converts(sk.Normalizer)
class NormalizerConverter(TransformerConverter):
    """Each row divided by its norm, unless that is zero as far as rounding can tell.

    As far as float64's can: rows are of float64 most often, and a file does not know.
    """

    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        norms = NORMS[self.estimator.norm](X)
        zero = 10 * np.finfo(np.float64 if isinstance(X, Tensor) else X.dtype).eps
        return X / xp.where(norms < zero, 1.0, norms)
