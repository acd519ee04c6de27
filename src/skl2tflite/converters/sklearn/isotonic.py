"""Isotonic regression (:mod:`sklearn.isotonic`)."""

from __future__ import annotations

import numpy as np
from sklearn import isotonic as sk

from skl2tflite.converters.core.estimator_kinds import RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.features import RowKind, ValueRows
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.IsotonicRegression)
class IsotonicRegressionConverter(RegressorConverter):
    """Linear interpolation between thresholds.

    Beyond the outermost thresholds the result is the value there (``out_of_bounds="clip"``) or NaN; also with
    ``"raise"``, as a file cannot raise an error.
    """

    @property
    def n_features(self) -> int:
        """1: it is a function of one feature."""
        return 1

    @property
    def rows(self) -> RowKind:
        """Single numbers, in a vector or in one column, whichever the estimator was fitted on."""
        return ValueRows()

    def predict(self, X: Array) -> Array:
        est = self.estimator
        column = xp.reshape(X, (-1,))
        if len(est.y_thresholds_) == 1:
            return xp.broadcast_rows(est.y_thresholds_[0], like=column)
        outside = None if est.out_of_bounds == "clip" else np.nan
        return xp.interp(column, est.X_thresholds_, est.y_thresholds_, left=outside, right=outside)

    def transform(self, X: Array) -> Array:
        return self.predict(X)
