"""Random projections (:mod:`sklearn.random_projection`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import random_projection as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.sparse_products import dense, sparse_product, suits_sparse_product


@converts(sk.GaussianRandomProjection, sk.SparseRandomProjection)
class RandomProjectionConverter(TransformerConverter):
    """``X @ components_.T``; the components were drawn at fit."""

    def transform(self, X: Array) -> Array:
        components = self.estimator.components_
        return sparse_product(X, components) if suits_sparse_product(components) else xp.linear(X, dense(components).T)

    def gives_sparse(self, sparse: bool) -> bool:
        """As X is, if the components are sparse and ``dense_output`` is not set."""
        return sparse and not getattr(self.estimator, "dense_output", True)

    def stored(self, X: Any, result: Array) -> None:
        """None: the sparse matrix holds the numbers that are not 0."""

    def inverse_transform(self, X: Array) -> Array:
        """Multiply by the pseudo-inverse of the components."""
        est = self.estimator
        inverse = est.inverse_components_ if est.compute_inverse_components else np.linalg.pinv(dense(est.components_))
        return xp.linear(X, np.transpose(inverse))
