"""Encoders of categories that are numbers (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array, DType
from skl2tflite.graph import functions as xp


class CategoriesConverter(TransformerConverter):
    """Looks numbers up among the categories of their feature.

    What becomes of each category, and of all others, scikit-learn itself says, asked for one row for each:
    with infrequent, missing and dropped ones, version by version.
    """

    def check(self) -> None:
        for i, categories in enumerate(self.estimator.categories_):
            if not all(isinstance(c, int | float | np.number | np.bool_) for c in categories):
                raise self.refuse(f"categories of feature {i} are not numbers", "encode strings before")
            numbers = np.asarray(categories, dtype=np.float64)
            with np.errstate(over="ignore"):
                held = numbers.astype(np.float32)
            if len(np.unique(held)) < len(np.unique(numbers)):
                raise self.refuse(
                    f"categories of feature {i} are the same number in float32",
                    "number them from 0 before, or round them",
                )

    @cached_property
    def categories(self) -> list[NDArray[np.float64]]:
        """Categories of each feature as float32 holds them, ascending, NaN last."""
        return [
            np.asarray(categories, dtype=np.float64).astype(np.float32).astype(np.float64)
            for categories in self.estimator.categories_
        ]

    @property
    def refuses_unknown(self) -> bool:
        """Whether scikit-learn raises an error for what is no category; a file gives NaN."""
        return getattr(self.estimator, "handle_unknown", None) == "error"

    @cached_property
    def encoded(self) -> NDArray[Any]:
        """What scikit-learn makes of a row for each category of the longest list, and of a row of unknown numbers."""
        est = self.estimator
        lists = [np.asarray(c, dtype=np.float64) for c in est.categories_]
        rows = np.stack([np.resize(c, max(map(len, lists)) + 1) for c in lists], axis=1)
        if not self.refuses_unknown:
            rows[-1] = [1 + np.max(c, initial=0.0, where=~np.isnan(c)) for c in lists]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = est.transform(rows)
        return np.asarray(result.toarray() if hasattr(result, "toarray") else result)

    def blocks(self) -> list[NDArray[np.float64]]:
        """For each feature, rows of what its categories become and, last, of what any other number becomes."""
        encoded = self.encoded.astype(np.float64)
        ends = np.cumsum(self.widths)[:-1]
        tables = []
        for categories, block in zip(self.categories, np.split(encoded, ends, axis=1), strict=True):
            unknown = np.full_like(block[-1:], np.nan) if self.refuses_unknown else block[-1:]
            tables.append(np.vstack([block[: len(categories)], unknown]))
        return tables

    def has(self, method: str) -> bool:
        """No inverse where scikit-learn gives None or a text for some rows."""
        return super().has(method) and (method != "inverse_transform" or plain(self.estimator))

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "inverse_transform" and super().has(name) and not self.has(name):
            raise UnsupportedMethodError(
                f"inverse_transform of {self.path} gives None or a text where several or no categories have a code; "
                "use handle_unknown='error' and no infrequent categories"
            )
        return super().method(name)

    @property
    def widths(self) -> list[int]:
        """Number of columns that each feature becomes."""
        count = self.encoded.shape[1] // len(self.categories)
        return [count] * len(self.categories)

    def positions(self, X: Array, feature: int) -> Array:
        """Position of each row's category, their number for what is none."""
        categories = self.categories[feature]
        column = X[:, feature]
        known = categories[~np.isnan(categories)]
        place = xp.searchsorted(known.tolist(), column, side="left")
        found = xp.equal(xp.take(np.append(known, np.nan), place), column)
        place = xp.where(found, place, len(categories))
        return place if len(known) == len(categories) else xp.where(xp.isnan(column), len(known), place)

    def cast(self, values: Array) -> Array:
        """Give values the kind of the encoder's dtype."""
        kind = DType.of(np.empty(0, dtype=getattr(self.estimator, "dtype", np.float64)))
        if kind != DType.FLOAT and self.refuses_unknown:
            raise self.refuse(
                f"raises an error for unknown categories, which a file shows as NaN, but dtype={kind} has none",
                "set handle_unknown, or a float dtype",
            )
        return xp.astype(values, kind)

    def transform(self, X: Array) -> Array:
        columns = [xp.take(table, self.positions(X, i), axis=0) for i, table in enumerate(self.blocks())]
        return self.cast(xp.concat(columns, axis=1))


@converts(sk.OrdinalEncoder)
class OrdinalEncoderConverter(CategoriesConverter):
    """The number of each category."""

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

    @property
    def widths(self) -> list[int]:
        return list(self.estimator._n_features_outs)

    def transform(self, X: Array) -> Array:
        tables = self.blocks()
        # A column for each category and zeros for unknown ones: one comparison is all.
        if not self.refuses_unknown and all(is_selection(table) for table in tables):
            features = np.repeat(np.arange(len(tables)), self.widths)
            values = np.concatenate(
                [c[table[:-1].argmax(axis=0)] for c, table in zip(self.categories, tables, strict=True)]
            )
            columns = xp.take(X, features, axis=1)
            hot = xp.equal(columns, values)
            missing = np.isnan(values)
            return self.cast(xp.logical_or(hot, xp.logical_and(xp.isnan(columns), missing)) if missing.any() else hot)
        results = []
        for i, table in enumerate(tables):
            if not table.shape[1]:
                continue
            position = self.positions(X, i)
            hot = np.nan_to_num(table, nan=0.0)
            codes = np.where(hot.any(axis=1), hot.argmax(axis=1), -1)
            code = xp.expand_dims(xp.take(codes, position), 1)
            block = xp.astype(xp.equal(code, np.arange(table.shape[1])), float)
            if self.refuses_unknown:
                block = xp.where(xp.expand_dims(xp.equal(position, len(table) - 1), 1), np.nan, block)
            results.append(block)
        return self.cast(xp.concat(results, axis=1))

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
