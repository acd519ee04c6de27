"""Ensembles (:mod:`sklearn.ensemble`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sklearn import ensemble as sk

from skl2tflite.converters.registry import converts
from skl2tflite.converters.tree import TreesClassifierConverter, TreesConverter, TreesRegressorConverter


class Averaged(TreesConverter):
    @property
    def trees(self) -> Sequence[Any]:
        return [member.tree_ for member in self.estimator.estimators_]


@converts(sk.RandomForestClassifier, sk.ExtraTreesClassifier)
class ForestClassifierConverter(Averaged, TreesClassifierConverter):
    """Mean of the trees' fractions."""


@converts(sk.RandomForestRegressor, sk.ExtraTreesRegressor)
class ForestRegressorConverter(Averaged, TreesRegressorConverter):
    """Mean of the trees' predictions."""
