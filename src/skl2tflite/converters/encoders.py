"""Encoders of categories (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.base import TRANSFORMS, TransformerConverter
from skl2tflite.converters.categories import (
    as_held,
    category_kind,
    held_by_numpy,
    is_missing,
    unknown_value,
)
from skl2tflite.converters.known import demand
from skl2tflite.converters.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.features.columns import INT32, sendable
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp
from skl2tflite.graph.table import Column, KindError, MadeColumn, Table, TableLike


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
    def refuses_unknown(self) -> bool:
        """Whether scikit-learn raises an error for what is no category."""
        return getattr(self.estimator, "handle_unknown", None) == "error"

    @cached_property
    def encoded(self) -> NDArray[Any]:
        """What scikit-learn makes of a row for each category of the longest list, and of a row of unknown values."""
        est = self.estimator
        text = DType.STRING in self.kinds
        lists = [np.asarray(c, dtype=object if text else np.float64) for c in est.categories_]
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

    def has(self, method: str) -> bool:
        """No inverse where scikit-learn gives None or text for some rows."""
        if method != "inverse_transform" or not super().has(method):
            return super().has(method)
        return DType.STRING not in self.kinds and plain(self.estimator)

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "inverse_transform" and super().has(name) and not self.has(name):
            if DType.STRING in self.kinds:
                raise UnsupportedMethodError(f"inverse_transform of {self.path} gives text, which no output can hold")
            raise UnsupportedMethodError(
                f"inverse_transform of {self.path} gives None or a text where several or no categories have a code; "
                "use handle_unknown='error' and no infrequent categories"
            )
        return super().method(name)

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
            demand(column, self.categories[feature])

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
        return DType.of(np.empty(0, dtype=getattr(self.estimator, "dtype", np.float64)))

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

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        columns = []
        for i, categories in enumerate(self.categories):
            column = X[:, i]
            if i in est._missing_indices:
                code = float(est.encoded_missing_value)
                missing = xp.isnan(column) if np.isnan(code) else xp.equal(column, code)
                column = xp.where(missing, float(est._missing_indices[i]), column)
            columns.append(xp.take(categories, xp.astype(xp.clip(column, 0.0, len(categories) - 1.0), int)))
        return xp.stack(columns, axis=1)


def plain(encoder: Any) -> bool:
    """Whether every category has a code of its own, and nothing else has one."""
    return encoder.handle_unknown == "error" and not encoder._infrequent_enabled


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
                pass
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

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        dropped = est._drop_idx_after_grouping
        columns, start = [], 0
        for i, (categories, width) in enumerate(zip(self.categories, self.widths, strict=True)):
            drop = None if dropped is None else dropped[i]
            kept = categories if drop is None else np.delete(categories, drop)
            block = X[:, start : start + width]
            start += width
            if not width:
                columns.append(xp.broadcast_rows(np.array(categories[drop]), X))
                continue
            column = xp.take(kept, xp.argmax(block, axis=1))
            nothing = np.nan if drop is None else categories[drop]
            columns.append(xp.where(xp.equal(xp.sum(block, axis=1), 0.0), nothing, column))
        return xp.stack(columns, axis=1)


def is_selection(table: NDArray[np.float64]) -> bool:
    """Whether each column stands for one category and none for unknown numbers."""
    return not table[-1].any() and bool(np.all(table.sum(axis=0) == 1))
