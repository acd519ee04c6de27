"""Naive Bayes classifiers (:mod:`sklearn.naive_bayes`)."""

from __future__ import annotations

import numpy as np
from sklearn import naive_bayes as sk

from skl2tflite.converters.base import ClassifierConverter
from skl2tflite.converters.kernels import centered
from skl2tflite.converters.registry import converts
from skl2tflite.converters.unanswered import refuse_rows
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp


class NaiveBayesConverter(ClassifierConverter):
    """Labels and probabilities from the joint log likelihood ``log P(c) + log P(x|c)``."""

    def predict_joint_log_proba(self, X: Array) -> Array:
        """Joint log likelihood of each class."""
        raise NotImplementedError

    def predict(self, X: Array) -> Array:
        return xp.argmax(self.predict_joint_log_proba(X), axis=1)

    def predict_log_proba(self, X: Array) -> Array:
        return xp.log_softmax(self.predict_joint_log_proba(X))

    def predict_proba(self, X: Array) -> Array:
        return xp.softmax(self.predict_joint_log_proba(X))


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
    """A joint log likelihood that is linear in the features."""

    def check(self) -> None:
        if not np.all(np.isfinite(self.estimator.feature_log_prob_)):
            raise self.refuse("alpha=0 left probabilities of 0, whose logarithms are infinite", "fit it with alpha > 0")


@converts(sk.MultinomialNB)
class MultinomialNBConverter(LinearNaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """``X @ feature_log_prob_.T + class_log_prior_``."""
        est = self.estimator
        return xp.linear(X, est.feature_log_prob_.T, est.class_log_prior_)


@converts(sk.ComplementNB)
class ComplementNBConverter(LinearNaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """``X @ feature_log_prob_.T``; the prior counts only for a single class."""
        est = self.estimator
        return xp.linear(X, est.feature_log_prob_.T, est.class_log_prior_ if len(est.classes_) == 1 else None)


@converts(sk.BernoulliNB)
class BernoulliNBConverter(LinearNaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """Log probabilities of the features that are there, and of the absence of those that are not."""
        est = self.estimator
        if est.binarize is not None:
            X = xp.astype(X > est.binarize, float)
        absent = np.log(1.0 - np.exp(est.feature_log_prob_))
        constants = est.class_log_prior_ + absent.sum(axis=1)
        return xp.linear(X, (est.feature_log_prob_ - absent).T, constants)


@converts(sk.CategoricalNB)
class CategoricalNBConverter(NaiveBayesConverter):
    def predict_joint_log_proba(self, X: Array) -> Array:
        """Sum of each feature's log probabilities, looked up."""
        est = self.estimator
        last = np.asarray(est.n_categories_) - 1
        refuse_rows(
            xp.any(xp.logical_or(xp.less_equal(X, -1.0), xp.greater_equal(X, last + 1.0)), axis=1),
            f"{self.path} refuses categories below 0 and beyond those at fit; fit it with min_categories",
        )
        categories = xp.clip(xp.astype(X, int), 0, last)
        terms = [xp.take(table.T, categories[:, i]) for i, table in enumerate(est.feature_log_prob_)]
        return xp.add(xp.sum(xp.stack(terms, axis=1), axis=1), est.class_log_prior_)
