"""How large the file is, against skl2onnx's and a pickle. Both files give probabilities and labels."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest
from harness import Comparison, Row
from models import Fitted, Method, logistic_regression, mlp, shallow_forest, svc, unlimited_forest
from runners import to_onnx

import skl2tflite

SUITE = "File size: probabilities (an SVC's decision function) and labels"

MODELS: dict[str, tuple[Callable[[], Fitted], Method, float | None]] = {
    "scaler + logistic regression": (logistic_regression, "predict_proba", None),
    "scaler + SVC rbf": (svc, "decision_function", None),
    "scaler + MLP (64, 64)": (mlp, "predict_proba", None),
    "forest, 100 trees, depth 8": (shallow_forest, "predict_proba", None),
    "forest, 100 trees, unlimited": (unlimited_forest, "predict_proba", 1 / 3),
}

each_model = pytest.mark.parametrize("name", MODELS)


@each_model
def test_onnx(compare: Comparison, name: str) -> None:
    fit, method, goal = MODELS[name]
    row = Row(SUITE, name, "skl2onnx", goal, unit="bytes")
    compare.peer(row, "skl2onnx")
    fitted = fit()
    options = {"zipmap": False} | ({"raw_scores": True} if method == "decision_function" else {})
    theirs = to_onnx(fitted.estimator, fitted.X.shape[1], options).SerializeToString()
    compare.measured(row, our_size(fitted, method), len(theirs))


@each_model
def test_pickle(compare: Comparison, name: str) -> None:
    fit, method, _ = MODELS[name]
    fitted = fit()
    row = Row(SUITE, name, "pickle", unit="bytes")
    compare.measured(row, our_size(fitted, method), len(pickle.dumps(fitted.estimator)))


def our_size(fitted: Fitted, method: Method) -> int:
    return len(bytes(skl2tflite.convert(fitted.estimator, methods=(method, "predict"))))
