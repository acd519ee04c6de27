"""Topics of long documents, whose digammas' logarithms would cost float32 its digits."""

import numpy as np
from sklearn.decomposition import LatentDirichletAllocation

import skl2tflite
from skl2tflite.converters.sklearn.decomposition.latent_dirichlet import expected_topics
from skl2tflite.graph import functions as xp

RANDOM = np.random.default_rng(0)


def test_expected_topics_are_the_exponential_of_digammas():
    weights = np.exp(RANDOM.uniform(-7, 9, (200, 4)))
    difference = xp.digamma(weights) - xp.digamma(weights.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(expected_topics(weights), np.exp(difference), rtol=1e-12, atol=1e-300)


def test_long_documents():
    topics = RANDOM.dirichlet(np.full(12, 0.5), 4)
    counts = RANDOM.poisson(4000 * RANDOM.dirichlet(np.ones(4), 120) @ topics).astype(float)
    model = LatentDirichletAllocation(4, random_state=0, mean_change_tol=1e-7, max_doc_update_iter=30).fit(counts)
    given = skl2tflite.convert(model, counts).transform(counts)
    np.testing.assert_allclose(given, model.transform(counts), atol=1e-6)
