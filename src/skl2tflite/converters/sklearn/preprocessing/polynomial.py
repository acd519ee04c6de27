"""Polynomial and spline features (:mod:`sklearn.preprocessing._polynomial`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import preprocessing as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.method_names import TRANSFORM
from skl2tflite.converters.core.registry import converts
from skl2tflite.converters.sklearn.preprocessing.discretization import at_or_above, round_up
from skl2tflite.flow.table import as_matrix
from skl2tflite.graph import Array, Tensor
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import float32_shift


@converts(sk.PolynomialFeatures)
class PolynomialFeaturesConverter(TransformerConverter):
    """Products of features, each degree computed from the degree before.

    The order of multiplication is scikit-learn's: a term is the term without its first feature, times that feature.
    """

    exact = TRANSFORM
    keeps_sparse = True

    def transform(self, X: Array) -> Array:
        est = self.estimator
        _, *terms = est._combinations(
            n_features=est.n_features_in_,
            min_degree=0,
            max_degree=est._max_degree,
            interaction_only=est.interaction_only,
            include_bias=True,
        )
        columns = xp.matrix_transpose(X)  # taking rows copies them at once, taking columns gathers single numbers
        degrees: dict[int, Array] = {1: columns}
        for degree in range(2, est._max_degree + 1):
            shorter = {term: i for i, term in enumerate(t for t in terms if len(t) == degree - 1)}
            longer = [term for term in terms if len(term) == degree]
            if not longer:
                break
            rest = xp.take(degrees[degree - 1], [shorter[term[1:]] for term in longer])
            degrees[degree] = rest * xp.take(columns, [term[0] for term in longer])
        blocks = [xp.broadcast_rows(np.ones(1), X)] if est.include_bias else []
        if est._min_degree <= 1 <= est._max_degree:
            blocks.append(X)
        products = [degrees[degree] for degree in degrees if degree >= max(2, est._min_degree)]
        if products:
            blocks.append(xp.matrix_transpose(xp.concat(products, axis=0)))
        return xp.concat(blocks, axis=1)


@converts(sk.SplineTransformer)
class SplineTransformerConverter(TransformerConverter):
    """B-splines by the recursion of Cox and de Boor, for all features at once.

    Beyond the first and last base knots the polynomials of the outermost intervals continue, as in SciPy.
    """

    def check(self) -> None:
        est = self.estimator
        if est.extrapolation == "constant" and est.degree == 0:
            raise self.refuse("degree=0 with extrapolation='constant' fails in scikit-learn", "use 'linear'")
        if est.extrapolation == "linear" and est.degree < 2:
            first, last, _ = self._ends()
            if np.any(first > last):
                raise self.refuse(
                    f"degree={est.degree} with extrapolation='linear' gives nothing between {est.n_knots} knots, as "
                    "scikit-learn counts the degree up from feature to feature",
                    "use more knots",
                )

    def _ends(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Return where extrapolation begins at either end of each feature, and the degrees from which that follows.

        With ``extrapolation="linear"`` and a degree below 2, scikit-learn increments the degree from one feature to the
        next.
        """
        est = self.estimator
        knots = np.stack([spline.t for spline in est.bsplines_])
        features = np.arange(len(knots))
        degrees = np.full(len(knots), est.degree)
        if est.extrapolation == "linear":
            degrees = np.maximum(np.minimum(est.degree + features, 2), est.degree)
        return knots[features, degrees], knots[features, -degrees - 1], degrees

    def gives_sparse(self, sparse: bool) -> bool:
        """As the parameter ``sparse_output`` says."""
        return bool(self.estimator.sparse_output)

    def stored(self, X: Any, result: Array) -> Callable[[], Array]:
        """Entries that the sparse matrix holds: the splines of the interval in which a value lies, some of them 0.

        Beyond the base knots, with ``extrapolation="constant"`` or ``"linear"``, it holds the numbers that are not 0.
        """
        return lambda: self._held(as_matrix(X), result)

    def _held(self, X: Array, result: Array) -> Array:
        est = self.estimator
        if est.extrapolation == "periodic":
            raise self.refuse(
                "extrapolation='periodic' gives a sparse matrix whose absent entries an estimator behind it reads as "
                "missing, and which of its zeros are there depends on the other rows",
                "use sparse_output=False",
            )
        knots = np.stack([spline.t for spline in est.bsplines_])
        kept = est.bsplines_[0].c.shape[1] - (not est.include_bias)
        features, splines = np.repeat(np.arange(len(knots)), kept), np.tile(np.arange(kept), len(knots))
        first, last = (knots[features, at] for at in (est.degree, -est.degree - 1))
        begin, end = knots[features, splines], knots[features, splines + est.degree + 1]
        x = xp.take(X, features, axis=1)
        # The first interval has no lower end, and the last one no upper end.
        started = at_or_above(x, np.where(begin <= first, -np.inf, begin))
        held = started & ~at_or_above(x, np.where(end >= last, np.inf, end))
        if est.extrapolation not in ("constant", "linear"):
            return held
        within = at_or_above(x, first) & ~at_or_above(x, np.nextafter(last, np.inf))
        beyond = ~within & (result != 0.0)
        return (within & held) | beyond

    def transform(self, X: Array) -> Array:
        est = self.estimator
        degree = est.degree
        knots = np.stack([spline.t for spline in est.bsplines_])  # one row for each feature
        count = est.bsplines_[0].c.shape[1]
        first, last, edges = self._ends()
        period = np.where(last > first, last - first, 1.0)
        shift = float32_shift((first + last) / 2, last - first)
        original = X
        missing = xp.isnan(X)
        if np.any(shift):
            X = X - shift
        low, high = first - shift, last - shift
        if est.extrapolation == "periodic":
            X = (X - low) % period + low
            X = xp.where(last > first, X, -shift)
            original = X if not np.any(shift) else X + shift
        below = above = None
        if est.extrapolation in ("constant", "linear"):
            below, above = xp.minimum(X - low, 0.0), xp.maximum(X - high, 0.0)
            X = xp.minimum(xp.maximum(X, low), high)
            limits = (round_up(first), round_up(last)) if isinstance(original, Tensor) else (first, last)
            original = xp.minimum(xp.maximum(original, limits[0]), limits[1])
        splines = self._splines(original, X, knots, shift)
        if est.extrapolation == "periodic":
            wrapped = splines[:, :, :degree] + splines[:, :, count:] if degree else None
            if wrapped is not None:
                splines = wrapped if degree == count else xp.concat([wrapped, splines[:, :, degree:count]], axis=2)
        if below is not None and above is not None and est.extrapolation == "linear":
            splines = self._lines(splines, (below, above), (first, last), np.where(edges < 2, edges + 1, edges))
        if est.extrapolation == "error":
            outside = (X < low) | (X > high)
            splines = xp.where(xp.expand_dims(outside, 2), np.nan, splines)
        if self.allows_nan:
            splines = xp.where(xp.expand_dims(missing, 2), 0.0, splines)
        if not est.include_bias:
            splines = splines[:, :, : count - 1]
        return xp.reshape(splines, (None, len(knots) * (count - (not est.include_bias))))

    def _lines(
        self,
        splines: Array,
        beyond: tuple[Array, Array],
        ends: tuple[NDArray[np.float64], NDArray[np.float64]],
        counts: NDArray[np.int64],
    ) -> Array:
        """Continue the outermost splines as lines beyond both ends, and the others as 0.

        Parameters
        ----------
        splines : array of shape (n_rows, n_features, n_splines)
        beyond : pair of arrays of shape (n_rows, n_features)
            How far values are below the lower end (at most 0), and above the upper end (at least 0).
        ends : pair of ndarrays of shape (n_features,)
            The lower and the upper end.
        counts : ndarray of int of shape (n_features,)
            Number of splines at each end that continue as lines.
        """
        places = np.arange(splines.shape[2] or 0)
        outer = places < counts[:, np.newaxis]
        for distance, at, kept in zip(beyond, ends, (outer, outer[:, ::-1]), strict=True):
            slopes = np.stack([spline(x, nu=1) for spline, x in zip(self.estimator.bsplines_, at, strict=True)])
            offset = xp.expand_dims(distance, 2)
            if self.estimator.degree:
                splines = splines + offset * np.where(kept, slopes, 0.0)
            if self.estimator.degree < 2:
                splines = xp.where((offset != 0.0) & ~kept, 0.0, splines)
        return splines

    def _splines(self, original: Array, X: Array, knots: NDArray[np.float64], shift: NDArray[np.float64]) -> Array:
        """Return the splines at each value, of shape (n_rows, n_features, n_splines).

        Parameters
        ----------
        original : array of shape (n_rows, n_features)
            Values, which choose the interval.
        X : array of shape (n_rows, n_features)
            Values less ``shift``, which the splines are computed from.
        knots : ndarray of shape (n_features, n_knots)
        shift : ndarray of shape (n_features,)
        """
        degree = self.estimator.degree
        intervals = knots.shape[1] - 1
        started = xp.astype(at_or_above(xp.expand_dims(original, 2), knots[:, degree + 1 : intervals - degree]), float)
        # 1 in the interval of a value, else 0: values below the first inner knot are in the first interval, and so on.
        inner = intervals - 2 * degree - 1
        ones = xp.expand_dims(X, 2) * 0.0 + 1.0
        zeros = ones - 1.0
        lower = xp.concat([ones, started], axis=2) if inner else ones
        upper = xp.concat([started, zeros], axis=2) if inner else zeros
        basis: Any = lower - upper
        if degree:
            padding = zeros * np.zeros(degree)
            basis = xp.concat([padding, basis, padding], axis=2)
        column = xp.expand_dims(X, 2)
        moved = knots - shift[:, np.newaxis]
        for k in range(1, degree + 1):
            span = knots[:, k:] - knots[:, :-k]
            inverse = np.divide(1.0, span, out=np.zeros_like(span), where=span > 0)
            rising = (column - moved[:, : -k - 1]) * inverse[:, :-1]
            falling = (moved[:, k + 1 :] - column) * inverse[:, 1:]
            basis = rising * basis[:, :, :-1] + falling * basis[:, :, 1:]
        return basis  # type: ignore[no-any-return]
