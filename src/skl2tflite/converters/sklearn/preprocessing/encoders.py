"""One-hot, ordinal and target encoders (:mod:`sklearn.preprocessing`), which share the look-up of categories."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property, reduce
from operator import or_
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
    """An encoder that looks values up among the categories of their feature.

    The codes of all categories, and of unknown values, come from scikit-learn itself: at conversion the estimator
    transforms one row for each. So infrequent, missing and dropped categories are right in every version.
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
            others = [c for c in categories if not isinstance(c, int | float | np.number | np.bool_)]
            if (other := next((c for c in others if not is_missing(c)), None)) is not None:
                raise self.refuse(
                    f"categories of feature {i} are of type {type(other).__name__}, neither text nor numbers",
                    "make text or numbers of them",
                )
            if others:
                raise self.refuse(
                    f"categories of feature {i} are numbers and None", "use NaN for what is missing among numbers"
                )
            numbers = np.asarray(categories, dtype=np.float64)
            if kind == DType.INT:
                if numbers.min() < INT32.min or numbers.max() > INT32.max:
                    raise self.refuse(
                        f"categories of feature {i} are integers beyond 32 bits", "use text, or number them from 0"
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
        """Kind of each feature's categories: text, floats, or integers that float32 does not hold."""
        return [category_kind(categories) for categories in self.listed]

    @cached_property
    def categories(self) -> list[NDArray[Any]]:
        """Categories of each feature as a tensor holds them: text, or ascending numbers; a missing one is last."""
        return [as_held(c, kind) for c, kind in zip(self.listed, self.kinds, strict=True)]

    @property
    def decoded(self) -> Sequence[Decoded]:
        """What the inverse returns for each feature."""
        raise NotImplementedError

    @cached_property
    def decodes_labels(self) -> bool:
        """Whether the inverse of some feature returns text or None."""
        return any(isinstance(label, str | None) for each in self.decoded for label in each.labels)

    @property
    def _knows_nan(self) -> bool:
        return any(is_nan(category) for categories in self.listed for category in categories)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of the inverse, which returns their positions if some are not numbers."""
        if method != "inverse_transform" or not self.has(method) or not self.decodes_labels:
            return None
        return [each.labels for each in self.decoded]

    @property
    def refuses_unknown(self) -> bool:
        """Whether scikit-learn raises an error for unknown values."""
        return getattr(self.estimator, "handle_unknown", None) == "error"

    @cached_property
    def encoded(self) -> NDArray[Any]:
        """scikit-learn's codes of one row for each category of the longest list, and of one row of unknown values."""
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
        """Return a table for each feature: the codes of its categories and, in the last row, of any other value."""
        encoded = self.encoded.astype(np.float64)
        ends = np.cumsum(self.widths)[:-1]
        tables = []
        for categories, block in zip(self.categories, np.split(encoded, ends, axis=1), strict=True):
            unknown = np.full_like(block[-1:], self.mark) if self.refuses_unknown else block[-1:]
            tables.append(np.vstack([block[: len(categories)], unknown]))
        return tables

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """All columns; with ``clean``, those in which no code is NaN (the code of a refused unknown value aside)."""
        if not clean:
            return self.allows_nan
        return np.array([not np.isnan(block[: len(block) - self.refuses_unknown]).any() for block in self.blocks()])

    @property
    def widths(self) -> list[int]:
        """Number of columns that each feature becomes."""
        count = self.encoded.shape[1] // len(self.categories)
        return [count] * len(self.categories)

    def column(self, X: TableLike, feature: int) -> Array:
        """Return a feature's values as the kind of its categories."""
        kind = self.kinds[feature]
        if not isinstance(X, Table):
            column: Array = X[:, feature]
            if isinstance(column, np.ndarray):
                return held_by_numpy(column, kind)
            column_kind = MadeColumn(f"column {feature}", column)
            return self.ask(column_kind, kind)
        return self.ask(X[feature], kind)

    def ask(self, column: Column, kind: DType) -> Array:
        """Return a column's values as a kind, or refuse the estimator, naming the column."""
        try:
            if kind == DType.FLOAT:
                return column.numbers()
            return column.strings() if kind == DType.STRING else column.integers()
        except KindError as error:
            raise self.refuse(f"has categories of kind {kind}, but {error.reason}") from None

    def matches(self, X: TableLike, feature: int, categories: NDArray[Any]) -> Array:
        """Compare each row's value with some categories.

        Parameters
        ----------
        X : Table, Column or array
        feature : int
        categories : ndarray of shape (n_categories,)

        Returns
        -------
        array of bool of shape (n_rows, n_categories)
        """
        column = self.column(X, feature)
        self._demand(column, feature)
        hot = xp.expand_dims(column, 1) == categories
        if categories.dtype.kind != "f" or not np.isnan(categories).any():
            return hot
        missing: Array = xp.isnan(xp.expand_dims(column, 1)) & np.isnan(categories)
        return hot | missing

    def _demand(self, column: Array, feature: int) -> None:
        """Record that values other than the categories are refused, if scikit-learn refuses them."""
        if self.refuses_unknown:
            constrain_categories(column, self.categories[feature])

    def positions(self, X: TableLike, feature: int) -> Array:
        """Return the position of each row's category; the number of categories for unknown values."""
        categories = self.categories[feature]
        count = len(categories)
        if self.kinds[feature] != DType.FLOAT:
            hot = xp.astype(self.matches(X, feature, categories), float)
            return xp.astype(xp.linear(hot, np.arange(count) - float(count), float(count)), int)
        column = self.column(X, feature)
        self._demand(column, feature)
        known = categories[~np.isnan(categories)]
        place = xp.searchsorted(known.tolist(), column, side="left")
        found = xp.take(np.append(known, np.nan), place) == column
        place = xp.where(found, place, count)
        return place if len(known) == count else xp.where(xp.isnan(column), len(known), place)

    def cast(self, values: Array) -> Array:
        """Convert codes to the kind of the encoder's dtype."""
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
        """The encoder's own dtype."""
        return np.dtype(getattr(self.estimator, "dtype", np.float64))

    def gives_bounds(self, bounds: tuple[float, float] | None) -> tuple[float, float] | None:
        """Return the least and the greatest code."""
        codes = self.encoded.astype(np.float64)
        return (float(codes.min()), float(codes.max())) if codes.size and np.isfinite(codes).all() else None

    def gives_sparse(self, sparse: bool) -> bool:
        """Whether scikit-learn returns a sparse matrix, which does not depend on X here."""
        return bool(getattr(self.estimator, "sparse_output", False))

    @property
    def mark(self) -> float:
        """What a file returns for an unknown value that scikit-learn refuses: NaN, or -1 for integer codes."""
        return np.nan if self.kind == DType.FLOAT else -1.0

    def transform(self, X: TableLike) -> TableLike:
        columns = [xp.take(table, self.positions(X, i), axis=0) for i, table in enumerate(self.blocks())]
        return self.cast(xp.concat(columns, axis=1))


@converts(sk.OrdinalEncoder)
class OrdinalEncoderConverter(CategoriesConverter):
    """Encodes each category as a number."""

    exact = TRANSFORMS
    inverse_takes_nan = True

    @cached_property
    def decoded(self) -> list[Decoded]:
        """Category of each code, for the inverse."""
        return of_ordinal(self.estimator)

    def inverse_transform(self, X: Array) -> Array:
        """The category of each code, or its position if categories are not numbers."""
        columns, refused = [], []
        for i, (decoded, categories) in enumerate(zip(self.decoded, self.categories, strict=True)):
            column = X[:, i]
            inside = (column > -1.0) & (column < float(decoded.whole or -1))
            # scikit-learn truncates codes to integers.
            position = xp.astype(xp.maximum(xp.where(inside, column, 0.0), 0.0), int)
            for at, code in enumerate(decoded.others, start=decoded.whole):
                found = xp.isnan(column) if np.isnan(code) else column == code
                position = xp.where(found, at, position)
                inside = inside | found
            refused.append(~inside)
            columns.append(position if self.decodes_labels else xp.take(self._numbers(decoded, categories), position))
        refuse_rows(reduce(or_, refused), f"{self.path} has no category of that code", self._knows_nan)
        return xp.stack(columns, axis=1)

    @staticmethod
    def _numbers(decoded: Decoded, categories: NDArray[Any]) -> NDArray[Any]:
        """Return the categories of all codes, as tensors hold them."""
        behind = decoded.labels[decoded.whole :].astype(categories.dtype)
        return np.concatenate([categories[: decoded.whole], behind])


@converts(sk.TargetEncoder)
class TargetEncoderConverter(CategoriesConverter):
    """Encodes each category as its mean target; with several classes, as one mean for each class."""


@converts(sk.OneHotEncoder)
class OneHotEncoderConverter(CategoriesConverter):
    """Encodes each feature as one column for each category that is neither dropped nor infrequent."""

    exact = TRANSFORMS

    @property
    def widths(self) -> list[int]:
        return list(self.estimator._n_features_outs)

    def transform(self, X: TableLike) -> TableLike:
        tables = self.blocks()
        blocks, start = [], 0
        # Features in which each column stands for one category, and none for unknown values, need one comparison.
        simple = [not self.refuses_unknown and is_selection(table) for table in tables]
        while start < len(tables):
            stop = start + 1
            if simple[start] and self.kinds[start] == DType.FLOAT:
                while stop < len(tables) and simple[stop] and self.kinds[stop] == DType.FLOAT:
                    stop += 1
                blocks.append(self._compared(X, tables, range(start, stop)))
            elif not tables[start].shape[1]:
                if self.refuses_unknown:
                    self.positions(X, start)  # which records that unknown values are refused
            elif simple[start]:
                at = tables[start][:-1].argmax(axis=0)
                blocks.append(self.matches(X, start, self.categories[start][at]))
            else:
                blocks.append(self._looked_up(X, start, tables[start]))
            start = stop
        return self.cast(xp.concat(blocks, axis=1)) if blocks else Table([])

    def _compared(self, X: TableLike, tables: list[NDArray[np.float64]], features: Sequence[int]) -> Array:
        """Return the columns of several numeric features, from one comparison.

        Parameters
        ----------
        X : Table, Column or array
        tables : list of ndarray
            Codes of all features (:meth:`blocks`).
        features : sequence of int
            Positions of the features, which follow one another.
        """
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
        hot = columns == values
        missing = np.isnan(values)
        return hot | (xp.isnan(columns) & missing) if missing.any() else hot

    def _looked_up(self, X: TableLike, feature: int, table: NDArray[np.float64]) -> Array:
        """Return the columns of one feature, by the position of its category in a table of codes.

        Parameters
        ----------
        X : Table, Column or array
        feature : int
        table : ndarray of shape (n_categories + 1, n_columns)
            Codes of the feature (:meth:`blocks`).
        """
        position = self.positions(X, feature)
        hot = np.nan_to_num(np.maximum(table, 0.0), nan=0.0)
        codes = np.where(hot.any(axis=1), hot.argmax(axis=1), -1)
        code = xp.expand_dims(xp.take(codes, position), 1)
        block = xp.astype(code == np.arange(table.shape[1]), float)
        if self.refuses_unknown:
            block = xp.where(xp.expand_dims(position == len(table) - 1, 1), self.mark, block)
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


def is_selection(table: NDArray[np.float64]) -> bool:
    """Whether each column stands for exactly one category, and none for unknown values."""
    return not table[-1].any() and bool(np.all(table.sum(axis=0) == 1))
