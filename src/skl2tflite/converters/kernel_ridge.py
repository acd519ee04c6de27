"""Kernel ridge regression (:mod:`sklearn.kernel_ridge`)."""

from __future__ import annotations

from sklearn import kernel_ridge as sk

from skl2tflite.converters.base import RegressorConverter
from skl2tflite.converters.own_kernels import own_or_named_product
from skl2tflite.converters.random_projection import dense
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array


@converts(sk.KernelRidge)
class KernelRidgeConverter(RegressorConverter):
    """``K(X, X_fit_) @ dual_coef_``."""

    def predict(self, X: Array) -> Array:
        est = self.estimator
        params = {"gamma": est.gamma, "degree": est.degree, "coef0": est.coef0}
        return own_or_named_product(self, X, dense(est.X_fit_), params, est.dual_coef_)
