"""How long a conversion takes, from the fitted estimator to the bytes of the file."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from harness import Comparison, Row
from models import Fitted, linear_regression, unlimited_forest
from numpy.typing import NDArray
from runners import litert_call, to_onnx
from sklearn.linear_model import LinearRegression

import skl2tflite

SUITE = "Conversion: from the fitted estimator to the bytes of the file"

FOREST_METHODS = ("predict_proba", "predict")
"""What skl2onnx's file of a classifier holds too."""


def test_linear_regression(compare: Comparison) -> None:
    """Keras's side is the conversion call alone: the model was rebuilt by hand before the clock starts."""
    row = Row(SUITE, "linear regression, 10 features", "Keras + TFLiteConverter", 1 / 20)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    compare.peer(row, "tensorflow")
    import tensorflow as tf

    fitted = linear_regression()
    estimator = fitted.estimator
    assert isinstance(estimator, LinearRegression)
    network = tf.keras.Sequential([tf.keras.layers.Input((fitted.X.shape[1],)), tf.keras.layers.Dense(1)])
    network.layers[0].set_weights([estimator.coef_[:, None], np.atleast_1d(estimator.intercept_)])

    def ours(model: LinearRegression) -> bytes:
        return bytes(skl2tflite.convert(model, methods=("predict",)))

    def theirs(model: Any) -> bytes:
        content: bytes = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        return content

    check(fitted, ours(estimator))
    check(fitted, theirs(network))
    compare.timed(row, ours, theirs, [estimator], [network])


def test_forest(compare: Comparison) -> None:
    row = Row(SUITE, "forest, 100 trees, unlimited, 5000 x 20, 3 classes", "skl2onnx", 1 / 5)
    compare.peer(row, "skl2onnx")
    fitted = unlimited_forest()

    def ours(estimator: Any) -> bytes:
        return bytes(skl2tflite.convert(estimator, methods=FOREST_METHODS))

    def theirs(estimator: Any) -> bytes:
        content: bytes = to_onnx(estimator, fitted.X.shape[1], {"zipmap": False}).SerializeToString()
        return content

    answer = litert_answer(ours(fitted.estimator), fitted)
    np.testing.assert_allclose(answer, fitted.reference("predict_proba", fitted.X), rtol=0, atol=1e-6)
    compare.timed(row, ours, theirs, [fitted.estimator])


def check(fitted: Fitted, content: bytes) -> None:
    """The file computes the regression. Targets reach 350: 1e-3 is ten float32 units in their last place."""
    reference = fitted.reference("predict", fitted.X)
    np.testing.assert_allclose(litert_answer(content, fitted).ravel(), reference, rtol=0, atol=1e-3)


def litert_answer(content: bytes, fitted: Fitted) -> NDArray[Any]:
    return litert_call(content, len(fitted.X))(fitted.X)
