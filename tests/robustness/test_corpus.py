"""What the fuzzer has found, one harmless case for each guard: made here from a sound file, and refused by name.

Each has the digest that its bytes have, as a hostile writer would give it, so that it comes to the guard it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from fuzz.mutations.digests import dropped, redone
from fuzz.mutations.packing import packed, unpacked, with_facts
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.bundle import bundle
from skl2tflite.cli import summary
from skl2tflite.errors import InvalidFileError
from skl2tflite.model_file import open_file
from tests.robustness.doors import outcome

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
Y = np.array(["no", "yes"])[(X[:, 0] > 0).astype(int)]
IMAGES = np.zeros((2, 4, 4))
PIPELINE = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
MEAN = np.float32(PIPELINE[0].mean_).tobytes()


@cache
def files() -> dict[str, bytes]:
    """Sound files."""
    tree = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    return {
        "litert": bytes(skl2tflite.convert(PIPELINE)),
        "images": bytes(skl2tflite.convert(PatchExtractor(patch_size=(2, 2)).fit(IMAGES), IMAGES)),
        "micro": bytes(skl2tflite.convert(tree, target="micro")),
    }


def _tensor(**fields: Any) -> Any:
    """A tensor that nothing uses."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.type = "unused", np.array([1], np.int32), schema.TensorType.FLOAT32
    vars(tensor).update(fields)
    return tensor


def _add(tensor: Any) -> Callable[[Any], None]:
    return lambda model: model.subgraphs[0].tensors.append(tensor)


def _operator(model: Any, name: str) -> Any:
    code = getattr(schema.BuiltinOperator, name)
    return next(o for o in model.subgraphs[0].operators if model.operatorCodes[o.opcodeIndex].builtinCode == code)


def _other_code(model: Any) -> None:
    """A subtraction's options beside the code of a product."""
    index = _operator(model, "SUB").opcodeIndex
    model.operatorCodes[index].builtinCode = model.operatorCodes[index].deprecatedBuiltinCode = (
        schema.BuiltinOperator.MUL
    )


def _outside(model: Any) -> None:
    """An empty buffer that says to have its bytes elsewhere: the first 16 of the file."""
    buffer = schema.BufferT()
    buffer.offset, buffer.size = 2, 16
    model.buffers.append(buffer)
    buffer.__class__ = model.buffers[0].__class__


def _operand(model: Any, change: Callable[[list[int]], list[int]]) -> None:
    operator = _operator(model, "SUB")
    operator.inputs = np.array(change([int(i) for i in operator.inputs]), np.int32)


def _empty_subgraph(model: Any) -> None:
    model.subgraphs.append(schema.SubGraphT())
    model.subgraphs[-1].inputs = model.subgraphs[-1].outputs = np.array([], np.int32)
    model.subgraphs[-1].tensors = [_tensor()]


def _metadata_twice(model: Any) -> None:
    model.metadata.append(model.metadata[0])


def _shape_of_two_minds(model: Any) -> None:
    tensor = model.subgraphs[0].tensors[0]
    tensor.shape = np.array([1, 4], np.int32)


def _negative_length(model: Any) -> None:
    """Of which Python's slices ask that there be none, and raise an error of their own."""
    sliced = model.subgraphs[0].tensors[_operator(model, "STRIDED_SLICE").inputs[0]]
    sliced.shapeSignature = np.array([-1, -2, *sliced.shape[2:]], np.int32)


TABLES: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "a variable": ("litert", _add(_tensor(isVariable=True)), "is_variable"),
    "a dtype that files of ours have not": ("micro", _add(_tensor(type=schema.TensorType.COMPLEX64)), "complex64"),
    "a buffer elsewhere": ("litert", _outside, r"Buffer\.offset"),
    "options of another operator": ("litert", _other_code, "MUL"),
    "an operand less": ("litert", lambda model: _operand(model, lambda old: old[:1]), "SUB"),
    "an operand more": ("litert", lambda model: _operand(model, lambda old: [*old, old[1]]), "SUB"),
    "an operand that is no tensor": ("litert", lambda model: _operand(model, lambda old: [old[0], 999]), "999"),
    "an empty subgraph": ("micro", _empty_subgraph, "nothing runs subgraph 1"),
    "metadata twice": ("litert", _metadata_twice, "TFLITE_METADATA"),
    "a shape beside another": ("litert", _shape_of_two_minds, "shape"),
    "a negative length": ("images", _negative_length, "has shape"),
}


@pytest.mark.parametrize("case", TABLES)
def test_tables(case):
    target, change, said = TABLES[case]
    content = files()[target]
    model = unpacked(content)
    change(model)
    damaged = redone(packed(model, content))
    with pytest.raises(InvalidFileError, match=said):
        skl2tflite.TFLiteModel(damaged)
    assert isinstance(outcome(lambda: summary.summary(open_file(damaged))), InvalidFileError)


def test_sound_files_are_taken_after_the_same_packing():
    for content in files().values():
        skl2tflite.TFLiteModel(redone(packed(unpacked(content), content)))
        skl2tflite.TFLiteModel(dropped(content))


@pytest.mark.parametrize("place", ["model", "labels", "end"])
def test_the_digest_covers(place):
    content = bytearray(files()["litert"])
    if place == "end":
        content += b"\0"
    else:  # a parameter, a letter of a file of labels
        content[content.rindex(b"yes") if place == "labels" else content.index(MEAN)] ^= 1
    with pytest.raises(InvalidFileError, match="not those that skl2tflite wrote"):
        skl2tflite.TFLiteModel(bytes(content))


def test_facts_without_versions(tmp_path):
    """They named the version in a bundle's C++ without asking whether there is one."""
    content = redone(with_facts(files()["micro"], lambda facts: {**facts, "versions": {}}))
    outcome(lambda: bundle(skl2tflite.TFLiteModel(content), tmp_path / "made", "tflm"))
