"""Bundles in typed languages: names, what is refused, and Swift, of which no compiler is at hand."""

from __future__ import annotations

import json
import re

import msgspec
import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.bundle import android, bundle, cpp, ios
from skl2tflite.bundle.android.source import SPELLING as KOTLIN
from skl2tflite.bundle.apps.spelling import words
from skl2tflite.bundle.cpp.source import SPELLING as CPP
from skl2tflite.bundle.ios.source import SPELLING as SWIFT
from skl2tflite.errors import ConversionError
from tests.apps.models import MODELS, NAMES, converted
from tests.hostile import HOSTILE
from tests.test_escaping import shown_by_markdown

PLACES = {"cpp": cpp.PLACE, "android": android.PLACE, "ios": ios.PLACE}
X, y = load_iris(return_X_y=True)
TEXTS = ["a prize", "lunch", "a lunch", "prize"]


@pytest.mark.parametrize(
    ("text", "cpp_name", "kotlin", "constant"),
    [
        ("sepal length (cm)", "sepal_length_cm", "sepalLengthCm", "SEPAL_LENGTH_CM"),
        ("größe", "grosse", "grosse", "GROSSE"),
        ("class", "class_", "class_", "CLASS"),
        ("1 11", "x1_11", "x1_11", "X1_11"),
        ("", "unnamed", "unnamed", "UNNAMED"),
    ],
)
def test_spelling(text: str, cpp_name: str, kotlin: str, constant: str) -> None:
    assert CPP.members([text]) == [cpp_name]
    assert KOTLIN.members([text]) == SWIFT.members([text]) == [kotlin]
    assert KOTLIN.constants([text]) == [constant]


@pytest.mark.parametrize("spelling", [CPP, KOTLIN, SWIFT])
def test_names_differ_whatever_they_are_made_of(spelling) -> None:
    """Also without regard to case: files of classes may come to a disk that knows none."""
    texts = [*HOSTILE, "a 1 11", "a 11 1", "a111", "A1 11", "x" * 100, "x" * 99]
    names = spelling.members(texts, ["label"])
    assert len({name.casefold() for name in names} | {"label"}) == len(texts) + 1
    assert all(re.fullmatch("[a-z][a-zA-Z0-9_]*", name) for name in names)
    assert not spelling.keywords & set(names)
    assert words("A b-C") == ["a", "b", "c"]


def _texts(**options: object) -> skl2tflite.TFLiteModel:
    estimator = make_pipeline(CountVectorizer(), LogisticRegression()).fit(TEXTS, [0, 1, 1, 0])
    return skl2tflite.convert(estimator, TEXTS, **options)  # type: ignore[arg-type]


def _strings() -> skl2tflite.TFLiteModel:
    rows = np.array([["a"], ["b"]], dtype=object)
    return skl2tflite.convert(OrdinalEncoder().fit(rows), rows, categories="strings")


REFUSED = {
    "strings": (_strings, "strings, which it has no tensors for; convert with categories='codes'"),
    "any length": (_texts, "texts of any length.*convert with text_length"),
    "tokens": (lambda: _texts(text="tokens"), "ids of terms.*convert with text='characters'"),
    "sets": (lambda: skl2tflite.convert(MultiLabelBinarizer().fit([["a"], ["b"]])), "sets of labels"),
    "microcontrollers": (lambda: skl2tflite.convert(Ridge().fit(X, y), target="micro"), "convert with target='litert'"),
    "no rows": (lambda: skl2tflite.convert(Ridge().fit(X, y)), "no golden rows.*--data ROWS"),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("why", REFUSED)
def test_refused_by_name(tmp_path, place, why) -> None:
    make, message = REFUSED[why]
    with pytest.raises(ConversionError, match=message):
        bundle(make(), tmp_path / "b", place)
    assert not (tmp_path / "b").exists()


def test_no_rows_are_no_golden_rows(tmp_path) -> None:
    with pytest.raises(ConversionError, match="no golden rows"):
        bundle(skl2tflite.convert(Ridge().fit(X, y), X), tmp_path / "b", "cpp", X=X[:0])


def test_more_columns_than_a_constructor_takes(tmp_path) -> None:
    rows = np.arange(402.0).reshape(2, 201)
    model = skl2tflite.convert(Ridge().fit(rows, [0, 1]), rows, inputs="columns")
    with pytest.raises(ConversionError, match=r"201 columns one by one.*at most 200; convert with inputs='matrix'"):
        bundle(model, tmp_path / "b", "android", X=rows)
    bundle(model, tmp_path / "b", "cpp", X=rows)


@pytest.mark.parametrize(
    ("version", "fits"), [("2.7.0", True), ("2.17.1", True), ("2.18.1", False), ("LiteRT 1.3.0", False)]
)
def test_files_for_newer_runtimes_than_the_pod_are_refused(version, fits) -> None:
    contract = msgspec.structs.replace(describe(skl2tflite.convert(Ridge().fit(X, y), X)), min_runtime=version)
    if fits:
        ios.PLACE.require(contract)
    else:
        with pytest.raises(ConversionError, match=r"needs .*, and the pod for Swift is TensorFlow Lite 2\.17\.0"):
            ios.PLACE.require(contract)


@pytest.mark.parametrize("key", ["table", "hostile categories", "batch", "no answer"])
def test_swift_is_well_formed(tmp_path, key) -> None:
    """Its syntax, by a grammar; and the numbers that its tests read are those of the contract."""
    tree_sitter = pytest.importorskip("tree_sitter")
    tree_sitter_swift = pytest.importorskip("tree_sitter_swift")
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_swift.language()))
    assert parser.parse(b"func f() { let x = [1, 2 }").root_node.has_error
    model, rows = converted(key)
    folder = bundle(model, tmp_path / "b", "ios", name=NAMES[key], X=rows)
    sources = list(folder.rglob("*.swift"))
    assert len(sources) == 7
    for source in sources:
        assert not parser.parse(source.read_bytes()).root_node.has_error, source
        assert source.read_text().replace("\n", "").isprintable()
    (path,) = folder.rglob("golden.json")
    numbers = json.loads(path.read_text())
    tensors = model.facts.features.tensors(rows[:16])
    for held, given in zip(numbers["tensors"], tensors.values(), strict=True):
        wanted = np.asarray(given, dtype=float).ravel()
        np.testing.assert_array_equal(np.array(held, dtype=float), wanted)
    (features,) = folder.glob("Sources/*/Features.swift")
    members = re.findall(r"^  public var (\w+):", features.read_text(), flags=re.M)
    assert len(members) == len(set(members)) > 0
    assert "was not compiled" in (folder / "README.md").read_text()


@pytest.mark.parametrize("place", PLACES)
def test_hostile_names_stay_texts_in_readmes(tmp_path, place) -> None:
    model, rows = converted("hostile categories")
    folder = bundle(model, tmp_path / "b", place, name=NAMES["hostile categories"], X=rows)
    assert all(path.name.isascii() for path in folder.rglob("*"))
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert text.replace("\n", "").isprintable()
    kinds = {kind for kind, _ in shown_by_markdown(text)}
    assert not kinds & {"html_inline", "html_block", "image", "link_open"}, kinds


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("labels", [["\ud800", "a\0b"], [2**40, -(2**63)], [1.0, 2.0], [True, False], ["a", "1"]])
def test_labels_of_every_type(tmp_path, place, labels) -> None:
    estimator = DecisionTreeClassifier().fit(X, np.array(labels, dtype=object if "\ud800" in labels else None)[y // 2])
    folder = bundle(skl2tflite.convert(estimator, X), tmp_path / "b", place)
    contract = json.loads((folder / "contract.json").read_text())
    assert contract["methods"][0]["outputs"][0]["axis_labels"] == sorted(labels)


@pytest.mark.parametrize("place", PLACES)
def test_bundles_are_reproducible_and_hold_the_contract(tmp_path, place) -> None:
    model, rows = converted("table")
    first, second = (bundle(model, tmp_path / name, place, name="plan", X=rows) for name in ("a", "b"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert all((first / path).read_bytes() == (second / path).read_bytes() for path in files)
    contract = json.loads((first / "contract.json").read_text())
    (file,) = first.rglob("*.tflite")
    assert contract["bytes"] == file.stat().st_size
    assert set(MODELS) == set(NAMES)
