"""imbalanced-learn's pipelines and ensembles (:mod:`imblearn`), whose samplers do nothing after the fit."""

from __future__ import annotations

import copy
from functools import cached_property
from typing import Any

import imblearn.ensemble
import imblearn.pipeline

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.ensemble.bagging import BaggingClassifierConverter
from skl2tflite.converters.sklearn.ensemble.forest import ForestClassifierConverter
from skl2tflite.converters.sklearn.ensemble.weight_boosting import AdaBoostClassifierConverter
from skl2tflite.converters.sklearn.pipeline import PipelineConverter, is_passthrough


def is_sampler(step: Any) -> bool:
    """Return whether a step is a sampler, which resamples the rows of the fit and passes all others unchanged."""
    return hasattr(step, "fit_resample")


@converts(imblearn.pipeline.Pipeline)
class ImblearnPipelineConverter(PipelineConverter):
    """A pipeline without its samplers (``FunctionSampler`` included)."""

    @cached_property
    def steps(self) -> list[Converter]:
        """Converters of the steps that change new rows."""
        return [
            self.sub(step, f"[{name!r}]")
            for name, step in self.estimator.steps
            if not is_passthrough(step) and not is_sampler(step)
        ]


def without_samplers(ensemble: Any) -> Any:
    """Return an ensemble whose members are the classifiers behind their samplers."""
    members = [
        member.steps[-1][1] if all(is_sampler(step) for _, step in member.steps[:-1]) else member
        for member in ensemble.estimators_
    ]
    ensemble = copy.copy(ensemble)
    ensemble.estimators_ = members
    return ensemble


@converts(imblearn.ensemble.BalancedBaggingClassifier, imblearn.ensemble.EasyEnsembleClassifier)
class BalancedBaggingClassifierConverter(BaggingClassifierConverter):
    """Bagging of pipelines, each of a sampler and a classifier; trees among themselves are one forest."""

    def __init__(self, estimator: Any, path: str) -> None:
        super().__init__(without_samplers(estimator) if hasattr(estimator, "estimators_") else estimator, path)


# They predict as their scikit-learn base classes do.
converts(imblearn.ensemble.BalancedRandomForestClassifier)(ForestClassifierConverter)
converts(imblearn.ensemble.RUSBoostClassifier)(AdaBoostClassifierConverter)
