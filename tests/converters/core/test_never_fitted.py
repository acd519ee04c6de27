"""Estimators that answer without a fit of their own: rows, or their parts, tell how many features there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import SparseCoder
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectFromModel
from sklearn.frozen import FrozenEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.kernel_approximation import AdditiveChi2Sampler
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import Binarizer, FunctionTransformer, Normalizer
from sklearn.utils import all_estimators, get_tags

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.errors import ConversionError
from skl2tflite.method_arguments import answer

X = np.abs(np.random.default_rng(0).normal(size=(40, 4))).astype(np.float32).astype(np.float64)
Y = (X[:, 0] > 0.6).astype(int)
LINEAR = LogisticRegression().fit(X, Y)
FOREST = RandomForestClassifier(5, random_state=0).fit(X, Y)
OF_ROWS = [
    Normalizer(),
    FunctionTransformer(np.log1p),
    FunctionTransformer(),
    Binarizer(threshold=0.4),
    AdditiveChi2Sampler(),
    FrozenEstimator(Normalizer()),
    make_pipeline(Normalizer(), Binarizer()),
    make_union(Normalizer(), Binarizer()),
    make_pipeline(FunctionTransformer(np.log1p), LINEAR),
]
OF_PARTS = [
    SparseCoder(np.eye(4)[:3]),
    SelectFromModel(LINEAR, prefit=True),
    SelectFromModel(LINEAR),
    SelectFromModel(FOREST, prefit=True, max_features=2),
    FixedThresholdClassifier(FrozenEstimator(LINEAR), threshold=0.3),
    FixedThresholdClassifier(FOREST, threshold=0.7),
    make_pipeline(SelectFromModel(LINEAR, prefit=True, max_features=4, threshold=-np.inf), LINEAR),
]


def kind_of(estimator: Any) -> str:
    return " ".join(str(estimator).split())[:60]


@pytest.mark.filterwarnings("ignore:This Pipeline instance is not fitted")
@pytest.mark.filterwarnings("ignore:This FeatureUnion instance is not fitted")
@pytest.mark.parametrize("estimator", [*OF_ROWS, *OF_PARTS], ids=kind_of)
def test_rows_tell_the_width(estimator: Any) -> None:
    model = skl2tflite.convert(estimator, X)
    for method in model.methods:
        expected = getattr(estimator, method)(X)
        np.testing.assert_allclose(getattr(model, method)(X), expected, rtol=1e-5, atol=1e-6)
        assert skl2tflite.verify(model, estimator, X[:3]).faithful


@pytest.mark.parametrize("estimator", OF_PARTS, ids=kind_of)
def test_parts_tell_the_width(estimator: Any) -> None:
    assert bytes(skl2tflite.convert(estimator)) == bytes(skl2tflite.convert(estimator, X, golden=None))


@pytest.mark.parametrize("estimator", OF_ROWS, ids=kind_of)
def test_without_rows(estimator: Any) -> None:
    with pytest.raises(ConversionError, match="has not seen its number of features; give convert rows X"):
        skl2tflite.convert(estimator)


def test_names_of_a_part_that_was_fitted_on_a_frame() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    selector = SelectFromModel(LogisticRegression().fit(frame, Y), prefit=True)
    assert list(skl2tflite.convert(selector).feature_names_in_) == list("abcd")


@pytest.mark.parametrize(
    "estimator",
    [
        SelectFromModel(LogisticRegression(), prefit=True),
        FixedThresholdClassifier(LogisticRegression()),
    ],
    ids=kind_of,
)
def test_what_scikit_learn_does_not_answer_either(estimator: Any) -> None:
    with pytest.raises(NotFittedError):
        answer(estimator, "transform" if hasattr(estimator, "transform") else "predict", X)
    with pytest.raises(ConversionError, match="not fitted"):
        skl2tflite.convert(estimator, X)


def test_every_estimator_that_says_so_is_known() -> None:
    """Those whose tags say that they need no fit convert, or say what is amiss."""
    names = set()
    for name, kind in all_estimators():
        try:
            estimator = kind(np.eye(4)) if kind is SparseCoder else kind()
            needs_fit = get_tags(estimator).requires_fit
        except (AttributeError, TypeError):  # it wants another estimator
            continue
        if needs_fit:
            continue
        names.add(name)
        if name in ("FeatureHasher", "HashingVectorizer", "PatchExtractor"):  # of other rows: in the sweep
            converter_for(estimator)
        elif kind is GaussianProcessRegressor:  # the prior does not depend on rows
            with pytest.raises(ConversionError, match="not fitted"):
                skl2tflite.convert(estimator, X)
        else:
            skl2tflite.convert(estimator, X)
    assert {"Normalizer", "FunctionTransformer", "SparseCoder"} <= names
