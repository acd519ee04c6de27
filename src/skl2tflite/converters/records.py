"""Rows that are dicts of features (:mod:`sklearn.feature_extraction`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer

from skl2tflite.converters.base import TRANSFORM, TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.features.columns import as_text, sendable
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.graph.table import Table


@converts(DictVectorizer)
class DictVectorizerConverter(TransformerConverter):
    """A column for each number, and for each text that a feature had at fit.

    A file has an input for each feature: of numbers, 0 where a row lacks it, or of text.
    """

    takes_tables = True
    exact = TRANSFORM

    @property
    def record_separator(self) -> str:  # type: ignore[override]
        """What stands between the name of a feature and its text."""
        return str(self.estimator.separator)

    @cached_property
    def columns(self) -> list[tuple[str, str | None]]:
        """Feature and text of each column in order; numbers have no text."""
        found: list[tuple[str, str | None]] = []
        for name in sorted(self.estimator.vocabulary_, key=self.estimator.vocabulary_.__getitem__):
            feature, separator, text = str(name).partition(self.record_separator)
            found.append((feature, text if separator else None))
        return found

    def check(self) -> None:
        both = {f for f, text in self.columns if text is None} & {f for f, text in self.columns if text is not None}
        if both:
            raise self.refuse(f"feature {min(both)!r} is a number in some rows and text in others", "give it two names")
        if not all(sendable(text) for _, text in self.columns if text is not None):
            raise self.refuse("has learned text that is no UTF-8, or reserved")

    @property
    def feature_names(self) -> list[str]:
        """Names of the features, in order of their first column."""
        return list(dict.fromkeys(feature for feature, _ in self.columns))

    @property
    def n_features(self) -> int:
        """Number of features: keys of the dicts."""
        return len(self.feature_names)

    @property
    def allows_nan(self) -> bool:
        """NaN is a number like others here."""
        return True

    def transform(self, X: Table | Any) -> Array:
        return xp.concat(list(self._blocks(X)), axis=1)

    def _blocks(self, X: Table | Any) -> Iterator[Array]:
        """Yield the columns of one feature after another."""
        places = {name: i for i, name in enumerate(self.feature_names)}
        for feature, group in groupby(self.columns, key=lambda column: column[0]):
            texts = [text for _, text in group]
            if texts[0] is None:
                values = X[places[feature]].numbers() if isinstance(X, Table) else _numbers(X, feature)
                yield xp.expand_dims(values, 1)
                continue
            strings = X[places[feature]].strings() if isinstance(X, Table) else _texts(X, feature)
            yield xp.astype(xp.equal(xp.expand_dims(strings, 1), np.array(texts, dtype=object)), float)


def _numbers(rows: Any, feature: str) -> Any:
    values = [row.get(feature, 0.0) for row in rows]
    return np.array([0.0 if isinstance(value, str) else value for value in values], dtype=np.float64)


def _texts(rows: Any, feature: str) -> Any:
    return np.array(as_text(np.array([row.get(feature) for row in rows], dtype=object)), dtype=object)
