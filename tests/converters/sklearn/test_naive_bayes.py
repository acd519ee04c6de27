"""Categories that scikit-learn refuses are marked; fractions are cut off, as there. Many features keep their digits."""

import numpy as np
import pytest
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, MultinomialNB

import skl2tflite
from skl2tflite.errors import InvalidInputError, NoAnswerError

X = np.random.default_rng(0).integers(0, 4, (80, 3)).astype(float)
NAIVE = CategoricalNB().fit(X, X.sum(axis=1) % 3)


@pytest.mark.parametrize("value", [4.0, 9.0, -1.0, 1e9])
def test_categories_beyond_those_at_fit_have_no_answer(value):
    model = skl2tflite.convert(NAIVE)
    rows = np.vstack([X[:2], [[0.0, value, 0.0]]])
    with pytest.raises((IndexError, ValueError)):
        NAIVE.predict(rows)
    for method in (model.predict, model.predict_proba):
        with pytest.raises(NoAnswerError, match=r"row 2: CategoricalNB refuses .* fit it with min_categories"):
            method(rows)
    np.testing.assert_array_equal(model.predict(X), NAIVE.predict(X))
    with pytest.raises(InvalidInputError):
        skl2tflite.convert(NAIVE, rows)


def test_fractions_are_cut_off():
    rows = np.array([[-0.9, 0.5, 3.9], [3.999, 2.0, 1.1]])
    model = skl2tflite.convert(NAIVE)
    np.testing.assert_allclose(model.predict_proba(rows), NAIVE.predict_proba(rows), rtol=1e-6)


@pytest.mark.parametrize("estimator", [MultinomialNB(), ComplementNB(), BernoulliNB(), CategoricalNB()], ids=str)
def test_many_features_keep_the_digits_that_tell_classes_apart(estimator):
    """The logarithms themselves add up to hundreds or thousands, of which float32 keeps four digits."""
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 300)
    counts = random.poisson(random.uniform(1, 4, (3, 200))[y])
    rows = np.minimum(counts, 3) if isinstance(estimator, CategoricalNB) else counts
    estimator.fit(rows, y)
    model = skl2tflite.convert(estimator, methods=("predict_proba", "predict_joint_log_proba"))
    np.testing.assert_allclose(model.predict_proba(rows[1::2]), estimator.predict_proba(rows[1::2]), atol=2e-6)
    assert skl2tflite.verify(model, estimator, rows[1::2])["predict_joint_log_proba"].faithful
