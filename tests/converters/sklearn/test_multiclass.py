"""Several binary classifiers for one of many classes."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from sklearn.base import ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_iris
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import LinearSVC

import skl2tflite
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("scale", [10, 20, 100])
def test_probabilities_that_only_float64_holds(scale: int, target: Literal["litert", "micro"]) -> None:
    """Far from all that was fitted every class has a tiny probability, or none: classes are told apart by them."""
    X, y = load_iris(return_X_y=True)
    estimator = OneVsRestClassifier(GaussianNB()).fit(X, y)
    far = np.random.default_rng(1).normal(0, scale, (300, 4)).astype(np.float32).astype(np.float64)
    labels = skl2tflite.convert(estimator, X, target=target, methods=("predict",))
    model = skl2tflite.convert(estimator, X, target=target, methods=("predict_proba",))
    greatest = np.max([member.predict_proba(far)[:, 1] for member in estimator.estimators_], axis=0)
    assert greatest.min() < np.finfo(np.float32).tiny
    np.testing.assert_array_equal(labels.predict(far), estimator.predict(far))
    clear = (greatest > 1e-300) | (greatest == 0)  # of others float64 has fewer digits
    expected = np.nan_to_num(estimator.predict_proba(far))  # scikit-learn 1.6 divides rows of zeros by 0
    np.testing.assert_allclose(model.predict_proba(far)[clear], expected[clear], atol=5e-4)


BAYES = GaussianNB()
MEMBERS = {
    "pipeline": make_pipeline(StandardScaler(), BAYES),
    "search": GridSearchCV(BAYES, {"var_smoothing": [1e-9, 1e-3]}),
    "search of a pipeline": GridSearchCV(make_pipeline(StandardScaler(), BAYES), {"standardscaler__with_std": [False]}),
    "threshold": FixedThresholdClassifier(BAYES),
    "tuned threshold": TunedThresholdClassifierCV(BAYES),
    "self-training": SelfTrainingClassifier(BAYES),
    "bagging": BaggingClassifier(BAYES, 3, random_state=0),
    "voting": VotingClassifier([("a", BAYES), ("b", GaussianNB(var_smoothing=1e-2))], voting="soft", weights=[1, 2]),
    "network": MLPClassifier((8,), solver="lbfgs", max_iter=2000, random_state=0),
    "calibrated": CalibratedClassifierCV(LinearSVC(), cv=3),
    "counts": MultinomialNB(),
}


@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS)
def test_probabilities_of_wrapped_members(member: ClassifierMixin) -> None:
    """Members that float32 takes for impossible, or several for certain, are told apart, whatever stands around them.

    But for what float64 does not tell from 0 or 1 in more than its last digits.
    """
    X, y = load_iris(return_X_y=True)
    estimator = OneVsRestClassifier(member).fit(X, y)
    model = skl2tflite.convert(estimator, X)
    for scale in (5, 10, 20):
        far = np.abs(np.random.default_rng(1).normal(0, scale, (500, 4))).astype(np.float32).astype(np.float64)
        members = [each.predict_proba(far) for each in estimator.estimators_]
        ones, zeros = (np.array([each[:, i] for each in members]) for i in (1, 0))
        clear = (ones.max(axis=0) > 1e-300) & (np.sort(zeros, axis=0)[1] > 1e-12)
        assert clear.sum() > 50
        np.testing.assert_array_equal(model.predict(far)[clear], estimator.predict(far)[clear])
        expected = estimator.predict_proba(far)[clear]
        np.testing.assert_allclose(model.predict_proba(far)[clear], expected, atol=5e-4)
