"""Transformations to normal and uniform distributions (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.domain import refuse_below
from skl2tflite.tracing.monotone import ULPS

ZERO_EXPONENT = 1e-12
"""Magnitude of exponents below which the power is replaced by its limit, the logarithm: float32 tells no difference."""
NARROW_MEAN = 16.0
"""Mean of a transformed feature, in its standard deviations, from which it is computed relative to a center."""
MAX_FLOAT64_ERROR = 1e-4
"""Greatest accepted float64 rounding error of a transformed feature, in its standard deviations."""


@converts(sk.PowerTransformer)
class PowerTransformerConverter(TransformerConverter):
    """Yeo-Johnson or Box-Cox transformation of each feature, then standardization if it is set; NaN stays."""

    def check(self) -> None:
        if np.any(self._float64_error > MAX_FLOAT64_ERROR):
            raise self.refuse(
                "makes features whose digits are lost in float64, so that scikit-learn's own answers are noise",
                "scale the features before",
            )

    @property
    def _float64_error(self) -> NDArray[np.float64]:
        """Rounding error of each feature when its mean is subtracted in float64, in its standard deviations."""
        mean, scale = self._moments
        return np.asarray(np.finfo(np.float64).eps * np.abs(mean) / scale)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """scikit-learn's own rounding error when it subtracts the mean from powers that are nearly equal."""
        return 4.0 * self._float64_error if method == "transform" else 0.0

    def transform(self, X: Array) -> Array:
        lambdas = self.estimator.lambdas_.astype(np.float64)
        if self.estimator.method == "box-cox":
            refuse_below(self.path, X, refuses_bound=True, gives_nan=True)
            return self._standardized(X, lambdas)
        magnitude = xp.abs(X)
        return xp.where(
            X < 0.0,
            self._standardized(magnitude, 2.0 - lambdas, negative=True),
            self._standardized(magnitude, lambdas),
        )

    def _standardized(self, X: Array, powers: NDArray[np.float64], *, negative: bool = False) -> Array:
        """Raise and standardize, with what does not depend on the rows joined in float64.

        Features that vary little compared with their size have nearly equal powers. These are computed relative to the
        power of a center c, ``zᵖ = cᵖ · (z/c)ᵖ``, so that float32 keeps the digits in which they differ.
        """
        mean, scale = self._moments
        mean, sign = (-mean, -1.0) if negative else (mean, 1.0)
        logarithm, log_center = self._logarithm(X, self._centers(mean, powers))
        zero = np.abs(powers) < ZERO_EXPONENT
        safe = np.where(zero, 1.0, powers)
        factor = np.where(zero, 1.0, np.exp(safe * log_center) / safe)
        offset = np.where(zero, log_center, np.expm1(safe * log_center) / safe)
        power = xp.expm1(logarithm * safe)
        for known, values in ((zero, logarithm), ((powers == 1.0) & bool(self._one), X)):
            power = xp.where(known, values, power) if np.any(known) else power
        factor, shift = sign * factor / scale, sign * (offset - mean) / scale
        if not np.all(np.isfinite(factor) & (np.abs(factor) >= np.finfo(np.float32).tiny) | (powers < 0)):
            raise self.refuse("raises features to powers that float32 cannot hold", "scale the features before")
        power = power * factor
        return power + shift if np.any(shift) else power

    @property
    def _one(self) -> float:
        """Constant added to a value before it is raised to the power: 0 for Box-Cox, 1 for Yeo-Johnson."""
        return 0.0 if self.estimator.method == "box-cox" else 1.0

    def _logarithm(self, X: Array, centers: NDArray[np.float64]) -> tuple[Array, NDArray[np.float64]]:
        """Return the logarithm of the base of each power less that of its center, and the centers' logarithms."""
        logarithm = xp.log1p(X) if self._one else xp.log(X)
        given = centers > 0
        if not np.any(given):
            return logarithm, np.zeros_like(centers)
        bases = np.where(given, centers + self._one, 1.0)
        distance = (X - centers) / bases
        near = (xp.abs(distance) < 0.5) & given
        return xp.where(near, xp.log1p(distance), logarithm - np.log(bases)), np.log(bases)

    def _centers(self, mean: NDArray[np.float64], powers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the center of each feature that varies little: a float32 number whose power is the mean; else 0."""
        size = mean if self._one else np.abs(mean)
        narrow = (size > NARROW_MEAN * self._moments[1]) & (powers != 1.0)
        logarithm = lowered(np.where(narrow, mean, 0.0), powers)
        centers = np.expm1(logarithm) if self._one else np.exp(logarithm)
        return np.where(narrow, centers.astype(np.float32).astype(np.float64), 0.0)

    @property
    def _moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation of the transformed features; 0 and 1 if they are not standardized."""
        est = self.estimator
        if not est.standardize:
            return np.zeros_like(est.lambdas_, dtype=np.float64), np.ones_like(est.lambdas_, dtype=np.float64)
        return est._scaler.mean_, est._scaler.scale_

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        est = self.estimator
        offset = tuple(np.abs(est._scaler.mean_ / est._scaler.scale_).tolist()) if est.standardize else ()
        return Monotone(ulps=ULPS, offset=offset, positive=est.method == "box-cox")

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        lambdas = est.lambdas_.astype(np.float64)
        if est.standardize:
            X = X * est._scaler.scale_ + est._scaler.mean_
        if est.method == "box-cox":
            return xp.exp(lowered(X, lambdas))
        magnitude = xp.abs(X)
        above = xp.expm1(lowered(magnitude, lambdas))
        below = -xp.expm1(lowered(magnitude, 2.0 - lambdas))
        return xp.where(X < 0.0, below, above)


def lowered(value: Array, powers: NDArray[np.float64]) -> Array:
    """Return ``log(z)`` for the z with ``(z ** p - 1) / p == value``; where p is 0, that is the value itself."""
    zero = np.abs(powers) < ZERO_EXPONENT
    safe = np.where(zero, 1.0, powers)
    logarithm = xp.log1p(value * safe) / safe
    return xp.where(zero, value, logarithm) if np.any(zero) else logarithm
