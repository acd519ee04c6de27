"""The pages on C++ and Android, block after block, as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import ai_edge_litert
import numpy as np
import pandas as pd
import pytest

from tests.apps.test_android import STAND_INS, STANDARD, answered

DOCS = Path(__file__).parents[2] / "docs"
LITERT = ai_edge_litert.__path__[0]
# The rows of the pages' examples.
ROWS = pd.DataFrame({"age": [40, np.nan], "fare (£)": [12.5, 12.5], "town": ["Cork", "Atlantis"]})
MAIN = """
fun main() {
    val assets = android.content.res.AssetManager(java.io.File("voyage/src/main/assets"))
    skl2tflite.voyage.VoyageModel(android.content.Context(assets)).use { model ->
        answers(model).forEach { println(it) }
    }
}
"""


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (DOCS / page).read_text(), flags=re.M | re.S)


def converted(page: str) -> Any:
    """Run the block in Python; return the model."""
    names: dict[str, Any] = {}
    (block,) = blocks(page, "python")
    exec(compile(block, page, "exec"), names)
    return names["model"]


def shell(page: str, folder: Path) -> str:
    """Run the block for a shell, with this Python's programs."""
    (block,) = blocks(page, "sh")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", block],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def expected(model: Any) -> list[str]:
    labels, probabilities = model.predict(ROWS), model.predict_proba(ROWS)
    return [f"{labels[0]}: {probabilities[0, 1]:.4f}", *labels]


def test_cpp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = converted("cpp.md")
    shown = shell("cpp.md", tmp_path)
    assert "100% tests passed" in shown
    assert re.search(r"^predict: [01] label (yes|no)$", shown, flags=re.M)
    (program,) = blocks("cpp.md", "cpp")
    folder = tmp_path / "voyage"
    (folder / "program.cc").write_text(program)
    library = ["build/libvoyage.a", f"-L{LITERT}", "-lLiteRt", f"-Wl,-rpath,{LITERT}"]
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    done = subprocess.run(
        ["g++", *flags, "program.cc", *library, "-o", "program"], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    done = subprocess.run(["./program"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == expected(model), done.stderr


def test_android(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = converted("android.md")
    shell("android.md", tmp_path)
    program = blocks("android.md", "kotlin")[-1]
    (tmp_path / "Program.kt").write_text(program + MAIN)
    subprocess.run(["javac", "-d", "java", *map(str, STAND_INS.rglob("*.java"))], check=True)
    sources = map(str, [tmp_path / "Program.kt", *tmp_path.glob("voyage/src/main/**/*.kt")])
    subprocess.run(["kotlinc", "-cp", "java", "-d", "kotlin", *sources], check=True, capture_output=True)
    code, printed = answered(["java", "-cp", f"java:kotlin:{STANDARD}", "app.ProgramKt"], model, tmp_path)
    assert (code, printed) == (0, expected(model))


def test_ios_as_far_as_it_runs_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    converted("ios.md")
    shell("ios.md", tmp_path)
    (program,) = blocks("ios.md", "swift")
    folder = tmp_path / "VoyagePredictor"
    assert (folder / "VoyagePredictor.podspec").exists()
    features = (folder / "Sources/VoyagePredictor/Features.swift").read_text()
    for member in re.findall(r"(?:other\.|[(,] ?)(\w+)(?::| =)", program.partition("Features")[2]):
        assert f"public var {member}:" in features
    model = (folder / "Sources/VoyagePredictor/VoyageModel.swift").read_text()
    for method in re.findall(r"model\.(\w+)\(", program):
        assert f"public func {method}(" in model
