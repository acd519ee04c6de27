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

    Outside of them the end values (``out_of_bounds="clip"``) or NaN: also for ``"raise"``, as a file cannot raise.
    """

    @property
    def n_features(self) -> int:
        """The one that it is a function of."""
        return 1

    @property
    def rows(self) -> RowKind:
        """One number each, in a vector or a column, as scikit-learn takes them, whichever it was fitted on."""
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
