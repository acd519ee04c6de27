"""Embeddings that have a ``transform`` for new rows (:mod:`sklearn.manifold`)."""

from __future__ import annotations

from functools import cached_property, reduce
from typing import cast

import numpy as np
from sklearn import manifold as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.neighbors.unsupervised import NearestNeighborsConverter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


def _solve_positive(matrix: Array, right: Array, size: int) -> Array:
    """Solve one small linear system for each row, by elimination without pivoting: the matrices are positive definite.

    Parameters
    ----------
    matrix : array of shape (n_rows, size, size)
    right : array of shape (n_rows, size)
    size : int
        Number of unknowns.

    Returns
    -------
    array of shape (n_rows, size)
    """
    system = xp.concat([matrix, xp.expand_dims(right, 2)], axis=2)
    for j in range(size):
        row = system[:, j : j + 1, :] / system[:, j : j + 1, j : j + 1]
        below = system - system[:, :, j : j + 1] * row
        system = xp.where(np.arange(size)[:, np.newaxis] == j, row, below)
    return system[:, :, size]


class NeighborEmbeddingConverter(TransformerConverter):
    """Places a row by its nearest neighbours among the fitted rows."""

    def check(self) -> None:
        _ = self.neighbors

    @cached_property
    def neighbors(self) -> NearestNeighborsConverter:
        """Converter of ``nbrs_``."""
        return cast("NearestNeighborsConverter", self.sub(self.estimator.nbrs_, ".nbrs_"))


@converts(sk.Isomap)
class IsomapConverter(NeighborEmbeddingConverter):
    """Kernel principal components of the lengths of the shortest paths through the neighbours."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        onwards = np.asarray(est.dist_matrix_, dtype=np.float64)
        if est.n_neighbors is None:
            near, distances = self.neighbors.within(X)
            refuse_rows(
                ~xp.any(near, axis=1),
                f"{self.path} finds no fitted rows within its radius of {est.radius:g}; use a larger one",
            )
            first = xp.where(near, distances, np.inf)
            ways = [first[:, i : i + 1] + onwards[i] for i in range(len(onwards))]
        else:
            first, positions = self.neighbors.nearest(X, est.n_neighbors)
            ways = [first[:, i : i + 1] + xp.take(onwards, positions[:, i], axis=0) for i in range(est.n_neighbors)]
        kernel = xp.square(reduce(xp.minimum, ways)) * -0.5
        return self.sub(est.kernel_pca_, ".kernel_pca_").method("transform")(kernel)  # type: ignore[no-any-return]


@converts(sk.LocallyLinearEmbedding)
class LocallyLinearEmbeddingConverter(NeighborEmbeddingConverter):
    """The weighted mean of the neighbours' positions, with the weights that reconstruct the row from its neighbours.

    The weights are the solution of a small linear system for each row.
    """

    def transform(self, X: Array) -> Array:
        est = self.estimator
        count = est.n_neighbors
        _, positions = self.neighbors.nearest(X, count)
        differences = xp.take(self.neighbors.points, positions, axis=0) - xp.expand_dims(X, 1)
        products = differences @ xp.matrix_transpose(differences)
        trace = xp.sum(xp.square(differences), axis=(1, 2), keepdims=True)
        ridge = xp.where(trace > 0.0, trace * float(est.reg), float(est.reg))
        matrix = products + ridge * np.eye(count)
        weights = _solve_positive(matrix, xp.broadcast_rows(np.ones(count), X), count)
        weights = weights / xp.sum(weights, axis=1, keepdims=True)
        return xp.sum(xp.take(est.embedding_, positions, axis=0) * xp.expand_dims(weights, 2), axis=1)
