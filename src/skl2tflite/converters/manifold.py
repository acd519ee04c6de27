"""Embeddings that can place a new row (:mod:`sklearn.manifold`)."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np
from sklearn import manifold as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.neighbors import NearestNeighborsConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class NeighborEmbeddingConverter(TransformerConverter):
    """Places a row by its neighbours among those it was fitted on."""

    def check(self) -> None:
        if self.estimator.n_neighbors is None:
            raise self.refuse("radius gives each row another number of neighbours", "use n_neighbors")
        _ = self.neighbors

    @cached_property
    def neighbors(self) -> NearestNeighborsConverter:
        """Converter of ``nbrs_``."""
        return cast(NearestNeighborsConverter, self.sub(self.estimator.nbrs_, ".nbrs_"))


@converts(sk.Isomap)
class IsomapConverter(NeighborEmbeddingConverter):
    """Kernel principal components of the shortest ways through the neighbours."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        distances, positions = self.neighbors.kneighbors(X)
        ways = None
        for i in range(est.nbrs_.n_neighbors):
            through = xp.add(xp.take(est.dist_matrix_, positions[:, i], axis=0), distances[:, i : i + 1])
            ways = through if ways is None else xp.minimum(ways, through)
        assert ways is not None, "there is a neighbour"
        kernel = xp.multiply(xp.square(ways), -0.5)
        return self.sub(est.kernel_pca_, ".kernel_pca_").method("transform")(kernel)  # type: ignore[no-any-return]


@converts(sk.LocallyLinearEmbedding)
class LocallyLinearEmbeddingConverter(NeighborEmbeddingConverter):
    """The neighbours' places, weighted as the row is made up of them.

    The weights solve a small system for each row: eliminated column by column, without pivots, as the matrix
    is positive definite.
    """

    def transform(self, X: Array) -> Array:
        est = self.estimator
        count = est.n_neighbors
        _, positions = self.neighbors.nearest(X, count)
        differences = xp.subtract(xp.take(self.neighbors.points, positions, axis=0), xp.expand_dims(X, 1))
        products = xp.matmul(differences, xp.matrix_transpose(differences))
        identity = np.eye(count)
        trace = xp.sum(xp.multiply(products, identity), axis=(1, 2), keepdims=True)
        ridge = xp.where(xp.greater(trace, 0.0), xp.multiply(trace, float(est.reg)), float(est.reg))
        matrix = xp.add(products, xp.multiply(ridge, identity))
        system = xp.concat([matrix, xp.add(xp.multiply(matrix[:, :, :1], 0.0), 1.0)], axis=2)
        for i in range(count):
            row = xp.divide(system[:, i : i + 1, :], system[:, i : i + 1, i : i + 1])
            others = xp.multiply(xp.multiply(system[:, :, i : i + 1], row), (1.0 - identity[:, i])[:, np.newaxis])
            system = xp.subtract(system, others)
        weights = xp.divide(system[:, :, count], xp.sum(xp.multiply(system[:, :, :count], identity), axis=2))
        weights = xp.divide(weights, xp.sum(weights, axis=1, keepdims=True))
        return xp.sum(xp.multiply(xp.take(est.embedding_, positions, axis=0), xp.expand_dims(weights, 2)), axis=1)
