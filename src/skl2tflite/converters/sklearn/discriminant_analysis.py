"""Linear and quadratic discriminant analysis (:mod:`sklearn.discriminant_analysis`)."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn import discriminant_analysis as sk

from skl2tflite.converters.core.estimator_kinds import ClassifierConverter, LinearClassifierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.errors import UnsupportedMethodError
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.probabilities import MIN_EXPONENT, binary_log_probabilities, binary_probabilities
from skl2tflite.numerics.projections import project_centered


@converts(sk.LinearDiscriminantAnalysis)
class LinearDiscriminantAnalysisConverter(LinearClassifierConverter):
    """A linear classifier, and the projection that separates the classes best."""

    def decision_function(self, X: Array) -> Array:
        """``X @ coef_.T + intercept_``, of shape (n_rows,) for two classes."""
        est = self.estimator
        scores = xp.linear(X, np.transpose(est.coef_), est.intercept_)
        return xp.squeeze(scores, 1) if len(est.classes_) == 2 else scores

    def predict_proba(self, X: Array) -> Array:
        scores = self.decision_function(X)
        return binary_probabilities(scores) if scores.ndim == 1 else xp.softmax(scores)

    def predict_log_proba(self, X: Array) -> Array:
        """Logarithms of the probabilities; a probability of 0 in float64 is replaced by the smallest normal number."""
        scores = self.decision_function(X)
        logarithms = binary_log_probabilities(scores) if scores.ndim == 1 else xp.log_softmax(scores)
        return xp.where(logarithms < MIN_EXPONENT, np.log(np.finfo(np.float64).smallest_normal), logarithms)

    def has(self, method: str) -> bool:
        """Every method, but ``transform`` with ``solver="lsqr"``."""
        return super().has(method) and not (method == "transform" and self.estimator.solver == "lsqr")

    def method(self, name: str) -> Any:
        """Return a method, or raise the error that says why not."""
        if name == "transform" and not self.has(name):
            raise UnsupportedMethodError(f"{self.path} has no transform with solver='lsqr'; use 'svd' or 'eigen'")
        return super().method(name)

    def transform(self, X: Array) -> Array:
        """Project on the first components; with ``solver="svd"`` rows are centered first."""
        est = self.estimator
        scalings = est.scalings_[:, : est._max_components]
        return project_centered(X, est.xbar_, 0.0, scalings) if est.solver == "svd" else xp.linear(X, scalings)


@converts(sk.QuadraticDiscriminantAnalysis)
class QuadraticDiscriminantAnalysisConverter(ClassifierConverter):
    """Labels from the log posterior of a normal distribution for each class."""

    def _scores(self, X: Array) -> Array:
        """Return log posteriors up to a constant, one column for each class (equation 4.12 of the ESL)."""
        est = self.estimator
        distances = [
            xp.squared_norm(project_centered(X, mean, 0.0, rotation * scaling**-0.5))
            for mean, rotation, scaling in zip(est.means_, est.rotations_, est.scalings_, strict=True)
        ]
        determinants = np.array([np.sum(np.log(scaling)) for scaling in est.scalings_])
        scores: Array = -0.5 * (xp.concat(distances, axis=1) + determinants) + np.log(est.priors_)
        return scores

    def decision_function(self, X: Array) -> Array:
        """The scores; for two classes, their difference."""
        scores = self._scores(X)
        return scores[:, 1] - scores[:, 0] if len(self.estimator.classes_) == 2 else scores

    def predict(self, X: Array) -> Array:
        return xp.argmax(self._scores(X), axis=1)

    def predict_proba(self, X: Array) -> Array:
        return xp.softmax(self._scores(X))

    def predict_log_proba(self, X: Array) -> Array:
        return xp.log_softmax(self._scores(X))
