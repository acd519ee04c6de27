"""Rows that are dicts of features (:mod:`sklearn.feature_extraction`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from skl2tflite.converters.core.absent_entries import absent_asked
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.features import RecordRows
from skl2tflite.features.columns import as_text, sendable
from skl2tflite.flow.column import Column
from skl2tflite.flow.table import Table
from skl2tflite.graph import Array, apply, ops
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


class RecordsConverter(TransformerConverter):
    """A transformer of dicts, whose keys are the features."""

    takes_tables = True

    @property
    def feature_names(self) -> list[str]:
        """Keys of the dicts, in the order of the inputs."""
        raise NotImplementedError

    @property
    def n_features(self) -> int:
        """Number of keys."""
        return len(self.feature_names)

    @property
    def allows_nan(self) -> bool:
        """True: NaN is a number like others."""
        return True


@converts(DictVectorizer)
class DictVectorizerConverter(RecordsConverter):
    """One column for each numeric feature, and one for each text that a feature had at fit.

    A file has one input for each feature, of text or of numbers. Where a row lacks a numeric feature, the input is 0;
    or NaN, if a later step reads the entries that a sparse matrix does not hold as missing values.
    """

    exact = TRANSFORM

    @property
    def rows(self) -> RecordRows:
        """Dicts."""
        return RecordRows(str(self.estimator.separator))

    @cached_property
    def columns(self) -> list[tuple[str, str | None]]:
        """Feature and text of each column, in order; None for the text of a numeric feature."""
        found: list[tuple[str, str | None]] = []
        for name in sorted(self.estimator.vocabulary_, key=self.estimator.vocabulary_.__getitem__):
            feature, separator, text = str(name).partition(self.rows.separator)
            found.append((feature, text if separator else None))
        return found

    def check(self) -> None:
        both = {f for f, text in self.columns if text is None} & {f for f, text in self.columns if text is not None}
        if both:
            raise self.refuse(f"feature {min(both)!r} is a number in some rows and text in others", "give it two names")
        if not all(sendable(text) for _, text in self.columns if text is not None):
            raise self.refuse("has learned text that is no UTF-8, or reserved")
        if self.dtype.kind not in "fiub" or self.dtype == np.float16:
            raise self.refuse(f"dtype={self.dtype} is no float32, float64, integer or bool", "use dtype=numpy.float64")

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers, which it makes of the values of a row."""
        dtype: np.dtype[Any] = np.dtype(self.estimator.dtype)
        return dtype

    @property
    def allows_nan(self) -> bool:
        """Whether NaN is a number like others; there is no such integer, and as a boolean it is true."""
        return self.dtype.kind not in "iu"

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any] | None:
        """That of the vectorizer, where it is no float."""
        return None if self.dtype.kind == "f" else self.dtype

    @property
    def feature_names(self) -> list[str]:
        """Names of the features, in order of their first column."""
        return list(dict.fromkeys(feature for feature, _ in self.columns))

    def transform(self, X: Table | Any) -> Array:
        return xp.concat([self._block(X, feature, texts) for feature, texts in self._groups], axis=1)

    def gives_sparse(self, sparse: bool) -> bool:
        """As the parameter ``sparse`` says."""
        return bool(self.estimator.sparse)

    def stored(self, X: Any, result: Array) -> Callable[[], Array] | None:
        """Entries that the sparse matrix holds: those of features that a row has, a number of 0 included."""
        if all(texts[0] is not None for _, texts in self._groups):
            return None
        return lambda: xp.concat([self._held(X, feature, texts) for feature, texts in self._groups], axis=1)

    @property
    def _groups(self) -> list[tuple[str, list[str | None]]]:
        """Each feature with its texts, or with a single None if it is numeric."""
        groups = groupby(self.columns, key=lambda column: column[0])
        return [(feature, [text for _, text in group]) for feature, group in groups]

    def _column(self, X: Table, feature: str) -> Column:
        return X[X.names.index(feature)]

    def _block(self, X: Table | Any, feature: str, texts: list[str | None]) -> Array:
        """Return the columns of one feature."""
        if texts[0] is not None:
            strings = self._column(X, feature).strings() if isinstance(X, Table) else _texts(X, feature)
            return xp.astype(xp.expand_dims(strings, 1) == np.array(texts, dtype=object), float)
        values = self._column(X, feature).numbers() if isinstance(X, Table) else _numbers(X, feature)
        if isinstance(X, Table):
            values = apply(ops.AbsentAsZero(), values)
        return xp.expand_dims(self._as_dtype(feature, values), 1)

    def _as_dtype(self, feature: str, values: Array) -> Array:
        """Return numbers as ``dtype(value)`` makes them of the values of a feature: integers are cut off towards 0."""
        if self.dtype.kind == "b":
            return xp.astype(values != 0, float)
        if self.dtype.kind == "f":
            return values
        whole = cut_off(values)
        limits = np.iinfo(self.dtype)
        refuse_rows(
            (whole < float(limits.min)) | (whole > float(limits.max)),
            f"{self.path}: feature {feature!r} is beyond the range of dtype={self.dtype}",
        )
        return whole

    def _held(self, X: Table | Any, feature: str, texts: list[str | None]) -> Array:
        """Return which entries of one feature's columns the sparse matrix holds."""
        if texts[0] is not None:
            return self._block(X, feature, texts) != 0.0
        if not isinstance(X, Table):
            return np.array([[feature in row and not isinstance(row[feature], str)] for row in X])
        absent_asked.add(self.path)
        return xp.expand_dims(~xp.isnan(self._column(X, feature).numbers()), 1)


def cut_off(values: Array) -> Array:
    """Return numbers without their fractions, as Python and NumPy make integers of floats."""
    return xp.where(values < 0, xp.ceil(values), xp.floor(values))


def _numbers(rows: Any, feature: str) -> Any:
    values = [row.get(feature, 0.0) for row in rows]
    return np.array([0.0 if isinstance(value, str) else value for value in values], dtype=np.float64)


def _texts(rows: Any, feature: str) -> Any:
    return np.array(as_text(np.array([row.get(feature) for row in rows], dtype=object)), dtype=object)
