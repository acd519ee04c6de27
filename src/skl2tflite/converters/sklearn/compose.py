"""``ColumnTransformer`` and ``TransformedTargetRegressor`` (:mod:`sklearn.compose`)."""

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
        Converter of the transformer; None for ``"passthrough"``.
    columns : ndarray of int
        Positions of the columns in X.
    scalar : bool
        Whether the columns were given as one scalar: then the transformer takes a one-dimensional column.
    weight : float or None
        Factor of the result, from ``transformer_weights``.
    """

    converter: Converter | None
    columns: NDArray[np.intp]
    scalar: bool
    weight: float | None

    def transform(self, X: TableLike) -> TableLike:
        """Select the columns, transform them, and multiply the result by the weight."""
        if not self.scalar:
            X = take_columns(X, self.columns)
        else:
            X = X[int(self.columns[0])] if isinstance(X, Table) else X[:, int(self.columns[0])]
        if self.converter is not None:
            X = self.converter.method("transform")(X)
        return X if self.weight is None else weighted(X, self.weight)


@converts(sk.ColumnTransformer)
class ColumnTransformerConverter(TransformerConverter):
    """Concatenates the results of transformers that take columns of their own; the remainder comes last."""

    takes_tables = True
    takes_matrices = True

    @cached_property
    def parts(self) -> list[Part]:
        """The entries of ``transformers_`` that are not dropped and have columns."""
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
        """Pass each part what is known of its own columns, unless it takes a one-dimensional column."""
        if not isinstance(rows, TableRows):
            return
        for part in self.parts:
            if part.converter is not None and not part.scalar and part.converter.rows.is_like(rows):
                part.converter.learn_rows(rows.take(part.columns.tolist()))

    def check(self) -> None:
        if not self.parts:
            raise self.refuse("every column is dropped", "there is nothing to convert")

    def transform(self, X: TableLike) -> TableLike:
        """Concatenate the parts' results, as a sparse matrix if the result of ``fit_transform`` was one."""
        parts = [part.transform(X) for part in self.parts]
        return Table.join(parts, bool(self.estimator.sparse_output_), gives_frames(self.estimator))

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Columns that some transformer takes; scikit-learn does not require others."""
        if self.feature_names is None:
            return None
        return tuple(sorted({int(i) for part in self.parts for i in part.columns}))

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Columns in which NaN is accepted by every part that takes them; dropped columns may hold anything."""
        allowed: NDArray[np.bool_] = np.ones(self.n_features, dtype=bool)
        for part in self.parts:
            allowed[part.columns] &= not clean if part.converter is None else part.converter.nan_columns(clean)
        return allowed


@converts(sk.TransformedTargetRegressor)
class TransformedTargetRegressorConverter(RegressorConverter):
    """Applies the inverse of the target's transformer to the regressor's prediction."""

    takes_tables = True
    takes_matrices = True

    @cached_property
    def regressor(self) -> Converter:
        """Converter of the regressor."""
        return self.sub(self.estimator.regressor_, ".regressor_")

    @property
    def sharing(self) -> Sequence[Converter]:
        """The regressor, which takes X."""
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
        """Columns in which the regressor accepts NaN."""
        return self.regressor.nan_columns(clean)
