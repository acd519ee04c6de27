"""Features of texts (:mod:`sklearn.feature_extraction`)."""

from __future__ import annotations

from sklearn.feature_extraction import text

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(text.TfidfTransformer)
class TfidfTransformerConverter(TransformerConverter):
    """Counts of terms, weighted by how rare a term is, each row divided by its norm; rows of zeros stay.

    The counts are a dense matrix, and so is the result.
    """

    @property
    def n_features(self) -> int:
        """Number of columns, as the weights have it where the estimator does not."""
        weights = getattr(self.estimator, "idf_", None)
        return super().n_features if weights is None else len(weights)

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.sublinear_tf:
            zero = xp.equal(X, 0.0)
            X = xp.where(zero, 0.0, xp.log(xp.where(zero, 1.0, X)) + 1.0)
        if hasattr(est, "idf_"):
            X = X * est.idf_
        if est.norm is None:
            return X
        magnitudes = xp.square(X) if est.norm == "l2" else xp.abs(X)
        norms = xp.sum(magnitudes, axis=1, keepdims=True)
        norms = xp.sqrt(norms) if est.norm == "l2" else norms
        return X / xp.where(xp.equal(norms, 0.0), 1.0, norms)
