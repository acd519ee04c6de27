"""Categories that scikit-learn refuses are marked; fractions are cut off, as there."""

import numpy as np
import pytest
from sklearn.naive_bayes import CategoricalNB

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
