"""The schema of a file's facts: known fields of known types, and nothing else."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest

from skl2tflite import stored
from skl2tflite.errors import InvalidFileError
from skl2tflite.features.columns import DTYPES
from skl2tflite.features.narrow import NARROW, NULLABLE, TEXT_WITH_NA, WIDE
from skl2tflite.features.rows import KINDS
from skl2tflite.features.texts import PARAMETERS

METHOD = {"outputs": ["predict"], "list": False, "dtype": "float64"}
FACTS: dict[str, Any] = {
    "format": 1, "estimator": "Ridge", "target": "litert", "features": {"count": 2, "allows_nan": False},
    "methods": {"predict": METHOD}, "versions": {"skl2tflite": "0.1.0"},
}  # fmt: skip


def decoded(**changes: Any) -> stored.Facts:
    return stored.decode(json.dumps({**FACTS, **changes}).encode())


def test_what_is_not_written_has_a_default() -> None:
    facts = decoded()
    assert facts.methods["predict"].labels is None
    assert facts.features.rows == stored.Table()
    assert facts.digest is None


@pytest.mark.parametrize(("changes", "message"), [
    ({"more": 1}, "Object contains unknown field `more`"),
    ({"features": {"count": True, "allows_nan": False}}, r"Expected `int`, got `bool` - at `\$\.features\.count`"),
    ({"features": {"count": -1, "allows_nan": False}}, r">= 0 - at `\$\.features\.count`"),
    ({"features": {"count": 2**40, "allows_nan": False}}, "<= 2147483647"),
    ({"features": {"count": 2, "allows_nan": False, "rows": {"kind": "pickles"}}}, "Invalid value 'pickles'"),
    ({"methods": {"predict": {**METHOD, "outputs": []}}}, "length >= 1"),
    ({"methods": {"predict": {**METHOD, "labels": [{"dtype": "f8", "values": [[]]}]}}}, "got `array`"),
    ({"estimator": 7}, "Expected `str`, got `int`"),
    ({"format": 2, "more": 1}, "written by a newer skl2tflite"),
])  # fmt: skip
def test_all_else_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidFileError, match=message):
        decoded(**changes)


def test_nan_as_python_writes_it() -> None:
    labels = [{"dtype": "<f8", "values": [1.0, float("nan")]}]
    (read,) = decoded(methods={"predict": {**METHOD, "labels": labels}}).methods["predict"].labels or ()
    assert read.values[0] == 1.0
    assert read.values[1] != read.values[1]


def test_the_schema_names_what_there_is() -> None:
    fields = {field.name: field.type for field in stored.msgspec.structs.fields(stored.Column)}
    assert get_args(fields["dtype"]) == DTYPES
    assert set(get_args(stored.Narrowness)) == {*NARROW, *NULLABLE, TEXT_WITH_NA, *WIDE}
    assert {kind.__struct_config__.tag for kind in get_args(stored.AnyRows)} == set(KINDS)
    assert {field.name for field in stored.msgspec.structs.fields(stored.AnalyzerParameters)} == set(PARAMETERS)
