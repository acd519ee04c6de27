"""imbalanced-learn: samplers are nothing at inference, its ensembles are scikit-learn's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError
from tests.estimators.case import data

pytest.importorskip("imblearn")
from imblearn import FunctionSampler
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.pipeline import Pipeline, make_pipeline
from imblearn.under_sampling import RandomUnderSampler

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore:divide by zero")


def twice(X: Any, y: Any) -> Any:
    return np.vstack([X, X]), np.concatenate([y, y])


PIPELINES = {
    "oversampled": make_pipeline(StandardScaler(), SMOTE(random_state=0), LogisticRegression(max_iter=500)),
    "undersampled": make_pipeline(RandomUnderSampler(random_state=0), PCA(3), GaussianNB()),
    "several": make_pipeline(
        RandomOverSampler(random_state=0), FunctionSampler(func=twice), "passthrough", None, DecisionTreeClassifier()
    ),
    "transformer": Pipeline([("over", RandomOverSampler(random_state=0)), ("scale", StandardScaler())]),
}
ENSEMBLES = [
    BalancedRandomForestClassifier(10, max_depth=4, random_state=0),
    BalancedBaggingClassifier(n_estimators=6, random_state=0),
    BalancedBaggingClassifier(
        LogisticRegression(max_iter=500), n_estimators=2, max_features=0.6, sampler=RandomOverSampler(), random_state=0
    ),
    BalancedBaggingClassifier(GaussianNB(), n_estimators=3, random_state=0),
    EasyEnsembleClassifier(n_estimators=3, random_state=0),
    EasyEnsembleClassifier(3, estimator=AdaBoostClassifier(n_estimators=5), random_state=0),
    RUSBoostClassifier(n_estimators=6, random_state=0),
]


def agrees(estimator: Any, kind: str) -> None:
    rows = data(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(rows.X, rows.y)
    converter = converter_for(estimator)
    for method in converter.methods:
        if method.startswith("predict") or method in ("transform", "decision_function"):
            got = converter.method(method)(rows.X_test)
            labels = converter.labels(method)
            want = getattr(estimator, method)(rows.X_test)
            if labels is not None:
                np.testing.assert_array_equal(labels[0][got], want)
            else:
                np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13)
    model = skl2tflite.convert(estimator, rows.X_test)
    for method in model.methods:
        want, got = getattr(estimator, method)(rows.X_test.astype(np.float32)), getattr(model, method)(rows.X_test)
        assert got.shape == want.shape
        if want.dtype.kind != "f":
            np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(name: str) -> None:
    agrees(PIPELINES[name], "multiclass strings")


@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=lambda e: " ".join(str(e).split()))
def test_ensembles(ensemble: Any) -> None:
    agrees(ensemble, "multiclass")
    agrees(ensemble, "binary strings")


def test_balanced_trees_are_one_forest() -> None:
    rows = data("binary")
    bagging = BalancedBaggingClassifier(n_estimators=4, random_state=0).fit(rows.X, rows.y)
    assert converter_for(bagging).has_trees
    assert str(bagging.estimators_[0]).startswith("Pipeline")  # the user's own is as it was


def test_errors_name_the_place() -> None:
    rows = data("binary")
    with pytest.raises(ConversionError, match="BalancedBaggingClassifier is not fitted"):
        skl2tflite.convert(BalancedBaggingClassifier())
    with pytest.raises(ConversionError, match="nothing to convert"):
        skl2tflite.convert(make_pipeline("passthrough", RandomOverSampler()).fit(rows.X, rows.y))
