"""Independent component analysis (:mod:`sklearn.decomposition._fastica`)."""

from __future__ import annotations

from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import project_centered


@converts(sk.FastICA)
class FastICAConverter(TransformerConverter):
    """``(X - mean_) @ components_.T``; with ``whiten=False`` rows are not centered."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if not est.whiten:
            return xp.linear(X, est.components_.T)
        return project_centered(X, est.mean_, 0.0, est.components_.T)

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        return xp.linear(X, est.mixing_.T, est.mean_ if est.whiten else None)
