"""The page about Keras is true: its Python prints what stands there, and the example trains."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.test_documents import ROOT, blocks

PAGE = ROOT / "docs" / "keras.md"


def test_keras_as_documented_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example, text in zip(blocks(PAGE, "python"), blocks(PAGE, "text"), strict=True):
        exec(compile(example, "keras.md", "exec"), names)
        assert capsys.readouterr().out.endswith(text)


def test_fine_tuning_lowers_the_loss() -> None:
    command = [sys.executable, str(ROOT / "examples" / "fine_tuning.py")]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=200).stdout
    losses = re.findall(r"loss ([\d.]+), after training ([\d.]+)", printed)
    assert len(losses) == 2
    assert all(float(after) < float(before) for before, after in losses)


def test_nothing_else_imports_keras() -> None:
    code = "import sys, skl2tflite, skl2tflite.cli.main; print({'keras', 'tensorflow'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
