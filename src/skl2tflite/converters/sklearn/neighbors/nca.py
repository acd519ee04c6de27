"""Neighborhood components analysis (:mod:`sklearn.neighbors._nca`)."""

from __future__ import annotations

from sklearn import neighbors as sk

from skl2tflite.converters.core.estimator_kinds import (
    TransformerConverter,
)
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.NeighborhoodComponentsAnalysis)
class NeighborhoodComponentsAnalysisConverter(TransformerConverter):
    """``X @ components_.T``."""

    def transform(self, X: Array) -> Array:
        return xp.linear(X, self.estimator.components_.T)
