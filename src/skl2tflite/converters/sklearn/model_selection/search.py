"""Searches over parameters (:mod:`sklearn.model_selection`)."""

from __future__ import annotations

from functools import cached_property

from sklearn import model_selection as sk

# Not from sklearn.model_selection: there they appear only once the user has enabled the experiment.
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.registry import converts


@converts(sk.GridSearchCV, sk.RandomizedSearchCV, HalvingGridSearchCV, HalvingRandomSearchCV)
class SearchConverter(DelegatingConverter):
    """The estimator that was refitted with the best parameters."""

    def check(self) -> None:
        if not hasattr(self.estimator, "best_estimator_"):
            raise self.refuse(
                "was fitted with refit=False, so there is no best_estimator_ to convert",
                "set refit=True, or fit an estimator with best_params_ and convert that",
            )

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.best_estimator_, ".best_estimator_")
