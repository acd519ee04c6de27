"""Classifiers fitted on partly labelled rows (:mod:`sklearn.semi_supervised`)."""

from __future__ import annotations

from functools import cached_property
from typing import cast

import numpy as np
from sklearn import semi_supervised as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import ClassifierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.user_kernels import recording_kernel, transposed_user_kernel
from skl2tflite.converters.sklearn.neighbors.unsupervised import NearestNeighborsConverter
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.exact_distances import expanded_squared_distances, suits_expanded_distances
from skl2tflite.numerics.probabilities import MIN_EXPONENT
from skl2tflite.numerics.sparse_products import dense


@converts(sk.SelfTrainingClassifier)
class SelfTrainingConverter(DelegatingConverter):
    """The classifier of the last round."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.estimator_, ".estimator_")


@converts(sk.LabelPropagation, sk.LabelSpreading)
class LabelPropagationConverter(ClassifierConverter):
    """The fitted rows' label distributions, weighted by a kernel or added up over the nearest neighbours."""

    def predict_proba(self, X: Array) -> Array:
        """The sums divided by their total; NaN far from all fitted rows, where all weights are 0 in scikit-learn."""
        sums = self._sums(X)
        return sums / xp.sum(sums, axis=1, keepdims=True)

    def predict(self, X: Array) -> Array:
        """Position of the greatest sum; the first class where all are NaN."""
        sums = self._sums(X)
        return xp.argmax(xp.where(xp.isnan(sums), 0.0, sums), axis=1)

    def _sums(self, X: Array) -> Array:
        est = self.estimator
        rows, distributions = dense(est.X_), np.asarray(est.label_distributions_)
        if est.kernel == "knn":
            search = cast("NearestNeighborsConverter", self.sub(est.nn_fit, ".nn_fit"))
            _, positions = search.kneighbors(X)
            return xp.sum(xp.take(distributions, positions), axis=1)
        if callable(est.kernel):
            with recording_kernel(self, est.kernel):
                return xp.linear(transposed_user_kernel(est.kernel, X, est.X_), distributions)
        # Fitted rows without a distribution add nothing. The greatest exponent is subtracted (by softmax), which the
        # division by the total cancels: float32's exponentials underflow long before float64's.
        labelled = np.any(distributions != 0, axis=1)
        rows, gamma = rows[labelled], float(est.gamma)
        squares = expanded_squared_distances if suits_expanded_distances(rows, gamma) else xp.squared_distances
        exponents = squares(X, rows) * -gamma
        greatest = xp.max(exponents, axis=1, keepdims=True)
        sums = xp.linear(xp.softmax(exponents), distributions[labelled])
        return xp.where(greatest < MIN_EXPONENT, np.nan, sums)
