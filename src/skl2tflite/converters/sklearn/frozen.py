"""Frozen estimators (:mod:`sklearn.frozen`)."""

from __future__ import annotations

from functools import cached_property

from sklearn import frozen as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.registry import converts


@converts(sk.FrozenEstimator)
class FrozenConverter(DelegatingConverter):
    """The estimator that is frozen, which keeps it from being fitted again."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.estimator, ".estimator")
