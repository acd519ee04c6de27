"""Naive Bayes classifiers (:mod:`sklearn.naive_bayes`)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn import naive_bayes as sk

from skl2tflite.converters.core.estimator_kinds import ClassifierConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.numerics.kernels import centered
from skl2tflite.tracing.row_errors import refuse_rows


class NaiveBayesConverter(ClassifierConverter):
    """Labels and probabilities from the joint log likelihood ``log P(c) + log P(x|c)``."""

    def predict_joint_log_proba(self, X: Array) -> Array:
        """Joint log likelihood of each class."""
        raise NotImplementedError

    def scores(self, X: Array) -> Array:
        """Return the joint log likelihood up to a term that all classes share: its digits tell the classes apart."""
        return self.predict_joint_log_proba(X)

    def predict(self, X: Array) -> Array:
        return xp.argmax(self.scores(X), axis=1)

    def predict_log_proba(self, X: Array) -> Array:
        return xp.log_softmax(self.scores(X))

    def wide_log_proba(self, X: Array) -> Array:
        return self.predict_log_proba(X)

    def predict_proba(self, X: Array) -> Array:
        return xp.softmax(self.scores(X))


def less_class_mean(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Subtract from logarithms, with classes on the first axis, the mean of the finite ones over the classes."""
    finite = np.isfinite(logarithms)
    means = np.where(finite, logarithms, 0.0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1)
    return np.asarray(logarithms - means)


@converts(sk.GaussianNB)
class GaussianNBConverter(NaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """``log prior - sum(log(2 pi var)) / 2 - sum((x - theta)^2 / var) / 2``."""
        est = self.estimator
        constants = np.log(est.class_prior_) - 0.5 * np.sum(np.log(2.0 * np.pi * est.var_), axis=1)
        X, means = centered(X, est.theta_)
        differences = X[:, np.newaxis, :] - means
        scores: Array = constants - 0.5 * xp.sum(xp.square(differences) / est.var_, axis=2)
        return scores


class LinearNaiveBayesConverter(NaiveBayesConverter):
    """A joint log likelihood that is linear in the features; subclasses give ``weights`` and ``bias``."""

    @property
    def weights(self) -> NDArray[np.float64]:
        """Factor of each feature in the score of each class, of shape (n_classes, n_features)."""
        return np.asarray(self.estimator.feature_log_prob_)

    @property
    def bias(self) -> NDArray[np.float64]:
        """Constant in the score of each class."""
        return np.asarray(self.estimator.class_log_prior_)

    def check(self) -> None:
        if not np.all(np.isfinite(self.estimator.feature_log_prob_)):
            raise self.refuse("alpha=0 left probabilities of 0, whose logarithms are infinite", "fit it with alpha > 0")

    def rows_of(self, X: Array) -> Array:
        """Return what is multiplied by the weights."""
        return X

    def predict_joint_log_proba(self, X: Array) -> Array:
        """``X @ weights.T + bias``."""
        return xp.linear(self.rows_of(X), self.weights.T, self.bias)

    def scores(self, X: Array) -> Array:
        return xp.linear(self.rows_of(X), less_class_mean(self.weights).T, less_class_mean(self.bias))


@converts(sk.MultinomialNB)
class MultinomialNBConverter(LinearNaiveBayesConverter):
    """Adds up the log probability of each feature times its count."""


@converts(sk.ComplementNB)
class ComplementNBConverter(LinearNaiveBayesConverter):
    """Weights are made from the complement of each class."""

    @property
    def bias(self) -> NDArray[np.float64]:
        """The prior, which counts only if there is a single class."""
        prior = np.asarray(self.estimator.class_log_prior_)
        return prior if len(prior) == 1 else np.zeros(len(prior))


@converts(sk.BernoulliNB)
class BernoulliNBConverter(LinearNaiveBayesConverter):
    """Adds up the log probabilities of the features that are present and of the absence of the others."""

    @property
    def absent(self) -> NDArray[np.float64]:
        """Log probability of each feature's absence, of shape (n_classes, n_features)."""
        return np.asarray(np.log(1.0 - np.exp(self.estimator.feature_log_prob_)))

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.asarray(super().weights - self.absent)

    @property
    def bias(self) -> NDArray[np.float64]:
        return np.asarray(super().bias + self.absent.sum(axis=1))

    def rows_of(self, X: Array) -> Array:
        """Return whether each feature is present."""
        threshold = self.estimator.binarize
        return X if threshold is None else xp.astype(X > threshold, float)


@converts(sk.CategoricalNB)
class CategoricalNBConverter(NaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """Sum of the log probabilities of each feature's category, which are looked up in tables."""
        est = self.estimator
        return self._summed(X, est.feature_log_prob_, est.class_log_prior_)

    def scores(self, X: Array) -> Array:
        est = self.estimator
        return self._summed(
            X, [less_class_mean(table) for table in est.feature_log_prob_], less_class_mean(est.class_log_prior_)
        )

    def _summed(self, X: Array, tables: Sequence[NDArray[np.float64]], prior: NDArray[np.float64]) -> Array:
        last = np.asarray(self.estimator.n_categories_) - 1
        refuse_rows(
            xp.any((X <= -1.0) | (X >= last + 1.0), axis=1),
            f"{self.path} refuses categories below 0 and beyond those at fit; fit it with min_categories",
        )
        categories = xp.clip(xp.astype(X, int), 0, last)
        terms = [xp.take(table.T, categories[:, i]) for i, table in enumerate(tables)]
        return xp.sum(xp.stack(terms, axis=1), axis=1) + prior
