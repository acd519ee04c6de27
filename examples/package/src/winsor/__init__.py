"""A package with a transformer, and its converter in a module of its own."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class Winsorizer(TransformerMixin, BaseEstimator):
    """Takes what is beyond some quantiles back to them."""

    def __init__(self, share: float = 0.02) -> None:
        self.share = share

    def fit(self, X: np.ndarray, y: object = None) -> Winsorizer:
        """Learn the quantiles."""
        X = validate_data(self, X)
        self.low_, self.high_ = np.quantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Limit each feature."""
        check_is_fitted(self)
        return np.clip(validate_data(self, X, reset=False), self.low_, self.high_)
