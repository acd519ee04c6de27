"""Transformers of columns and targets (:mod:`sklearn.compose`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sklearn import compose as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import RegressorConverter, TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.pipeline import gives_frames, is_passthrough, weighted
from skl2tflite.features import RowKind, TableRows
from skl2tflite.flow.table import Table, TableLike, take_columns
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@dataclass(frozen=True)
class Part:
    """One entry of ``transformers_``.

    Attributes
    ----------
    converter : Converter or None
        None passes the columns through.
    columns : ndarray of int
    scalar : bool
        Whether the columns were named by one scalar: then the transformer takes a single axis.
    weight : float or None
    """

    converter: Converter | None
    columns: NDArray[np.intp]
    scalar: bool
    weight: float | None

    def transform(self, X: TableLike) -> TableLike:
        """Take the columns, transform and weight them."""
        if not self.scalar:
            X = take_columns(X, self.columns)
        else:
            X = X[int(self.columns[0])] if isinstance(X, Table) else X[:, int(self.columns[0])]
        if self.converter is not None:
            X = self.converter.method("transform")(X)
        return X if self.weight is None else weighted(X, self.weight)


@converts(sk.ColumnTransformer)
class ColumnTransformerConverter(TransformerConverter):
    """Transformers side by side, each on columns of its own, in their order and the remainder last."""

    takes_tables = True
    takes_matrices = True

    @cached_property
    def parts(self) -> list[Part]:
        """What is neither dropped nor without columns."""
        est = self.estimator
        weights = est.transformer_weights or {}
        parts = []
        for name, transformer, columns in est.transformers_:
            positions = np.asarray(est._transformer_to_input_indices[name], dtype=np.intp)
            if not positions.size or (isinstance(transformer, str) and transformer == "drop"):
                continue
            converter = None if is_passthrough(transformer) else self.sub(transformer, f"[{name!r}]")
            parts.append(Part(converter, positions, bool(np.isscalar(columns)), weights.get(name)))
        return parts

    def learn_rows(self, rows: RowKind) -> None:
        """Tell each part of its own columns; one that is given a single axis learns nothing of them."""
        if not isinstance(rows, TableRows):
            return
        for part in self.parts:
            if part.converter is not None and not part.scalar and part.converter.rows.is_like(rows):
                part.converter.learn_rows(rows.take(part.columns.tolist()))

    def check(self) -> None:
        if not self.parts:
            raise self.refuse("every column is dropped", "there is nothing to convert")

    def transform(self, X: TableLike) -> TableLike:
        """Join what the parts give, in a sparse matrix where the result of ``fit_transform`` was one."""
        parts = [part.transform(X) for part in self.parts]
        return Table.join(parts, bool(self.estimator.sparse_output_), gives_frames(self.estimator))

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that some transformer takes: scikit-learn looks for no others."""
        if self.feature_names is None:
            return None
        return tuple(sorted({int(i) for part in self.parts for i in part.columns}))

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Whether every part that uses a column takes NaN there; nobody looks at what is dropped."""
        allowed: NDArray[np.bool_] = np.ones(self.n_features, dtype=bool)
        for part in self.parts:
            allowed[part.columns] &= not clean if part.converter is None else part.converter.nan_columns(clean)
        return allowed


@converts(sk.TransformedTargetRegressor)
class TransformedTargetRegressorConverter(RegressorConverter):
    """The regressor's prediction, taken back by the target's transformer."""

    takes_tables = True
    takes_matrices = True

    @cached_property
    def regressor(self) -> Converter:
        """Converter of the regressor."""
        return self.sub(self.estimator.regressor_, ".regressor_")

    @property
    def sharing(self) -> Sequence[Converter]:
        """The regressor."""
        return [self.regressor]

    def predict(self, X: Array) -> Array:
        est = self.estimator
        prediction = self.regressor.method("predict")(X)
        columns = xp.expand_dims(prediction, 1) if prediction.ndim == 1 else prediction
        transformer = self.sub(est.transformer_, ".transformer_")
        if transformer.labels("inverse_transform") is not None:
            raise transformer.refuse("its inverse gives labels, and a regressor gives numbers")
        result: Array = transformer.method("inverse_transform")(columns)
        return xp.squeeze(result, 1) if est._training_dim == 1 and result.shape[1] == 1 else result

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Ask the regressor."""
        return self.regressor.nan_columns(clean)
