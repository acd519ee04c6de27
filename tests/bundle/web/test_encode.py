"""Rows in JavaScript become what they become in Python, and what Python refuses is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.errors import InvalidInputError
from tests.bundle.web.scripts import in_node, needs_node

pytestmark = needs_node

TABLE = pd.DataFrame(
    {
        "age": [22.5, 38.0, np.nan, 0.1, 1e-45, 3e38],
        "town": ["Ulm", "Köln", np.nan, "Ulm", "\U0001f642", ""],
        "class": [16777217, 16777218, 16777219, 16777218, 16777217, 16777219],
        "member": [True, False, True, True, False, False],
        "unread": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    }
)
Y = [0, 1, 1, 0, 1, 0]
ENCODE = """
const { encodeRow } = await import("./encode.js");
return given.rows.map((row) => {
  try {
    const tensors = encodeRow(given.contract, given.contract.methods[0], row);
    const held = (array) => Array.from(array, (x) => (Number.isFinite(x) ? x : String(x)));
    return Object.fromEntries([...tensors].map(([name, array]) => [name, held(array)]));
  } catch (error) {
    if (error.name !== "InputError") throw error;
    return error.message;
  }
});
"""


def _table(encoder: Any) -> Any:
    imputed = make_pipeline(SimpleImputer(), StandardScaler())
    steps = make_column_transformer(
        (imputed, ["age"]), (encoder, ["town"]), (encoder, ["class"]), ("passthrough", ["member"])
    )
    return make_pipeline(steps, LogisticRegression()).fit(TABLE, Y)


def _numbers() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(TABLE[["class", "unread"]], Y)


MODELS: dict[str, tuple[Any, Any]] = {
    "table": (lambda: _table(OneHotEncoder(handle_unknown="ignore")), TABLE),
    "known only": (lambda: _table(OneHotEncoder()), TABLE),
    "matrix": (_numbers, TABLE[["class", "unread"]]),
    "matrix with missing": (lambda: HistGradientBoostingClassifier().fit(TABLE[["age"]], Y), TABLE[["age"]]),
    "numbers known": (
        lambda: make_pipeline(OrdinalEncoder(), LogisticRegression()).fit(TABLE[["class"]], Y),
        TABLE[["class"]],
    ),
    "texts": (
        lambda: make_pipeline(CountVectorizer(analyzer="char"), LogisticRegression()).fit(["ab", "c", "é🙂"] * 2, Y),
        ["ab", "", "é🙂", "\ud800", "a" * 1024],
    ),
    "dicts": (
        lambda: make_pipeline(DictVectorizer(), LogisticRegression()).fit(
            [{"a": 1.0, "b": "x"}, {"a": 2.0, "b": "y"}] * 3, Y
        ),
        [{"a": 1.5, "b": "x"}, {"b": "z"}, {}],
    ),
}
REFUSED: dict[str, list[Any]] = {
    "table": [
        {"age": "x", "town": "Ulm", "class": 16777217, "member": True},
        {"age": 1e39, "town": "Ulm", "class": 16777217, "member": True},
        {"age": 1.0, "town": "Ulm", "class": 1.5, "member": True},
        {"age": 1.0, "town": "Ulm", "class": 2**31, "member": True},
        {"age": 1.0, "town": "Ulm", "class": None, "member": True},
        {"age": 1.0, "town": "Ulm", "class": 16777217, "member": 2},
        {"age": 1.0, "town": "Ulm", "class": 16777217, "member": None},
    ],
    "known only": [
        {"age": 1.0, "town": "Bonn", "class": 16777217, "member": True},
        {"age": 1.0, "town": "Ulm", "class": 16777220, "member": True},
    ],
    "matrix": [{"class": None, "unread": 1.0}, {"class": 1.0, "unread": 1e39}, [1.0], [1.0, 2.0, 3.0]],
    "numbers known": [{"class": 16777220}, {"class": None}],
    "texts": [None, 1.0, "a" * 1025],
}


def _converted(estimator: Any, rows: Any) -> skl2tflite.TFLiteModel:
    """Convert; the dtypes of a table's columns say which are whole numbers and truth values."""
    return skl2tflite.convert(estimator, rows[:4] if isinstance(rows, pd.DataFrame) else None, target="web")


def _rows(rows: Any) -> list[Any]:
    """Return rows as JSON has them."""
    if isinstance(rows, list):
        return rows
    return [
        {name: None if pd.isna(cell) else getattr(cell, "item", lambda cell=cell: cell)() for name, cell in row.items()}
        for row in rows.to_dict("records")
    ]


@pytest.mark.parametrize("name", MODELS)
def test_rows_become_what_they_do_in_python(name: str, tmp_path: Path) -> None:
    make, rows = MODELS[name]
    model = _converted(make(), rows)
    taken = describe(model)
    want = {key: np.asarray(x) for key, x in model.facts.features_of(model.methods[0]).tensors(rows).items()}
    given = {"contract": taken.to_json(), "rows": _rows(rows)}
    found = in_node(tmp_path, ENCODE, given)
    for i, tensors in enumerate(found):
        assert isinstance(tensors, dict), tensors
        assert list(tensors) == [each.name for each in taken.methods[0].inputs]
        for key, values in tensors.items():
            np.testing.assert_array_equal(
                np.array(values, dtype=want[key].dtype), want[key][i].ravel(), f"{key} of {i}"
            )


@pytest.mark.parametrize("name", REFUSED)
def test_what_python_refuses_is_refused(name: str, tmp_path: Path) -> None:
    make, rows = MODELS[name]
    model = _converted(make(), rows)
    features = model.facts.features_of(model.methods[0])
    for row in REFUSED[name]:
        given = [row] if not isinstance(row, dict) else pd.DataFrame([{**dict.fromkeys(rows, 1.0), **row}])
        with pytest.raises(InvalidInputError):
            features.tensors(given)
    refused = in_node(tmp_path, ENCODE, {"contract": describe(model).to_json(), "rows": REFUSED[name]})
    assert all(isinstance(message, str) for message in refused), refused


def test_features_that_do_not_exist_are_refused_by_name(tmp_path: Path) -> None:
    contract = describe(skl2tflite.convert(_numbers(), target="web")).to_json()
    assert in_node(tmp_path, ENCODE, {"contract": contract, "rows": [{"class": 1, "unread": 1, "tow": 1}, "x"]}) == [
        'the model has no feature "tow"',
        'a row is an object with 2 features by name, not "x"',
    ]


VECTORS = """
const { encodeValue } = await import("./encode.js");
const taken = given.filter(({ encoding, length }) => encoding !== "characters" || length);
return taken.flatMap(({ feature, encoding, length, padding, cases }) => {
  const input = { encoding, length, padding, dtype: encoding === "number" ? "float32" : "int32" };
  return cases.map(([value, wanted]) => {
    let found;
    try {
      found = encodeValue({ missing_text: null, only: null, ...feature }, input, value);
      if (encoding !== "characters") found = Number.isNaN(found[0]) ? null : found[0];
    } catch (error) {
      found = error.name === "InputError" ? "error" : String(error);
    }
    return [feature, value, wanted, found];
  });
});
"""


def test_vectors_of_the_contract(tmp_path: Path) -> None:
    """Those that every language passes; texts have a fixed length in files for the web."""
    vectors = json.loads((Path(__file__).parents[2] / "app_contract" / "encode_vectors.json").read_text("utf-8"))
    found = in_node(tmp_path, VECTORS, vectors)
    assert len(found) > 50
    assert [each for each in found if each[2] != each[3]] == []
