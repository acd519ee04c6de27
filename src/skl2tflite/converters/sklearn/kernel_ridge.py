"""Kernel ridge regression (:mod:`sklearn.kernel_ridge`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import kernel_ridge as sk

from skl2tflite.converters.core.estimator_kinds import RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.kernel_sums import check_kernel_rounding, estimator_kernel_product, fitted_kernels
from skl2tflite.graph import Array
from skl2tflite.numerics.kernel_rounding import float64_rounding_error
from skl2tflite.numerics.sparse_products import dense


@converts(sk.KernelRidge)
class KernelRidgeConverter(RegressorConverter):
    """``K(X, X_fit_) @ dual_coef_``."""

    def check(self) -> None:
        est = self.estimator
        check_kernel_rounding(
            self,
            dense(est.X_fit_),
            self._params,
            est.dual_coef_,
            instead="scale the features, or fit with a larger alpha",
        )

    def predict(self, X: Array) -> Array:
        est = self.estimator
        return estimator_kernel_product(self, X, dense(est.X_fit_), self._params, est.dual_coef_)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error in sums of large terms of both signs."""
        est = self.estimator
        values = fitted_kernels(est.kernel, dense(est.X_fit_), self._params)
        return 0.0 if values is None else float64_rounding_error(values, est.dual_coef_)

    @property
    def _params(self) -> dict[str, Any]:
        est = self.estimator
        return {"gamma": est.gamma, "degree": est.degree, "coef0": est.coef0}
