"""Classes of the user's that work on DataFrames and keep little of them: labels of text, and steps behind others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import skl2tflite
from skl2tflite.errors import ConversionError

RANDOM = np.random.default_rng(0)
N = 80
NUMBERS = pd.DataFrame({"a": RANDOM.integers(0, 99, N).astype(float), "b": RANDOM.integers(-9, 9, N) / 4.0})
NUMBERS["b"] = NUMBERS["b"].mask(RANDOM.random(N) < 0.3)
MIXED = NUMBERS.assign(city=RANDOM.choice(["Rome", "Oslo"], N))
LABELS = RANDOM.choice(["no", "yes"], N)


@skl2tflite.trace
class Rule(ClassifierMixin, BaseEstimator):
    """A rule on columns by name, of labels that are text."""

    def fit(self, X: Any, y: Any) -> Rule:
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X: Any) -> Any:
        p = np.where(X["a"] > 50, 0.8, 0.3)
        return np.column_stack([1 - p, p])

    def predict(self, X: Any) -> Any:
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


@skl2tflite.trace
class Above(Rule):
    """The label by a comparison."""

    def predict(self, X: Any) -> Any:
        return self.classes_[(self.predict_proba(X)[:, 1] > 0.5).astype(int)]


@skl2tflite.trace
class OfText(Rule):
    """A rule on text too."""

    def predict_proba(self, X: Any) -> Any:
        p = np.where(X["a"] > 50, 0.8, 0.3) - (X["city"] == "Rome") * 0.2
        return np.column_stack([1 - p, p])


@skl2tflite.trace
class Named(Rule):
    """A rule that keeps names, and no number of columns."""

    def fit(self, X: Any, y: Any) -> Named:
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        super().fit(X, y)
        return self


@skl2tflite.trace
class Fill(TransformerMixin, BaseEstimator):
    """Fills what is missing in a column by name; keeps no names."""

    def fit(self, X: Any, y: Any = None) -> Fill:
        self.mean_ = X["b"].mean()
        return self

    def transform(self, X: Any) -> Any:
        return X.assign(b=X["b"].fillna(self.mean_))


@skl2tflite.trace
class Double(TransformerMixin, BaseEstimator):
    """Takes columns by name; keeps none."""

    def fit(self, X: Any, y: Any = None) -> Double:
        self.fitted_ = True
        return self

    def transform(self, X: Any) -> Any:
        return X.assign(c=X["b"] * 2)[["c", "a"]]


@pytest.mark.parametrize("kind", [Rule, Above, OfText, Named])
@pytest.mark.parametrize("dtype", [str, object])
def test_labels_of_text(kind: Any, dtype: Any) -> None:
    estimator = kind().fit(MIXED, LABELS.astype(dtype))
    model = skl2tflite.convert(estimator, MIXED)
    np.testing.assert_array_equal(model.predict(MIXED), estimator.predict(MIXED))
    np.testing.assert_allclose(model.predict_proba(MIXED), estimator.predict_proba(MIXED), rtol=1e-6)


def test_names_say_how_many_columns_there_are() -> None:
    estimator = Named().fit(MIXED, LABELS)
    model = skl2tflite.convert(estimator)
    np.testing.assert_array_equal(model.predict(MIXED), estimator.predict(MIXED))
    with pytest.raises(ConversionError, match="give convert rows"):
        skl2tflite.convert(Rule().fit(MIXED, LABELS))


keep = FunctionTransformer(lambda df: df.assign(a=df.a * 2.0))
STEPS = {
    "behind a function": make_pipeline(FunctionTransformer(lambda df: df.assign(b=df.b.fillna(0.0))), Double()),
    "behind two": make_pipeline(keep, FunctionTransformer(lambda df: df[["b", "a"]]), Fill(), Double()),
    "behind a scaler that gives frames": make_pipeline(StandardScaler().set_output(transform="pandas"), Double()),
    "with NaN": make_pipeline(keep, Double(), HistGradientBoostingClassifier(max_iter=3)),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("given", [(), (NUMBERS,)], ids=["without rows", "with rows"])
def test_steps_are_given_the_frames_of_those_before(name: str, given: tuple[Any, ...]) -> None:
    pipeline = STEPS[name].fit(NUMBERS, LABELS)
    model = skl2tflite.convert(pipeline, *given)
    method = "predict_proba" if hasattr(pipeline, "predict_proba") else "transform"
    expected = getattr(pipeline, method)(NUMBERS)
    np.testing.assert_allclose(getattr(model, method)(NUMBERS), expected, rtol=1e-5, atol=1e-6)


def test_text_goes_with_them() -> None:
    pipeline = make_pipeline(Fill(), Double()).fit(MIXED, LABELS)
    model = skl2tflite.convert(pipeline, MIXED)
    np.testing.assert_allclose(model.transform(MIXED), pipeline.transform(MIXED), rtol=1e-6)
