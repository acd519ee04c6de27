"""NaN on LiteRT.js, whose kernels lose it where Python's keep it: it is put back, and only where it may be."""

from __future__ import annotations

import numpy as np
import pytest
from scripts.litert_js import LiteRTJS
from sklearn.datasets import load_breast_cancer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, PowerTransformer, StandardScaler

import skl2tflite
from tests.web.running import in_browser, same

X, y = load_breast_cancer(return_X_y=True)
X = X[:, :6].astype(np.float32).astype(np.float64)
HOLES = X.copy()
HOLES[np.random.default_rng(0).random(X.shape) < 0.15] = np.nan
HOLES[3] = np.nan


def _both_ways(values):
    """Extrema of pairs of columns: NaN on either side."""
    return np.column_stack([np.maximum(values[:, 0], values[:, 1]), np.minimum(values[:, 2], values[:, 3]), values])


FUNCTIONS = {
    "expm1": lambda Z: np.expm1(Z / 100),
    "log1p": np.log1p,
    "log of negative numbers": lambda Z: np.log(Z - 15.001),
    "sqrt of negative numbers": lambda Z: np.sqrt(Z - 15),
    "quotients of zeros": lambda Z: (Z > 15) / (Z > 14),
    "clip": lambda Z: np.clip(Z, 5, 50),
    "extrema": _both_ways,
    "products": lambda Z: Z @ np.arange(18.0).reshape(6, 3),
    "powers": lambda Z: np.abs(Z) ** 0.3,
    "sines": lambda Z: np.sin(Z) + np.cos(Z),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_in_front_of_an_imputer(name: str, js: LiteRTJS) -> None:
    pipeline = make_pipeline(
        FunctionTransformer(FUNCTIONS[name]), SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=500)
    )
    with np.errstate(all="ignore"):
        pipeline.fit(HOLES, y)
        model = skl2tflite.convert(pipeline, HOLES, target="web")
        rows = HOLES[:24]
        browser = in_browser(model, js)
        same(browser.predict_proba(rows), model.predict_proba(rows))
        assert skl2tflite.verify(browser, pipeline, rows).faithful


@pytest.mark.parametrize("transformer", [PowerTransformer(), MinMaxScaler(clip=True), StandardScaler()], ids=str)
def test_transformers_that_keep_nan(transformer, js: LiteRTJS) -> None:
    model = skl2tflite.convert(transformer.fit(HOLES), HOLES, target="web")
    browser = in_browser(model, js)
    same(browser.transform(HOLES[:24]), model.transform(HOLES[:24]))
    network = MLPClassifier((8,), max_iter=30, random_state=0)
    pipeline = make_pipeline(transformer, SimpleImputer(), network).fit(HOLES, y)
    model = skl2tflite.convert(pipeline, HOLES, target="web")
    assert skl2tflite.verify(in_browser(model, js), pipeline, HOLES[:24]).faithful
