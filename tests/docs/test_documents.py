"""What the documents say is true: their Python runs, their links lead somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsRegressor

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.cli.supported_page import page
from skl2tflite.converters.core.coverage import survey
from skl2tflite.converters.core.registry import OPTIONAL
from tests.estimators.case import SKLEARN

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/**/*.md")])


def blocks(document: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(), flags=re.M | re.S)


def test_readme_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    example = next(block for block in blocks(ROOT / "README.md", "python") if "import skl2tflite" in block)
    exec(compile(example, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "signature   predict_proba(X float32[rows, 30])" in printed
    assert "predict: 143 rows agree" in printed
    assert (tmp_path / "model.tflite").stat().st_size < 10_000


def test_own_code_as_documented_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Block after block, as a reader would; the lines of its code are there for messages."""
    names: dict[str, object] = {"__name__": "extending"}
    examples = blocks(ROOT / "docs" / "extending.md", "python")
    assert len(examples) == 5
    for example in examples:
        exec(compile(example, "extending.md", "exec"), names)
        assert "float" in str(names["model"])


def test_microcontroller_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tflite_micro")
    from typer.testing import CliRunner

    from skl2tflite.cli.main import app

    monkeypatch.chdir(tmp_path)
    document = ROOT / "docs" / "micro.md"
    exec(compile(blocks(document, "python")[0], "micro.md", "exec"), {})
    (command,) = re.findall(r"^skl2tflite (bundle .*)$", document.read_text(), flags=re.M)
    assert "Wrote firmware" in CliRunner().invoke(app, command.split()).output
    members = (tmp_path / "firmware/iris/iris_model.h").read_text()
    for feature in re.findall(r"^features\.(\w+) = [\d.]+f;", document.read_text(), flags=re.M):
        assert f"float {feature};" in members


def test_text_as_documented_runs() -> None:
    names: dict[str, object] = {}
    for example in blocks(ROOT / "docs" / "text.md", "python"):
        exec(compile(example, "text.md", "exec"), names)
    assert names["model"].predict(["You won!", "lunch?"]).tolist() == ["spam", "ham"]  # type: ignore[attr-defined]


def test_runtimes_as_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """What a file needs is what the page says; that of some models by the command that writes its tables."""
    from scripts.document_runtimes import BEGIN, tables

    document, names = ROOT / "docs" / "runtimes.md", dict[str, object]()
    for example, text in zip(blocks(document, "python"), blocks(document, "text"), strict=True):
        exec(compile(example, "runtimes.md", "exec"), names)
        assert capsys.readouterr().out == text
    assert f"{BEGIN}\n{tables()}\n" in document.read_text()


def test_verification_as_documented_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Block after block; each prints what stands behind it."""
    monkeypatch.chdir(tmp_path)
    document, names = ROOT / "docs" / "verification.md", dict[str, object]()
    examples, printed = blocks(document, "python"), blocks(document, "text")
    assert len(examples) == len(printed) == 4
    for example, text in zip(examples, printed, strict=True):
        exec(compile(example, "verification.md", "exec"), names)
        assert capsys.readouterr().out == text


def test_fields_of_the_documented_report() -> None:
    from sklearn.linear_model import LinearRegression

    import skl2tflite

    rows = [[0.0], [1.0], [2.0]]
    estimator = LinearRegression().fit(rows, [0.0, 1.0, 3.0])
    other = LinearRegression().fit(rows, [0.0, 1.0, 2.0])
    report = skl2tflite.verify(skl2tflite.convert(estimator), other, rows).to_dict()
    document = (ROOT / "docs" / "verification.md").read_text()
    (method,) = report["methods"]
    (worst, *_) = method["worst_rows"]
    for field in {*report, *method, *method["errors"], *(worst.keys() - {"text"})}:
        assert f"`{field}`" in document, field


def test_architecture_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    """Fitted numbers may differ in their last digits from one machine to another; everything else is as shown."""
    names: dict[str, object] = {}
    page = ROOT / "docs" / "architecture.md"
    for example, text in zip(blocks(page, "python"), blocks(page, "text"), strict=True):
        exec(compile(example, "architecture.md", "exec"), names)
        printed, shown = (re.sub(r"\d+\.\d*", "…", each) for each in (capsys.readouterr().out, text))
        assert printed == shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
        assert (document.parent / link).exists(), f"{document.name} links to {link}"


def test_commands_of_the_readme_exist() -> None:
    from typer.main import get_command

    from skl2tflite.cli.main import app

    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^skl2tflite (\w+)", (ROOT / "README.md").read_text(), flags=re.M))
    assert named
    assert named <= known


def test_list_of_what_converts_is_up_to_date() -> None:
    """``make docs`` writes it; with scikit-learn's newest version, as older ones have other methods."""
    for package in sorted(OPTIONAL):
        pytest.importorskip(package)
    if SKLEARN < (1, 9):
        pytest.skip("written with scikit-learn 1.9")
    assert (ROOT / "docs" / "supported.md").read_text() == page(survey()), "run `make docs`"


def test_every_promise_of_security_has_its_test() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text())
    assert len(named) > 15
    for path, name in named:
        source = (ROOT / path).read_text()
        assert not name or re.search(rf"^(def|class) {name}\b", source, flags=re.M), f"{path}::{name}"


def test_contract_page_runs_and_its_schema_is_that_of_the_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    from scripts.document_contract import BEGIN, END, schema_text, tables
    from typer.testing import CliRunner

    from skl2tflite.cli.main import app

    page = ROOT / "docs" / "contract.md"
    assert (ROOT / "docs" / "app_contract.schema.json").read_text("utf-8") == schema_text()
    assert page.read_text("utf-8").split(BEGIN)[1].split(END)[0] == f"\n{tables()}\n"
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks(page, "python")[0], "contract.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.endswith("('Brest', 'Cork', 'Lima')\n")
    (command,) = re.findall(r"^skl2tflite (inspect .*)$", page.read_text("utf-8"), flags=re.M)
    contract = json.loads(CliRunner().invoke(app, command.split()).output)
    assert contract == json.loads(printed[: printed.rindex("}") + 1])
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    validator.validate(contract)
    texts, numbers = ["a rose", "no rose here", "a tree"] * 2, [[0.0, 1.0], [1.0, 0.0], [2.0, 5.0]] * 2
    for estimator, rows in (
        (TfidfVectorizer(), texts),
        (LinearRegression(), numbers),
        (KNeighborsRegressor(2, weights=lambda d: np.exp(-d)), numbers),
    ):
        for options in ({}, {"golden": None, "batch": 1}):
            model = skl2tflite.convert(estimator.fit(rows, [0, 1, 2] * 2), rows, **options)
            validator.validate(json.loads(json.dumps(describe(model).to_json(), allow_nan=False)))


def test_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from skl2tflite.cli.main import app

    page = ROOT / "docs" / "python.md"
    train, use = blocks(page, "python")
    monkeypatch.chdir(tmp_path)
    exec(compile(train, "python.md", "exec"), {})
    (command,) = re.findall(r"^skl2tflite (bundle .*)$", page.read_text("utf-8"), flags=re.M)
    assert CliRunner().invoke(app, command.split()).exit_code == 0
    monkeypatch.chdir(tmp_path / "voyage_app")
    assert subprocess.run([sys.executable, "voyage.py"], check=True, capture_output=True, timeout=60).stdout
    monkeypatch.syspath_prepend(str(tmp_path / "voyage_app"))
    exec(compile(use, "python.md", "exec"), {})
    assert capsys.readouterr().out.startswith("['")
