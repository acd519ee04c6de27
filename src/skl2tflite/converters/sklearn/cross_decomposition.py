"""Partial least squares and canonical correlation (:mod:`sklearn.cross_decomposition`)."""

from __future__ import annotations

import numpy as np
from sklearn import cross_decomposition as sk

from skl2tflite.converters.core.estimator_kinds import RegressorConverter, TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import project_centered


@converts(sk.PLSSVD)
class PLSSVDConverter(TransformerConverter):
    """``((X - _x_mean) / _x_std) @ x_weights_``."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        return project_centered(X, est._x_mean, 0.0, est.x_weights_ / est._x_std[:, np.newaxis])


@converts(sk.CCA, sk.PLSCanonical, sk.PLSRegression)
class PLSConverter(RegressorConverter):
    """A linear model of centered features; ``transform`` rotates standardized ones (``_PLS`` in scikit-learn)."""

    def predict(self, X: Array) -> Array:
        """``(X - _x_mean) @ coef_.T + intercept_``."""
        est = self.estimator
        values = project_centered(X, est._x_mean, 0.0, np.transpose(est.coef_)) + est.intercept_
        return xp.squeeze(values, 1) if est._predict_1d else values

    def transform(self, X: Array) -> Array:
        """``((X - _x_mean) / _x_std) @ x_rotations_``."""
        est = self.estimator
        return project_centered(X, est._x_mean, 0.0, est.x_rotations_ / est._x_std[:, np.newaxis])

    def inverse_transform(self, X: Array) -> Array:
        """``X @ x_loadings_.T * _x_std + _x_mean``."""
        est = self.estimator
        return xp.linear(X, np.transpose(est.x_loadings_) * est._x_std, est._x_mean)
