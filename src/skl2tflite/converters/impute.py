"""Missing values (:mod:`sklearn.impute`)."""

from __future__ import annotations

from numbers import Real

import numpy as np
from sklearn import impute as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class MissingConverter(TransformerConverter):
    """What looks for missing values: NaN, or a number that stands for them."""

    @property
    def missing_is_nan(self) -> bool:
        """Whether NaN is what is missing; ``pandas.NA`` arrives as NaN."""
        missing = self.estimator.missing_values
        return type(missing).__name__ == "NAType" or (isinstance(missing, Real) and np.isnan(float(missing)))

    def check(self) -> None:
        missing = self.estimator.missing_values
        if not (self.missing_is_nan or isinstance(missing, Real)):
            raise self.refuse(f"missing_values={missing!r} is not a number", "use NaN for what is missing")

    def is_missing(self, X: Array) -> Array:
        """Where a value is missing."""
        return xp.isnan(X) if self.missing_is_nan else X == float(self.estimator.missing_values)

    @property
    def allows_nan(self) -> bool:
        """Whether NaN is what is missing."""
        return self.missing_is_nan

    @property
    def removes_nan(self) -> bool:
        """What is missing does not stay."""
        return True


@converts(sk.SimpleImputer)
class SimpleImputerConverter(MissingConverter):
    """``statistics_`` in place of what is missing; columns without any value at fit are dropped."""

    def check(self) -> None:
        super().check()
        if self.estimator._fit_dtype.kind not in "fiu":
            raise self.refuse(
                f"was fitted on values of dtype {self.estimator._fit_dtype}", "fit it on numbers; encode strings before"
            )

    def transform(self, X: Array) -> Array:
        est = self.estimator
        statistics = est.statistics_.astype(np.float64)
        kept = np.arange(statistics.size) if est.keep_empty_features else np.flatnonzero(~np.isnan(statistics))
        missing = self.is_missing(X)
        fill_dtype = getattr(est, "_fill_dtype", np.float64)  # scikit-learn 1.8
        values = statistics[kept].astype(fill_dtype).astype(np.float64)
        imputed = xp.where(xp.take(missing, kept, axis=1), values, xp.take(X, kept, axis=1))
        if not est.add_indicator:
            return imputed
        indicators = xp.take(missing, est.indicator_.features_, axis=1)
        return xp.concat([imputed, xp.astype(indicators, float)], axis=1)


@converts(sk.MissingIndicator)
class MissingIndicatorConverter(MissingConverter):
    """Whether each of ``features_`` is missing."""

    def transform(self, X: Array) -> Array:
        return xp.take(self.is_missing(X), self.estimator.features_, axis=1)
