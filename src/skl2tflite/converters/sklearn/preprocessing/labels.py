"""Encoders of labels (:mod:`sklearn.preprocessing`), whose input is one-dimensional."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM, TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.preprocessing.encoders import CategoriesConverter
from skl2tflite.features import TABLE, ColumnSpec, LabelRows, RowKind, SetRows
from skl2tflite.features.columns import INT32, NO_LABEL, sendable
from skl2tflite.flow.column import Column
from skl2tflite.flow.table import Table, TableLike, as_matrix
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.row_errors import refuse_rows


class LabelsConverter(CategoriesConverter):
    """An encoder that looks labels up among ``classes_``."""

    exact = TRANSFORMS

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """The inverse returns positions in ``classes_``."""
        return list(self.listed) if method == "inverse_transform" else None

    @property
    def listed(self) -> list[NDArray[Any]]:
        return [np.asarray(self.estimator.classes_)]

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Whether NaN is a label."""
        return bool(self.kinds[0] != DType.STRING and np.isnan(self.categories[0]).any())

    def as_table(self, y: Column | Array) -> TableLike:
        """Return labels as a table of one column."""
        return Table([y]) if isinstance(y, Column) else xp.expand_dims(y, 1)


@converts(sk.LabelEncoder)
class LabelEncoderConverter(LabelsConverter):
    """The position of each label; a file returns -1 for a label that scikit-learn refuses."""

    refuses_unknown = True
    n_features = 1
    rows = LabelRows()
    inverse_rows = LabelRows()

    def transform(self, X: Any) -> Array:
        count = len(self.categories[0])
        position = self.positions(self.as_table(X), 0)
        return xp.where(position == count, -1, position)

    def inverse_transform(self, y: Any) -> Array:
        """Return the given positions, which stand for labels; scikit-learn refuses others."""
        count = len(self.categories[0])
        positions = y.integers() if isinstance(y, Column) else np.asarray(y)
        beyond = (positions < 0) | (positions >= count)
        refuse_rows(beyond, f"{self.path} has no label of that number; they are numbered from 0 to {count - 1}")
        return xp.where(beyond, 0, positions)


@converts(sk.LabelBinarizer)
class LabelBinarizerConverter(LabelsConverter):
    """One column for each label, a single one for two: ``pos_label`` if it is the row's label, else ``neg_label``."""

    refuses_unknown = False

    @property
    def is_multilabel(self) -> bool:
        """Whether it was fitted on a matrix of labels that are present or absent."""
        return str(self.estimator.y_type_).startswith("multilabel")

    @property
    def rows(self) -> RowKind:
        """Single labels, or rows of a matrix of labels."""
        return TABLE if self.is_multilabel else LabelRows()

    @property
    def n_features(self) -> int:
        """1 for single labels; the number of labels for a matrix."""
        return len(self.estimator.classes_) if self.is_multilabel else 1

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of the inverse; None for a matrix, as the inverse says whether each label is present."""
        return None if self.is_multilabel else super().labels(method)

    def transform(self, X: Any) -> Array:
        est = self.estimator
        if self.is_multilabel:
            X = as_matrix(X)
            low, high = xp.min(X, axis=1, keepdims=True), xp.max(X, axis=1, keepdims=True)
            refuse_rows(
                ~xp.all(((X == low) | (X == high)) & (xp.round(X) == X), axis=1),
                f"{self.path} takes rows of at most two integers, one for absent labels and one for others",
            )
            there = X if est.pos_label == 1 else float(est.pos_label)
            return xp.astype(xp.where(X == 0.0, float(est.neg_label), there), int)
        classes = self.categories[0]
        if len(classes) == 1:
            hot = self.matches(self.as_table(X), 0, classes) & np.array([False])
        else:
            hot = self.matches(self.as_table(X), 0, classes[1:] if len(classes) == 2 else classes)
        return xp.where(hot, int(est.pos_label), int(est.neg_label))

    def inverse_transform(self, Y: Array) -> Array:
        """Position of the label with the greatest value; for two labels, whether it is nearer to ``pos_label``."""
        est = self.estimator
        threshold = (est.pos_label + est.neg_label) / 2.0
        if self.is_multilabel:
            return xp.astype(Y > threshold, int)
        if est.y_type_ == "multiclass":
            return xp.argmax(Y, axis=1)
        if len(est.classes_) == 1:
            return xp.broadcast_rows(np.array(0), Y)
        return xp.astype(Y[:, 0] > threshold, int)


@converts(sk.MultiLabelBinarizer)
class MultiLabelBinarizerConverter(TransformerConverter):
    """One column for each label, 1 if it is in the row's set; a file takes sets filled up with a reserved value."""

    runs_on = ("litert",)
    takes_tables = True
    exact = TRANSFORM
    n_features = 1

    def check(self) -> None:
        labels: tuple[Any, ...] = self.rows.labels
        text = all(isinstance(label, str) for label in labels)
        if not labels:
            raise self.refuse("has learned no labels")
        if not text and not all(isinstance(label, int) for label in labels):
            raise self.refuse("its labels are neither all text nor all integers", "use text")
        if text and not all(map(sendable, map(str, labels))):
            raise self.refuse("has a label that no text in UTF-8 can be, or a reserved one")
        if not text and not all(NO_LABEL < label <= INT32.max for label in labels):
            raise self.refuse("its labels are integers beyond 32 bits", "use text, or number them from 0")

    @property
    def rows(self) -> SetRows:
        """Sets of labels, these in the order of their columns."""
        labels = self.estimator.classes_.tolist()
        return SetRows(tuple(str(each) if isinstance(each, str) else _whole(each) for each in labels))

    def transform(self, X: Column | NDArray[Any]) -> Array:
        labels = self.rows.labels
        kind = DType.STRING if isinstance(labels[0], str) else DType.INT
        if isinstance(X, Column):
            sets: Array = X.sets(kind)
        else:
            sets = ColumnSpec("y", 0, "string" if kind == DType.STRING else "int32").sets(X, labels)
        dtype = object if kind == DType.STRING else np.int64
        there = [xp.any(sets == np.array(label, dtype=dtype), axis=1, keepdims=True) for label in labels]
        return xp.astype(xp.concat(there, axis=1), int)


def _whole(label: Any) -> Any:
    return int(label) if isinstance(label, np.integer) else label
