"""The number and names of columns, from the rows given to ``convert``, for estimators that do not keep them."""

from __future__ import annotations

from skl2tflite.converters.core.base import Converter
from skl2tflite.features import TABLE, RowKind, TableRows


class SeenConverter(Converter):
    """A converter of an estimator that may not keep its number of features or their names.

    Attributes
    ----------
    seen : TableRows
        What the rows given to ``convert`` tell of the columns.
    """

    seen: TableRows = TABLE

    def learn_rows(self, rows: RowKind) -> None:
        """Keep the number of columns, their names and dtypes."""
        if isinstance(rows, TableRows):
            self.seen = rows

    @property
    def n_features(self) -> int:
        """Number of columns of the input."""
        if hasattr(self.estimator, "n_features_in_"):
            return super().n_features
        return self._given_width if self.seen.count is None else self.seen.count

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns, where the estimator takes a DataFrame."""
        if hasattr(self.estimator, "n_features_in_") or hasattr(self.estimator, "feature_names_in_"):
            return super().feature_names
        return None if self.seen.names is None else list(self.seen.names)
