"""Histogram-based gradient boosting (:mod:`sklearn.ensemble._hist_gradient_boosting`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import ensemble as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.estimator_kinds import RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.ensemble.gradient_boosting import BoostedClassifierConverter
from skl2tflite.features.columns import INT32, sendable
from skl2tflite.flow.column import NAN, KindError, hold_text
from skl2tflite.flow.matrix import as_floats
from skl2tflite.flow.table import Table
from skl2tflite.forest.sums import Sums, tree_sums
from skl2tflite.forest.trees import Forest
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_values import as_held, category_kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Sides:
    """Which side each category of one column takes in each categorical split of a model.

    Attributes
    ----------
    column : int
        Position of the column in the input.
    categories : ndarray, shape (n_categories,)
        Sorted floats or integers (the latter if float32 does not hold them), or text as a tensor holds it.
    right : ndarray of float64, shape (1 + n_categories, n_splits)
        0 if a category goes left in a split, else 1. The first row is for missing and unknown values.
    """

    column: int
    categories: NDArray[Any]
    right: Floats

    def __call__(self, X: Array | Table) -> Array:
        """Return the side that each row takes in each split, of shape (n_rows, n_splits)."""
        if self.categories.dtype.kind != "f":
            if not isinstance(X, Table):
                raise KindError(f"column {self.column} holds floats")
            column = X[self.column]
            values = column.strings() if self.categories.dtype == object else column.integers()
            hot = xp.expand_dims(values, 1) == self.categories
            number = xp.linear(xp.astype(hot, float), np.arange(1.0, len(self.categories) + 1.0))
            return xp.take(self.right, xp.astype(number, int))
        x = X[self.column].numbers() if isinstance(X, Table) else X[:, self.column]
        # The greatest category that is not above x is either x itself, or x is unknown. NaN equals no category.
        place = xp.searchsorted(self.categories.tolist(), x, side="right")
        known = xp.take(np.concatenate([[np.nan], self.categories]), place) == x
        return xp.take(self.right, xp.where(known, place, 0))


class HistGradientBoostingConverter(Converter):
    """Trees that compare columns with thresholds, or test whether they are in sets of categories.

    The outcome of each distinct categorical test becomes a further input column (:class:`Sides`), which the trees
    compare with 0.5.
    """

    takes_tables = True

    def check(self) -> None:
        # Read the categories now, so that refusals come before any other work.
        _ = self.categories

    @cached_property
    def permuted(self) -> Ints:
        """Position in the input of each column of the trees, which have the categorical columns first."""
        categorical = self.estimator.is_categorical_
        if categorical is None:
            return np.arange(self.n_features)
        return np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])

    @cached_property
    def categories(self) -> list[NDArray[Any]]:
        """Categories of each categorical column, in the order of the codes of the estimator's own encoder."""
        if self.estimator.is_categorical_ is None:
            return []
        encoder = self.estimator._preprocessor.named_transformers_["encoder"]
        return [self._held(column, c) for column, c in zip(self.permuted, encoder.categories_, strict=False)]

    def _held(self, column: int, categories: NDArray[Any]) -> NDArray[Any]:
        """Return a column's categories as a tensor holds them, without NaN, which stands for a missing value."""
        name = self.feature_names[column] if self.feature_names else str(column)
        if category_kind(categories) == DType.STRING:
            text = as_held(categories, DType.STRING)
            if not all(sendable(c) for c in categories if isinstance(c, str)):
                raise self.refuse(f"feature {name!r} has a category that no text in UTF-8 can be, or a reserved one")
            return np.asarray(text[text != NAN])
        if category_kind(categories) == DType.INT and max(map(abs, categories.tolist())) <= INT32.max:
            return as_held(categories, DType.INT)
        try:
            values = categories.astype(np.float64)
        except (TypeError, ValueError):
            raise self.refuse(f"the categories of feature {name!r} are not numbers", "encode them before") from None
        values = values[~np.isnan(values)]
        rounded = values.astype(np.float32) != values
        if categories.dtype.kind in "iu":  # some beyond 32 bits
            rounded = np.abs(values) > INT32.max
        if rounded.any():
            raise self.refuse(
                f"feature {name!r} has the category {values[rounded][0]:.17g}, which no number in the file can equal",
                "encode the categories as small integers before",
            )
        return values

    @cached_property
    def numeric(self) -> Ints:
        """Positions of the input columns that are numbers."""
        text = [column for column, c in zip(self.permuted, self.categories, strict=False) if c.dtype == object]
        return np.setdiff1d(np.arange(self.n_features), text)

    @property
    def places(self) -> Ints:
        """Position of each input column among those that are numbers; -1 for others."""
        places = np.full(self.n_features, -1)
        places[self.numeric] = np.arange(len(self.numeric))
        return places

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """All columns by name, in any order, if the estimator has a ``ColumnTransformer`` for its categories."""
        picks = self.estimator.is_categorical_ is not None and self.feature_names is not None
        return tuple(range(self.n_features)) if picks else None

    @cached_property
    def trees(self) -> tuple[Forest, list[Sides]]:
        """The trees on the input with the further columns, and what computes these columns."""
        est = self.estimator
        predictors = [predictor for stage in est._predictors for predictor in stage]
        nodes = np.concatenate([predictor.nodes for predictor in predictors])
        sizes = np.array([len(predictor.nodes) for predictor in predictors])
        roots = np.cumsum(sizes) - sizes
        offset = np.repeat(roots, sizes)
        leaf = nodes["is_leaf"].astype(bool)
        feature = self.places[self.permuted[np.where(leaf, 0, nodes["feature_idx"])]]
        threshold = nodes["num_threshold"].astype(np.float64)

        categorical = np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf)
        sides = []
        if categorical.size:
            sets = np.array([len(predictor.raw_left_cat_bitsets) for predictor in predictors])
            which = nodes["bitset_idx"] + np.repeat(np.cumsum(sets) - sets, sizes)
            bits = _unpack(np.concatenate([predictor.raw_left_cat_bitsets for predictor in predictors]))
            width = len(self.numeric)
            for code, categories in enumerate(self.categories):
                at = categorical[nodes["feature_idx"][categorical] == code]
                if not at.size:
                    continue
                unknown = nodes["missing_go_to_left"][at].astype(bool)
                left = np.column_stack([unknown, bits[which[at], : len(categories)]])
                distinct, split = np.unique(left, axis=0, return_inverse=True)
                sides.append(Sides(int(self.permuted[code]), categories, 1.0 - distinct.T))
                feature[at] = width + split.ravel()
                threshold[at] = 0.5
                width += len(distinct)
        forest = Forest(
            roots=roots,
            feature=np.where(leaf, -1, feature).astype(np.int32),
            threshold=threshold,
            left=np.where(leaf, -1, nodes["left"].astype(np.int64) + offset),
            right=np.where(leaf, -1, nodes["right"].astype(np.int64) + offset),
            missing_left=nodes["missing_go_to_left"].astype(bool),
            value=nodes["value"].astype(np.float64)[:, np.newaxis],
            n_features=len(self.numeric) + sum(side.right.shape[1] for side in sides),
            compares_float64=True,
        )
        return forest, sides

    def raw(self, X: Array | Table) -> Sums:
        """Return the sums of the baseline and the trees' values (:meth:`BaseHistGradientBoosting._raw_predict`)."""
        est = self.estimator
        forest, sides = self.trees
        if isinstance(X, Table):
            for at in np.setdiff1d(np.arange(self.n_features), self.numeric):
                hold_text(X[int(at)])
        columns = [self._matrix(X)] if len(self.numeric) else []
        try:
            X = xp.concat([*columns, *(side(X) for side in sides)], axis=1)
        except KindError as error:
            raise self.refuse(f"has categories that are text or great integers, but {error.reason}") from None
        return tree_sums(
            X, forest, missing=True, groups=est.n_trees_per_iteration_, base=np.ravel(est._baseline_prediction)
        )

    def _matrix(self, X: Array | Table) -> Array:
        """Return the columns that are numbers."""
        if not isinstance(X, Table):
            return as_floats(X if len(self.numeric) == self.n_features else xp.take(X, self.numeric, axis=1))
        try:
            return X.take(self.numeric).matrix()
        except KindError as error:
            raise self.refuse(
                f"takes numbers, but {error.reason}", "make the column a category, or encode it"
            ) from None


def _unpack(bitsets: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Return sets of 256 bits, in words of 32, as booleans of shape (n_sets, 256)."""
    words = np.ascontiguousarray(bitsets).astype("<u4")
    return np.unpackbits(words.view(np.uint8), axis=1, bitorder="little").astype(bool)


@converts(sk.HistGradientBoostingClassifier)
class HistGradientBoostingClassifierConverter(HistGradientBoostingConverter, BoostedClassifierConverter):
    def predict(self, X: Array) -> Array:
        raw = self.raw(X)
        return raw.argmax() if self.estimator.n_trees_per_iteration_ > 1 else xp.astype(raw.positive()[:, 0], int)


@converts(sk.HistGradientBoostingRegressor)
class HistGradientBoostingRegressorConverter(HistGradientBoostingConverter, RegressorConverter):
    """The raw scores; their exponential if the loss is ``"poisson"`` or ``"gamma"``."""

    def predict(self, X: Array) -> Array:
        raw = self.raw(X).value[:, 0]
        return xp.exp(raw) if self.estimator.loss in ("poisson", "gamma") else raw
