"""Transformers of the package mlxtend (:mod:`mlxtend`): those that pick, copy and densify columns."""

from __future__ import annotations

from mlxtend.classifier import EnsembleVoteClassifier
from mlxtend.feature_selection import ColumnSelector, ExhaustiveFeatureSelector, SequentialFeatureSelector
from mlxtend.preprocessing import CopyTransformer, DenseTransformer, MeanCenterer, TransactionEncoder

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.refusals import refuses
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.core.seen_rows import SeenConverter
from skl2tflite.converters.core.user_estimators import RecordedTransformer
from skl2tflite.flow.table import TableLike
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(ColumnSelector, DenseTransformer)
class MlxtendConverter(RecordedTransformer):
    """Transformers that learn nothing in the fit; ``transform`` is recorded with the rows given to ``convert``."""

    exact = TRANSFORM

    def check_fitted(self) -> None:
        """They learn nothing."""

    @property
    def takes_frames(self) -> bool:  # type: ignore[override]
        """Whether columns are picked by name."""
        return any(isinstance(column, str) for column in getattr(self.estimator, "cols", None) or ())


@converts(CopyTransformer)
class CopyTransformerConverter(SeenConverter, TransformerConverter):
    """The rows themselves."""

    exact = TRANSFORM
    takes_tables = True

    def check_fitted(self) -> None:
        """It learns nothing."""

    def transform(self, X: TableLike) -> TableLike:
        return X

    def nan_columns(self, clean: bool = False) -> bool:
        """All: no value is read."""
        return not clean


@converts(SequentialFeatureSelector, ExhaustiveFeatureSelector)
class SelectorConverter(SeenConverter, TransformerConverter):
    """Feature selectors: the selected columns."""

    exact = TRANSFORM

    def check_fitted(self) -> None:
        """Refuse one that has chosen nothing."""
        if not getattr(self.estimator, "fitted", False):
            raise self.refuse("is not fitted", "call fit before converting it")

    @property
    def chosen(self) -> list[int]:
        """Positions of the columns."""
        name = "k_feature_idx_" if isinstance(self.estimator, SequentialFeatureSelector) else "best_idx_"
        return [int(place) for place in getattr(self.estimator, name)]

    def transform(self, X: Array) -> Array:
        return xp.take(X, self.chosen, axis=1)

    def nan_columns(self, clean: bool = False) -> bool:
        """NaN stays."""
        return not clean


refuses(
    MeanCenterer,
    "it is no estimator of scikit-learn's, whose pipelines do not take it; use StandardScaler(with_std=False)",
)
refuses(TransactionEncoder, "its rows are lists of items, of any length; use sklearn's MultiLabelBinarizer")
refuses(EnsembleVoteClassifier, "it has no converter; use sklearn's VotingClassifier")
