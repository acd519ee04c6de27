"""How values become tensors: the package passes the same vectors of values and tensors as the code of every bundle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skl2tflite.app_contract import Feature
from skl2tflite.app_contract.features import features_of
from skl2tflite.errors import InvalidInputError
from skl2tflite.features import ColumnSpec, Features, Known, RecordRows, TableRows
from skl2tflite.features.filled import filled

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "encode_vectors.json").read_text("utf-8"))
DTYPES = {"number": "float32", "integer": "int32", "boolean": "bool", "code": "int32", "characters": "characters"}


def _features(vector: dict[str, Any]) -> Features:
    """The features of a file of which the contract says what a vector does."""
    feature = vector["feature"]
    categories = None if "categories" not in feature else tuple(feature["categories"])
    column = ColumnSpec(
        feature["name"], 0, DTYPES[vector["encoding"]], categories, missing=feature.get("missing_text"),
        digits=feature.get("whole_numbers", False), length=vector.get("length"),
    )  # fmt: skip
    nan = "\uffff" if vector["encoding"] == "code" else None
    known = () if "only" not in feature else (Known(0, tuple(nan if v is None else v for v in feature["only"])),)
    rows = RecordRows("=") if feature["absent"] in ("zero", "unknown") else TableRows()
    takes_nan = feature["absent"] == "missing"
    return Features(1, (feature["name"],), takes_nan, (column,), known=known, rows=rows)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['encoding']}-{v['feature']['absent']}")
def test_vectors(vector: dict[str, Any]) -> None:
    features = _features(vector)
    (described,) = features_of(features)
    given = {"missing_text": None, "whole_numbers": False, "only": None, "categories": None, **vector["feature"]}
    for name in Feature.__struct_fields__:
        if name in given:
            want = tuple(given[name]) if isinstance(given[name], list) else given[name]
            assert getattr(described, name) == want, name
    for value, expected in vector["cases"]:
        if expected == "error":
            with pytest.raises(InvalidInputError):
                filled(features, [[value]])
            continue
        held = np.asarray(filled(features, [[value]])[described.name][0]).ravel()
        wanted = np.array(expected if isinstance(expected, list) else [expected], dtype=float)
        np.testing.assert_array_equal(held.astype(float), wanted, err_msg=repr(value))
