"""Files of Keras models: loaded without this package, on every backend; SavedModels asked as a server would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_digits, load_iris
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

import keras
import skl2tflite
from skl2tflite.backends.tflite.lowering import lower
from skl2tflite.backends.tflite.program import Program
from skl2tflite.backends.tflite.targets import get_target
from skl2tflite.backends.tflite.writer import write
from skl2tflite.conversion import Conversion
from skl2tflite.errors import ConversionError
from skl2tflite.forest.op import TreeSums, TreeValues
from skl2tflite.legalize import legalize
from skl2tflite.options import ConversionOptions
from skl2tflite.plan import plan
from tests.legalize.lacking import Lacking

X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
MODELS = {
    "logistic": LogisticRegression(max_iter=500),
    "network": make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=50, random_state=0)),
    "svc": make_pipeline(PCA(2), SVC()),
    "forest": RandomForestClassifier(10, random_state=0),
    "boosting": HistGradientBoostingClassifier(max_iter=10),
    "neighbours": KNeighborsClassifier(),
}
ALONE = """
import sys, numpy as np
sys.modules["skl2tflite"] = None
import keras
rows = np.load("rows.npy")
for name in sys.argv[1:]:
    model = keras.models.load_model(name + ".keras")
    np.savez(name + ".npz", **{key: np.asarray(x) for key, x in model({"X": rows}).items()})
"""
FRAME = pd.DataFrame(
    {
        "petal length (cm)": np.arange(60.0, dtype=np.float32) % 7,
        "town": ["Rome", "Köln", "Oslo"] * 20,
        "rooms": np.arange(60) % 5,
    }
)
LABELS = np.array(["cheap", "dear"])[(np.arange(60) % 5 > 2).astype(int)]


def _pipeline():
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["town"]), (StandardScaler(), ["petal length (cm)", "rooms"])
    )
    return make_pipeline(columns, LogisticRegression()).fit(FRAME, LABELS)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keras")
    np.save(folder / "rows.npy", X)
    for name, estimator in MODELS.items():
        skl2tflite.to_keras(estimator.fit(X, y), X).save(folder / f"{name}.keras")
    return folder


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "numpy"])
def test_files_load_without_this_package(backend: str, saved: Path) -> None:
    environment = {**os.environ, "KERAS_BACKEND": backend}
    subprocess.run([sys.executable, "-c", ALONE, *MODELS], cwd=saved, env=environment, check=True, timeout=200)
    for name, estimator in MODELS.items():
        answers = np.load(saved / f"{name}.npz")
        np.testing.assert_array_equal(answers["predict"], estimator.predict(X))
        if "predict_proba" in answers:
            np.testing.assert_allclose(answers["predict_proba"], estimator.predict_proba(X), atol=1e-6)


def test_a_forest_is_little_larger_than_its_plain_tflite_file(tmp_path: Path) -> None:
    digits, labels = load_digits(return_X_y=True)
    forest = RandomForestClassifier(50, random_state=0).fit(digits, labels)
    skl2tflite.to_keras(forest, methods=["predict"]).save(tmp_path / "forest.keras")
    graph = plan(Conversion(forest), ConversionOptions(methods=("predict",))).graphs["predict"]
    program, expanded = Program(), legalize(graph, Lacking(TreeSums, TreeValues))
    plain = type(graph)(graph.name, expanded.inputs, expanded.outputs)
    lower(plain, program, get_target("litert"))
    assert (tmp_path / "forest.keras").stat().st_size <= 1.5 * len(write(program))


def test_methods_share_layers_that_are_trained_where_asked() -> None:
    for estimator, layers in [
        (LogisticRegression(max_iter=500), 1),
        (MLPClassifier((8,), max_iter=20), 2),
        (LinearRegression(), 1),
        (PCA(2), 1),
        (LinearDiscriminantAnalysis(), 1),
    ]:
        model = skl2tflite.to_keras(estimator.fit(X, y), X, trainable=True)
        assert [type(each).__name__ for each in model.layers if each.trainable_weights] == ["Dense"] * layers
        assert len(model.trainable_weights) == 2 * layers
        assert not skl2tflite.to_keras(estimator).trainable_weights


def test_training_starts_at_the_estimator_and_lowers_the_loss() -> None:
    moved = X + np.array([0.5, -0.5, 1.0, 0.5], np.float32)  # a sensor has drifted
    for estimator in (LogisticRegression(max_iter=500), MLPClassifier((8,), max_iter=400, random_state=0)):
        estimator.fit(X, y)
        model = skl2tflite.to_keras(estimator, X, methods=["predict_proba"], trainable=True)
        model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy())
        want = -np.log(estimator.predict_proba(moved)[np.arange(len(y)), y]).mean()
        before = float(model.evaluate({"X": moved}, {"predict_proba": y}, verbose=0))
        assert abs(before - want) < 1e-4 * want
        model.fit({"X": moved}, {"predict_proba": y}, epochs=10, verbose=0)
        assert float(model.evaluate({"X": moved}, {"predict_proba": y}, verbose=0)) < 0.9 * before


def test_a_saved_model_answers_a_servers_request(tmp_path: Path) -> None:
    """The request is a dictionary of TensorProtos, by the names that the signature's protobuf gives."""
    pipeline = _pipeline()
    folder = skl2tflite.to_saved_model(pipeline, tmp_path / "model", FRAME)
    loaded = tf.saved_model.load(str(folder))
    assert set(loaded.signatures) == {"serving_default", "predict_proba", "predict"}
    graphs = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs[0]
    column = {"petal_length__cm_": "petal length (cm)", "town": "town", "rooms": "rooms"}
    for name, definition in graphs.signature_def.items():
        if name == "__saved_model_init_op":
            continue
        assert set(definition.inputs) == set(column)
        request = {}
        for key, info in definition.inputs.items():
            dtype = tf.dtypes.as_dtype(info.dtype)
            values = FRAME[column[key]].to_numpy(object if dtype == tf.string else dtype.as_numpy_dtype)
            request[key] = tf.make_tensor_proto(values, dtype=dtype).SerializeToString()
        tensors = {key: tf.constant(tf.make_ndarray(TensorProto.FromString(each))) for key, each in request.items()}
        answers = loaded.signatures[name](**tensors)
        assert set(answers) == ({"predict_proba", "predict"} if name == "serving_default" else {name})
        if "predict" in answers:
            assert pipeline.classes_[answers["predict"]].tolist() == pipeline.predict(FRAME).tolist()
        if "predict_proba" in answers:
            np.testing.assert_allclose(answers["predict_proba"], pipeline.predict_proba(FRAME), atol=1e-6)


def test_text_is_refused_before_a_file_is_there(tmp_path: Path) -> None:
    model = skl2tflite.to_keras(_pipeline(), FRAME)
    with pytest.raises(ConversionError, match="holds no text"):
        model.save(tmp_path / "model.keras")
    assert not (tmp_path / "model.keras").exists()


def test_places_and_names_that_are_taken(tmp_path: Path) -> None:
    model = LogisticRegression(max_iter=500).fit(X, y)
    with pytest.raises(FileExistsError, match="exists"):
        skl2tflite.to_saved_model(model, tmp_path)
    frame = pd.DataFrame({"a b": X[:, 0], "a_b": X[:, 1]})
    columns = make_column_transformer((StandardScaler(), ["a b"]), ("passthrough", ["a_b"]))
    frame["town"] = np.array(["x", "y"])[y % 2]
    columns = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough").fit(frame)
    with pytest.raises(ConversionError, match="'a b' and 'a_b' are both 'a_b'"):
        skl2tflite.to_saved_model(columns, tmp_path / "new", frame)
    assert not (tmp_path / "new").exists()


def test_rows_that_differ_are_an_error() -> None:
    with pytest.raises(ConversionError, match="trainable"):
        skl2tflite.to_keras(LogisticRegression().fit(X, y), trainable="yes")


def test_tflite_converter_needs_no_operators_of_tensorflow(tmp_path: Path) -> None:
    """The second opinion: Keras, then TFLiteConverter, beside scikit-learn and our own file."""
    for name, estimator in MODELS.items():
        folder = skl2tflite.to_saved_model(estimator.fit(X, y), tmp_path / name, X, methods=["predict"])
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder), signature_keys=["predict"])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        runner = tf.lite.Interpreter(model_content=converter.convert()).get_signature_runner("predict")
        answers = runner(**{next(iter(runner.get_input_details())): X})["predict"]
        np.testing.assert_array_equal(answers, estimator.predict(X), err_msg=name)
        np.testing.assert_array_equal(answers, skl2tflite.convert(estimator, X).predict(X), err_msg=name)
