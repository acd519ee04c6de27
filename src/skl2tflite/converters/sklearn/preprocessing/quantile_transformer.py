"""Maps to uniform and normal distributions (:class:`sklearn.preprocessing.QuantileTransformer`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk
from sklearn.preprocessing._data import BOUNDS_THRESHOLD

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.flow.matrix import Matrix, as_floats
from skl2tflite.flow.table import as_matrix
from skl2tflite.forest.rounding import around
from skl2tflite.forest.transformed import Monotone
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.monotone import ULPS


@converts(sk.QuantileTransformer)
class QuantileTransformerConverter(TransformerConverter):
    """The fraction of fitted values below each value, or its quantile of a normal distribution; NaN stays."""

    keeps_sparse = True
    takes_matrices = True

    @property
    def _normal(self) -> bool:
        return bool(self.estimator.output_distribution == "normal")

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """Entries that the sparse matrix holds: those of X, as the least value of a column becomes 0."""
        return lambda: X.present

    def transform(self, X: Matrix | Array) -> Array:
        """Map each value; entries that a sparse matrix does not hold stay 0."""
        values = self._mapped(as_floats(as_matrix(X)))
        return xp.where(X.present, values, 0.0) if isinstance(X, Matrix) and X.is_sparse else values

    def _mapped(self, X: Array) -> Array:
        quantiles = self.estimator.quantiles_
        shares, signs = zip(*(self._share(X[:, i], quantiles[:, i]) for i in range(quantiles.shape[1])), strict=True)
        share = xp.stack(shares, axis=1)
        if not self._normal:
            return share
        least = BOUNDS_THRESHOLD - np.spacing(1)
        result = xp.ndtri(xp.maximum(share, least)) * -xp.stack(signs, axis=1)
        greatest = float(xp.ndtri(1.0 - least))
        return result if isinstance(X, Tensor) else xp.where(result == -xp.ndtri(least), greatest, result)

    def monotone(self, X: Tensor, transformed: Tensor) -> Monotone | None:
        return Monotone(ulps=ULPS)

    def _share(self, column: Array, quantiles: NDArray[np.float64]) -> tuple[Array, Array]:
        """Return the fraction of fitted values below each value, and a sign.

        For the upper half of a normal distribution it is the fraction above, with the sign 1; else the sign is -1.
        scikit-learn takes the mean of two interpolations: between distinct quantiles both are the same line, at a
        repeated quantile the mean is the middle of its references. Intervals of the upper half start from their upper
        end, so that small fractions keep their digits.
        """
        references = self.estimator.references_
        knots, first = np.unique(quantiles, return_index=True)
        last = len(quantiles) - 1 - np.unique(quantiles[::-1], return_index=True)[1]
        low, high = knots[0], knots[-1]
        margin = BOUNDS_THRESHOLD if self._normal else 0.0
        # Each row is a line, used from its bound on: (bound, start, fraction at the start, slope).
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
        offset = column - xp.take(near, interval)
        if np.any(near != starts):
            offset = offset - xp.take(starts - near, interval)
        share = xp.take(slopes, interval) * offset + xp.take(values, interval)
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
            # Interpolated from the nearer end, as float32 keeps more digits of small fractions than of those near 1.
            share = xp.ndtr(-xp.abs(column))
            share = xp.where(share < BOUNDS_THRESHOLD, 0.0, share)
            mirrored = xp.interp(share, 1.0 - references[::-1], quantiles[::-1])
            columns.append(xp.where(column < 0.0, xp.interp(share, references, quantiles), mirrored))
        return xp.stack(columns, axis=1)
