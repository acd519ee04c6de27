"""Centering of kernel matrices (:class:`sklearn.preprocessing.KernelCenterer`)."""

from __future__ import annotations

from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


@converts(sk.KernelCenterer)
class KernelCentererConverter(TransformerConverter):
    """The kernel between rows and fitted rows, as if all were centered in feature space."""

    def transform(self, X: Array) -> Array:
        est = self.estimator
        # K_fit_all_ is the mean of K_fit_rows_, so that both means are one.
        differences: Array = X - est.K_fit_rows_
        return differences - xp.mean(differences, axis=1, keepdims=True)
