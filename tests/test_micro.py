"""Files for TensorFlow Lite Micro, from convert to load."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.backends.tflite.metadata import read_files
from skl2tflite.errors import ConversionError, ConversionWarning, UnsupportedMethodError

pytest.importorskip("tflite_micro")

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])


@pytest.fixture(scope="module")
def classifier():
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(X, NAMES[y])


def test_one_method_for_one_row(classifier):
    model = skl2tflite.convert(classifier, X, target="micro")
    assert model.methods == ("predict_proba",)
    assert model.inputs == {"X": ("float32", (1, 4))}
    assert model.outputs == {"predict_proba": ("float32", (1, 3))}
    np.testing.assert_allclose(model.predict_proba(X), classifier.predict_proba(X), rtol=0, atol=1e-6)
    assert model.predict_proba(X[:0]).shape == (0, 3)
    with pytest.raises(UnsupportedMethodError):
        model.predict(X)


def test_several_methods_are_refused(classifier):
    with pytest.raises(ConversionError, match=r"holds one method, not predict, predict_proba.*methods=\('predict',\)"):
        skl2tflite.convert(classifier, methods=("predict", "predict_proba"), target="micro")


def test_labels_survive_without_a_tail(classifier, tmp_path):
    model = skl2tflite.convert(classifier, X, methods=("predict",), target="micro")
    assert read_files(bytes(model)) == {}
    path = model.save(tmp_path / "model.tflite")
    for loaded in (skl2tflite.load(path), pickle.loads(pickle.dumps(model))):
        assert loaded.facts.target == "micro"
        np.testing.assert_array_equal(loaded.predict(X), classifier.predict(X))
        np.testing.assert_array_equal(loaded.classes_, NAMES)
    scores = skl2tflite.convert(classifier, methods=("predict_proba",), target="micro")
    np.testing.assert_array_equal(scores.classes_, NAMES)
    assert "classes" not in skl2tflite.convert(Ridge().fit(X, y), target="micro").facts.to_bytes().decode()


def test_same_bytes_for_the_same_estimator(classifier):
    assert skl2tflite.convert(classifier, target="micro") == skl2tflite.convert(classifier, target="micro")


def test_labels_that_are_numbers():
    forest = RandomForestClassifier(5, random_state=0).fit(X, y)
    model = skl2tflite.convert(forest, X, methods=("predict",), target="micro")
    assert model.predict(X).dtype == y.dtype
    np.testing.assert_array_equal(model.predict(X), forest.predict(X))


def test_without_tflm(classifier, monkeypatch):
    for module in ("convert", "backends.tflite.runner"):
        monkeypatch.setattr(sys.modules[f"skl2tflite.{module}"], "has_micro", lambda: False)
    with pytest.warns(ConversionWarning, match=r"compared on LiteRT.*skl2tflite\[micro\]"):
        model = skl2tflite.convert(classifier, X, target="micro")
    np.testing.assert_allclose(model.predict_proba(X), classifier.predict_proba(X), rtol=0, atol=1e-6)
    skl2tflite.convert(classifier, target="micro")  # nothing compared, nothing to warn of
