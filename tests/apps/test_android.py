"""Bundles for Android: their Kotlin is compiled and run on the JVM, with LiteRT at the other end of a pipe.

Android, LiteRT and JUnit are minimal declarations (``stand_ins``); LiteRT's answers are those of the Python package.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import skl2tflite
from skl2tflite import TFLiteModel
from skl2tflite.backends.tflite.reader import read
from skl2tflite.bundle import android
from skl2tflite.bundle.android.golden import literal
from skl2tflite.bundle.android.source import SPELLING
from skl2tflite.bundle.apps.typed import App
from skl2tflite.bundle.place import Request
from skl2tflite.runtime.litert import LiteRTRunner
from tests.apps.conftest import Bundled
from tests.apps.models import MODELS, X, y
from tests.apps.vectors import Vector, vectors

STAND_INS = Path(__file__).parent / "stand_ins" / "android"
STANDARD = Path("/usr/share/kotlin/kotlinc/lib/kotlin-stdlib.jar")


class Compiled:
    """All bundles, compiled at once: starting the compiler takes longest."""

    def __init__(self, folder: Path) -> None:
        self.bundled = Bundled("android", folder / "bundles")
        self.folder = folder
        (folder / "bundles").mkdir()
        self.made = self.bundled.all()
        self.vectors = vectors()
        for vector in self.vectors:
            _write(vector, self.made["array"][0], folder / "bundles" / vector.name)
        stand_ins = map(str, STAND_INS.rglob("*.java"))
        self._run(["javac", "-Xlint:all", "-d", "java", *stand_ins])
        sources = map(str, (folder / "bundles").rglob("*.kt"))
        shown = self._run(["kotlinc", "-cp", "java", "-d", "kotlin", *sources])
        self.warnings = [line for line in shown.splitlines() if ".kt:" in line]
        self.java = ["java", "-cp", f"java:kotlin:{STANDARD}"]

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=540)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def run(self, key: str, program: str, *arguments: str) -> tuple[int, list[str]]:
        """Run a program that uses a model; return its exit code and what it printed."""
        model, _, folder = self.made[key]
        assets = f"-Dassets={folder}/src/main/assets"
        return answered([self.java[0], assets, *self.java[1:], program, *arguments], model, self.folder)


REFUSED = """
package skl2tflite.{name}

class RefusedTest {{
    @org.junit.Test
    fun refused() {{
        for (row in listOf<Features>({rows})) {{
            val taken = try {{
                FeaturesTensors(1).put(row)
                true
            }} catch (error: InvalidRowException) {{
                false
            }}
            if (taken) throw AssertionError(row)
        }}
    }}
}}
"""


def _write(vector: Vector, model: TFLiteModel, folder: Path) -> None:
    """Write the bundle of a vector, with a test that rows are refused."""
    for path, content in android.PLACE.write(Request(model, vector.contract, vector.name)).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    (member,) = App.of(vector.contract, SPELLING).rows[0].members
    rows = ", ".join(f"Features({literal(cell, member)})" for cell in vector.refused)
    (folder / "RefusedTest.kt").write_text(REFUSED.format(name=vector.name, rows=rows))


def answered(command: list[str], model: TFLiteModel, folder: Path) -> tuple[int, list[str]]:
    """Run a program in a folder, and answer for LiteRT; return its exit code and what it printed."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        litert, printed = LiteRT(model), []
        for line in process.stdout:
            if not line.startswith("> "):
                printed.append(line.rstrip("\n"))
                continue
            answer = litert.told(line[2:].split())
            if answer is not None:
                process.stdin.write(f"{answer}\n")
    return process.returncode, printed


class LiteRT:
    """What the stand-in of LiteRT's Interpreter asks, line by line."""

    def __init__(self, model: TFLiteModel) -> None:
        self.content = bytes(model)
        self.runner = LiteRTRunner(self.content)
        program = read(self.content)
        self.inputs_of = {
            signature.key: {
                name: program.subgraphs[signature.subgraph].tensors[place] for name, place in signature.inputs.items()
            }
            for signature in program.signatures
        }
        self.inputs: dict[str, bytes] = {}
        self.outputs: dict[str, Any] = {}

    def told(self, words: list[str]) -> str | None:
        match words:
            case "model", size:
                assert int(size) > 0
            case "input", name, octets:
                self.inputs[_text(name)] = bytes.fromhex(octets[1:])
            case "run", signature:
                self._run(_text(signature))
            case "output", name:
                return self.outputs[_text(name)].tobytes().hex()  # type: ignore[no-any-return]
        return None

    def _run(self, signature: str) -> None:
        """As LiteRT's own class does, take no buffer of another size than the tensor, which has one row at first."""
        inputs = {}
        for name, octets in self.inputs.items():
            tensor = self.inputs_of[signature][name]
            shape = [1 if n < 0 else n for n in tensor.shape]
            numbers = np.frombuffer(octets, tensor.dtype)
            assert numbers.size == np.prod(shape), name
            inputs[name] = numbers.reshape(shape)
        self.outputs, self.inputs = self.runner.run(signature, inputs), {}


def _text(octets: str) -> str:
    return bytes.fromhex(octets[1:]).decode()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return Compiled(tmp_path_factory.mktemp("android"))


def package(folder: Path) -> str:
    (model,) = folder.glob("src/main/java/skl2tflite/*/*Model.kt")
    return f"skl2tflite.{model.parent.name}"


def test_compiles_without_warnings(compiled: Compiled) -> None:
    assert compiled.warnings == []


@pytest.mark.parametrize("key", MODELS)
def test_rows_become_tensors(compiled: Compiled, key: str) -> None:
    """The test that the bundle has for the JVM."""
    name = package(compiled.made[key][2])
    assert compiled.run(key, "RunTests", f"{name}.EncodingTest") == (0, ["1 passed, 0 failed"])


@pytest.mark.parametrize("key", MODELS)
def test_golden_rows(compiled: Compiled, key: str) -> None:
    """The test that the bundle has for devices, and the labels are those of predict."""
    model, rows, folder = compiled.made[key]
    code, printed = compiled.run(key, "RunTests", f"{package(folder)}.GoldenTest")
    assert (code, len(printed)) == (0, 1), printed
    if key in ("table", "named", "batch", "texts", "hostile numbers", "hostile categories"):
        (source,) = folder.glob("src/main/java/skl2tflite/*/*Model.kt")
        assets = str(folder / "src/main/assets")
        code, printed = compiled.run(key, "PrintLabels", package(folder), source.stem, assets)
        labels = [bytes.fromhex(line.removeprefix("label _")).decode() for line in printed]
        assert [label.casefold() for label in labels] == [str(each).casefold() for each in model.predict(rows[:16])]


def test_vectors_for_encoders(compiled: Compiled) -> None:
    """Values become the numbers that they become in Python, or are refused as there."""
    tests = [f"skl2tflite.{each.name}.{test}" for each in compiled.vectors for test in ("EncodingTest", "RefusedTest")]
    assert sum(len(each.refused) for each in compiled.vectors) > 10
    assert compiled.run("array", "RunTests", *tests) == (0, [f"{len(tests)} passed, 0 failed"])


def test_another_answer_fails(compiled: Compiled) -> None:
    _, rows, folder = compiled.made["array"]
    other = RandomForestClassifier(5, random_state=0).fit(X, y[::-1] * 7 - 3)
    compiled.made["other"] = skl2tflite.convert(other, X), rows, folder
    code, printed = compiled.run("other", "RunTests", f"{package(folder)}.GoldenTest")
    assert code != 0
    assert any("GoldenTest.predictProba: java.lang.AssertionError: row" in line for line in printed)
