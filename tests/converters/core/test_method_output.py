"""How outputs become answers is said once, by the recording, and written to the file as it is."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import NearestNeighbors, RadiusNeighborsClassifier
from sklearn.preprocessing import LabelEncoder

import skl2tflite
from skl2tflite.conversion import Conversion
from skl2tflite.model_metadata import ModelFacts
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)
SEVERAL = np.stack([Y, Y + (X[:, 1] > 0)], axis=1)
WORDS = np.array(["no", "yes"])[Y]
CASES = {
    "labels in the graph": (LogisticRegression().fit(X, Y), ("predict_proba", "predict")),
    "labels in the file": (GaussianNB().fit(X, WORDS), ("predict",)),
    "several outputs": (RandomForestClassifier(3, random_state=0).fit(X, SEVERAL), ("predict_proba", "predict")),
    "a tuple": (NearestNeighbors(n_neighbors=2).fit(X), ("kneighbors",)),
    "ragged": (NearestNeighbors(radius=1.0).fit(X), ("radius_neighbors",)),
    "a row without an answer": (RadiusNeighborsClassifier(5.0).fit(X, Y), ("predict",)),
    "an inverse of other rows": (PCA(2).fit(X), ("transform", "inverse_transform")),
    "an inverse of labels": (LabelEncoder().fit(WORDS), ("inverse_transform",)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_file_holds_what_the_recording_said(name):
    estimator, methods = CASES[name]
    planned = plan(Conversion(estimator), ConversionOptions(methods=methods))
    facts = skl2tflite.convert(estimator, methods=methods).facts
    again = ModelFacts.from_bytes(facts.to_bytes())
    for method, traced in planned.traced.items():
        assert facts.methods[method].to_json() == traced.output.to_json()
        assert again.method_to_json(method) == facts.method_to_json(method)
    assert set(facts.takes) <= {"inverse_transform"}


def test_what_an_inverse_takes_stands_where_files_have_always_had_it():
    estimator, methods = CASES["an inverse of other rows"]
    facts = skl2tflite.convert(estimator, methods=methods).facts
    assert list(facts.method_to_json("inverse_transform")) == ["outputs", "list", "dtype", "labels", "takes"]
    assert "takes" not in facts.method_to_json("transform")
