"""Scalers of features (:mod:`sklearn.preprocessing`), and the norms of rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import sklearn
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift, subtract_float64

SKLEARN_VERSION = tuple(map(int, sklearn.__version__.split(".")[:2]))


@converts(sk.StandardScaler)
class StandardScalerConverter(TransformerConverter):
    """``(X - mean_) / scale_``; since scikit-learn 1.8, both are rounded to the dtype of X first."""

    exact = TRANSFORMS if SKLEARN_VERSION >= (1, 8) else frozenset()
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_mean:
            X = X - est.mean_ if SKLEARN_VERSION >= (1, 8) else subtract_float64(X, est.mean_)
        if est.with_std:
            X = X / est.scale_
        return X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_std:
            X = X * est.scale_
        if est.with_mean:
            X = X + est.mean_
        return X


@converts(sk.RobustScaler)
class RobustScalerConverter(TransformerConverter):
    """``(X - center_) / scale_``."""

    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_centering:
            X = subtract_float64(X, est.center_)
        if est.with_scaling:
            X = X / est.scale_
        return X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        if est.with_scaling:
            X = X * est.scale_
        if est.with_centering:
            X = X + est.center_
        return X


@converts(sk.MinMaxScaler)
class MinMaxScalerConverter(TransformerConverter):
    """``X * scale_ + min_``, limited to ``feature_range`` if ``clip`` is set."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        shift = float32_shift(est.data_min_, est.data_range_)
        if np.any(shift):
            X = X - shift
        X = X * est.scale_ + (est.min_ + shift * est.scale_)
        return xp.clip(X, *map(float, est.feature_range)) if est.clip else X

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        X = (X - self.estimator.min_) / self.estimator.scale_
        return X


@converts(sk.MaxAbsScaler)
class MaxAbsScalerConverter(TransformerConverter):
    """``X / scale_``, limited to -1 and 1 if ``clip`` is set."""

    exact = TRANSFORMS
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        X = X / self.estimator.scale_
        return xp.clip(X, -1.0, 1.0) if getattr(self.estimator, "clip", False) else X  # clip: scikit-learn 1.8

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone()

    def inverse_transform(self, X: Array) -> Array:
        X = X * self.estimator.scale_
        return X


NORMS: dict[str, Callable[[Array], Array]] = {
    "l1": lambda X: xp.sum(xp.abs(X), axis=1, keepdims=True),
    "l2": lambda X: xp.sqrt(xp.squared_norm(X)),
    "max": lambda X: xp.max(xp.abs(X), axis=1, keepdims=True),
}
