"""Encoders of categories (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.encoder_inverses import Decoded, of_one_hot, of_ordinal
from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORMS
from skl2tflite.converters.core.registry import converts
from skl2tflite.features.columns import INT32, is_nan, sendable
from skl2tflite.flow.column import Column, KindError, MadeColumn
from skl2tflite.flow.table import Table, TableLike
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.category_constraints import constrain_categories
from skl2tflite.tracing.category_values import (
    as_held,
    category_kind,
    held_by_numpy,
    is_missing,
    unknown_value,
)
from skl2tflite.tracing.row_errors import refuse_rows


class CategoriesConverter(TransformerConverter):
    """Looks values up among the categories of their feature.

    What becomes of each category, and of all others, scikit-learn itself says, asked for one row for each:
    with infrequent, missing and dropped ones, version by version.
    """

    takes_tables = True

    @property
    def listed(self) -> Sequence[NDArray[Any]]:
        """Categories of each feature."""
        listed: Sequence[NDArray[Any]] = self.estimator.categories_
        return listed

    def check(self) -> None:
        for i, (kind, categories) in enumerate(zip(self.kinds, self.listed, strict=True)):
            if kind == DType.STRING:
                text = [c for c in categories if isinstance(c, str)]
                if not all(isinstance(c, str) or is_missing(c) for c in categories):
                    raise self.refuse(f"categories of feature {i} are neither all text nor all numbers")
                if not all(map(sendable, text)):
                    raise self.refuse(f"feature {i} has a category that no text in UTF-8 can be, or a reserved one")
                continue
            if not all(isinstance(c, int | float | np.number | np.bool_) for c in categories):
                raise self.refuse(
                    f"categories of feature {i} are numbers and None", "use NaN for what is missing among numbers"
                )
            numbers = np.asarray(categories, dtype=np.float64)
            if kind == DType.INT:
                if numbers.min() < INT32.min or numbers.max() > INT32.max:
                    raise self.refuse(
                        f"categories of feature {i} are whole numbers beyond 32 bits", "use text, or number them from 0"
                    )
                continue
            with np.errstate(over="ignore"):
                held = numbers.astype(np.float32)
            if len(np.unique(held)) < len(np.unique(numbers)):
                raise self.refuse(
                    f"categories of feature {i} are the same number in float32",
                    "number them from 0 before, or round them",
                )

    @cached_property
    def kinds(self) -> list[DType]:
        """What the categories of each feature are: text, floats, or whole numbers beyond those of float32."""
        return [category_kind(categories) for categories in self.listed]

    @cached_property
    def categories(self) -> list[NDArray[Any]]:
        """Categories of each feature as a tensor holds them: text, or numbers, ascending, what is missing last."""
        return [as_held(c, kind) for c, kind in zip(self.listed, self.kinds, strict=True)]

    @property
    def decoded(self) -> Sequence[Decoded]:
        """What the inverse gives for each feature."""
        raise NotImplementedError

    @cached_property
    def decodes_labels(self) -> bool:
        """Whether some of that is no number: text, or None."""
        return any(isinstance(label, str | None) for each in self.decoded for label in each.labels)

    @property
    def _knows_nan(self) -> bool:
        return any(is_nan(category) for categories in self.listed for category in categories)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """The inverse gives positions among labels where these are no numbers."""
        if method != "inverse_transform" or not self.has(method) or not self.decodes_labels:
            return None
        return [each.labels for each in self.decoded]

    @property
    def refuses_unknown(self) -> bool:
        """Whether scikit-learn raises an error for what is no category."""
        return getattr(self.estimator, "handle_unknown", None) == "error"

    @cached_property
    def encoded(self) -> NDArray[Any]:
        """What scikit-learn makes of a row for each category of the longest list, and of a row of unknown values."""
        est = self.estimator
        objects = DType.STRING in self.kinds or any(c.dtype == object for c in est.categories_)
        lists = [np.asarray(c, dtype=object if objects else np.float64) for c in est.categories_]
        rows = np.stack([np.resize(c, max(map(len, lists)) + 1) for c in lists], axis=1)
        if not self.refuses_unknown:
            rows[-1] = [unknown_value(c, kind) for c, kind in zip(lists, self.kinds, strict=True)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = est.transform(rows)
        return np.asarray(result.toarray() if hasattr(result, "toarray") else result)

    def blocks(self) -> list[NDArray[np.float64]]:
        """For each feature, rows of what its categories become and, last, of what any other value becomes."""
        encoded = self.encoded.astype(np.float64)
        ends = np.cumsum(self.widths)[:-1]
        tables = []
        for categories, block in zip(self.categories, np.split(encoded, ends, axis=1), strict=True):
            unknown = np.full_like(block[-1:], self.mark) if self.refuses_unknown else block[-1:]
            tables.append(np.vstack([block[: len(categories)], unknown]))
        return tables

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All, or those whose codes are never NaN: an unknown value that is refused is none of them."""
        if not clean:
            return self.allows_nan
        return np.array([not np.isnan(block[: len(block) - self.refuses_unknown]).any() for block in self.blocks()])

    @property
    def widths(self) -> list[int]:
        """Number of columns that each feature becomes."""
        count = self.encoded.shape[1] // len(self.categories)
        return [count] * len(self.categories)

    def column(self, X: TableLike, feature: int) -> Array:
        """Return a feature's values in the kind of its categories."""
        kind = self.kinds[feature]
        if not isinstance(X, Table):
            column: Array = X[:, feature]
            if isinstance(column, np.ndarray):
                return held_by_numpy(column, kind)
            column_kind = MadeColumn(f"column {feature}", column)
            return self.ask(column_kind, kind)
        return self.ask(X[feature], kind)

    def ask(self, column: Column, kind: DType) -> Array:
        """Ask a column for values of a kind, or refuse it by name."""
        try:
            if kind == DType.FLOAT:
                return column.numbers()
            return column.strings() if kind == DType.STRING else column.integers()
        except KindError as error:
            raise self.refuse(f"has categories of kind {kind}, but {error.reason}") from None

    def matches(self, X: TableLike, feature: int, categories: NDArray[Any]) -> Array:
        """Whether each row's value is each of some categories, of shape (n_rows, n_categories)."""
        column = self.column(X, feature)
        self._demand(column, feature)
        hot = xp.equal(xp.expand_dims(column, 1), categories)
        if categories.dtype.kind != "f" or not np.isnan(categories).any():
            return hot
        missing = xp.logical_and(xp.isnan(xp.expand_dims(column, 1)), np.isnan(categories))
        return xp.logical_or(hot, missing)

    def _demand(self, column: Array, feature: int) -> None:
        """Say that other values than the categories are refused, where scikit-learn does so."""
        if self.refuses_unknown:
            constrain_categories(column, self.categories[feature])

    def positions(self, X: TableLike, feature: int) -> Array:
        """Position of each row's category, their number for what is none."""
        categories = self.categories[feature]
        count = len(categories)
        if self.kinds[feature] != DType.FLOAT:
            hot = xp.astype(self.matches(X, feature, categories), float)
            return xp.astype(xp.linear(hot, np.arange(count) - float(count), float(count)), int)
        column = self.column(X, feature)
        self._demand(column, feature)
        known = categories[~np.isnan(categories)]
        place = xp.searchsorted(known.tolist(), column, side="left")
        found = xp.equal(xp.take(np.append(known, np.nan), place), column)
        place = xp.where(found, place, count)
        return place if len(known) == count else xp.where(xp.isnan(column), len(known), place)

    def cast(self, values: Array) -> Array:
        """Give values the kind of the encoder's dtype."""
        kind = self.kind
        if kind == DType.BOOL and self.refuses_unknown:
            raise self.refuse(
                "raises an error for unknown categories, which a file shows as NaN or -1, but dtype=bool has neither",
                "set handle_unknown, or another dtype",
            )
        return xp.astype(values, kind)

    @property
    def kind(self) -> DType:
        """Kind of the encoder's dtype."""
        return DType.of(np.empty(0, dtype=self.gives_dtype(None)))

    def gives_dtype(self, dtype: np.dtype[Any] | None) -> np.dtype[Any]:
        """That of the encoder, whatever X has."""
        return np.dtype(getattr(self.estimator, "dtype", np.float64))

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        """The least and the greatest code."""
        codes = self.encoded.astype(np.float64)
        return (float(codes.min()), float(codes.max())) if codes.size and np.isfinite(codes).all() else None

    def gives_sparse(self, sparse: bool) -> bool:
        """Whether the encoder gives a sparse matrix, whatever X is."""
        return bool(getattr(self.estimator, "sparse_output", False))

    @property
    def mark(self) -> float:
        """What a file gives for an unknown category that scikit-learn refuses: NaN, or -1 among whole numbers."""
        return np.nan if self.kind == DType.FLOAT else -1.0

    def transform(self, X: TableLike) -> TableLike:
        columns = [xp.take(table, self.positions(X, i), axis=0) for i, table in enumerate(self.blocks())]
        return self.cast(xp.concat(columns, axis=1))


@converts(sk.OrdinalEncoder)
class OrdinalEncoderConverter(CategoriesConverter):
    """The number of each category."""

    exact = TRANSFORMS
    inverse_takes_nan = True

    @cached_property
    def decoded(self) -> list[Decoded]:
        """What each code stands for."""
        return of_ordinal(self.estimator)

    def inverse_transform(self, X: Array) -> Array:
        """The category of each code, or its position where categories are no numbers."""
        columns, refused = [], []
        for i, (decoded, categories) in enumerate(zip(self.decoded, self.categories, strict=True)):
            column = X[:, i]
            inside = xp.logical_and(xp.greater(column, -1.0), xp.less(column, float(decoded.whole or -1)))
            # scikit-learn cuts off what is behind the point.
            position = xp.astype(xp.maximum(xp.where(inside, column, 0.0), 0.0), int)
            for at, code in enumerate(decoded.others, start=decoded.whole):
                found = xp.isnan(column) if np.isnan(code) else xp.equal(column, code)
                position = xp.where(found, at, position)
                inside = xp.logical_or(inside, found)
            refused.append(xp.logical_not(inside))
            columns.append(position if self.decodes_labels else xp.take(self._numbers(decoded, categories), position))
        refuse_rows(reduce(xp.logical_or, refused), f"{self.path} has no category of that code", self._knows_nan)
        return xp.stack(columns, axis=1)

    @staticmethod
    def _numbers(decoded: Decoded, categories: NDArray[Any]) -> NDArray[Any]:
        """Return the categories of all codes as tensors hold them."""
        behind = decoded.labels[decoded.whole :].astype(categories.dtype)
        return np.concatenate([categories[: decoded.whole], behind])


@converts(sk.TargetEncoder)
class TargetEncoderConverter(CategoriesConverter):
    """The mean target of each category, of each class where there are several."""


@converts(sk.OneHotEncoder)
class OneHotEncoderConverter(CategoriesConverter):
    """A column for each category, but for dropped and infrequent ones."""

    exact = TRANSFORMS

    @property
    def widths(self) -> list[int]:
        return list(self.estimator._n_features_outs)

    def transform(self, X: TableLike) -> TableLike:
        tables = self.blocks()
        blocks, start = [], 0
        # Features whose columns each stand for one category, and none for unknown values: one comparison is all.
        simple = [not self.refuses_unknown and is_selection(table) for table in tables]
        while start < len(tables):
            stop = start + 1
            if simple[start] and self.kinds[start] == DType.FLOAT:
                while stop < len(tables) and simple[stop] and self.kinds[stop] == DType.FLOAT:
                    stop += 1
                blocks.append(self._compared(X, tables, range(start, stop)))
            elif not tables[start].shape[1]:
                if self.refuses_unknown:
                    self.positions(X, start)  # which says what is demanded of the column
            elif simple[start]:
                at = tables[start][:-1].argmax(axis=0)
                blocks.append(self.matches(X, start, self.categories[start][at]))
            else:
                blocks.append(self._looked_up(X, start, tables[start]))
            start = stop
        return self.cast(xp.concat(blocks, axis=1)) if blocks else Table([])

    def _compared(self, X: TableLike, tables: list[NDArray[np.float64]], features: Sequence[int]) -> Array:
        """Columns of several features of numbers, compared at once."""
        widths = [self.widths[i] for i in features]
        values = np.concatenate([self.categories[i][tables[i][:-1].argmax(axis=0)] for i in features])
        at = np.repeat(list(features), widths)
        if isinstance(X, Table):
            try:
                X, at = X.take(features).matrix(), at - features[0]
            except KindError as error:
                raise self.refuse(f"has categories that are numbers, but {error.reason}") from None
        elif isinstance(X, np.ndarray):
            X, at = np.stack([self.column(X, i) for i in features], axis=1), at - features[0]
        columns = xp.take(X, at, axis=1)
        hot = xp.equal(columns, values)
        missing = np.isnan(values)
        return xp.logical_or(hot, xp.logical_and(xp.isnan(columns), missing)) if missing.any() else hot

    def _looked_up(self, X: TableLike, feature: int, table: NDArray[np.float64]) -> Array:
        """Columns of one feature by the position of its category."""
        position = self.positions(X, feature)
        hot = np.nan_to_num(np.maximum(table, 0.0), nan=0.0)
        codes = np.where(hot.any(axis=1), hot.argmax(axis=1), -1)
        code = xp.expand_dims(xp.take(codes, position), 1)
        block = xp.astype(xp.equal(code, np.arange(table.shape[1])), float)
        if self.refuses_unknown:
            block = xp.where(xp.expand_dims(xp.equal(position, len(table) - 1), 1), self.mark, block)
        return block

    @cached_property
    def decoded(self) -> list[Decoded]:
        """What each column stands for, and none of a feature's."""
        return of_one_hot(self.estimator, self.widths)

    def inverse_transform(self, X: Array) -> Array:
        """The category of each feature's greatest column, or its position where categories are no numbers."""
        columns, refused, start = [], [], 0
        for decoded, kind, width in zip(self.decoded, self.kinds, self.widths, strict=True):
            block = X[:, start : start + width]
            start += width
            position = xp.argmax(block, axis=1) if width else xp.broadcast_rows(np.array(0), X)
            if width:
                none = xp.equal(xp.sum(block, axis=1), 0.0)
                if len(decoded.labels) > width:
                    position = xp.where(none, width, position)
                else:
                    refused.append(none)
            columns.append(position if self.decodes_labels else xp.take(as_held(decoded.labels, kind), position))
        if refused:
            reason = f"{self.path} has no category for a row of zeros; use handle_unknown='ignore', or drop"
            refuse_rows(reduce(xp.logical_or, refused), reason, self._knows_nan)
        return xp.stack(columns, axis=1)


def is_selection(table: NDArray[np.float64]) -> bool:
    """Whether each column stands for one category and none for unknown numbers."""
    return not table[-1].any() and bool(np.all(table.sum(axis=0) == 1))
