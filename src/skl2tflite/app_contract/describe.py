"""The contract of a file, made of the file alone."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from skl2tflite.app_contract.features import features_of
from skl2tflite.app_contract.golden import golden_of
from skl2tflite.app_contract.schema import AppContract, Method, NoAnswer, RowsKind
from skl2tflite.app_contract.tensors import input_of, output_of
from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.program import Program, Signature, Subgraph
from skl2tflite.backends.tflite.reader import read
from skl2tflite.file_metadata import label_file
from skl2tflite.method_output import MethodOutput
from skl2tflite.model import TFLiteModel
from skl2tflite.model_metadata import METADATA_NAME, ModelFacts
from skl2tflite.reports.conversion_report import file_digest


def describe(model: TFLiteModel) -> AppContract:
    """Return what an app has to know of a model's file.

    Parameters
    ----------
    model : TFLiteModel

    Returns
    -------
    AppContract
    """
    content, facts = bytes(model), model.facts
    program = read(content)
    classes = labels_in(program, content, facts)
    signatures = {signature.key: signature for signature in program.signatures}
    needed = model.min_runtime
    return AppContract(
        made_by=f"skl2tflite {facts.versions.get('skl2tflite', 'of an unknown version')}",
        estimator=facts.estimator,
        target=facts.target,
        min_runtime=None if needed is None else needed.version,
        runtime_holes=() if needed is None else needed.holes,
        bytes=len(content),
        sha256=file_digest(content),
        batch=model.batch,
        rows=cast("RowsKind", facts.features.rows.kind),
        features=features_of(facts.features, facts.examples),
        methods=tuple(
            _method(signatures[name], program.subgraphs[signatures[name].subgraph], facts, classes)
            for name in facts.methods
        ),
        golden=golden_of(facts),
    )


def _method(
    signature: Signature, subgraph: Subgraph, facts: ModelFacts, classes: tuple[NDArray[Any], ...] | None
) -> Method:
    """Return one method.

    Parameters
    ----------
    signature : Signature
    subgraph : Subgraph
        The signature's.
    facts : ModelFacts
    classes : tuple of ndarray, optional
        A classifier's labels, for each of its outputs.
    """
    name = signature.key
    info, features = facts.methods[name], facts.features_of(name)
    inputs = [input_of(key, place, subgraph, features) for key, place in signature.inputs.items()]
    outputs = [output_of(key, signature.outputs[key], subgraph, name, info, classes) for key in info.outputs]
    return Method(
        name=name,
        subgraph=signature.subgraph,
        inputs=tuple(sorted(inputs, key=lambda each: each.index)),
        outputs=tuple(outputs),
        returns="list" if info.is_list else "tuple" if info.parts is not None or info.is_ragged else "array",
        no_answer=_no_answer(info),
        features=features_of(features) if name in facts.takes else None,
        note=_note(info),
    )


def _no_answer(info: MethodOutput) -> NoAnswer | None:
    if info.sentinel is None:
        return None
    if np.isinf(info.sentinel):
        return NoAnswer(mark="Infinity", reason=info.reason)
    return NoAnswer(mark=None if np.isnan(info.sentinel) else info.sentinel, reason=info.reason)


def _note(info: MethodOutput) -> str:
    """Say what scikit-learn makes of the outputs beyond their dtypes and labels."""
    if info.is_ragged:
        return "scikit-learn returns the finite values of each row, and their positions"
    return "scikit-learn returns rows on the second axis" if info.rows_second else ""


def labels_in(program: Program, content: bytes, facts: ModelFacts) -> tuple[NDArray[Any], ...] | None:
    """Return a classifier's labels, for each of its outputs, wherever a file holds them; None where it has none.

    Parameters
    ----------
    program : Program
    content : bytes
        The file that holds it, with files attached.
    facts : ModelFacts
        What it says of its estimator.
    """
    if facts.classes is not None:
        return facts.classes
    info = metadata.unpack(program.buffers[program.metadata[METADATA_NAME]])
    vocabularies = {tensor.labels_file for subgraph in info.subgraphs for tensor in subgraph.inputs}
    files = {name: text for name, text in metadata.read_files(content).items() if name not in vocabularies}
    count = 1 if label_file(0, 1) in files else sum(label_file(i, 2) in files for i in range(len(files)))
    if not count:
        return None
    predicts = facts.methods.get("predict")
    if predicts is not None and predicts.labels is not None and len(predicts.labels) == count:
        return predicts.labels
    dtype = np.dtype("U" if predicts is None else predicts.dtype)
    return tuple(_read(files[label_file(i, count)], dtype) for i in range(count))


def _read(lines: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the labels of an attached file; integers where ``predict`` gives these."""
    texts = lines.decode(errors="replace").split("\n")[:-1]
    if dtype.kind in "iu" and all(text.removeprefix("-").isdecimal() for text in texts):
        return np.array([int(text) for text in texts])
    return np.array([text == "True" for text in texts] if dtype.kind == "b" else texts, dtype=object)
