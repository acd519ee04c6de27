"""What is in a file, ours or another's, and what a conversion does."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.writer import write
from skl2tflite.passes import LAST_PASSES, PASSES


@pytest.fixture(params=["with signatures", "without"])
def foreign(request, saved, tmp_path):
    """A file as another tool writes it: without our facts."""
    program = read((saved / "model.tflite").read_bytes())
    program.metadata.clear()
    if request.param == "without":
        program.signatures.clear()
    path = tmp_path / "foreign.tflite"
    path.write_bytes(write(program))
    return path


def test_our_file(run, saved):
    run("inspect", saved / "model.tflite").succeeds(
        "Pipeline(StandardScaler, LogisticRegression)", "mean radius", "predict_proba(X float32[rows, 4])", "SUB×2",
        "scikit-learn", "bytes",
    )  # fmt: skip


def test_operators(run, saved):
    run("inspect", saved / "model.tflite", "--operators").succeeds("subgraph 0: predict_proba", "FULLY_CONNECTED")


def test_json(run, saved):
    found = json.loads(run("inspect", saved / "model.tflite", "--json").stdout)
    assert found["estimator"] == "Pipeline(StandardScaler, LogisticRegression)"
    assert [s["key"] for s in found["signatures"]] == ["predict_proba", "predict"]
    assert found["features"]["count"] == 4


def test_foreign_file(run, foreign):
    run("inspect", foreign, "--operators").succeeds("another tool", "FULLY_CONNECTED", "float32[rows, 4]")
    assert json.loads(run("inspect", foreign, "--json").stdout)["estimator"] is None


def test_foreign_file_that_a_runtime_might_not_survive(run, foreign, tmp_path):
    program = read(foreign.read_bytes())
    assert "warning" not in run("inspect", foreign).stdout
    (at, operator) = next((i, o) for i, o in enumerate(program.subgraphs[0].operators) if o.name == "SUB")
    program.subgraphs[0].operators[at] = replace(operator, inputs=operator.inputs[:1])
    (tmp_path / "odd.tflite").write_bytes(write(program))
    run("inspect", tmp_path / "odd.tflite").succeeds("warning", "(SUB) has 1 operands, expected 2", "none: damage")
    (warning,) = json.loads(run("inspect", tmp_path / "odd.tflite", "--json").stdout)["warnings"]
    assert warning.endswith("(SUB) has 1 operands, expected 2")


def test_foreign_file_is_not_verified(run, saved, foreign):
    run("verify", foreign, saved / "model.skops", saved / "rows.csv").fails("not written by skl2tflite")


@pytest.mark.parametrize("cut", [0, 3, 7, 100, 1000])
def test_truncated_file(run, saved, tmp_path, cut):
    (tmp_path / "cut.tflite").write_bytes((saved / "model.tflite").read_bytes()[:cut])
    run("inspect", tmp_path / "cut.tflite").fails("cut.tflite")


def test_damaged_file(run, saved, tmp_path):
    program = read((saved / "model.tflite").read_bytes())
    program.subgraphs[1].outputs = [99]
    program.signatures[1].outputs["predict"] = 99
    (tmp_path / "bad.tflite").write_bytes(write(program))
    for option in ((), ("--json",), ("--operators",)):
        run("inspect", tmp_path / "bad.tflite", *option).fails("bad.tflite", "damaged")


def test_no_tflite_file_at_all(run, saved):
    run("inspect", saved / "rows.csv").fails("rows.csv", "not a .tflite file")
    run("inspect", saved / "nope.tflite").fails("nope.tflite: No such file")
    run("inspect", saved).fails("Is a directory")


def test_list_of_passes(run):
    run("inspect", "--passes").succeeds(*(step.name for step in (*PASSES, *LAST_PASSES)))


def test_what_passes_did(run, saved):
    run("inspect", saved / "model.skops", "--passes").succeeds("fold_constants", "simplify", "predict_proba")


def test_graph(run, saved):
    done = run("inspect", saved / "model.skops", "--graph", "--method", "predict")
    done.succeeds("predict(X: float[?, 4]):", "greater", "return predict=")
    assert "predict_proba" not in done.stdout


def test_estimator_in_short(run, saved):
    run("inspect", saved / "model.skops").succeeds("Pipeline", "operations, exact", "operations, within 1e-06")


def test_options_of_the_other_kind(run, saved):
    run("inspect", saved / "model.tflite", "--graph").fails("for saved estimators")
    run("inspect", saved / "model.skops", "--json").fails("for .tflite files")
    run("inspect").fails("name a file")


def test_what_is_no_report_beside_a_file(run, saved, tmp_path):
    (tmp_path / "m.tflite").write_bytes((saved / "model.tflite").read_bytes())
    (tmp_path / "m.tflite.report.json").write_text("junk")
    run("inspect", tmp_path / "m.tflite").succeeds("nothing is known of it")
    assert json.loads(run("inspect", tmp_path / "m.tflite", "--json").stdout)["report"] is None
