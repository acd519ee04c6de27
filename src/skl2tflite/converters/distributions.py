"""Transformations to normal and uniform distributions (:mod:`sklearn.preprocessing`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk
from sklearn.preprocessing._data import BOUNDS_THRESHOLD

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.monotone import ULPS
from skl2tflite.converters.registry import converts
from skl2tflite.forest.folding import Monotone
from skl2tflite.forest.rounding import around
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.graph.matrix import Matrix, as_floats
from skl2tflite.graph.table import as_matrix

NO_POWER = 1e-12
"""Exponents nearer to 0 are logarithms as far as float32 can tell."""
NARROW = 16.0
"""Mean of a transformed feature, in standard deviations from which its digits are those of its distance to a center."""
LOST = 1e-4
"""Standard deviations that float64's rounding may take from a feature."""


@converts(sk.PowerTransformer)
class PowerTransformerConverter(TransformerConverter):
    """Yeo-Johnson's or Box-Cox's power of each feature, standardized on demand; NaN stays."""

    def check(self) -> None:
        if np.any(self._lost > LOST):
            raise self.refuse(
                "makes features whose digits are lost in float64, so that scikit-learn's own answers are noise",
                "scale the features before",
            )

    @property
    def _lost(self) -> NDArray[np.float64]:
        """What float64 rounds off a feature when its mean is subtracted, in standard deviations."""
        mean, scale = self._moments
        return np.asarray(np.finfo(np.float64).eps * np.abs(mean) / scale)

    def noise(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """What scikit-learn loses when it subtracts the mean of powers that are almost one number."""
        return 4.0 * self._lost if method == "transform" else 0.0

    def transform(self, X: Array) -> Array:
        lambdas = self.estimator.lambdas_.astype(np.float64)
        if self.estimator.method == "box-cox":
            return self._standardized(X, lambdas)
        magnitude = xp.abs(X)
        return xp.where(
            xp.less(X, 0.0),
            self._standardized(magnitude, 2.0 - lambdas, negative=True),
            self._standardized(magnitude, lambdas),
        )

    def _standardized(self, X: Array, powers: NDArray[np.float64], *, negative: bool = False) -> Array:
        """Raise and standardize, with what does not depend on the rows joined in float64.

        Features that vary little beside their size have powers that are almost one number. Those are taken
        beside the power of their center c, ``zᵖ = cᵖ · (z/c)ᵖ``, so that float32 keeps the digits in which they differ.
        """
        mean, scale = self._moments
        mean, sign = (-mean, -1.0) if negative else (mean, 1.0)
        logarithm, log_center = self._logarithm(X, self._centers(mean, powers))
        zero = np.abs(powers) < NO_POWER
        safe = np.where(zero, 1.0, powers)
        factor = np.where(zero, 1.0, np.exp(safe * log_center) / safe)
        offset = np.where(zero, log_center, np.expm1(safe * log_center) / safe)
        power = xp.expm1(xp.multiply(logarithm, safe))
        for known, values in ((zero, logarithm), ((powers == 1.0) & bool(self._one), X)):
            power = xp.where(known, values, power) if np.any(known) else power
        factor, shift = sign * factor / scale, sign * (offset - mean) / scale
        if not np.all(np.isfinite(factor) & (np.abs(factor) >= np.finfo(np.float32).tiny) | (powers < 0)):
            raise self.refuse("raises features to powers that float32 cannot hold", "scale the features before")
        power = xp.multiply(power, factor)
        return xp.add(power, shift) if np.any(shift) else power

    @property
    def _one(self) -> float:
        """What is added to a number before it is raised."""
        return 0.0 if self.estimator.method == "box-cox" else 1.0

    def _logarithm(self, X: Array, centers: NDArray[np.float64]) -> tuple[Array, NDArray[np.float64]]:
        """Return the logarithm of what is raised, less that of the centers, and the latter."""
        logarithm = xp.log1p(X) if self._one else xp.log(X)
        given = centers > 0
        if not np.any(given):
            return logarithm, np.zeros_like(centers)
        bases = np.where(given, centers + self._one, 1.0)
        distance = xp.divide(xp.subtract(X, centers), bases)
        near = xp.logical_and(xp.less(xp.abs(distance), 0.5), given)
        return xp.where(near, xp.log1p(distance), xp.subtract(logarithm, np.log(bases))), np.log(bases)

    def _centers(self, mean: NDArray[np.float64], powers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is raised to the mean, a float32 number, of features that vary little; 0 for others."""
        size = mean if self._one else np.abs(mean)
        narrow = (size > NARROW * self._moments[1]) & (powers != 1.0)
        logarithm = lowered(np.where(narrow, mean, 0.0), powers)
        centers = np.expm1(logarithm) if self._one else np.exp(logarithm)
        return np.where(narrow, centers.astype(np.float32).astype(np.float64), 0.0)

    @property
    def _moments(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation of the transformed features; 0 and 1 where they are not standardized."""
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
            X = xp.add(xp.multiply(X, est._scaler.scale_), est._scaler.mean_)
        if est.method == "box-cox":
            return xp.exp(lowered(X, lambdas))
        magnitude = xp.abs(X)
        above = xp.expm1(lowered(magnitude, lambdas))
        below = xp.negative(xp.expm1(lowered(magnitude, 2.0 - lambdas)))
        return xp.where(xp.less(X, 0.0), below, above)


def lowered(value: Array, powers: NDArray[np.float64]) -> Array:
    """Return the logarithm of the z whose ``(z ** p - 1) / p`` is given; that itself where p is 0."""
    zero = np.abs(powers) < NO_POWER
    safe = np.where(zero, 1.0, powers)
    logarithm = xp.divide(xp.log1p(xp.multiply(value, safe)), safe)
    return xp.where(zero, value, logarithm) if np.any(zero) else logarithm


@converts(sk.QuantileTransformer)
class QuantileTransformerConverter(TransformerConverter):
    """The share of training values below each value, mapped to a normal distribution on demand; NaN stays."""

    keeps_sparse = True
    takes_matrices = True

    @property
    def _normal(self) -> bool:
        return bool(self.estimator.output_distribution == "normal")

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """The entries that X holds: the least value of a column becomes 0."""
        return lambda: X.present

    def transform(self, X: Matrix | Array) -> Array:
        """Map each value; what a sparse matrix does not hold stays 0."""
        values = self._mapped(as_floats(as_matrix(X)))
        return xp.where(X.present, values, 0.0) if isinstance(X, Matrix) and X.is_sparse else values

    def _mapped(self, X: Array) -> Array:
        quantiles = self.estimator.quantiles_
        shares, signs = zip(*(self._share(X[:, i], quantiles[:, i]) for i in range(quantiles.shape[1])), strict=True)
        share = xp.stack(shares, axis=1)
        if not self._normal:
            return share
        least = BOUNDS_THRESHOLD - np.spacing(1)
        result = xp.multiply(xp.ndtri(xp.maximum(share, least)), xp.negative(xp.stack(signs, axis=1)))
        greatest = float(xp.ndtri(1.0 - least))
        return result if isinstance(X, Tensor) else xp.where(xp.equal(result, -xp.ndtri(least)), greatest, result)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone(ulps=ULPS)

    def _share(self, column: Array, quantiles: NDArray[np.float64]) -> tuple[Array, Array]:
        """Return the share of values below, or above for the upper half of a normal distribution, and -1 or 1.

        Between distinct quantiles the mean of both interpolations of scikit-learn is one line; at a repeated
        one it is the middle of its references. An interval of the upper half starts from its end.
        """
        references = self.estimator.references_
        knots, first = np.unique(quantiles, return_index=True)
        last = len(quantiles) - 1 - np.unique(quantiles[::-1], return_index=True)[1]
        low, high = knots[0], knots[-1]
        margin = BOUNDS_THRESHOLD if self._normal else 0.0
        # Rows of (bound, start, share at the start, slope): each holds from its bound on.
        least, greatest = around(knots, column) if isinstance(column, Tensor) else (knots, knots)
        after = np.nextafter(greatest[0] if not margin else np.nextafter(low + margin, -np.inf), np.inf)
        rows: list[tuple[float, float, float, float]] = []
        for i in range(len(knots) - 1):
            width = knots[i + 1] - knots[i]
            slope = (references[first[i + 1]] - references[last[i]]) / width
            if i and first[i] != last[i]:
                rows.append((least[i], knots[i], (references[first[i]] + references[last[i]]) / 2, 0.0))
                bound = np.nextafter(greatest[i], np.inf)
            else:
                bound = least[i]
            rows.append((bound, knots[i], references[last[i]], slope))
        end = least[-1] if not margin else np.nextafter(high - margin, np.inf)
        kept = [(max(b, after), s, v, m) for b, s, v, m in rows]
        kept = [
            row
            for row, upper in zip(kept, [*(b for b, *_ in kept[1:]), *[np.inf] * bool(kept)], strict=True)
            if row[0] < upper
        ]
        kept = [row for row in kept if row[0] < end]
        kept.append((max(end, after), high, 1.0, 0.0))
        bounds = np.array([b for b, *_ in kept])
        starts, values, slopes = (np.array([low, *(row[i] for row in kept)]) for i in (1, 2, 3))
        values[0] = slopes[0] = 0.0
        signs = np.full(len(values), -1.0)
        if self._normal:
            upper = values >= 0.5
            signs[upper] = 1.0
            ends = np.array([*knots[1:], high])[np.searchsorted(knots, starts)]
            moved = upper & (slopes != 0)
            values = np.where(upper, 1.0 - values, values)
            values = np.where(moved, 1.0 - references[first[np.searchsorted(knots, ends)]], values)
            starts = np.where(moved, ends, starts)
            slopes = np.where(upper, -slopes, slopes)
        interval = xp.searchsorted(bounds.tolist(), column, side="right")
        near = starts.astype(np.float32).astype(np.float64)
        offset = xp.subtract(column, xp.take(near, interval))
        if np.any(near != starts):
            offset = xp.subtract(offset, xp.take(starts - near, interval))
        share = xp.add(xp.multiply(xp.take(slopes, interval), offset), xp.take(values, interval))
        return share, xp.take(signs, interval) if self._normal else share

    def inverse_transform(self, X: Array) -> Array:
        est = self.estimator
        references = est.references_
        columns = []
        for i in range(est.quantiles_.shape[1]):
            quantiles = est.quantiles_[:, i]
            if not self._normal:
                columns.append(xp.interp(X[:, i], references, quantiles))
                continue
            column = X[:, i]
            # From the nearer end: what float32 holds of a small share is more than of one near 1.
            share = xp.ndtr(xp.negative(xp.abs(column)))
            share = xp.where(xp.less(share, BOUNDS_THRESHOLD), 0.0, share)
            mirrored = xp.interp(share, 1.0 - references[::-1], quantiles[::-1])
            columns.append(xp.where(xp.less(column, 0.0), xp.interp(share, references, quantiles), mirrored))
        return xp.stack(columns, axis=1)
