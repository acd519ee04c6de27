"""Linear models (:mod:`sklearn.linear_model`)."""

from __future__ import annotations

from functools import cache, cached_property
from typing import Any

import numpy as np
from sklearn import linear_model as sk

from skl2tflite.converters.core.base import Converter
from skl2tflite.converters.core.delegating import DelegatingConverter
from skl2tflite.converters.core.estimator_kinds import LinearClassifierConverter, OutlierConverter, RegressorConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.centering import subtract_float64
from skl2tflite.numerics.probabilities import binary_log_probabilities, binary_probabilities, log_softmax

_LOG_OF_ZERO = -1e6
"""Stands for the logarithm of a probability that is 0 in float64: far below the logarithm of any that is not."""


def linear_predictor(estimator: Any, X: Array) -> Array:
    """``X @ coef_.T + intercept_``; ``coef_`` may have one axis or two, and be sparse."""
    coef = estimator.coef_
    dense = coef.toarray() if hasattr(coef, "toarray") else np.asarray(coef)
    return xp.linear(X, dense.T, estimator.intercept_)


# --- regressors -----------------------------------------------------------------------------------------


@converts(
    sk.ElasticNet, sk.ElasticNetCV, sk.HuberRegressor, sk.Lars, sk.LarsCV,
    sk.Lasso, sk.LassoCV, sk.LassoLars, sk.LassoLarsCV, sk.LassoLarsIC, sk.LinearRegression, sk.MultiTaskElasticNet,
    sk.MultiTaskElasticNetCV, sk.MultiTaskLasso, sk.MultiTaskLassoCV, sk.OrthogonalMatchingPursuit,
    sk.OrthogonalMatchingPursuitCV, sk.QuantileRegressor, sk.Ridge, sk.RidgeCV, sk.TheilSenRegressor,
)  # fmt: skip
class LinearRegressorConverter(RegressorConverter):
    """``X @ coef_.T + intercept_`` (:meth:`sklearn.linear_model._base.LinearModel._decision_function`)."""

    def predict(self, X: Array) -> Array:
        return linear_predictor(self.estimator, X)


@cache
def centers_rows() -> bool:
    """Whether Bayesian models center rows before they compute deviations, which scikit-learn 1.6 does not."""
    estimator = sk.BayesianRidge().fit([[99.0], [100.0], [101.0]], [0.0, 1.0, 1.0])
    _, deviation = estimator.predict([[100.0]], return_std=True)
    return bool(np.allclose(deviation, estimator.alpha_**-0.5, rtol=1e-6))


@converts(sk.BayesianRidge, sk.ARDRegression)
class BayesianRegressorConverter(LinearRegressorConverter):
    """A linear model whose coefficients are normally distributed, with the covariance ``sigma_``."""

    def predict_std(self, X: Array) -> tuple[Array, Array]:
        """Mean and standard deviation ``√(x' sigma_ x + 1 / alpha_)``, computed as a sum of squares."""
        est = self.estimator
        rows = subtract_float64(X, est.X_offset_) if centers_rows() else X
        if isinstance(est, sk.ARDRegression):
            rows = xp.take(rows, np.flatnonzero(est.lambda_ < est.threshold_lambda), axis=1)
        if not est.sigma_.size:  # no feature is left
            return self.predict(X), xp.broadcast_rows(np.array(est.alpha_**-0.5), X)
        values, vectors = np.linalg.eigh(est.sigma_)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        squares = xp.sum(xp.square(xp.linear(rows, root)), axis=1)
        return self.predict(X), xp.sqrt(squares + 1.0 / float(est.alpha_))


@converts(sk.SGDRegressor, sk.PassiveAggressiveRegressor)
class SGDRegressorConverter(LinearRegressorConverter):
    """One value for each row, even if ``sparsify`` has given ``coef_`` a second axis."""

    def predict(self, X: Array) -> Array:
        return xp.reshape(super().predict(X), (-1,))


@converts(sk.PoissonRegressor, sk.GammaRegressor)
class LogLinkRegressorConverter(LinearRegressorConverter):
    """``exp(X @ coef_ + intercept_)``."""

    def predict(self, X: Array) -> Array:
        return xp.exp(super().predict(X))


@converts(sk.TweedieRegressor)
class TweedieRegressorConverter(LinearRegressorConverter):
    """The link is ``link``; with ``"auto"``, the logarithm if ``power > 0``, else the identity."""

    def predict(self, X: Array) -> Array:
        est = self.estimator
        raw = super().predict(X)
        return xp.exp(raw) if est.link == "log" or (est.link == "auto" and est.power > 0) else raw


@converts(sk.RANSACRegressor)
class RANSACRegressorConverter(DelegatingConverter):
    """The estimator fitted on the inliers."""

    @cached_property
    def inner(self) -> Converter:
        return self.sub(self.estimator.estimator_, ".estimator_")


# --- classifiers ----------------------------------------------------------------------------------------


@converts(sk.PassiveAggressiveClassifier, sk.Perceptron)
class LinearModelClassifierConverter(LinearClassifierConverter):
    """Scores ``X @ coef_.T + intercept_`` (:class:`sklearn.linear_model._base.LinearClassifierMixin`)."""

    def decision_function(self, X: Array) -> Array:
        scores = linear_predictor(self.estimator, X)
        return xp.squeeze(scores, 1) if scores.ndim == 2 and scores.shape[1] == 1 else scores


@converts(sk.RidgeClassifier, sk.RidgeClassifierCV)
class RidgeClassifierConverter(LinearModelClassifierConverter):
    """A linear classifier; with several labels at once, each is present if its score is above 0."""

    def predict(self, X: Array) -> Array:
        return xp.astype(self.decision_function(X) > 0, int) if self.is_multilabel else super().predict(X)


class LogisticClassifierConverter(LinearModelClassifierConverter):
    """One logistic regression for each class against the rest.

    Mirrors :meth:`sklearn.linear_model._base.LinearClassifierMixin._predict_proba_lr`.
    """

    def predict_proba(self, X: Array) -> Array:
        scores = self.decision_function(X)
        return binary_probabilities(scores) if scores.ndim == 1 else xp.softmax(self._log_odds(scores))

    def predict_log_proba(self, X: Array) -> Array:
        scores = self.decision_function(X)
        if scores.ndim == 1:
            return binary_log_probabilities(scores, self._dtype)
        logarithms = xp.log_softmax(self._log_odds(scores))
        return xp.where(logarithms < _LOG_OF_ZERO / 2, -np.inf, logarithms)

    @property
    def _dtype(self) -> np.dtype[np.floating]:
        """Dtype in which scikit-learn computes float32 rows."""
        est = self.estimator
        return np.result_type(np.float32, est.coef_.dtype, getattr(est.intercept_, "dtype", np.float32))

    def _log_odds(self, scores: Array) -> Array:
        """Return ``log(expit(scores))``, whose softmax is ``expit(scores)`` divided by its sum.

        Models of unscaled features have scores far below 0, for which all probabilities underflow in float32; their
        logarithms do not. If they underflow in scikit-learn's dtype too, every class gets the same probability.
        """
        least = -np.log(np.finfo(self._dtype).max)
        log_odds = xp.minimum(scores, 0.0) - xp.log(1.0 + xp.exp(-xp.abs(scores)))
        return xp.where(scores < least, _LOG_OF_ZERO, log_odds)


@converts(sk.LogisticRegression, sk.LogisticRegressionCV)
class LogisticRegressionConverter(LogisticClassifierConverter):
    """``expit`` of the score of two classes, ``softmax`` of the scores of more.

    Up to scikit-learn 1.7, ``multi_class`` may say otherwise; later versions ignore it.
    """

    @property
    def _multi_class(self) -> str:
        est = self.estimator
        chosen = str(est.get_params(deep=False).get("multi_class", "auto"))
        if chosen in ("auto", "deprecated", "warn"):
            return "ovr" if len(est.classes_) <= 2 or est.solver == "liblinear" else "multinomial"
        return chosen

    def predict_proba(self, X: Array) -> Array:
        if self._multi_class == "ovr":
            return super().predict_proba(X)
        scores = self.decision_function(X)
        return binary_probabilities(2.0 * scores) if scores.ndim == 1 else xp.softmax(scores)

    def predict_log_proba(self, X: Array) -> Array:
        if self._multi_class == "ovr":
            return super().predict_log_proba(X)
        scores = self.decision_function(X)
        if scores.ndim == 1:
            scores = xp.stack([-scores, scores], axis=1)
        return log_softmax(scores, self._dtype)


@converts(sk.SGDClassifier)
class SGDClassifierConverter(LogisticClassifierConverter):
    """Probabilities depend on the loss; only ``log_loss`` and ``modified_huber`` have them."""

    def predict_proba(self, X: Array) -> Array:
        return self._clipped(X) if self.estimator.loss == "modified_huber" else super().predict_proba(X)

    def predict_log_proba(self, X: Array) -> Array:
        if self.estimator.loss == "modified_huber":
            return xp.log(self._clipped(X))
        return super().predict_log_proba(X)

    def _clipped(self, X: Array) -> Array:
        """Return ``(clip(scores, -1, 1) + 1) / 2`` divided by its sum; where that is 0, equal probabilities."""
        scores = self.decision_function(X)
        if scores.ndim == 1:
            scores = xp.expand_dims(scores, 1) * np.array([-1.0, 1.0])
            return (xp.clip(scores, -1.0, 1.0) + 1.0) / 2.0
        shares = (xp.clip(scores, -1.0, 1.0) + 1.0) / 2.0
        total = xp.sum(shares, axis=1, keepdims=True)
        return xp.where(total == 0, 1.0 / len(self.estimator.classes_), shares / total)


@converts(sk.SGDOneClassSVM)
class SGDOneClassSVMConverter(OutlierConverter):
    """``X @ coef_.T - offset_``; inliers are at 0 or above."""

    def decision_function(self, X: Array) -> Array:
        return self._project(X, -self.estimator.offset_)

    def score_samples(self, X: Array) -> Array:
        return self._project(X, 0.0)

    def predict(self, X: Array) -> Array:
        return xp.where(self.decision_function(X) >= 0, 1, -1)

    def _project(self, X: Array, bias: Any) -> Array:
        coef = self.estimator.coef_
        dense = coef.toarray() if hasattr(coef, "toarray") else np.asarray(coef)
        return xp.linear(X, np.ravel(dense), bias)
