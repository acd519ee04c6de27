"""Sparse principal components (:mod:`sklearn.decomposition._sparse_pca`)."""

from __future__ import annotations

import numpy as np
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.projections import project_centered


@converts(sk.SparsePCA, sk.MiniBatchSparsePCA)
class SparsePCAConverter(TransformerConverter):
    """Ridge regression of the centered features on the components, which is linear and so a single matrix."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        components = est.components_
        gram = components @ components.T
        if est.ridge_alpha > 0:
            weights = np.linalg.solve(gram + est.ridge_alpha * np.eye(len(gram)), components).T
        else:
            weights = (np.linalg.pinv(gram) @ components).T
        return project_centered(X, est.mean_, 0.0, weights)

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        return xp.linear(X, est.components_, est.mean_)
