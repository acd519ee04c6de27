"""Hostile names of features, labels, categories and estimators in everything that is generated from a model."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.bundle import bundle
from skl2tflite.bundle.micro.platforms import PLATFORMS
from skl2tflite.cli.supported_page import HEAD, PACKAGES, page
from skl2tflite.converters.core.coverage import Support
from skl2tflite.errors import ConversionError
from skl2tflite.escaping import terminal, terminal_lines
from skl2tflite.runtime.micro import has_micro
from tests.bundle.test_bundle import FLAGS
from tests.hostile import HOSTILE
from tests.robustness.test_command_line import ends_well
from tests.robustness.test_files import facts_of, with_facts
from tests.test_escaping import MARKDOWN, shown_by_markdown

NAMES = [name for name in HOSTILE if "\ud800" not in name]  # which DataFrames do not hold
CATEGORIES = [name for name in NAMES if not re.search("[\r\n]", name)]  # vocabularies are files of lines
ESTIMATOR = "".join(name for name in NAMES if len(name) < 50)
ESTIMATOR_SHOWN = terminal(ESTIMATOR)
REPEATED = np.arange(4 * len(NAMES)) % len(NAMES)


def numbers() -> tuple[Any, Any]:
    """A feature and a label of every name."""
    X = np.random.default_rng(0).normal(size=(len(REPEATED), len(NAMES))).astype(np.float32)
    rows = pd.DataFrame(X, columns=NAMES)
    return DecisionTreeClassifier(max_depth=9, random_state=0).fit(rows, np.array(NAMES, object)[REPEATED]), rows


def categories() -> tuple[Any, Any]:
    """Columns of numbers and of categories, each with hostile names, in a tensor each."""
    generator = np.random.default_rng(0)
    coded = [*NAMES[:5], "Int", "int 2", "int"]
    rows = pd.DataFrame(generator.normal(size=(len(CATEGORIES), len(NAMES))), columns=NAMES)
    rows = rows.assign(**{name: generator.permutation(np.array(CATEGORIES, object)) for name in coded})
    encoder = make_column_transformer((OneHotEncoder(), coded), remainder="passthrough")
    labels = np.array(CATEGORIES, object)[np.arange(len(rows)) % 3]
    return make_pipeline(encoder, LogisticRegression(max_iter=5)).fit(rows, labels), rows


MODELS = {"numbers": numbers, "categories": categories}


@pytest.fixture(scope="module", params=MODELS)
def made(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    return MODELS[request.param]()


@pytest.fixture(scope="module")
def micro(made: tuple[Any, Any]) -> tuple[skl2tflite.TFLiteModel, Any]:
    """For microcontrollers, and its estimator has a hostile name too."""
    estimator, rows = made
    content = bytes(skl2tflite.convert(estimator, methods=("predict",), target="micro"))
    facts = facts_of(content)
    facts["estimator"] = ESTIMATOR
    facts["versions"]["skl2tflite"] = ESTIMATOR
    return skl2tflite.TFLiteModel(with_facts(content, json.dumps(facts).encode())), rows


@pytest.mark.skipif(not has_micro() or shutil.which("g++") is None, reason="needs tflite-micro and g++")
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_bundles(micro, platform, tmp_path):
    model, rows = micro
    folder = bundle(model, tmp_path / platform, platform, name=NAMES[0] + NAMES[1], X=rows)
    for path in folder.rglob("*"):
        assert path.name.isascii()
        if path.is_dir():
            continue
        text = path.read_text(encoding="utf-8")
        assert text.replace("\n", "").isprintable(), path
        if path.suffix in (".cc", ".cpp", ".ino"):
            command = ["g++", *FLAGS, "-trigraphs", "-fsyntax-only", "-x", "c++", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert done.returncode == 0, done.stderr
        elif path.suffix == ".md":
            kinds = {kind for kind, _ in shown_by_markdown(text)}
            assert kinds <= {"text", "code_inline", "softbreak", "link_open", "link_close", "em_open", "em_close"}, (
                kinds
            )
            assert ("code_inline", f"{ESTIMATOR_SHOWN}.predict") in shown_by_markdown(text)
        elif path.suffix != ".h":  # of CMake, make, PlatformIO and YAML
            hostile = [line for line in text.splitlines() if 'system("x")' in line]
            assert len(hostile) <= 1
            assert all(re.match(r"[#;] Made by skl2tflite ", line) and not line.endswith("\\") for line in hostile)


@pytest.mark.skipif(not has_micro(), reason="needs tflite-micro")
def test_names_that_collide_in_cpp_have_numbers(micro, tmp_path):
    model, rows = micro
    folder = bundle(model, tmp_path / "b", "tflm", X=rows)
    header = (folder / "model" / "model_model.h").read_text(encoding="utf-8")
    members = re.findall(r"^  (?:float|int32_t) (\w+);", header.partition("struct Prediction")[0], flags=re.M)
    assert len(members) == len(set(members)) >= len(NAMES)
    tables = re.findall(r"^extern const char\* const (\w+)\[", header, flags=re.M)
    assert len(tables) == len(set(tables))


@pytest.mark.skipif(not has_micro(), reason="needs tflite-micro")
@pytest.mark.parametrize("what", ["label", "category"])
def test_what_cpp_would_cut_is_refused(what, tmp_path):
    rows = pd.DataFrame({"x": ["a\0b", "a\0c"] * 4 if what == "category" else [1.0, 2.0] * 4})
    labels = ["a\0b", "c"] * 4 if what == "label" else [0, 1] * 4
    steps = [OneHotEncoder()] if what == "category" else []
    estimator = make_pipeline(*steps, LogisticRegression()).fit(rows, labels)
    model = skl2tflite.convert(estimator, methods=("predict",), target="micro")
    with pytest.raises(ConversionError, match=rf"the {what} 'a\\x00b' holds a NUL"):
        bundle(model, tmp_path / "b", "tflm")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_command_line(made, tmp_path):
    """Each command shows the names: a terminal obeys none, and no table is broken."""
    estimator, rows = made
    skops.io.dump(estimator, tmp_path / "model.skops")
    rows.to_parquet(tmp_path / "rows.parquet")
    content = bytes(skl2tflite.convert(estimator))
    facts = facts_of(content)
    facts["estimator"] = ESTIMATOR
    (tmp_path / "hostile.tflite").write_bytes(with_facts(content, json.dumps(facts).encode()))
    out, model, data = tmp_path / "out.tflite", tmp_path / "model.skops", tmp_path / "rows.parquet"
    for arguments in (
        ("convert", model, "-o", out, "--data", data), ("verify", out, model, data), ("inspect", model, "--graph"),
        ("verify", tmp_path / "hostile.tflite", model, data), ("inspect", model, "--passes"), ("inspect", out),
    ):  # fmt: skip
        assert "error: " not in ends_well(*arguments)
    for options in (), ("--operators",), ("--json",):
        printed = ends_well("inspect", tmp_path / "hostile.tflite", *options)
        assert "error: " not in printed
        if options == ("--json",):
            assert json.loads(printed)["estimator"] == ESTIMATOR
        else:
            assert "[/bold][red]:smile:${name}" in "".join(printed.split("\n")).replace(" ", "")


def test_texts_of_a_model(made):
    model = skl2tflite.convert(made[0])
    for text in repr(model), str(model), str(skl2tflite.verify(model, *made)):
        assert text.replace("\n", "").isprintable()


def test_files_of_labels_have_a_line_for_each(tmp_path):
    """Other tools find a label by its line."""
    estimator, _ = numbers()
    path = skl2tflite.convert(estimator, methods=("predict_proba",)).save(tmp_path / "model.tflite")
    with ZipFile(path) as archive:
        lines = archive.read("labels.txt").decode().split("\n")
    assert len(lines) == len(estimator.classes_) + 1
    assert lines[sorted(NAMES).index("a\nint main() {}")] == "a\\nint main() {}"
    assert lines[sorted(NAMES).index("é")] == "é"


def test_lone_surrogates():
    """Python's text may hold them, UTF-8 does not: labels come back, and names of columns are refused."""
    X, y = np.arange(4.0)[:, None], np.array(["a", "\ud800"] * 2, object)
    model = skl2tflite.TFLiteModel(bytes(skl2tflite.convert(DecisionTreeClassifier().fit(X, y))))
    assert model.predict(X).tolist() == y.tolist()
    frame = pd.DataFrame(X, columns=pd.Index(["\ud800"], dtype=object))
    with pytest.raises(ConversionError, match=r"the feature '\\ud800' has a name that no text in UTF-8 can be"):
        skl2tflite.convert(LogisticRegression().fit(frame, [0, 1, 0, 1]))


def test_estimators_of_other_packages(monkeypatch):
    """What converts is listed with the names, and the reasons, of packages that add converters."""
    names = [name for name in NAMES if name.strip() and len(name) < 50]
    rest = ((), 1e-6, False, ("litert",))
    entries = [Support(name, "sklearn.x", (name,), *rest, {name: name}) for name in names]
    entries += [Support(name, "sklearn.y", (), *rest, {}, name) for name in names]
    text = page(entries)
    assert text.replace("\n", "").isprintable()
    assert {kind for kind, _ in shown_by_markdown(text[len(HEAD) :])} <= {"text", "code_inline"}
    rows = sum(token.type == "tr_open" for token in MARKDOWN.parse(text))
    assert rows == 4 + len(PACKAGES) + 3 * len(names)

    monkeypatch.setattr("skl2tflite.converters.core.coverage.survey", lambda: entries)
    printed = ends_well("supported").split("not:")[1]
    for name in names:
        assert all(line in printed for line in terminal_lines(name).split("\n")), name
    assert terminal(names[0]) in ends_well("supported", names[0])
    ends_well("supported", "--json")
