"""Feature selectors (:mod:`sklearn.feature_selection`), which take columns by position."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import feature_selection as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.matrix import Matrix
from skl2tflite.flow.table import take_columns
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.method_arguments import offers


@converts(
    sk.GenericUnivariateSelect,
    sk.SelectFdr,
    sk.SelectFpr,
    sk.SelectFromModel,
    sk.SelectFwe,
    sk.SelectKBest,
    sk.SelectPercentile,
    sk.SequentialFeatureSelector,
    sk.VarianceThreshold,
)
class SelectorConverter(TransformerConverter):
    """Selects the columns where ``get_support()`` is true (:class:`sklearn.feature_selection.SelectorMixin`)."""

    exact = TRANSFORMS
    takes_matrices = True
    keeps_dtype = True

    @property
    def fitted(self) -> Any:
        """The fitted estimator: the one inside ``SelectFromModel``, if only that has been fitted."""
        est = self.estimator
        return est.estimator if isinstance(est, sk.SelectFromModel) and not hasattr(est, "estimator_") else est

    def check(self) -> None:
        if not self.support.any():
            raise self.refuse("no feature was selected", "there is nothing to convert")

    @cached_property
    def support(self) -> NDArray[np.bool_]:
        """Whether each feature is kept."""
        return np.asarray(self.estimator.get_support())

    def transform(self, X: Matrix | Array) -> Any:
        """Keep the selected columns."""
        return take_columns(X, np.flatnonzero(self.support))

    def inverse_transform(self, X: Array) -> Array:
        """Put columns of zeros where features were removed, by taking columns of X and of one column of zeros."""
        zeros = xp.broadcast_rows(np.zeros(1), like=X)
        places = np.where(self.support, np.cumsum(self.support) - 1, self.support.sum())
        return xp.take(xp.concat([X, zeros], axis=1), places, axis=1)


@converts(sk.RFE, sk.RFECV)
class RecursiveEliminationConverter(SelectorConverter):
    """A selector that also has the methods of ``estimator_``, for the selected columns."""

    _OWN = ("transform", "inverse_transform")

    @cached_property
    def inner(self) -> Converter:
        """Converter of the estimator fitted on the selected columns."""
        return self.sub(self.estimator.estimator_, ".estimator_")

    def has(self, method: str) -> bool:
        """Whether the selector itself, or the inner estimator, has a method."""
        if method in self._OWN:
            return True
        return offers(self.estimator, method) and self.inner.has(method)

    def method(self, name: str) -> Any:
        """Return the selector's own method, or the inner estimator's method on the selected columns."""
        if name in self._OWN or not offers(self.estimator, name):
            return super().method(name)
        function = self.inner.method(name)
        return self._of_numbers(lambda X: function(self.transform(X)))

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of the inner estimator."""
        return None if method in self._OWN else self.inner.labels(method)
