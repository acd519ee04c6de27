"""LOGISTIC of great numbers, of which LiteRT's XNNPACK makes NaN."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

import skl2tflite

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3)).astype(np.float32)
Y = (X @ [1.0, 2.0, -1.0] > 0).astype(int)
GREAT = np.array([[0.1, scale, 0.2] for scale in (5e27, -5e27, 1e30, -1e30, 1e10)])
MEMBERS = [("linear", LogisticRegression()), ("tree", DecisionTreeClassifier(max_depth=2))]


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        MLPClassifier((4,), activation="logistic", max_iter=20, random_state=0),
        StackingClassifier(MEMBERS, DecisionTreeClassifier(max_depth=3)),
    ],
    ids=lambda each: type(each).__name__,
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_great_rows_have_answers(estimator):
    model = skl2tflite.convert(estimator.fit(X, Y), X)
    np.testing.assert_array_equal(model.predict(GREAT), estimator.predict(GREAT))
    np.testing.assert_allclose(model.predict_proba(GREAT), estimator.predict_proba(GREAT), atol=1e-6)
