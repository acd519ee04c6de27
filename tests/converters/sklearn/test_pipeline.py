"""Pipelines: where errors point, what passes through, and compositions at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError, InvalidInputError, UnsupportedEstimatorError, UnsupportedMethodError
from tests.estimators.case import data


class Unknown(StandardScaler):
    """A subclass may compute otherwise, so it has no converter."""


def test_errors_name_the_step() -> None:
    rows = data("binary")
    pipe = Pipeline([("first", MaxAbsScaler()), ("inner", make_pipeline(Unknown(), LogisticRegression()))])
    with pytest.raises(UnsupportedEstimatorError, match=r"at Pipeline\['inner'\]\['unknown'\]; register one with"):
        skl2tflite.convert(pipe.fit(rows.X, rows.y))


def test_unfitted_pipelines_and_steps() -> None:
    with pytest.raises(ConversionError, match=r"Pipeline\['standardscaler'\] is not fitted"):
        skl2tflite.convert(make_pipeline(StandardScaler(), LogisticRegression()))
    rows = data("binary")
    last = LogisticRegression(max_iter=1000).fit(rows.X, rows.y)
    with pytest.raises(ConversionError, match=r"Pipeline\['scale'\] is not fitted"):
        skl2tflite.convert(Pipeline([("scale", StandardScaler()), ("model", last)]))


def test_a_first_step_that_has_seen_no_rows() -> None:
    rows = data("binary")
    last = make_pipeline(FunctionTransformer(), LogisticRegression(max_iter=1000)).fit(rows.X, rows.y)[-1]
    pipeline = Pipeline([("same", FunctionTransformer()), ("model", last)])
    with pytest.raises(ConversionError, match=r"Pipeline\['same'\] has not seen its number of features"):
        skl2tflite.convert(pipeline)
    model = skl2tflite.convert(pipeline, rows.X)
    np.testing.assert_array_equal(model.predict(rows.X), pipeline.predict(rows.X))


def test_nothing_to_convert() -> None:
    with pytest.raises(ConversionError, match="every step is 'passthrough'"):
        skl2tflite.convert(Pipeline([("a", "passthrough"), ("b", None)]))
    union = FeatureUnion([("a", "drop")])
    with pytest.raises(ConversionError, match="every transformer is dropped"):
        skl2tflite.convert(union.fit(np.eye(2)))


def test_missing_methods_name_those_there_are() -> None:
    rows = data("binary")
    pipe = make_pipeline(StandardScaler(), RidgeClassifier()).fit(rows.X, rows.y)
    assert converter_for(pipe).methods == ("predict", "decision_function")
    with pytest.raises(UnsupportedMethodError, match="no method 'predict_proba'; it has predict, decision_function"):
        skl2tflite.convert(pipe, methods=("predict_proba",))


def test_an_inverse_needs_every_steps() -> None:
    X = data("multiclass").X
    assert "inverse_transform" in converter_for(make_pipeline(StandardScaler(), PCA(2)).fit(X)).methods
    assert converter_for(make_pipeline(StandardScaler(), Normalizer()).fit(X)).methods == ("transform",)
    with pytest.raises(UnsupportedMethodError, match="inverse_transform"):
        skl2tflite.convert(make_pipeline(StandardScaler(), Normalizer()).fit(X), methods=("inverse_transform",))


def test_nan_is_refused_where_scikit_learn_refuses_it() -> None:
    rows = data("missing")
    takes = make_pipeline(StandardScaler(), SimpleImputer(), PCA(2), LogisticRegression()).fit(rows.X, rows.y)
    skl2tflite.convert(takes, rows.X_test)
    clean = data("multiclass")
    refuses = make_pipeline(StandardScaler(), LogisticRegression()).fit(clean.X, clean.y)
    with pytest.raises(ValueError, match="NaN"):
        refuses.predict(rows.X_test)
    with pytest.raises(InvalidInputError, match="contains NaN"):
        skl2tflite.convert(refuses).predict(rows.X_test)


def test_names_of_the_first_step_that_does_something() -> None:
    rows = data("binary")
    frame = pd.DataFrame(rows.X, columns=list("abcdefg"))
    pipe = Pipeline([("none", "passthrough"), ("scale", StandardScaler()), ("model", LogisticRegression())])
    model = skl2tflite.convert(pipe.set_output(transform="pandas").fit(frame, rows.y), frame)
    assert list(model.feature_names_in_) == list("abcdefg")
    with pytest.raises(InvalidInputError, match="another order"):
        model.predict(frame[list("gfedcba")])


def test_cached_steps_are_the_fitted_ones(tmp_path: Any) -> None:
    rows = data("multiclass")
    pipe = make_pipeline(StandardScaler(), PCA(3), LogisticRegression(), memory=str(tmp_path))
    skl2tflite.convert(pipe.fit(rows.X, rows.y), rows.X_test)


def test_a_union_whose_first_part_is_dropped() -> None:
    rows = data("multiclass")
    frame = pd.DataFrame(rows.X, columns=list("abcdefg"))
    union = FeatureUnion([("drop", "drop"), ("same", "passthrough"), ("scale", StandardScaler())]).fit(frame)
    model = skl2tflite.convert(union, frame)
    assert model.n_features_in_ == 7
    assert list(model.feature_names_in_) == list("abcdefg")


SCALERS = [StandardScaler(), RobustScaler(), MinMaxScaler((-1, 2)), MaxAbsScaler(), Normalizer(), "passthrough",
           PolynomialFeatures(2, include_bias=False), FunctionTransformer(np.abs)]  # fmt: skip
PROJECTIONS = [PCA(3), PCA(2, whiten=True), TruncatedSVD(3, random_state=0), "passthrough",
               FeatureUnion([("pca", PCA(2)), ("same", "passthrough")])]  # fmt: skip


@given(
    st.lists(st.sampled_from(SCALERS), max_size=3, unique_by=id), st.sampled_from(PROJECTIONS), st.integers(0, 2**16)
)
@settings(max_examples=30)
def test_compositions(scalers: list[Any], projection: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    X = (random.normal(size=(60, 4)) * 10 ** random.uniform(-1, 1, 4) + random.normal(size=4) * 5).astype(np.float32)
    y = X @ random.normal(size=4)
    steps = [(f"{i}", clone(step, safe=False)) for i, step in enumerate([*scalers, projection])]
    for last, target in ((Ridge(), y), (LinearRegression(), y), (LogisticRegression(max_iter=200), y > np.median(y))):
        pipe = Pipeline([*steps, ("last", last)]).fit(X.astype(np.float64), target)
        report = skl2tflite.verify(skl2tflite.convert(pipe), pipe, X)
        assert report.faithful, report.summary()
