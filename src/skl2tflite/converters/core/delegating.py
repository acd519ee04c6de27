"""Estimators whose inference is that of another estimator."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.contract import Contract
from skl2tflite.features import RowKind
from skl2tflite.graph import Array
from skl2tflite.method_arguments import offers


class DelegatingConverter(Converter):
    """A converter of an estimator whose inference is that of another one; subclasses say which."""

    @cached_property
    def inner(self) -> Converter:
        """Converter of the inner estimator."""
        raise NotImplementedError

    @property
    def default_methods(self) -> tuple[str, ...]:  # type: ignore[override]
        """Those of the inner estimator."""
        return self.inner.default_methods

    @property
    def contract(self) -> Contract:
        """The inner estimator's."""
        return self.inner.contract

    @property
    def ragged(self) -> frozenset[str]:  # type: ignore[override]
        """The inner estimator's."""
        return self.inner.ragged

    @property
    def rows_second(self) -> frozenset[str]:  # type: ignore[override]
        """The inner estimator's."""
        return self.inner.rows_second

    def has(self, method: str) -> bool:
        """Return whether both estimators have a method, and the inner one's converter too."""
        return offers(self.estimator, method) and self.inner.has(method)

    def method(self, name: str) -> Any:
        """Return the inner converter's method, or raise the error that lists the methods."""
        return self.inner.method(name) if offers(self.estimator, name) else super().method(name)

    def wide_log_proba(self, X: Array) -> Array | None:
        """Ask the inner estimator."""
        return self.inner.log_proba(X)

    def labels(self, method: str) -> list[NDArray[Any]] | None:
        """Labels of the inner estimator."""
        return self.inner.labels(method)

    @property
    def n_features(self) -> int:
        """Number of columns of the inner estimator's input."""
        return self.inner.n_features

    @property
    def rows(self) -> RowKind:
        """Kind of rows that the inner estimator takes."""
        return self.inner.rows

    @property
    def integer_columns(self) -> bool:  # type: ignore[override]
        """Those of the inner estimator."""
        return self.inner.integer_columns

    @property
    def inverse_rows(self) -> RowKind:  # type: ignore[override]
        """Kind of rows that the inner estimator's ``inverse_transform`` takes."""
        return self.inner.inverse_rows

    @property
    def inverse_takes_nan(self) -> bool:  # type: ignore[override]
        """Those of the inner estimator."""
        return self.inner.inverse_takes_nan

    def learn_rows(self, rows: RowKind) -> None:
        """Tell the inner estimator."""
        self.inner.learn_rows(rows)

    @property
    def feature_names(self) -> list[str] | None:
        """Names of the columns of the inner estimator's input."""
        return self.inner.feature_names

    @property
    def needed_columns(self) -> tuple[int, ...] | None:
        """Those of the inner estimator."""
        return self.inner.needed_columns

    def nan_columns(self, clean: bool = False) -> bool | NDArray[np.bool_]:
        """Those of the inner estimator."""
        return self.inner.nan_columns(clean)
