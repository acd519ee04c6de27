"""The bundle for Python: its module answers as the model does, and refuses what it refuses."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import polars
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier, RadiusNeighborsTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, OneHotEncoder

import skl2tflite
from skl2tflite.bundle import bundle
from skl2tflite.bundle.python.write import module_name
from skl2tflite.errors import ConversionError
from tests.app_contract.test_encoding import VECTORS

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
LABELS = np.array(["no", "yes", "may be"])[np.arange(60) % 3]
FRAME = pd.DataFrame(
    {
        "age": np.where(X[:, 0] > 1, np.nan, np.round(X[:, 0], 3)),
        "city": np.array(["Bonn", "Rome", "größe"])[np.arange(60) % 3],
        "member": X[:, 1] > 0,
        "name": [f"name {i}" for i in range(60)],
    }
)
TEXTS = ["win a prize", "lunch at noon", "a prize to win", "see you at lunch", "größe 💚", "noon"]


def _table() -> Any:
    steps = make_column_transformer(
        (SimpleImputer(), ["age"]), (OneHotEncoder(handle_unknown="ignore"), ["city"]), ("passthrough", ["member"])
    )
    return make_pipeline(steps, LogisticRegression()).fit(FRAME, LABELS)


def _module(model: skl2tflite.TFLiteModel, folder: Path, name: str = "model") -> ModuleType:
    made = bundle(model, folder / "made", "python", name=name)
    spec = importlib.util.spec_from_file_location(f"{name}_of_test", made / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table(tmp_path: Path) -> None:
    model = skl2tflite.convert(_table(), FRAME)
    app = _module(model, tmp_path).Model()
    rows = FRAME.copy()
    rows["city"] = ["Atlantis", None, np.nan, "Rome"] * 15
    for given in (FRAME, rows, polars.from_pandas(FRAME)):
        reference = FRAME if given is not rows else rows
        np.testing.assert_array_equal(app.predict(given), model.predict(reference))
        np.testing.assert_array_equal(app.predict_proba(given), model.predict_proba(reference))
    assert app.labels(FRAME[:3]) == model.predict(FRAME[:3]).tolist()
    dicts = FRAME.drop(columns="name").replace({np.nan: None}).to_dict("records")
    np.testing.assert_array_equal(app.predict_proba(dicts), model.predict_proba(FRAME))
    np.testing.assert_array_equal(app.predict_proba(dicts[0]), model.predict_proba(FRAME[:1]))
    np.testing.assert_array_equal(app.predict_proba(FRAME.to_numpy()), model.predict_proba(FRAME))
    assert app.predict_proba([]).shape == (0, 3)
    for wrong, words in (
        ({"age": 1.0, "city": "Rome"}, "misses a value for 'member'"),
        ({"agee": 1.0, "city": "Rome", "member": True}, "'agee', which is no feature"),
        ({"age": "x", "city": "Rome", "member": True}, "'age' is 'x', expected a number"),
        ({"age": 1.0, "city": "Rome", "member": "yes"}, "'member' is 'yes', expected a truth value"),
        (FRAME[["age", "city"]], "column 'member' is missing"),
        (X, "shape"),
        ("Rome", "rows are a DataFrame"),
    ):
        with pytest.raises(ValueError, match=words):
            app.predict(wrong)
    with pytest.raises(AttributeError, match="it has predict_proba, predict"):
        app.transform(FRAME)
    for run in (app.outputs, app.answers, app.tensors):
        with pytest.raises(ValueError, match=r"no method 'transform'; it has predict_proba, predict"):
            run("transform", FRAME)


@pytest.mark.parametrize("options", [{}, {"batch": 7}, {"target": "web"}, {"methods": ("predict_proba",)}], ids=str)
def test_matrix(tmp_path: Path, options: dict[str, Any]) -> None:
    model = skl2tflite.convert(RandomForestClassifier(5, random_state=0).fit(X, LABELS), X, **options)
    app = _module(model, tmp_path).Model()
    np.testing.assert_array_equal(app.predict_proba(X), model.predict_proba(X))
    np.testing.assert_array_equal(app.predict_proba(X.tolist()), model.predict_proba(X))
    proba = model.predict_proba(X)
    assert app.labels(X) == [sorted(set(LABELS))[i] for i in proba.argmax(axis=1)]
    np.testing.assert_array_equal(
        app.predict_proba([{"x0": 1, "x1": 2.5, "x2": -1}]), model.predict_proba([[1, 2.5, -1]])
    )


@pytest.mark.parametrize("options", [{}, {"batch": 1, "text_length": 30}, {"target": "web"}], ids=str)
def test_texts(tmp_path: Path, options: dict[str, Any]) -> None:
    pipe = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, [1, 0, 1, 0, 1, 0])
    model = skl2tflite.convert(pipe, TEXTS, **options)
    app = _module(model, tmp_path).Model()
    np.testing.assert_array_equal(app.predict_proba(TEXTS), model.predict_proba(TEXTS))
    assert app.predict(["lunch"]).tolist() == model.predict(["lunch"]).tolist()


def test_dicts_and_several_outputs(tmp_path: Path) -> None:
    rows = [{"age": float(i), "sex": "mf"[i % 2]} for i in range(20)] + [{}]
    model = skl2tflite.convert(make_pipeline(DictVectorizer(), LinearRegression()).fit(rows, range(21)), rows)
    app = _module(model, tmp_path).Model()
    more = [*rows, {"sex": "m", "other": 1}, {"age": 3}]
    np.testing.assert_array_equal(app.predict(more), model.predict(more))
    several = RandomForestClassifier(3, random_state=0).fit(X, np.column_stack([LABELS, X[:, 0] > 0]))
    (tmp_path / "b").mkdir()
    model = skl2tflite.convert(several, X)
    app = _module(model, tmp_path / "b").Model()
    assert app.predict(X).tolist() == model.predict(X).tolist()
    for got, want in zip(app.predict_proba(X), model.predict_proba(X), strict=True):
        np.testing.assert_array_equal(got, want)


def test_rows_without_an_answer(tmp_path: Path) -> None:
    model = skl2tflite.convert(RadiusNeighborsClassifier(2.0).fit(X, LABELS), X)
    module = _module(model, tmp_path)
    with pytest.raises(module.NoAnswerError, match=r"rows \[1\]: .* finds no neighbours") as error:
        module.Model().predict([X[0], [99.0, 0.0, 0.0]])
    assert error.value.rows == [1]


def test_golden_rows_are_checked(tmp_path: Path) -> None:
    module = _module(skl2tflite.convert(_table(), FRAME), tmp_path)
    path = tmp_path / "made" / "model.json"
    contract = json.loads(path.read_text())
    assert contract["golden"]["rows"]
    for change, words in (
        (lambda c: c["golden"]["outputs"]["predict_proba"]["predict_proba"][1].__setitem__(0, 0.9), "other answers"),
        (lambda c: c["golden"]["outputs"]["predict"]["predict"][2].__setitem__(0, 7), "other answers"),
        (lambda c: c["features"][1]["categories"].reverse(), "other values of the input 'city'"),
        (lambda c: c.update(sha256="0" * 64), "damaged"),
    ):
        changed = json.loads(json.dumps(contract))
        change(changed)
        path.write_text(json.dumps(changed))
        with pytest.raises(RuntimeError, match=words):
            module.Model()
    path.write_text(json.dumps(contract))
    module.Model()
    content = (tmp_path / "made" / "model.tflite").read_bytes()
    (tmp_path / "made" / "model.tflite").write_bytes(content[:-1] + b"?")
    with pytest.raises(RuntimeError, match="damaged"):
        module.Model()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['encoding']}-{v['feature']['absent']}")
def test_encoding(tmp_path: Path, vector: dict[str, Any]) -> None:
    module = _module(skl2tflite.convert(LinearRegression().fit(X, X[:, 0])), tmp_path)
    plain = {"missing_text": None, "whole_numbers": False, "only": None, "categories": None}
    feature = {**plain, **vector["feature"]}
    tensor = {
        "encoding": vector["encoding"], "features": [0], "length": vector.get("length"),
        "padding": vector.get("padding"), "dtype": "int32",
    }  # fmt: skip
    for value, expected in vector["cases"]:
        columns = module._columns([{feature["name"]: value}], [feature], "table")
        if expected == "error":
            with pytest.raises(ValueError, match=feature["name"]):
                module._encoded(tensor, [feature], columns)
            continue
        held = np.asarray(module._encoded(tensor, [feature], columns)[0]).ravel()
        wanted = np.array(expected if isinstance(expected, list) else [expected], dtype=float)
        np.testing.assert_array_equal(held.astype(float), wanted, err_msg=repr(value))


def test_refusals(tmp_path: Path) -> None:
    texts = make_pipeline(CountVectorizer(), LogisticRegression()).fit(TEXTS, [1, 0, 1, 0, 1, 0])
    sets = [("a", "b"), ("c",)]
    for model, words in (
        (skl2tflite.convert(texts, TEXTS, text="tokens"), "ids of terms, .* convert with text='characters'"),
        (skl2tflite.convert(_table(), FRAME, categories="strings"), "convert with categories='codes'"),
        (skl2tflite.convert(MultiLabelBinarizer().fit(sets), sets), "sets of labels"),
        (skl2tflite.convert(PatchExtractor(patch_size=(2, 2)), np.zeros((1, 3, 3))), "takes images"),
        (skl2tflite.convert(LinearRegression().fit(X, LABELS == "no"), target="micro"), "target='litert'"),
        (
            skl2tflite.convert(RadiusNeighborsTransformer(radius=1.0).fit(X), methods=("radius_neighbors",)),
            "does not give what radius_neighbors returns",
        ),
    ):
        with pytest.raises(ConversionError, match=words):
            bundle(model, tmp_path / "made", "python")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "made"), [("json", "json_"), ("numpy", "numpy_"), ("My model", "my_model"), ("lambda", "lambda_")]
)
def test_names_of_modules(given: str, made: str) -> None:
    assert module_name(given) == made


def test_readme(tmp_path: Path) -> None:
    bundle(skl2tflite.convert(_table(), FRAME), tmp_path / "made", "python", name="shop")
    text = (tmp_path / "made" / "README.md").read_text()
    assert "from shop import Model" in text
    assert "model.predict_proba({'age': " in text
    assert "'city': 'Bonn'" in text
    assert (tmp_path / "made" / "requirements.txt").read_text().startswith("numpy>=")
