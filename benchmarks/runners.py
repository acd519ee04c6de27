"""How each side computes an answer from Python, as lean as its public interface allows."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from models import Case, Method, Rows
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

import skl2tflite

if TYPE_CHECKING:
    import onnx

Call = Callable[[Rows], NDArray[Any]]

OUTPUTS: dict[Method, tuple[int, dict[str, bool]]] = {
    # Which output of skl2onnx's graph, and the options that make it the method's answer.
    "predict": (0, {"zipmap": False}),
    "predict_proba": (1, {"zipmap": False}),
    "decision_function": (1, {"zipmap": False, "raw_scores": True}),
}


@cache
def our_file(case: Case) -> bytes:
    """Our .tflite file with the case's method as its only signature."""
    return bytes(skl2tflite.convert(case.fit().estimator, methods=(case.method,)))


@cache
def onnx_model(case: Case) -> onnx.ModelProto:
    """Skl2onnx's model of the same estimator."""
    fitted = case.fit()
    return to_onnx(fitted.estimator, fitted.X.shape[1], OUTPUTS[case.method][1])


def to_onnx(estimator: BaseEstimator, n_features: int, options: dict[str, bool] | None) -> onnx.ModelProto:
    """Convert with skl2onnx; `options` go to the classifier."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    model: onnx.ModelProto = convert_sklearn(
        estimator,
        initial_types=[("X", FloatTensorType([None, n_features]))],
        options={id(estimator): options} if options else None,
    )
    return model


def litert_call(content: bytes, n_rows: int) -> Call:
    """Set, invoke, get on a LiteRT interpreter allocated once for `n_rows` rows, one thread."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    (tensor,) = interpreter.get_input_details()
    (output,) = interpreter.get_output_details()
    source, target = tensor["index"], output["index"]
    if n_rows != tensor["shape"][0]:
        interpreter.resize_tensor_input(source, [n_rows, tensor["shape"][1]])
    interpreter.allocate_tensors()

    def call(X: Rows) -> NDArray[Any]:
        interpreter.set_tensor(source, X)
        interpreter.invoke()
        answer: NDArray[Any] = interpreter.get_tensor(target)
        return answer

    return call


def onnxruntime_call(case: Case) -> Call:
    """Run of an ONNX Runtime session, asked for the case's output only."""
    return session_call(onnx_model(case).SerializeToString(), OUTPUTS[case.method][0])


def session_call(content: bytes, output: int) -> Call:
    """Run of an ONNX Runtime session, sequential, one thread, asked for one output only."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (source,) = (node.name for node in session.get_inputs())
    target = [session.get_outputs()[output].name]

    def call(X: Rows) -> NDArray[Any]:
        answer: NDArray[Any] = session.run(target, {source: X})[0]
        return answer

    return call


def onnx_answer(case: Case, raw: NDArray[Any]) -> NDArray[Any]:
    """ONNX's answer in scikit-learn's shape: skl2onnx gives a binary SVC two columns, [s, -s]."""
    if case.method == "decision_function" and raw.ndim == 2 and raw.shape[1] == 2:
        return raw[:, 0]
    return raw


def single_rows(X: Rows) -> list[Rows]:
    """Every row as a contiguous array of one row."""
    return [np.ascontiguousarray(X[i : i + 1]) for i in range(len(X))]


def repeated_rows(X: Rows, n_rows: int) -> Rows:
    """`n_rows` rows, taken in turn from X."""
    return np.ascontiguousarray(X[np.arange(n_rows) % len(X)])
