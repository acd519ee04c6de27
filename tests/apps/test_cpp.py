"""Bundles in C++, compiled without a warning and run against the LiteRT of the Python package."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import ai_edge_litert
import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

import skl2tflite
from skl2tflite.bundle import bundle, cpp
from skl2tflite.bundle.apps.typed import App
from skl2tflite.bundle.cpp.golden import literal
from skl2tflite.bundle.cpp.source import SPELLING, Source
from skl2tflite.bundle.place import Request
from tests.apps.conftest import Bundled
from tests.apps.models import LABELS, MODELS, X, converted, y
from tests.apps.vectors import vectors

LITERT = ai_edge_litert.__path__[0]
FLAGS = ["-std=c++17", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"]
WATCHED = [*FLAGS, "-fsanitize=address"]
"""That LiteRT writes behind a buffer is an error."""
TEXT_LABELS = ("table", "named", "texts", "neighbor labels", "hostile numbers", "hostile categories", "odd labels")
# All files in one, which is quicker; behind the golden rows it prints labels, in hexadecimal digits.
PROGRAM = """
#include "{name}.cc"
#include "{name}_encoding.cc"
#include "{name}_runner.cc"
#include "{name}_golden.cc"
#define main golden_main
#include "golden_test.cc"
#undef main

extern "C" const char* __asan_default_options() {{ return "detect_leaks=0"; }}

template <typename Result>
auto Print(const Result& result, int) -> decltype(result.label.size(), void()) {{
  std::printf("label _");
  for (const char each : result.label) std::printf("%02x", static_cast<unsigned char>(each));
  std::printf("\\n");
}}
template <typename Result>
void Print(const Result&, long) {{}}

int main(int count, char** arguments) {{
  if (golden_main(count, arguments) != 0) return 1;
  {name}::Model model(arguments[1]);
  for (const auto& row : {name}::GoldenRows()) {print};
  return 0;
}}
"""


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    return Bundled("cpp", tmp_path_factory.mktemp("cpp"))


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def compiled(folder: Path, prints: bool) -> Path:
    (file,) = folder.glob("*.tflite")
    name = file.stem
    shows = "Print(model.Predict(row), 0)" if prints else "(void)row"
    (folder / "all.cc").write_text(PROGRAM.format(name=name, print=shows))
    libraries = [f"-L{LITERT}", "-lLiteRt", f"-Wl,-rpath,{LITERT}"]
    run(["g++", *WATCHED, "all.cc", "-o", "all", *libraries], folder)
    return file


@pytest.mark.parametrize("key", MODELS)
def test_golden_rows(bundled: Bundled, key: str) -> None:
    """Row by row and all at once, and the labels are those of predict."""
    model, rows, folder = bundled(key)
    prints = "predict" in model.methods and key != "no answer"
    file = compiled(folder, prints)
    printed = run(["./all", file.name], folder).splitlines()
    assert printed[0] == "all golden rows passed"
    labels = [bytes.fromhex(line.removeprefix("label _")).decode("utf-8", "surrogatepass") for line in printed[1:]]
    if labels:
        assert labels == [str(label) for label in model.predict(rows[:16])]
    assert bool(labels) == (prints and key in TEXT_LABELS)


CHECKS = """
#include <cmath>
#include <cstdio>
#include <vector>

template <typename Held>
int Differ(const char* name, const Held& held, const std::vector<double>& expected) {{
  bool same = held.size() == expected.size();
  for (size_t i = 0; same && i < held.size(); ++i) {{
    const double number = static_cast<double>(held[i]);
    same = number == expected[i] || (std::isnan(number) && std::isnan(expected[i]));
  }}
  if (!same) std::printf("%s: other numbers\\n", name);
  return same ? 0 : 1;
}}

int main() {{
  int failed = 0;
{checks}
  return failed;
}}
"""


def test_vectors_for_encoders(bundled: Bundled, tmp_path: Path) -> None:
    """Values become the numbers that they become in Python, or are refused as there."""
    model, _, _ = bundled("array")
    includes, checks, refused = [], [], 0
    for vector in vectors():
        name = vector.name
        for path, content in cpp.PLACE.write(Request(model, vector.contract, name)).items():
            (tmp_path / path).write_bytes(content)
        includes += [f'#include "{name}{part}.cc"' for part in ("", "_encoding", "_runner", "_golden")]
        app = App.of(vector.contract, SPELLING)
        (member,) = app.rows[0].members
        (held_by,) = Source(app, name).tensors.values()
        assert vector.contract.golden is not None
        (held,) = vector.contract.golden.inputs.values()
        expected = ", ".join("NAN" if each is None else repr(float(each)) for row in held for each in row)
        checks += [
            f"  {{ {name}::FeaturesTensors tensors;",
            f"    for (const auto& row : {name}::GoldenRows()) {name}::Append(row, &tensors);",
            f'    failed += Differ("{name}", tensors.{held_by}, {{{expected}}}); }}',
        ]
        for cell in vector.refused:
            refused += 1
            checks += [
                f"  try {{ using namespace {name}; Features row; FeaturesTensors tensors;",
                f"    row.{member.name} = {literal(cell, member)}; Append(row, &tensors); ++failed;",
                f'    std::printf("{name}: taken\\n"); }} catch (const {name}::Error&) {{}}',
            ]
    assert refused > 10
    (tmp_path / "all.cc").write_text("\n".join(includes) + CHECKS.format(checks="\n".join(checks)))
    run(["g++", *FLAGS, "all.cc", "-o", "all", f"-L{LITERT}", "-lLiteRt", f"-Wl,-rpath,{LITERT}"], tmp_path)
    assert run(["./all"], tmp_path) == ""


def test_another_answer_fails(bundled: Bundled, tmp_path: Path) -> None:
    _, _, folder = bundled("array")
    shutil.copytree(folder, tmp_path / "b")
    golden = (tmp_path / "b" / "golden_test.cc").read_text()
    changed = re.sub(r"Numbers\{1\.0, 0\.0, 0\.0\}", "Numbers{0.75, 0.25, 0.0}", golden, count=1)
    assert changed != golden
    (tmp_path / "b" / "golden_test.cc").write_text(changed)
    compiled(tmp_path / "b", False)
    done = subprocess.run(["./all", "array.tflite"], cwd=tmp_path / "b", capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "golden rows FAILED" in done.stdout


def test_builds_as_its_readme_says(tmp_path: Path) -> None:
    """By CMake; the example takes features by name, and refuses what scikit-learn refuses."""
    model, rows = converted("table")
    folder = bundle(model, tmp_path / "table", "cpp", name="plans", X=rows)
    build = ["cmake", "-S", ".", "-B", "build", f"-DLITERT_DIR={LITERT}", f"-DCMAKE_CXX_FLAGS={' '.join(FLAGS[1:])}"]
    run(build, folder)
    run(["cmake", "--build", "build", "-j2"], folder)
    assert "100% tests passed" in run(["ctest", "--test-dir", "build"], folder)
    frame = rows.iloc[:1].assign(**{"age (years)": 33.5, "town": "nowhere", "plan": "free", "class": 2.0})
    arguments = ["age (years)=33.5", "town=nowhere", "plan=free", "class=2"]
    shown = run(["build/plans_example", "plans.tflite", *arguments], folder).splitlines()
    assert shown[1].endswith(f"label {model.predict(frame)[0]}")
    numbers = [float(each) for each in shown[0].partition(":")[2].split()[:3]]
    np.testing.assert_allclose(numbers, model.predict_proba(frame)[0], atol=1e-6)
    for argument, why in [
        ("plan=other", "none of the categories"),
        ("plan=", "missing"),
        ("class=4", "none of the numbers"),
        ("class=", "missing"),
        ("age (years)=inf", "infinite"),
        ("age (years)=young", "age (years): 'young' is no number"),
        ("is member=yes", "is member: 'yes' is no truth value"),
        ("serial=1.5", "serial: '1.5' is no whole number"),
        ("no such=1", "sets no feature"),
        ("town=", "set already"),
    ]:
        command = ["build/plans_example", "plans.tflite", "town=Graz", argument]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0
        assert why in done.stderr


def test_other_files_are_refused(bundled: Bundled) -> None:
    _, _, folder = bundled("array")
    compiled(folder, False)
    _, _, other = bundled("table")
    for path, why in [
        ("nothing.tflite", "there is no file"),
        (str(next(other.glob("*.tflite"))), "not the file of this"),
    ]:
        done = subprocess.run(["./all", path], cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0
        assert why in done.stdout


def test_files_of_other_rows_are_refused(bundled: Bundled, tmp_path: Path) -> None:
    """Before LiteRT writes outputs whose shape it finds at run time: a label more, a feature fewer."""
    _, rows, folder = bundled("neighbor labels")
    compiled(folder, False)
    other = np.where(np.arange(len(X)) % 4 == 3, "other", LABELS[y])
    for name, estimator, given in (
        ("predict_proba", KNeighborsClassifier().fit(X, other), rows),
        ("X", KNeighborsClassifier().fit(X[:, :3], LABELS[y]), rows[:, :3]),
    ):
        path = tmp_path / f"{name}.tflite"
        skl2tflite.convert(estimator, given).save(path)
        done = subprocess.run(["./all", str(path)], cwd=folder, capture_output=True, text=True, timeout=60)
        assert done.returncode != 0
        assert f"put {name} is another one" in done.stdout
