"""Searches that have, or have not, an estimator to convert."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError
from tests.estimators.case import data

GRID = {"C": [0.1, 1.0]}


def test_without_refit_there_is_nothing_to_convert() -> None:
    rows = data("binary")
    search = GridSearchCV(LogisticRegression(), GRID, cv=2, refit=False).fit(rows.X, rows.y)
    with pytest.raises(UnsupportedEstimatorError, match=r"GridSearchCV: was fitted with refit=False.*set refit=True"):
        skl2tflite.convert(search)


def test_unfitted() -> None:
    with pytest.raises(ConversionError, match="RandomizedSearchCV is not fitted"):
        skl2tflite.convert(RandomizedSearchCV(LogisticRegression(), GRID))


def test_it_is_the_best_estimator() -> None:
    rows = data("multiclass strings")
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.1]}, cv=2)
    model = skl2tflite.convert(search.fit(rows.X, rows.y), rows.X_test)
    alone = skl2tflite.convert(search.best_estimator_, rows.X_test)
    np.testing.assert_array_equal(model.predict_proba(rows.X_test), alone.predict_proba(rows.X_test))
    assert list(model.predict(rows.X_test)) == list(search.predict(rows.X_test))


def test_errors_name_the_best_estimators_place() -> None:
    rows = data("binary")
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression()), {"logisticregression__C": [0.1]}, cv=2)
    search.fit(rows.X, rows.y)
    search.best_estimator_.steps.insert(0, ("odd", object()))
    with pytest.raises(ConversionError, match=r"GridSearchCV.best_estimator_\['odd'\]"):
        skl2tflite.convert(search)
