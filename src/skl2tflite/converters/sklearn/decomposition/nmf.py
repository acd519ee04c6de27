"""Non-negative matrix factorization (:mod:`sklearn.decomposition._nmf`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.component_weights import invisible_weight_error
from skl2tflite.numerics.nonnegative_descent import NonnegativeDescent
from skl2tflite.tracing.domain import refuse_below

BETA = {"frobenius": 2.0, "kullback-leibler": 1.0, "itakura-saito": 0.0}
EPSILON = float(np.finfo(np.float32).eps)
"""scikit-learn's constant that keeps divisors from being 0, whatever the dtype."""
UPDATES_PER_CHECK = 10
"""Number of multiplicative updates between two computations of the error."""


class NonnegativeConverter(TransformerConverter):
    """Finds weights W of the fixed components, ``X ≈ W @ components_``, by iteration.

    scikit-learn decides on the whole batch when to stop, and so does the file: a row's weights depend, within the
    estimator's own ``tol``, on the rows with which it is transformed.
    """

    @property
    def components(self) -> NDArray[np.float64]:
        """The components, of shape (n_components, n_features)."""
        return np.asarray(self.estimator.components_, dtype=np.float64)

    def float64_error(self, method: str, answer: NDArray[Any]) -> NDArray[np.float64] | float:
        """Error of the weights that does not change the sum of the components in float32."""
        return invisible_weight_error(answer, self.components) if method == "transform" else 0.0

    @property
    def beta(self) -> float:
        """Parameter β of the divergence."""
        loss = self.estimator.beta_loss
        return BETA[loss] if isinstance(loss, str) else float(loss)

    @property
    def penalties(self) -> tuple[float, float]:
        """Factors of the sum of the weights, and of half the sum of their squares."""
        est = self.estimator
        scale = self.components.shape[1] * est.alpha_W
        return scale * est.l1_ratio, scale * (1.0 - est.l1_ratio)

    def inverse_transform(self, X: Array) -> Array:
        return xp.linear(X, self.components)

    def start(self, X: Array) -> Array:
        """Return the starting weights, all equal, from the mean of the batch."""
        n_components = len(self.components)
        return xp.broadcast_rows(np.ones(n_components), X) * xp.sqrt(xp.mean(X) * (1.0 / n_components))

    def kept(self, X: Array) -> Array:
        """Return the function of the rows that all updates use, computed once."""
        return xp.linear(X, self.components.T) if self.beta == 2 else X

    def updated(self, kept: Array, W: Array, penalized: Array | float = 1.0) -> Array:
        """Do one multiplicative update (``_multiplicative_update_w``).

        Parameters
        ----------
        kept : array
            What :meth:`kept` returns.
        W : array of shape (n_rows, n_components)
        penalized : array or float, default=1.0
            Factor of the penalty of the weights' sum.
        """
        H, beta = self.components, self.beta
        l1, l2 = self.penalties
        if beta == 2:
            numerator, denominator = kept, xp.linear(W, H @ H.T)
        else:
            WH = xp.linear(W, H)
            if beta == 1:
                numerator, denominator = xp.linear(kept / xp.maximum(WH, EPSILON), H.T), H.sum(axis=1)
            else:
                curvature, slope = self._powers(WH)
                numerator, denominator = xp.linear(kept * curvature, H.T), xp.linear(slope, H.T)
        if l1 > 0:
            denominator = denominator + l1 * penalized
        if l2 > 0:
            denominator = denominator + l2 * W
        ratio = numerator / xp.where(denominator == 0.0, EPSILON, denominator)
        exponent = 1.0 / (2.0 - beta) if beta < 1 else 1.0 / (beta - 1.0) if beta > 2 else 1.0
        return W * (ratio if exponent == 1 else ratio**exponent)

    def _powers(self, WH: Array) -> tuple[Array, Array]:
        """Return ``WH ** (beta - 2)`` and ``WH ** (beta - 1)``, with epsilon in place of 0 under negative exponents.

        Powers are LiteRT's slowest operator, so that one of the two is computed from the other.
        """
        beta = self.beta
        if beta > 2:
            curvature = WH ** (beta - 2.0)
            return curvature, curvature * WH
        safe = xp.maximum(WH, EPSILON)
        if beta > 1:
            return safe ** (beta - 2.0), WH ** (beta - 1.0)
        slope = 1.0 / safe if beta == 0 else safe ** (beta - 1.0)
        return slope / safe, slope


@converts(sk.NMF)
class NMFConverter(NonnegativeConverter):
    """Coordinate descent from weights of 0 (``solver="cd"``), or multiplicative updates (``solver="mu"``)."""

    def check(self) -> None:
        if self.estimator.solver == "cd" and self.estimator.shuffle:
            raise self.refuse("shuffle=True takes components in random order", "use shuffle=False")

    def transform(self, X: Array) -> Array:
        est = self.estimator
        refuse_below(self.path, X, refuses_bound=self.beta <= 0)
        if est.solver == "mu":
            return self._multiplied(X)
        return NonnegativeDescent(self.components, *self.penalties, float(est.tol), int(est.max_iter))(X)

    def _multiplied(self, X: Array) -> Array:
        """Do multiplicative updates for as long as ten of them lower the error by ``tol`` times that at the start."""
        est = self.estimator
        tol, max_iter = float(est.tol), int(est.max_iter)

        def update(step: Array, kept: Array, W: Array) -> Array:
            # scikit-learn adds the penalty to the components' sum in place, so that each update adds it once more.
            W = self.updated(kept, W, xp.astype(step + 1, float) if self.beta == 1 else 1.0)
            return xp.where(W < float(np.finfo(np.float64).eps), 0.0, W) if self.beta < 1 else W

        def several(step: Array, end: Array, W: Array, X: Array) -> Array:
            return xp.while_loop(
                lambda step, end, W, kept: step < end,
                lambda step, end, W, kept: [step + 1, end, update(step, kept, W), kept],
                [step, end, W, self.kept(X)],
            )[2]

        W = self.start(X)
        if tol == 0:
            return several(np.array(0), np.array(max_iter), W, X)

        def going(step: Array, gain: Array, error: Array, first: Array, W: Array, X: Array) -> Array:
            return (step < max_iter) & ~(gain < first * tol)

        def body(step: Array, gain: Array, error: Array, first: Array, W: Array, X: Array) -> list[Array]:
            end = xp.minimum(step + UPDATES_PER_CHECK, max_iter)
            W = several(step, end, W, X)
            after = self.error(X, W)
            return [end, error - after, after, first, W, X]

        first = self.error(X, W)
        return xp.while_loop(going, body, [np.array(0), first, first, first, W, X])[4]

    def error(self, X: Array, W: Array) -> Array:
        """Return the square root of twice the divergence of the whole batch (``_beta_divergence``)."""
        H, beta = self.components, self.beta
        if beta == 2:
            return xp.sqrt(xp.sum(xp.square(X - xp.linear(W, H))))
        WH = xp.linear(W, H)
        there = X > EPSILON
        x = xp.where(there, X, 1.0)
        safe = xp.where(there, xp.maximum(WH, EPSILON), 1.0)
        # Computed from relative errors: near 0, the divergence itself is a small difference of large numbers.
        if beta == 0:
            relative = (x - safe) / safe
            terms = xp.where(there, relative - xp.log1p(relative), -1.0)
        elif beta == 1:
            relative = (safe - x) / x
            terms = xp.where(there, x * (relative - xp.log1p(relative)) + (WH - safe), WH)
        else:
            relative = (safe - x) / x
            slope = xp.expm1((beta - 1.0) * xp.log1p(relative))
            divergence = x**beta * ((beta - 1.0) * relative * (slope + 1.0) - slope)
            beyond = (beta - 1.0) * (WH**beta - xp.where(there, safe**beta, 0.0))
            terms = (xp.where(there, divergence, 0.0) + beyond) * (1.0 / (beta * (beta - 1.0)))
        return xp.sqrt(xp.relu(xp.sum(terms)) * 2.0)


@converts(sk.MiniBatchNMF)
class MiniBatchNMFConverter(NonnegativeConverter):
    """Multiplicative updates until they move the weights by less than ``tol``."""

    tolerance = 3e-4  # it stops once a step moves the weights by less than 1e-4, and may take one step more or less

    def transform(self, X: Array) -> Array:
        est = self.estimator
        max_iter = int(est.max_iter if est.transform_max_iter is None else est.transform_max_iter)

        def going(step: Array, moved: Array, W: Array, kept: Array) -> Array:
            return (step < max_iter) & (moved > 0.0)

        def body(step: Array, moved: Array, W: Array, kept: Array) -> list[Array]:
            after = self.updated(kept, W)
            if est.tol > 0:
                squares = xp.sum(xp.square(after - W)) - xp.sum(xp.square(after)) * float(est.tol) ** 2
            else:
                squares = moved
            return [step + 1, squares, after, kept]

        return xp.while_loop(going, body, [np.array(0), np.array(1.0), self.start(X), self.kept(X)])[2]
