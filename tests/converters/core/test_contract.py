"""What a converter promises of its answers, and who is asked for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, MaxAbsScaler

import skl2tflite
from skl2tflite.converters import Converter, converter_for
from skl2tflite.converters.core import registry
from skl2tflite.errors import FidelityError

X = np.random.default_rng(0).normal(size=(30, 3))
Y = (X[:, 0] > 0).astype(int)


class Scaled(TransformerMixin, BaseEstimator):
    def fit(self, X: Any, y: Any = None) -> Any:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: Any) -> Any:
        return np.asarray(X) * 3.001


@pytest.fixture
def registered():
    """Converters that a test registers are forgotten."""
    kept = dict(registry._CONVERTERS)
    yield
    registry._CONVERTERS.clear()
    registry._CONVERTERS.update(kept)


def test_a_converter_declares_its_contract():
    contract = converter_for(Binarizer().fit(X)).contract
    assert contract.exact == {"transform"}
    assert contract.tolerance == Converter.tolerance
    assert contract.float64_error("transform", X) == 0.0
    assert not contract.is_equivalent("transform", X, [(X, X + 1)], 1e-6).any()


def test_a_search_has_the_contract_of_its_best_estimator():
    search = GridSearchCV(LogisticRegression(), {"C": [1.0]}).fit(X, Y)
    converter = converter_for(search)
    assert converter.contract == converter.inner.contract  # type: ignore[attr-defined]
    assert "predict" in converter.contract.exact


def test_a_pipeline_has_the_contract_of_its_steps():
    exact = converter_for(make_pipeline(MaxAbsScaler(), Binarizer()).fit(X)).contract
    assert "transform" in exact.exact
    close = converter_for(make_pipeline(PCA(2), Binarizer()).fit(X)).contract
    assert "transform" not in close.exact
    labels = converter_for(make_pipeline(PCA(2), LogisticRegression()).fit(X, Y)).contract
    assert "predict" in labels.exact
    assert "predict_proba" not in labels.exact


def test_what_is_equivalent_is_asked_of_the_estimator_within():
    transformer = KNeighborsTransformer(mode="distance").fit(X)
    frozen = converter_for(FrozenEstimator(transformer))
    assert frozen.contract.is_equivalent == frozen.inner.is_equivalent  # type: ignore[attr-defined]
    assert frozen.contract.is_equivalent.__func__ is not Converter.is_equivalent  # type: ignore[attr-defined]


@pytest.mark.usefixtures("registered")
def test_converters_of_others_declare_a_tolerance():
    class Close(skl2tflite.TransformerConverter):
        def transform(self, X: Any) -> Any:
            return X * 3.0

    skl2tflite.converts(Scaled)(Close)
    with pytest.raises(FidelityError):
        skl2tflite.convert(Scaled().fit(X), X)
    Close.tolerance = 1e-2
    assert converter_for(Scaled().fit(X)).contract.tolerance == 1e-2
    assert skl2tflite.convert(Scaled().fit(X), X).methods == ("transform",)
