"""The examples of one's own code run: a function, a recorded class, a converter, a package."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import skl2tflite

EXAMPLES = Path(__file__).parents[2] / "examples"

USE = """
import sys
import numpy as np
import skl2tflite
from sklearn.preprocessing import StandardScaler
from winsor import Winsorizer

X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
skl2tflite.convert(StandardScaler().fit(X), X)
assert "winsor.tflite" not in sys.modules
print(skl2tflite.convert(Winsorizer(0.1).fit(X), X).transform(X).shape)
assert "winsor.tflite" in sys.modules
"""


def test_own_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = runpy.run_path(str(EXAMPLES / "own_code.py"))
    example["main"](tmp_path)
    assert "1,000 of 1,000 labels agree" in capsys.readouterr().out
    model = skl2tflite.load(tmp_path / "rain.tflite")
    assert list(model.inputs) == ["temperature", "humidity", "hour", "place"]


def test_a_package_brings_its_converters(tmp_path: Path) -> None:
    """As installed: its module, and what an installer writes about its entry points."""
    package = EXAMPLES / "package"
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    information = tmp_path / f"{project['name']}-{project['version']}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n")
    lines = [f"[{group}]\n{name} = {value}\n" for group, entries in project["entry-points"].items()
             for name, value in entries.items()]  # fmt: skip
    (information / "entry_points.txt").write_text("".join(lines))
    path = os.pathsep.join([str(package / "src"), str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", USE], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(50, 3)"
