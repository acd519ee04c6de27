"""Scalers and normalizers (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

from sklearn import preprocessing as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array


@converts(sk.StandardScaler)
class StandardScalerConverter(TransformerConverter):
    """``(X - mean_) / scale_``."""

    def transform(self, X: Array) -> Array:
        """Center, then scale."""
        est = self.estimator
        if est.with_mean:
            X = X - est.mean_
        if est.with_std:
            X = X / est.scale_
        return X
