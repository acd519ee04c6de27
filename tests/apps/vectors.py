"""The vectors for encoders, each as the contract of a file that takes one feature."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from skl2tflite.app_contract import AppContract, Feature, Golden, Input, Method, Output
from skl2tflite.bundle.apps.golden import Cell

VECTORS = json.loads((Path(__file__).parents[1] / "app_contract" / "encode_vectors.json").read_text("utf-8"))
DTYPES: dict[str, Any] = {
    "number": "float32", "integer": "int32", "boolean": "bool", "code": "int32", "characters": "int32"
}  # fmt: skip


@dataclass(frozen=True)
class Vector:
    """A feature, values that become numbers, and values that are refused, as a typed language has them."""

    name: str
    contract: AppContract
    refused: tuple[Cell, ...]


def vectors() -> list[Vector]:
    """Return all of a fixed shape."""
    fixed = (each for each in VECTORS if each["encoding"] != "characters" or "length" in each)
    return [_vector(f"v{at}", each) for at, each in enumerate(fixed)]


def _vector(name: str, vector: dict[str, Any]) -> Vector:
    feature = msgspec.convert(vector["feature"], Feature)
    cases = [(value, expected) for value, expected in vector["cases"] if expected != "error"]
    refused = [_cell(value, feature) for value, expected in vector["cases"] if expected == "error"]
    length = vector.get("length")
    shape = (None,) if length is None else (None, length)
    tensor = Input(
        name=feature.name, index=0, dtype=DTYPES[vector["encoding"]], shape=shape,
        features=(0,), encoding=vector["encoding"], length=length, padding=vector.get("padding"),
    )  # fmt: skip
    output = Output(
        name="predict",
        index=0,
        dtype="float32",
        shape=(None,),
        meaning="values",
        label_rule=None,
        returned_as="float64",
    )
    golden = Golden(
        rows=tuple({feature.name: value} for value, _ in cases),
        made=False,
        inputs={feature.name: tuple(tuple(each) if isinstance(each, list) else (each,) for _, each in cases)},
        outputs={},
        allowed={},
        tolerance=0.0,
    )
    contract = AppContract(
        made_by="a test", estimator="Test", target="litert", bytes=0, sha256="", batch=None, rows="table",
        features=(feature,), methods=(Method(name="predict", subgraph=0, inputs=(tensor,), outputs=(output,)),),
        golden=golden,
    )  # fmt: skip
    return Vector(name, contract, tuple(each for each in refused if each is not None))


def _cell(value: Any, feature: Feature) -> Cell | None:
    """Return a value as the feature's type holds it; None where it holds no such value."""
    match feature.kind, value:
        case "category", None:
            return -2
        case "category", int():
            return -1
        case (("category" | "text"), str()):
            return str(value)
        case "number", None:
            return float("nan")
        case "number", int() | float():
            with np.errstate(over="ignore"):
                return float(np.float32(value))
        case _:
            return None
