"""Transformers of the package scikit-lego (:mod:`sklego.preprocessing`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklego import meta as sklego_meta
from sklego import preprocessing as lego

from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.refusals import refuses
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.converters.core.user_estimators import RecordedTransformer
from skl2tflite.converters.third_party.support.picked_columns import PickedConverter
from skl2tflite.flow.table import TableLike
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(
    lego.ColumnCapper,
    lego.IdentityTransformer,
    lego.InformationFilter,
    lego.IntervalEncoder,
    lego.LinearEmbedder,
    lego.MonotonicSplineTransformer,
    lego.OrthogonalTransformer,
)
class LegoConverter(RecordedTransformer):
    """Transformers whose own NumPy code is recorded."""


@converts(lego.TypeSelector, lego.PandasTypeSelector)
class TypeSelectorConverter(RecordedTransformer):
    """Selection of columns by dtype, which is known from the rows given to ``convert``."""

    exact = TRANSFORM
    takes_frames = True


@converts(lego.ColumnSelector)
class ColumnSelectorConverter(PickedConverter):
    """Columns by name; all of them, where none is named."""

    def kept(self, names: Sequence[str]) -> Sequence[Any]:
        return self.estimator.columns_ if self.estimator.columns else names


@converts(lego.ColumnDropper)
class ColumnDropperConverter(PickedConverter):
    """All columns but some."""

    def kept(self, names: Sequence[str]) -> Sequence[Any]:
        return [name for name in names if name not in self.estimator.columns_]


@converts(lego.RandomAdder, lego.OutlierRemover)
class TrainOnlyConverter(SeenConverter, TransformerConverter):
    """Transformers that only change the rows of the fit; new rows pass unchanged."""

    exact = TRANSFORM
    takes_tables = True

    def transform(self, X: TableLike) -> TableLike:
        return X

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Rows pass as they are."""
        return not clean and not isinstance(self.estimator, lego.RandomAdder)


@converts(lego.RepeatingBasisFunction)
class RepeatingBasisFunctionConverter(DelegatingConverter):
    """The column transformer within."""

    @property
    def inner(self) -> Any:
        return self.sub(self.estimator.pipeline_, ".pipeline_")


@converts(lego.repeatingbasis._RepeatingBasisFunction)
class BasisConverter(TransformerConverter):
    """Gaussian bells around points on a circle, of the shorter distance along it."""

    def transform(self, X: Array) -> Array:
        low, high = self.estimator.input_range
        distances = xp.abs((X - low) / (high - low) - self.estimator.bases_)
        distances = xp.minimum(distances, 1.0 - distances)
        return xp.exp(-((distances / self.estimator.width_) ** 2))


refuses(
    lego.FormulaicTransformer,
    "its formula is evaluated by another package (formulaic); write its columns in a FunctionTransformer",
)
refuses(lego.DictMapper, "it asks a dictionary for each cell; use a FunctionTransformer whose function maps columns")
for _name, _reason in {
    "EstimatorTransformer": "it gives what a method of another estimator gives; convert that one",
    "GroupedPredictor": "it keeps an estimator for each group; convert each of them",
    "GroupedTransformer": "it keeps a transformer for each group; convert each of them",
    "HierarchicalPredictor": "it keeps an estimator for each level of groups; convert each of them",
    "OrdinalClassifier": "it has no converter; convert the classifiers in its estimators_",
    "Thresholder": "it has no converter; convert its estimator_ and compare its probabilities with the threshold",
    "ZeroInflatedRegressor": "its regressor answers only for rows that its classifier picks; convert the two",
}.items():
    if hasattr(sklego_meta, _name):
        refuses(getattr(sklego_meta, _name), _reason)
