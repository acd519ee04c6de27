"""Estimators of one's own: recorded with skl2tflite.trace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

import skl2tflite
from skl2tflite.converters import converter_for
from skl2tflite.converters.core import registry
from skl2tflite.errors import ConversionError, UnsupportedEstimatorError

X = np.random.default_rng(0).uniform(0.5, 9.0, (60, 4)).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 6)


@skl2tflite.trace
class Winsorizer(TransformerMixin, BaseEstimator):
    def __init__(self, share: float = 0.1):
        self.share = share

    def fit(self, X: Any, y: Any = None) -> Winsorizer:
        X = validate_data(self, X)
        self.low_, self.high_ = np.quantile(X, [self.share, 1 - self.share], axis=0)
        return self

    def transform(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return np.clip(X, self.low_, self.high_)

    def inverse_transform(self, X: Any) -> Any:
        return X


@skl2tflite.trace
class Centroids(ClassifierMixin, BaseEstimator):
    """Labels of any kind, by position in classes_."""

    def fit(self, X: Any, y: Any) -> Centroids:
        self.scaler_ = StandardScaler().fit(X)
        self.n_features_in_ = X.shape[1]
        self.classes_ = np.unique(y)
        Z = self.scaler_.transform(X)
        self.centers_ = np.array([Z[y == c].mean(axis=0) for c in self.classes_])
        return self

    def decision_function(self, X: Any) -> Any:
        Z = np.asarray(self.scaler_.transform(X))
        return -((Z[:, np.newaxis] - self.centers_) ** 2).sum(axis=2)

    def predict_proba(self, X: Any) -> Any:
        scores = np.exp(self.decision_function(X))
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> Any:
        return self.classes_[np.argmax(self.decision_function(X), axis=1)]


@skl2tflite.trace
class Blend(RegressorMixin, BaseEstimator):
    """Fitted estimators in a list and in a dict."""

    def fit(self, X: Any, y: Any) -> Blend:
        self.n_features_in_ = X.shape[1]
        self.members_ = [
            RandomForestClassifier(5, random_state=0).fit(X, y),
            LogisticRegression(max_iter=500).fit(X, y),
        ]
        self.scalers_ = {"log": make_pipeline(MinMaxScaler()).fit(X)}
        return self

    def predict(self, X: Any) -> Any:
        probabilities = np.mean([member.predict_proba(X) for member in self.members_], axis=0)
        return probabilities @ np.array([1.0, 2.0, 5.0]) + self.scalers_["log"].transform(X)[:, 0]


def test_a_transformer() -> None:
    pipeline = make_pipeline(Winsorizer(), LogisticRegression(max_iter=500)).fit(X, Y)
    model = skl2tflite.convert(pipeline, X)
    np.testing.assert_array_equal(model.predict(X), pipeline.predict(X))
    winsorizer = Winsorizer(0.2).fit(X)
    assert converter_for(winsorizer).methods == ("transform", "inverse_transform")
    assert not converter_for(winsorizer).nan_columns()  # validate_data refuses it
    np.testing.assert_allclose(skl2tflite.convert(winsorizer, X).transform(X), winsorizer.transform(X), rtol=1e-6)


@pytest.mark.parametrize("labels", [np.array([0, 1, 2]), np.array(["rot", "grün", "blau"]), np.array([7, -2, 40])])
def test_a_classifier(labels: Any) -> None:
    classifier = Centroids().fit(X, labels[Y])
    model = skl2tflite.convert(classifier, X, methods=("predict_proba", "predict", "decision_function"))
    np.testing.assert_array_equal(model.predict(X), classifier.predict(X))
    np.testing.assert_allclose(model.predict_proba(X), classifier.predict_proba(X), atol=1e-6)
    assert skl2tflite.convert(classifier).methods == ("predict_proba", "predict")


@skl2tflite.trace
class Rules(ClassifierMixin, BaseEstimator):
    """Labels that NumPy picks one by one."""

    def __init__(self, other: Any = None):
        self.other = other

    def fit(self, X: Any, y: Any) -> Rules:
        self.n_features_in_ = X.shape[1]
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        above = self.classes_[1] if self.other is None else self.other
        return np.where(X[:, 0] > 5, above, np.where(X[:, 1] > 5, self.classes_[2], self.classes_[0]))


@pytest.mark.parametrize("dtype", [str, object])
@pytest.mark.parametrize("rows", [X, None], ids=["rows", "none"])
def test_labels_that_are_text_one_by_one(dtype: type, rows: Any) -> None:
    rules = Rules().fit(X, np.array(["rot", "grün", "blau"], dtype=dtype)[Y])
    model = skl2tflite.convert(rules, rows)
    assert set(rules.predict(X)) == {"rot", "grün", "blau"}
    np.testing.assert_array_equal(model.predict(X), rules.predict(X))


def test_text_that_is_no_label_is_refused() -> None:
    rules = Rules("gelb").fit(X, np.array(["rot", "grün", "blau"])[Y])
    for rows in (X, None):
        with pytest.raises(UnsupportedEstimatorError, match="gives 'gelb', which is none of the labels in classes_"):
            skl2tflite.convert(rules, rows)


def test_fitted_estimators_inside() -> None:
    blend = Blend().fit(X, Y)
    model = skl2tflite.convert(blend, X)
    np.testing.assert_allclose(model.predict(X), blend.predict(X), rtol=2e-6)


@skl2tflite.trace
class Wrapped(TransformerMixin, BaseEstimator):
    """A function and a recorded transformer inside."""

    def fit(self, X: Any, y: Any = None) -> Wrapped:
        self.n_features_in_ = X.shape[1]
        self.parts_ = {"log": FunctionTransformer(lambda X: np.log1p(np.asarray(X))).fit(X), "cut": Winsorizer().fit(X)}
        return self

    def transform(self, X: Any) -> Any:
        out = np.zeros((X.shape[0], 8))
        out[:, :4] = self.parts_["log"].transform(X)
        out[:, 4:] = np.asarray(self.parts_["cut"].transform(X))
        return out


def test_recordings_inside_recordings() -> None:
    wrapped = Wrapped().fit(X)
    np.testing.assert_allclose(skl2tflite.convert(wrapped, X).transform(X), wrapped.transform(X), rtol=1e-6)


def test_a_subclass_is_asked_for_by_name() -> None:
    class Wider(Winsorizer):
        def transform(self, X: Any) -> Any:
            return np.clip(X, self.low_ - 1, self.high_ + 1)

    wider = Wider().fit(X)
    with pytest.raises(UnsupportedEstimatorError, match=r"call skl2tflite.trace\(Wider\)"):
        skl2tflite.convert(wider)
    assert skl2tflite.trace(Wider) is Wider
    np.testing.assert_allclose(skl2tflite.convert(wider, X).transform(X), wider.transform(X), rtol=1e-6)


def test_what_cannot_be_recorded_is_refused_with_its_line() -> None:
    @skl2tflite.trace
    class Loops(TransformerMixin, BaseEstimator):
        def fit(self, X: Any, y: Any = None) -> Loops:
            return self

        def transform(self, X: Any) -> Any:
            return np.array([row / row.sum() for row in X])

    with pytest.raises(ConversionError, match="has not seen its number of features; give convert rows"):
        skl2tflite.convert(Loops().fit(X))
    pipeline = make_pipeline(StandardScaler(), Loops()).fit(X)
    with pytest.raises(UnsupportedEstimatorError) as error:
        skl2tflite.convert(pipeline)
    text = str(error.value)
    assert text.startswith("Pipeline['loops']: transform cannot be recorded")
    assert "np.array([row / row.sum() for row in X])" in text
    assert "@skl2tflite.converts(Loops)" in text
    with pytest.raises(ConversionError, match="trace takes a class"):
        skl2tflite.trace(Loops())


class Package:
    """An installed package's entry point."""

    name, value = "mypackage", "mypackage.tflite"

    def __init__(self, load: Any) -> None:
        self.load = load


def test_packages_bring_converters(monkeypatch: Any) -> None:
    class Packaged(Winsorizer):
        pass

    def install(*loads: Any) -> None:
        registry.load_packages.cache_clear()
        monkeypatch.setattr(registry, "entry_points", lambda group: [Package(load) for load in loads])
        assert registry.ENTRY_POINTS == "skl2tflite.converters"

    def broken() -> None:
        raise ImportError("no module named 'frobnicate'")

    packaged = Packaged().fit(X)
    try:
        install(broken)
        skl2tflite.convert(Winsorizer().fit(X))  # known here: nothing is loaded
        with pytest.raises(UnsupportedEstimatorError, match=r"'mypackage = mypackage.tflite' could not .*frobnicate"):
            skl2tflite.convert(packaged)
        install(broken, lambda: skl2tflite.trace(Packaged))
        skl2tflite.convert(packaged, X)
    finally:
        registry.load_packages.cache_clear()
