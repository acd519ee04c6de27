"""Non-negative matrix factorization (:mod:`sklearn.decomposition._nmf`)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn import decomposition as sk

from skl2tflite.converters.base import TransformerConverter
from skl2tflite.converters.nonnegative_descent import NonnegativeDescent
from skl2tflite.converters.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp

BETA = {"frobenius": 2.0, "kullback-leibler": 1.0, "itakura-saito": 0.0}
EPSILON = float(np.finfo(np.float32).eps)
"""scikit-learn's, for any dtype."""
CHECKED_EVERY = 10
"""Multiplicative updates of NMF between two looks at the error."""


class NonnegativeConverter(TransformerConverter):
    """Weights W of fixed components, ``X ≈ W @ components_``, by iteration.

    scikit-learn looks at the whole batch to decide when to stop, and so does the file: a row's weights depend,
    within the estimator's own ``tol``, on the rows that it is transformed with.
    """

    @property
    def components(self) -> NDArray[np.float64]:
        """The components, of shape (n_components, n_features)."""
        return np.asarray(self.estimator.components_, dtype=np.float64)

    @property
    def beta(self) -> float:
        """Exponent of the divergence."""
        loss = self.estimator.beta_loss
        return BETA[loss] if isinstance(loss, str) else float(loss)

    @property
    def penalties(self) -> tuple[float, float]:
        """Factors of the sum of weights and of half the sum of their squares."""
        est = self.estimator
        scale = self.components.shape[1] * est.alpha_W
        return scale * est.l1_ratio, scale * (1.0 - est.l1_ratio)

    def inverse_transform(self, X: Array) -> Array:
        return xp.linear(X, self.components)

    def start(self, X: Array) -> Array:
        """Return the same weight everywhere, from the mean of the batch."""
        n_components = len(self.components)
        return xp.broadcast_rows(np.ones(n_components), X) * xp.sqrt(xp.mean(X) * (1.0 / n_components))

    def updated(self, X: Array, W: Array) -> Array:
        """Multiply the weights once (``_multiplicative_update_w``)."""
        H, beta = self.components, self.beta
        l1, l2 = self.penalties
        if beta == 2:
            numerator, denominator = xp.linear(X, H.T), xp.linear(W, H @ H.T)
        else:
            WH = xp.linear(W, H)
            safe = xp.maximum(WH, EPSILON) if beta < 2 else WH
            numerator = xp.linear(X / safe if beta == 1 else X * xp.pow(safe, beta - 2.0), H.T)
            if beta == 1:
                denominator = xp.broadcast_rows(H.sum(axis=1), X)
            else:
                denominator = xp.linear(xp.pow(xp.maximum(WH, EPSILON) if beta < 1 else WH, beta - 1.0), H.T)
        if l1 > 0:
            denominator = denominator + l1
        if l2 > 0:
            denominator = denominator + l2 * W
        ratio = numerator / xp.where(xp.equal(denominator, 0.0), EPSILON, denominator)
        exponent = 1.0 / (2.0 - beta) if beta < 1 else 1.0 / (beta - 1.0) if beta > 2 else 1.0
        return W * (ratio if exponent == 1 else xp.pow(ratio, exponent))


@converts(sk.NMF)
class NMFConverter(NonnegativeConverter):
    """By coordinate descent from 0 (``solver="cd"``) or multiplicative updates (``solver="mu"``)."""

    def check(self) -> None:
        if self.estimator.solver == "cd" and self.estimator.shuffle:
            raise self.refuse("shuffle=True takes components in random order", "use shuffle=False")

    def transform(self, X: Array) -> Array:
        est = self.estimator
        if est.solver == "mu":
            return self._multiplied(X)
        return NonnegativeDescent(self.components, *self.penalties, float(est.tol), int(est.max_iter))(X)

    def _multiplied(self, X: Array) -> Array:
        """Multiplicative updates; every ten of them must lower the error by ``tol`` of that at the start."""
        est = self.estimator
        tol, max_iter = float(est.tol), int(est.max_iter)

        def update(X: Array, W: Array) -> Array:
            W = self.updated(X, W)
            return xp.where(xp.less(W, float(np.finfo(np.float64).eps)), 0.0, W) if self.beta < 1 else W

        def several(step: Array, end: Array, W: Array, X: Array) -> Array:
            return xp.while_loop(
                lambda step, end, W, X: xp.less(step, end),
                lambda step, end, W, X: [step + 1, end, update(X, W), X],
                [step, end, W, X],
            )[2]

        W = self.start(X)
        if tol == 0:
            return several(np.array(0), np.array(max_iter), W, X)

        def going(step: Array, gain: Array, error: Array, first: Array, W: Array, X: Array) -> Array:
            return xp.logical_and(xp.less(step, max_iter), xp.logical_not(xp.less(gain, first * tol)))

        def body(step: Array, gain: Array, error: Array, first: Array, W: Array, X: Array) -> list[Array]:
            end = xp.minimum(step + CHECKED_EVERY, max_iter)
            W = several(step, end, W, X)
            after = self._error(X, W)
            return [end, error - after, after, first, W, X]

        first = self._error(X, W)
        return xp.while_loop(going, body, [np.array(0), first, first, first, W, X])[4]

    def _error(self, X: Array, W: Array) -> Array:
        """Root of twice the divergence over the whole batch (``_beta_divergence``)."""
        H, beta = self.components, self.beta
        if beta == 2:
            return xp.sqrt(xp.sum(xp.square(X - xp.linear(W, H))))
        WH = xp.linear(W, H)
        there = xp.greater(X, EPSILON)
        x = xp.where(there, X, 1.0)
        safe = xp.where(there, xp.maximum(WH, EPSILON), 1.0)
        if beta == 1:
            terms = xp.where(there, X * xp.log(x / safe) - X, 0.0) + WH
        elif beta == 0:
            terms = xp.where(there, x / safe - xp.log(x / safe), 0.0) - 1.0
        else:
            product = xp.where(there, xp.pow(x, beta) - beta * x * xp.pow(safe, beta - 1.0), 0.0)
            terms = (product + (beta - 1.0) * xp.pow(WH, beta)) * (1.0 / (beta * (beta - 1.0)))
        return xp.sqrt(xp.relu(xp.sum(terms)) * 2.0)


@converts(sk.MiniBatchNMF)
class MiniBatchNMFConverter(NonnegativeConverter):
    """By multiplicative updates until they move the weights by less than ``tol``."""

    tolerance = 3e-4  # it stops once a step moves the weights by 1e-4, and may take one step more or less

    def transform(self, X: Array) -> Array:
        est = self.estimator
        max_iter = int(est.max_iter if est.transform_max_iter is None else est.transform_max_iter)

        def going(step: Array, moved: Array, W: Array, X: Array) -> Array:
            return xp.logical_and(xp.less(step, max_iter), xp.greater(moved, 0.0))

        def body(step: Array, moved: Array, W: Array, X: Array) -> list[Array]:
            after = self.updated(X, W)
            if est.tol > 0:
                squares = xp.sum(xp.square(after - W)) - xp.sum(xp.square(after)) * float(est.tol) ** 2
            else:
                squares = moved
            return [step + 1, squares, after, X]

        return xp.while_loop(going, body, [np.array(0), np.array(1.0), self.start(X), X])[2]
