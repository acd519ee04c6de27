"""The input and output tensors of a method, as an app has to fill and to read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from skl2tflite.app_contract.schema import Encoding, Input, LabelRule, Meaning, Output, Scalar
from skl2tflite.backends.tflite.program import Subgraph, TensorDef
from skl2tflite.features import ColumnSpec, Features
from skl2tflite.features.columns import NO_LABEL, PADDING, UNKNOWN_CODE
from skl2tflite.features.rows.sets import SetRows
from skl2tflite.method_output import MethodOutput

TensorType = Literal["float32", "int32", "bool", "string"]
_ENCODINGS: dict[str, Encoding] = {
    "float32": "number", "int32": "integer", "bool": "boolean", "truth": "boolean", "string": "string",
    "characters": "characters", "tokens": "tokens", "counts": "counts",
}  # fmt: skip
"""Encodings by the dtypes of columns."""
_MEANINGS: dict[str, Meaning] = {
    "predict_proba": "probabilities", "predict_log_proba": "log probabilities",
    "predict_joint_log_proba": "log probabilities", "decision_function": "scores", "score_samples": "scores",
}  # fmt: skip
SCORES = ("predict_proba", "predict_log_proba", "decision_function")
"""Methods of classifiers that give a number for each label."""


def input_of(name: str, place: int, subgraph: Subgraph, features: Features) -> Input:
    """Return an input as an app has to fill it.

    Parameters
    ----------
    name : str
        Its name in the signature.
    place : int
        Its position among the subgraph's tensors.
    subgraph : Subgraph
    features : Features
        What rows the method takes.
    """
    tensor = subgraph.tensors[place]
    index, dtype, shape = subgraph.inputs.index(place), _dtype(tensor), _shape(tensor)
    column = next((each for each in features.columns or () if each.name == name), None)
    if column is None:
        every = () if features.rows.undivided else tuple(range(features.count))
        encoding: Encoding = "image" if features.rows.undivided else "matrix"
        return Input(name=name, index=index, dtype=dtype, shape=shape, features=every, encoding=encoding)
    cut = column.dtype in ("tokens", "counts")
    return Input(
        name=name,
        index=index,
        dtype=dtype,
        shape=shape,
        features=(column.feature,),
        encoding=_encoding(features, column),
        length=column.length,
        padding=_padding(features, column),
        vocabulary=column.categories if cut else None,
        analyzer=dict(column.parameters) if cut and column.parameters is not None else None,
        set_values=features.rows.labels if isinstance(features.rows, SetRows) else None,
    )


def _encoding(features: Features, column: ColumnSpec) -> Encoding:
    if features.rows.unbounded:
        return "set"
    return "code" if column.holds_text and column.categories is not None else _ENCODINGS[column.dtype]


def _padding(features: Features, column: ColumnSpec) -> int | None:
    if features.rows.unbounded:
        return None if column.dtype == "string" else UNKNOWN_CODE if column.holds_text else NO_LABEL
    return PADDING if column.length is not None else None


def output_of(
    name: str,
    place: int,
    subgraph: Subgraph,
    method: str,
    info: MethodOutput,
    classes: Sequence[NDArray[Any]] | None,
) -> Output:
    """Return an output as an app has to read it.

    Parameters
    ----------
    name : str
        Its name in the signature.
    place : int
        Its position among the subgraph's tensors.
    subgraph : Subgraph
    method : str
        Name of the method that gives it.
    info : MethodOutput
        How its outputs become what scikit-learn returns.
    classes : sequence of ndarray, optional
        A classifier's labels, for each of its outputs.
    """
    tensor, at = subgraph.tensors[place], info.outputs.index(name)
    labels = classes[at] if classes is not None and method in SCORES and at < len(classes) else None
    shape = _shape(tensor)
    if labels is not None and not (shape[1:] == (len(labels),) or (shape[1:] == () and len(labels) == 2)):
        labels = None
    if labels is not None and may_be_pairs(method, len(labels)):
        labels = None
    returned = info.dtype if info.parts is None else info.parts[at]
    meaning = _MEANINGS.get(method, "values")
    if info.labels is not None:
        meaning = "label positions"
    elif method == "predict" and np.dtype(returned).kind in "iub":
        meaning = "labels"
    return Output(
        name=name,
        index=subgraph.outputs.index(place),
        dtype=_dtype(tensor),
        shape=shape,
        meaning=meaning,
        label_rule=_label_rule(meaning, labels, shape),
        returned_as=returned,
        axis_labels=None if labels is None else scalars(labels),
        value_labels=None if info.labels is None else tuple(map(scalars, info.labels)),
    )


def may_be_pairs(method: str, n_labels: int) -> bool:
    """Whether as many scores as labels need not be those of the labels.

    Three classes have three pairs, and ``SVC(decision_function_shape="ovo")`` gives a score for each pair. A file does
    not say which of both it has.

    Parameters
    ----------
    method : str
    n_labels : int
    """
    return method == "decision_function" and n_labels == 3


def _label_rule(meaning: Meaning, labels: NDArray[Any] | None, shape: Sequence[int | None]) -> LabelRule | None:
    """Return how labels follow from an output's numbers; None where there are none.

    Parameters
    ----------
    meaning : str
    labels : ndarray, optional
        Those of the entries along the last axis.
    shape : sequence of int or None
    """
    if meaning in ("labels", "label positions"):
        return "itself" if meaning == "labels" else "position"
    if labels is None:
        return None
    return "greatest" if len(shape) > 1 else "positive"


def scalars(labels: NDArray[Any]) -> tuple[Scalar, ...]:
    """Return labels as JSON has them; bytes as the characters of the same numbers, and dates as text."""
    if labels.dtype.kind == "S":
        return tuple(label.decode("latin-1") for label in labels.tolist())
    values = labels.tolist() if labels.dtype.kind in "biufUO" else labels.astype(str).tolist()
    return tuple(value if isinstance(value, str | bool | int | float | None) else str(value) for value in values)


def _dtype(tensor: TensorDef) -> TensorType:
    return cast("TensorType", tensor.dtype)


def _shape(tensor: TensorDef) -> tuple[int | None, ...]:
    return tuple(None if n < 0 else n for n in tensor.shape)
