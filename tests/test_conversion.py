"""One call of ``convert`` makes each converter once, for recording and for the comparison alike."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.converters import Converter

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)


def scaled(estimator):
    return make_pipeline(StandardScaler(), estimator)


CLASSIFIER = scaled(LogisticRegression())
ESTIMATORS = {
    "neighbours": (KNeighborsClassifier(), 1),
    "pipeline": (CLASSIFIER, 3),
    "nested": (scaled(CLASSIFIER), 5),
    "nested twice": (scaled(scaled(CLASSIFIER)), 7),
    "bagging": (BaggingClassifier(CLASSIFIER, 3, random_state=0), 10),
    "calibrated": (CalibratedClassifierCV(CLASSIFIER, method="isotonic", cv=2), 9),
    "stacking": (StackingClassifier([("a", CLASSIFIER), ("b", scaled(CLASSIFIER))]), 10),
    "voting": (VotingClassifier([("a", CLASSIFIER)], voting="soft"), 4),
}


@pytest.fixture
def made(monkeypatch):
    """How many converters were made at each place."""
    counts: Counter[str] = Counter()
    make = Converter.__init__

    def counted(self, estimator, path):
        counts[path] += 1
        make(self, estimator, path)

    monkeypatch.setattr(Converter, "__init__", counted)
    return counts


@pytest.mark.parametrize("rows", [None, X], ids=["without rows", "with rows"])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_each_converter_is_made_once(made, name, rows):
    estimator, count = ESTIMATORS[name]
    estimator.fit(X, Y)
    skl2tflite.convert(estimator, rows)
    assert sum(made.values()) == count, made


def test_a_part_has_one_converter_at_each_place():
    estimator = scaled(LogisticRegression()).fit(X, Y)
    converter = Conversion(estimator).converter
    scaler, classifier = estimator[0], estimator[1]
    assert converter.sub(scaler, "[0]") is converter.sub(scaler, "[0]")
    assert converter.sub(scaler, "[0]") is not converter.sub(scaler, "[1]")
    assert converter.sub(scaler, "[0]") is not converter.sub(classifier, "[0]")
    assert Conversion(estimator).converter is not converter
