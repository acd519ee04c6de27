"""Kernel principal component analysis (:mod:`sklearn.decomposition._kernel_pca`)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.pairwise.kernel_sums import MAX_FLOAT32_ERROR, estimator_kernel_product
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift
from skl2tflite.numerics.kernel_rounding import float32_relative_error, float64_rounding_error
from skl2tflite.numerics.sparse_products import dense


@converts(sk.KernelPCA)
class KernelPCAConverter(TransformerConverter):
    """Projects the centered kernel with the fitted rows; the inverse is a kernel ridge regression learned at fit."""

    def has(self, method: str) -> bool:
        """Every method; the inverse only if it was fitted."""
        return super().has(method) and (method != "inverse_transform" or bool(self.estimator.fit_inverse_transform))

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "inverse_transform" and not self.has(name):
            raise UnsupportedMethodError(f"{self.path} was fitted without an inverse; set fit_inverse_transform=True")
        return super().method(name)

    def check(self) -> None:
        est = self.estimator
        if not est.eigenvalues_.size:
            raise self.refuse("no component was left: the kernel is the same between all rows")
        if callable(est.kernel) or est.kernel in ("linear", "precomputed"):
            return
        if (
            float32_relative_error(dense(est.X_fit_), est.kernel, self._params, self._weights, self._bias)
            > MAX_FLOAT32_ERROR
        ):
            raise self.refuse(
                "some components are so small a part of the kernel that float32 keeps no digits of them",
                f"set n_components to less than {est.eigenvalues_.size}, or scale the features",
            )

    @cached_property
    def _weights(self) -> NDArray[np.float64]:
        """Weights of the kernels: to center the kernel is to center its weights and to add a bias."""
        est = self.estimator
        nonzero = est.eigenvalues_ != 0
        weights = np.zeros_like(est.eigenvectors_)
        weights[:, nonzero] = est.eigenvectors_[:, nonzero] / np.sqrt(est.eigenvalues_[nonzero])
        return np.asarray(weights - weights.mean(axis=0))

    @property
    def _bias(self) -> NDArray[np.float64]:
        return np.asarray(-self.estimator._centerer.K_fit_rows_ @ self._weights)

    @property
    def _params(self) -> dict[str, Any]:
        est = self.estimator
        return {"gamma": est.gamma_, "degree": est.degree, "coef0": est.coef0}

    def transform(self, X: Array) -> Array:
        """Project the centered kernel."""
        est, weights = self.estimator, self._weights
        if est.kernel == "linear":
            rows = dense(est.X_fit_)
            shift = float32_shift(rows.mean(axis=0), rows.std(axis=0))
            bias = (rows @ shift - est._centerer.K_fit_rows_) @ weights
            return xp.linear(X - shift, rows.T @ weights, bias)
        if est.kernel == "precomputed":
            # With its column's mean subtracted, the kernel of rows far from 0 keeps more digits.
            return xp.linear(X - est._centerer.K_fit_rows_, weights)
        return estimator_kernel_product(self, X, dense(est.X_fit_), self._params, weights, self._bias)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error, in components whose eigenvalues are small beside large kernels."""
        est = self.estimator
        if method != "transform":
            return 0.0
        # The mean kernel, which is subtracted, stands for the kernels of the fitted rows: it is as large.
        return 2.0 * float64_rounding_error(est._centerer.K_fit_rows_[np.newaxis], self._weights)

    def inverse_transform(self, X: Array) -> Array:
        """Kernel ridge regression of the fitted rows on what they were transformed to."""
        est = self.estimator
        return estimator_kernel_product(self, X, dense(est.X_transformed_fit_), self._params, est.dual_coef_)
