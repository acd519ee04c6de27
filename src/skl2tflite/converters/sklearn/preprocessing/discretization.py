"""Bins of values (:class:`sklearn.preprocessing.KBinsDiscretizer`), and comparisons with float64 limits."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.rounding import around
from skl2tflite.forest.thresholds import round_down_to_float32
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp


def at_or_above(X: Array, limits: ArrayLike) -> Array:
    """Return ``X >= limits``, also right for float32 values compared with float64 limits."""
    if not isinstance(X, Tensor):
        return X >= np.asarray(limits)
    return xp.within(X, limits, np.inf, X >= round_up(around(limits, X)[0]))


def round_up(limits: ArrayLike) -> NDArray[np.float64]:
    """Return the least float32 numbers that are not below the limits."""
    return -round_down_to_float32(-np.asarray(limits)).astype(np.float64)


@converts(sk.KBinsDiscretizer)
class KBinsDiscretizerConverter(TransformerConverter):
    """Number of a value's bin: the number of inner edges at or below it; or one column for each bin."""

    exact = TRANSFORM

    def gives_sparse(self, sparse: bool) -> bool:
        """Whether scikit-learn returns a sparse matrix, which does not depend on X here."""
        return bool(self.estimator.encode == "onehot")

    def transform(self, X: Array) -> Array:
        est = self.estimator
        inner = [edges[1:-1] for edges in est.bin_edges_]
        counts = [len(edges) for edges in inner]
        features = np.repeat(np.arange(len(inner)), counts)
        if len(features):
            above = at_or_above(xp.take(X, features, axis=1), np.concatenate(inner))
            codes = xp.linear(xp.astype(above, float), np.eye(len(inner))[features])
        else:
            codes = xp.broadcast_rows(np.zeros(len(inner)), X)
        if est.encode == "ordinal":
            return codes
        sizes = [count + 1 for count in counts]
        columns = xp.take(codes, np.repeat(np.arange(len(inner)), sizes), axis=1)
        return xp.astype(columns == np.concatenate([np.arange(float(size)) for size in sizes]), float)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone() if self.estimator.encode == "ordinal" else None

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        columns, start = [], 0
        for i, edges in enumerate(est.bin_edges_):
            centers = (edges[1:] + edges[:-1]) * 0.5
            if est.encode == "ordinal":
                code = xp.astype(xp.clip(X[:, i], 0.0, len(centers) - 1.0), int)
            else:
                code = xp.argmax(X[:, start : start + len(centers)], axis=1)
                start += len(centers)
            columns.append(xp.take(centers, code))
        return xp.stack(columns, axis=1)
