"""The digest of an estimator: the same for the same state, another for another."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC

from skl2tflite.estimator_digest import estimator_digest

X = np.random.default_rng(0).normal(size=(40, 3))
Y = X[:, 0] > 0
ESTIMATORS: list[Any] = [
    make_pipeline(StandardScaler(), LogisticRegression()),
    RandomForestClassifier(3, random_state=0),
    HistGradientBoostingClassifier(max_iter=2),
    KNeighborsClassifier(algorithm="kd_tree"),
    KNeighborsClassifier(algorithm="ball_tree"),
    MLPClassifier(max_iter=1),
    SVC(),
    make_pipeline(FunctionTransformer(np.tanh), OneHotEncoder(handle_unknown="ignore")),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_use_and_pickling_change_nothing(estimator: Any) -> None:
    estimator = clone(estimator).fit(X, Y)
    before = estimator_digest(estimator)
    (estimator.predict if hasattr(estimator, "predict") else estimator.transform)(X)
    np.random.random(3)  # noqa: NPY002 - what an estimator without a random_state holds
    assert estimator_digest(estimator) == before
    assert estimator_digest(pickle.loads(pickle.dumps(estimator))) == before


def test_texts() -> None:
    vectorizer = TfidfVectorizer(stop_words="english").fit(["good day", "bad night"])
    before = estimator_digest(vectorizer)
    vectorizer.transform(["good"])
    assert estimator_digest(pickle.loads(pickle.dumps(vectorizer))) == before


def test_another_state_has_another_digest() -> None:
    model = LogisticRegression().fit(X, Y)
    digests = {estimator_digest(model)}
    model.coef_[0, 0] = np.nextafter(model.coef_[0, 0], np.inf)
    digests.add(estimator_digest(model))
    digests.add(estimator_digest(model.set_params(C=2.0)))
    digests.add(estimator_digest(make_pipeline(model)))
    forest = RandomForestClassifier(3, random_state=0).fit(X, Y)
    digests.add(estimator_digest(forest))
    forest.estimators_[1].tree_.threshold[0] += 1
    digests.add(estimator_digest(forest))
    assert len(digests) == 6


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"a": 1, "b": 2.0}, {"b": 2.0, "a": 1}),
        ({"x", "y", "z"}, {"z", "y", "x"}),
        (np.ones((2, 3)), np.asfortranarray(np.ones((2, 3)))),
        (np.arange(6)[::2], np.array([0, 2, 4])),
        (scipy.sparse.csr_array(np.eye(2)), scipy.sparse.csr_array(np.eye(2))),
        (np.float64(1.5), np.array(1.5)),
    ],
)
def test_order_and_layout_do_not_count(a: Any, b: Any) -> None:
    assert estimator_digest(a) == estimator_digest(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, True),
        ("1", 1),
        ([1], (1,)),
        ([[1], 2], [1, [2]]),
        (np.zeros(2, np.float32), np.zeros(2)),
        (np.zeros((1, 2)), np.zeros(2)),
        (0.0, -0.0),
        (np.array(["a", None], dtype=object), np.array(["a", "None"], dtype=object)),
        (np.sin, np.cos),
        ({"a": "b"}, {"b": "a"}),
    ],
)
def test_what_differs_has_other_digests(a: Any, b: Any) -> None:
    assert estimator_digest(a) != estimator_digest(b)


def test_padding_of_structured_arrays_does_not_count() -> None:
    """Tree nodes have bytes between their fields, which hold anything."""
    dtype = np.dtype([("a", "u1"), ("b", "f8")], align=True)
    arrays = [np.frombuffer(bytes([fill]) * dtype.itemsize * 2, dtype=dtype).copy() for fill in (0, 255)]
    for array in arrays:
        array["a"], array["b"] = [1, 2], [3.0, 4.0]
    assert arrays[0].tobytes() != arrays[1].tobytes()
    assert estimator_digest(arrays[0]) == estimator_digest(arrays[1])


def test_an_object_within_itself() -> None:
    held: list[Any] = [1]
    held.append(held)
    assert estimator_digest(held) != estimator_digest([1])


def test_every_process_makes_the_same() -> None:
    code = (
        "from sklearn.datasets import load_iris; from sklearn.ensemble import RandomForestClassifier as F;"
        "from skl2tflite.estimator_digest import estimator_digest;"
        "forest = F(3, random_state=0).fit(*load_iris(return_X_y=True)).set_params(class_weight={'a', 'b'});"
        "print(estimator_digest(forest))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
