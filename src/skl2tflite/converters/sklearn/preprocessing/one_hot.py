"""One-hot encoding (:class:`sklearn.preprocessing.OneHotEncoder`)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property, reduce
from operator import or_
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import config_context
from sklearn import preprocessing as sk

from skl2tflite.converters.core.encoder_inverses import Decoded, of_one_hot
from skl2tflite.converters.core.method_names import TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.preprocessing.encoders import CategoriesConverter
from skl2tflite.flow.column import KindError
from skl2tflite.flow.table import Table, TableLike
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_values import as_held
from skl2tflite.tracing.row_errors import refuse_rows

WIDE = 32
"""Columns of a feature from which on it is compared by itself, which passes make a search of."""


@converts(sk.OneHotEncoder)
class OneHotEncoderConverter(CategoriesConverter):
    """Encodes each feature as one column for each category that is neither dropped nor infrequent."""

    exact = TRANSFORMS

    @property
    def widths(self) -> list[int]:
        return list(self.estimator._n_features_outs)

    @cached_property
    def hot(self) -> list[NDArray[np.int64]]:
        """For each feature the column that is 1 for each category and, last, for any other value; -1 where none is.

        Where categories are dropped or infrequent, scikit-learn's codes tell, read from a sparse matrix.
        """
        infrequent = getattr(self.estimator, "infrequent_categories_", None) or ()
        if self.estimator.drop_idx_ is None and all(few is None for few in infrequent):
            return [np.append(np.arange(len(categories)), -1) for categories in self.categories]
        encoder = copy(self.estimator)
        encoder.__dict__.pop("_sklearn_output_config", None)
        encoder.sparse_output = True
        with config_context(transform_output="default"):
            codes = self.codes_of(encoder).tocoo()
        ends = np.cumsum(self.widths)
        feature = np.searchsorted(ends, codes.col, side="right")
        hot = np.full((codes.shape[0], len(ends)), -1)
        entries = codes.data != 0
        hot[codes.row[entries], feature[entries]] = (codes.col - (ends - self.widths)[feature])[entries]
        columns = []
        for i, categories in enumerate(self.categories):
            unknown = -1 if self.refuses_unknown else hot[-1, i]
            columns.append(np.append(hot[: len(categories), i], unknown))
        return columns

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All columns: none of the codes is NaN."""
        return np.ones(len(self.categories), dtype=np.bool_) if clean else self.allows_nan

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the least and the greatest code."""
        return (0.0, 1.0)

    def transform(self, X: TableLike) -> TableLike:
        blocks, start = [], 0
        # Features in which each column stands for one category, and none for unknown values, need one comparison.
        features = list(zip(self.hot, self.widths, self.kinds, strict=True))
        simple = [not self.refuses_unknown and is_selection(hot, width) for hot, width, _ in features]
        few = [width < WIDE and kind == DType.FLOAT for _, width, kind in features]
        together = [each and one for each, one in zip(few, simple, strict=True)]
        while start < len(together):
            stop = start + 1
            if together[start]:
                while stop < len(together) and together[stop]:
                    stop += 1
                blocks.append(self._compared(X, range(start, stop)))
            elif not self.widths[start]:
                if self.refuses_unknown:
                    self.positions(X, start)  # which records that unknown values are refused
            elif simple[start]:
                blocks.append(self.matches(X, start, self.of_columns(start)))
            else:
                blocks.append(self._looked_up(X, start))
            start = stop
        return self.cast(xp.concat(blocks, axis=1)) if blocks else Table([])

    def of_columns(self, feature: int) -> NDArray[Any]:
        """Return the category that each column of a feature stands for."""
        known = self.hot[feature][:-1]
        return self.categories[feature][np.argsort(known)[np.count_nonzero(known < 0) :]]

    def _compared(self, X: TableLike, features: Sequence[int]) -> Array:
        """Return the columns of several numeric features, from one comparison.

        Parameters
        ----------
        X : Table, Column or array
        features : sequence of int
            Positions of the features, which follow one another.
        """
        widths = [self.widths[i] for i in features]
        values = np.concatenate([self.of_columns(i) for i in features])
        at = np.repeat(list(features), widths)
        if isinstance(X, Table):
            try:
                X, at = X.take(features).matrix(), at - features[0]
            except KindError as error:
                raise self.refuse(f"has categories that are numbers, but {error.reason}") from None
        elif isinstance(X, np.ndarray):
            X, at = np.stack([self.column(X, i) for i in features], axis=1), at - features[0]
        columns = xp.take(X, at, axis=1)
        hot = columns == values
        missing = np.isnan(values)
        return hot | (xp.isnan(columns) & missing) if missing.any() else hot

    def _looked_up(self, X: TableLike, feature: int) -> Array:
        """Return the columns of one feature, by the position of its category in a table of codes.

        Parameters
        ----------
        X : Table, Column or array
        feature : int
        """
        position = self.positions(X, feature)
        code = xp.expand_dims(xp.take(self.hot[feature], position), 1)
        block = xp.astype(code == np.arange(self.widths[feature]), float)
        if self.refuses_unknown:
            unknown = xp.expand_dims(position == len(self.categories[feature]), 1)
            block = xp.where(unknown, self.mark, block)
        return block

    @cached_property
    def decoded(self) -> list[Decoded]:
        """Category of each column, and of a row in which all columns of a feature are 0, for the inverse."""
        return of_one_hot(self.estimator, self.widths)

    def inverse_transform(self, X: Array) -> Array:
        """The category of each feature's greatest column, or its position if categories are not numbers."""
        columns, refused, start = [], [], 0
        for decoded, kind, width in zip(self.decoded, self.kinds, self.widths, strict=True):
            block = X[:, start : start + width]
            start += width
            position = xp.argmax(block, axis=1) if width else xp.broadcast_rows(np.array(0), X)
            if width:
                none = xp.sum(block, axis=1) == 0.0
                if len(decoded.labels) > width:
                    position = xp.where(none, width, position)
                else:
                    refused.append(none)
            columns.append(position if self.decodes_labels else xp.take(as_held(decoded.labels, kind), position))
        if refused:
            reason = f"{self.path} has no category for a row of zeros; use handle_unknown='ignore', or drop"
            refuse_rows(reduce(or_, refused), reason, self._knows_nan)
        return xp.stack(columns, axis=1)


def is_selection(hot: NDArray[np.int64], width: int) -> bool:
    """Whether each of so many columns stands for exactly one category, and none for unknown values."""
    return hot[-1] < 0 and np.array_equal(np.sort(hot[hot >= 0]), np.arange(width))
