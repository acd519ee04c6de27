"""Rows divided by their norms (:class:`sklearn.preprocessing.Normalizer`)."""

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
    """Divides each row by its norm, unless the norm is 0 up to rounding.

    A file takes float64's rounding, as scikit-learn does for float64 rows, because it does not know the rows' dtype.
    """

    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        norms = NORMS[self.estimator.norm](X)
        zero = 10 * np.finfo(np.float64 if isinstance(X, Tensor) else X.dtype).eps
        return X / xp.where(norms < zero, 1.0, norms)
