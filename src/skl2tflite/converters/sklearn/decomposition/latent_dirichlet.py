"""Latent Dirichlet allocation: topics of documents (:mod:`sklearn.decomposition._lda`)."""

from __future__ import annotations

import numpy as np
from sklearn import decomposition as sk

from skl2tflite.converters.core.estimator_kinds import TransformerConverter
from skl2tflite.converters.core.registry import converts
from skl2tflite.graph import Array
from skl2tflite.graph import functions as xp
from skl2tflite.tracing.domain import refuse_below

EPSILON = float(np.finfo(np.float64).eps)
"""scikit-learn's constant that keeps divisors from being 0."""


def expected_topics(weights: Array) -> Array:
    """Return ``exp(digamma(weights) - digamma(their sum))`` of each row, without loss of digits for large weights."""
    n_topics = weights.shape[1]
    size, rest = xp.digamma_parts(xp.concat([weights, xp.sum(weights, axis=1, keepdims=True)], axis=1))
    return size[:, :n_topics] / size[:, n_topics:] * xp.exp(rest[:, :n_topics] - rest[:, n_topics:])


@converts(sk.LatentDirichletAllocation)
class LatentDirichletAllocationConverter(TransformerConverter):
    """Variational inference of each document's topics, until they change by less than ``mean_change_tol``.

    Each row stops on its own, so that its result does not depend on the other rows.
    """

    def transform(self, X: Array) -> Array:
        est = self.estimator
        refuse_below(self.path, X)
        words = np.asarray(est.exp_dirichlet_component_, dtype=np.float64)
        prior, tol, max_iter = float(est.doc_topic_prior_), float(est.mean_change_tol), int(est.max_doc_update_iter)

        def going(step: Array, change: Array, weights: Array, topics: Array, X: Array) -> Array:
            return (step < max_iter) & xp.any(change >= tol)

        def body(step: Array, change: Array, weights: Array, topics: Array, X: Array) -> list[Array]:
            active = change >= tol
            shares = X / (xp.linear(topics, words) + EPSILON)
            after = topics * xp.linear(shares, words.T) + prior
            change = xp.where(active, xp.mean(xp.abs(after - weights), axis=1, keepdims=True), change)
            topics = xp.where(active, expected_topics(after), topics)
            return [step + 1, change, xp.where(active, after, weights), topics, X]

        weights = xp.broadcast_rows(np.ones(len(words)), X)
        change = xp.broadcast_rows(np.full(1, 1.0 + tol), X)
        state = [np.array(0), change, weights, expected_topics(weights), X]
        weights = xp.while_loop(going, body, state)[2]
        return weights / xp.sum(weights, axis=1, keepdims=True)
