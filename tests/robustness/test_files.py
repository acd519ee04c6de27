"""Damaged and foreign files, and files whose facts about their estimator are of wrong types."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import IsolationForest
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite import stored
from skl2tflite.backends.tflite import metadata
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.writer import write
from skl2tflite.cli import summary
from skl2tflite.errors import ConversionError, InvalidFileError, InvalidInputError
from skl2tflite.label_json import labels_from_facts
from skl2tflite.model_file import open_file
from skl2tflite.model_metadata import CUSTOM_NAME, METADATA_NAME, ModelFacts
from tests.robustness.doors import each, outcome
from tests.unsealed import unsealed

X = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
MIXED = pd.DataFrame(X, columns=["a", "b", "c"]).assign(c=["x", "y"] * 10)
Y = (X[:, 0] > 0).astype(int)
WORDS = ["one two", "two three", "three", "four one"]


@cache
def models() -> dict[str, tuple[skl2tflite.TFLiteModel, Any]]:
    """A model for every kind of facts, with rows for it."""
    named = np.where(Y == 1, "yes", "no")
    mixed = make_column_transformer((StandardScaler(), ["a", "b"]), (OneHotEncoder(), ["c"]))
    sets = pd.Series([("x",), ("y", "x")])
    labels = np.array(["a", "b", "c"])
    records = [{"a": 1.0, "b": "x"}]
    convert = skl2tflite.convert
    return {
        "matrix": (convert(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, named)), X),
        "columns": (convert(make_pipeline(mixed, LogisticRegression()).fit(MIXED, named), MIXED), MIXED),
        "codes": (convert(OrdinalEncoder().fit(MIXED[["c"]]), MIXED[["c"]], categories="codes"), MIXED[["c"]]),
        "inverse": (convert(LabelEncoder().fit(labels), methods=("transform", "inverse_transform")), labels),
        "characters": (convert(CountVectorizer().fit(WORDS)), WORDS),
        "tokens": (convert(CountVectorizer(stop_words=["two"]).fit(WORDS), text="tokens"), WORDS),
        "sets": (convert(MultiLabelBinarizer().fit(sets)), sets),
        "records": (convert(DictVectorizer(sparse=False).fit(records)), records),
        "images": (convert(PatchExtractor(patch_size=(2, 2)).fit(np.zeros((2, 4, 4))), np.zeros((2, 4, 4))),
                   np.zeros((2, 4, 4))),
        "parts": (convert(GaussianProcessRegressor().fit(X, Y), methods=("predict_std",)), X),
        "path": (convert(IsolationForest(n_estimators=2, random_state=0).fit(X)), X),
        "no answer": (convert(RadiusNeighborsClassifier(3.0).fit(X, Y), methods=("predict",)), X),
        "micro": (convert(DecisionTreeClassifier(max_depth=2).fit(X, named), target="micro"), X),
    }  # fmt: skip


KINDS = (
    "matrix", "columns", "codes", "inverse", "characters", "tokens", "sets", "records", "images", "parts", "path",
    "no answer", "micro",
)  # fmt: skip


def facts_of(content: bytes) -> dict[str, Any]:
    program = read(content)
    info = metadata.unpack(program.buffers[program.metadata[METADATA_NAME]])
    facts: dict[str, Any] = json.loads(info.custom[CUSTOM_NAME])
    del facts["digest"]
    return facts


def with_facts(content: bytes, facts: bytes) -> bytes:
    """A file that says something else of its estimator, and has no digest: its facts alone are to be refused."""
    program = read(content)
    index = program.metadata[METADATA_NAME]
    info = metadata.unpack(program.buffers[index])
    program.buffers[index] = metadata.pack(replace(info, custom={CUSTOM_NAME: facts}))
    return write(program)


def use(content: bytes, rows: Any) -> None:
    """Do with a file all that can be done: whatever happens, it is one of our errors."""
    if b'"target":"micro"' not in content:  # whose arena takes time to find
        outcome(lambda: summary.summary(open_file(content)))
    outcome(lambda: summary.as_json(open_file(content)))
    error = outcome(lambda: skl2tflite.TFLiteModel(content))
    assert error is None or isinstance(error, InvalidFileError), repr(error)
    if error is not None:
        return
    model = skl2tflite.TFLiteModel(content)
    assert str(model).replace("\n", "").isprintable()
    assert repr(model).isprintable()
    for method in model.methods:
        failed = outcome(lambda method=method: model.run(method, rows))
        assert failed is None or isinstance(failed, InvalidFileError | InvalidInputError), repr(failed)
    outcome(lambda: model.feature_names_in_, AttributeError)
    outcome(lambda: model.classes_, AttributeError)


WRONG: dict[str, Any] = {
    "null": None, "true": True, "number": 7, "negative": -1, "float": 2.5, "huge": 10**400, "beyond int64": 2**64,
    "NaN": float("nan"), "infinity": float("inf"), "text": "text", "empty": "", "control": "a\x1b[31m\nb", "list": [],
    "list of lists": [[[]]], "list of numbers": [1, 2, 3], "list of texts": ["a", "b"], "list of nulls": [None],
    "object": {}, "object in list": [{}], "object of object": {"a": {"b": 1}}, "dtype": "<U250000000",
    "shaped dtype": "(9,9)f8", "fields": "f4,f4", "date": "M8[D]", "words": {"dtype": "<U3", "values": ["a"]},
}  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every field within facts."""
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if not isinstance(key, int) or key < 2:
            yield from places(inner, (*path, key))


def changed(facts: Any, path: tuple[Any, ...], value: Any) -> Any:
    facts = copy.deepcopy(facts)
    inner = facts
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return facts


@pytest.mark.parametrize("kind", KINDS)
def test_facts_of_wrong_types(kind):
    model, rows = models()[kind]
    content, facts, program = bytes(model), facts_of(bytes(model)), read(bytes(model))
    use(with_facts(content, json.dumps(facts).encode()), rows)
    taken: set[tuple[Any, ...]] = set()

    def check(path: tuple[Any, ...], value: Any) -> None:
        text = json.dumps(changed(facts, path, value)).encode()
        if outcome(lambda: ModelFacts.from_bytes(text).check_fit(program)) is None and path not in taken:
            taken.add(path)  # one of the values that a field takes is used: making files takes time
            use(with_facts(content, text), rows)

    cases = {f"{p} {name}": (p, value) for p in places(facts) for name, value in {**WRONG, "missing": ...}.items()}
    each(cases, lambda case: check(*cases[case]))


TEXTS: dict[str, bytes] = {
    "nothing": b"", "null": b"null", "number": b"1", "list": b"[]", "object": b"{}", "text": b'"x"',
    "cut": b'{"format":',
    "no UTF-8": b"\xff\xfe", "deep": b"[" * 100_000, "deep and closed": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000, "digits": b'{"format":' + b"9" * 5_000 + b"}",
    "twice": b'{"format":1}{"format":1}',
    "surrogate": b'{"format":1,"estimator":"\\ud800"}', "bom": b"\xef\xbb\xbf{}", "NUL": b"\0\0",
}  # fmt: skip


def test_facts_that_are_no_facts():
    content = bytes(models()["matrix"][0])

    def check(name: str) -> None:
        damaged = with_facts(content, TEXTS[name])
        assert isinstance(outcome(lambda: skl2tflite.TFLiteModel(damaged)), InvalidFileError)
        use(damaged, X)

    each(TEXTS, check)


def test_names_that_a_terminal_obeys_do_not_reach_it():
    model = models()["matrix"][0]
    facts = changed(facts_of(bytes(model)), ("estimator",), "Evil\x1b[31m\x9b2J\n\u202e")
    shown = skl2tflite.TFLiteModel(with_facts(bytes(model), json.dumps(facts).encode()))
    assert "Evil\\x1b[31m" in repr(shown)
    assert "Evil\\x1b[31m" in str(shown).splitlines()[0]


def test_methods_have_names():
    model = models()["matrix"][0]
    facts = facts_of(bytes(model))
    facts["methods"] = {"predict();\n#include": facts["methods"]["predict"]}
    with pytest.raises(InvalidFileError, match="which is no method's name"):
        skl2tflite.TFLiteModel(with_facts(bytes(model), json.dumps(facts).encode()))


@pytest.mark.parametrize(("field", "value"), [
    ("input", "filename"), ("analyzer", "file"), ("token_pattern", "("), ("token_pattern", None),
    ("token_pattern", "(a)(b)"),
    ("ngram_range", [2, 1]), ("ngram_range", [1]), ("ngram_range", [1, 10**9]), ("tokenizer", "str.split"),
    ("stop_words", "french"), ("lowercase", 1), ("strip_accents", "all"),
])  # fmt: skip
def test_vectorizers_of_a_file_have_known_parameters(field, value):
    model, _ = models()["tokens"]
    facts = facts_of(bytes(model))
    facts["features"]["columns"][0]["parameters"][field] = value
    damaged = with_facts(bytes(model), json.dumps(facts).encode())
    with pytest.raises(InvalidFileError, match="facts about its estimator are damaged"):
        skl2tflite.TFLiteModel(damaged)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated(kind):
    content = bytes(models()[kind][0])
    for end in (*range(0, 40, 3), *range(40, len(content), max(1, len(content) // 25))):
        error = outcome(lambda end=end: skl2tflite.TFLiteModel(content[:end]))
        assert error is None or isinstance(error, InvalidFileError)
        outcome(lambda end=end: summary.summary(open_file(content[:end])))


@pytest.mark.parametrize("kind", KINDS)
def test_bits_flipped_and_bytes_replaced(kind):
    """Files are read and looked at, not run: a runtime does not survive all that its checks let through."""
    content = unsealed(bytes(models()[kind][0]))
    generator = random.Random(kind)
    for _ in range(40):
        damaged = bytearray(content)
        for _ in range(generator.randrange(1, 4)):
            place = generator.randrange(len(damaged))
            damaged[place] = generator.choice([0, 255, 128, damaged[place] ^ 1 << generator.randrange(8)])
        error = outcome(lambda damaged=damaged: skl2tflite.TFLiteModel(bytes(damaged)))
        assert error is None or isinstance(error, InvalidFileError)
        outcome(lambda damaged=damaged: summary.as_json(open_file(bytes(damaged))))
        outcome(lambda damaged=damaged: summary.summary(open_file(bytes(damaged))))


@pytest.mark.parametrize("content", [
    b"", b"\0", b"TFL3", b"\0\0\0\0TFL3", b"\x1c\0\0\0TFL3" + b"\0" * 40, b"\xff" * 64, b"PK\5\6" + b"\0" * 18,
    b"\x14\0\0\0TFL3" + b"\xff" * 100, b"{}", b"a,b\n1,2\n",
])  # fmt: skip
def test_foreign(content, tmp_path: Path):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    for call in (lambda: skl2tflite.load(path), lambda: skl2tflite.TFLiteModel(content)):
        assert isinstance(outcome(call), InvalidFileError)
    outcome(lambda: summary.summary(open_file(content)))


def test_folders_are_no_files(tmp_path):
    with pytest.raises(OSError, match="directory"):
        skl2tflite.load(tmp_path)


@pytest.mark.parametrize(("dtype", "count", "message"), [
    ("<U16384", 3, None), ("<U16385", 3, "which labels and values have not"),
    ("<U16000", 1000, "are much longer as <U16000 than they are in the file"),
    ("S60000", 1000, "are much longer"),
])  # fmt: skip
def test_labels_take_no_more_memory_than_the_file_is_long(dtype, count, message):
    labels = (stored.Labels(dtype=dtype, values=("a",) * count),)
    if message is None:
        assert labels_from_facts(labels)[0].tolist() == ["a"] * count
        return
    with pytest.raises(InvalidFileError, match=message):
        labels_from_facts(labels)


def test_labels_that_no_file_would_give_back_are_refused():
    y = np.where(Y == 1, "a" * 17_000, "b")
    with pytest.raises(ConversionError, match="are too long to be kept in a file"):
        skl2tflite.convert(LogisticRegression().fit(X, y))


EARLIER = Path(__file__).parent / "earlier"


def test_files_of_earlier_versions():
    path = EARLIER / "without_digest.tflite"
    rows = pd.DataFrame({"a": [1.0, 2.0, 3.0, 5.0], "city": ["Oslo", "Rome", "Rome", "Oslo"]})
    model = skl2tflite.load(path)
    assert model.predict(rows).tolist() == ["no", "no", "yes", "yes"]
    lines = dict(summary.summary(open_file(path.read_bytes())))
    assert lines["digest"].startswith("none, as in files of skl2tflite's first versions")
    assert summary.as_json(open_file(path.read_bytes()))["digest"] is None


def test_inspect_says_what_digest_a_file_has():
    content = bytes(models()["matrix"][0])
    assert dict(summary.summary(open_file(content)))["digest"].endswith("which the file's bytes have")
    foreign = read(content)
    foreign.metadata.clear()
    assert "cannot be told" in dict(summary.summary(open_file(write(foreign))))["digest"]
