"""Bundles: what compilers here make of them, byte by byte and row by row."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.bundle import PLATFORMS, bundle
from skl2tflite.bundle.bundle import MOST_GOLDEN
from skl2tflite.errors import ConversionError, InvalidInputError
from skl2tflite.runtime.micro import MicroRunner
from skl2tflite.tflite.strip import strip

pytest.importorskip("tflite_micro")

STAND_INS = Path(__file__).parent / "stand_ins"
COMPILERS = ["g++", "arm-none-eabi-g++"]
FLAGS = ["-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{STAND_INS}"]

X, y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", 'virgi"nica — ß'])


def _frame():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=["sepal length (cm)", "class", "größe\\", "größe\n"])


def _multioutput():
    labels = np.column_stack([NAMES[y], np.where(X[:, 0] > 6, "long", "short")])
    return DecisionTreeClassifier(max_depth=3).fit(X, labels)


MODELS = {
    "labels": lambda: (make_pipeline(StandardScaler(), LogisticRegression()).fit(X, NAMES[y]), "predict"),
    "named": lambda: (make_pipeline(StandardScaler(), LogisticRegression()).fit(_frame(), NAMES[y]), "predict_proba"),
    "numbers": lambda: (RandomForestClassifier(5, random_state=0).fit(X, y * 7 - 3), "predict"),
    "score": lambda: (SVC(random_state=0).fit(X[:100], NAMES[y[:100]]), "decision_function"),
    "regression": lambda: (Ridge().fit(X, X[:, 0]), "predict"),
    "missing": lambda: (make_pipeline(SimpleImputer(), Ridge()).fit(X, X[:, :2]), "predict"),
    "outliers": lambda: (IsolationForest(n_estimators=5, random_state=0).fit(X), "predict"),
    "transform": lambda: (StandardScaler().fit(X), "transform"),
    "outputs": lambda: (_multioutput(), "predict_proba"),
    "columns": lambda: (_multioutput(), "predict"),
    "multilabel": lambda: (
        RandomForestClassifier(5, random_state=0).fit(*make_multilabel_classification(90, 4, random_state=0)),
        "predict",
    ),
}  # fmt: skip


def _converted(key):
    estimator, method = MODELS[key]()
    rows = X[::12].copy()
    if key == "missing":
        rows[::3, 1] = np.nan
    return skl2tflite.convert(estimator, methods=(method,), target="micro"), rows


def _bundle(model, folder, platform, name="iris"):
    model, rows = model
    if model.facts.features.names is not None:
        rows = _frame().iloc[::12]
    return bundle(model, folder / platform, platform, name=name, X=rows)


def _sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".cc", ".cpp", ".ino"))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("key", ["named", "regression"])
def test_compiles(key, platform, compiler, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    folder = _bundle(_converted(key), tmp_path, platform)
    sources = _sources(folder)
    assert len(sources) == 4
    for source in sources:
        done = subprocess.run(
            [compiler, *FLAGS, "-fsyntax-only", "-x", "c++", str(source)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    for path in folder.rglob("*"):
        assert not path.is_file() or "${" not in path.read_text().replace("${CMAKE", "")


@pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")
@pytest.mark.parametrize("key", MODELS)
def test_runs(key, tmp_path):
    """The example for TFLM, this process answering for the interpreter with the real one."""
    converted, rows = _converted(key)
    folder = _bundle((converted, rows), tmp_path, "tflm") / "iris"
    outputs = converted.outputs
    sizes = [int(np.prod(shape)) * np.dtype(dtype).itemsize for dtype, shape in outputs.values()]
    (width,) = (shape[1] for _, shape in converted.inputs.values())
    program = tmp_path / "program"
    definitions = [f"-DINPUT_BYTES={4 * width}", f"-DOUTPUT_BYTES={','.join(map(str, sizes))}"]
    subprocess.run(["g++", *FLAGS, *definitions, *map(str, _sources(folder)), "-o", str(program)], check=True)
    array = _array(folder, tmp_path)
    assert array == strip(bytes(converted))

    method = converted.methods[0]
    runner = MicroRunner(array, method, converted.inputs, outputs)
    log = tmp_path / "log"
    with log.open("w") as errors:
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        asked = 0
        while fed := process.stdout.read(4 * width):
            row = np.frombuffer(fed, np.float32).reshape(1, -1)
            answers = runner.run(method, {"X": row})
            process.stdin.write(b"".join(answer.tobytes() for answer in answers.values()))
            process.stdin.flush()
            asked += 1
        process.stdin.close()
        process.stdout.close()
        status = process.wait()
    text = log.read_text()
    assert "iris: 13 of 13 golden vectors agree" in text
    assert "ALL TESTS PASSED" in text
    assert status == 0
    assert asked == 26
    if method == "predict" and converted.facts.methods[method].labels is not None and len(outputs) == 1:
        expected = converted.predict(rows)
        if expected.ndim == 1:
            assert re.findall(r"row \d+: (.*)", text) == [str(label) for label in expected]


def _array(folder, tmp_path):
    """The bytes of the array, as a compiler sees them."""
    dump = tmp_path / "dump.cc"
    dump.write_text(
        '#include <cstdio>\n#include "iris_model_data.h"\n'
        "int main() {\n  if (reinterpret_cast<unsigned long>(g_iris_model_data) % 16) return 1;\n"
        "  std::fwrite(g_iris_model_data, 1, g_iris_model_data_size, stdout);\n}\n"
    )
    program = tmp_path / "dump"
    subprocess.run(
        ["g++", "-std=c++17", f"-I{folder}", str(dump), str(folder / "iris_model_data.cc"), "-o", str(program)],
        check=True,
    )
    return subprocess.run([program], check=True, capture_output=True).stdout


def test_resolver_has_exactly_what_is_used(tmp_path):
    model = skl2tflite.convert(MODELS["labels"]()[0], methods=("predict",), target="micro")
    text = (bundle(model, tmp_path / "b", name="iris") / "iris/iris_model.cc").read_text()
    added = re.findall(r"  (Add\w+)\(\);", text)
    assert len(added) == len(set(added)) == len(model.operators())
    assert f"MicroMutableOpResolver<{len(added)}>" in (tmp_path / "b/iris/iris_model.h").read_text()


def test_golden_rows_are_made_up_where_none_are_given(tmp_path):
    model = skl2tflite.convert(MODELS["regression"]()[0], target="micro")
    text = (bundle(model, tmp_path / "b") / "model/model_golden.h").read_text()
    assert 0 < int(re.search(r"kGoldenCount = (\d+)", text)[1]) < MOST_GOLDEN
    text = (bundle(model, tmp_path / "c", X=X) / "model/model_golden.h").read_text()
    assert int(re.search(r"kGoldenCount = (\d+)", text)[1]) == MOST_GOLDEN


def test_two_bundles_are_equal(tmp_path):
    model = skl2tflite.convert(MODELS["numbers"]()[0], methods=("predict",), target="micro")
    texts = []
    for folder in ("a", "b"):
        made = bundle(model, tmp_path / folder, "zephyr")
        texts.append({path.relative_to(made): path.read_bytes() for path in made.rglob("*") if path.is_file()})
    assert texts[0] == texts[1]


def test_refusals(tmp_path):
    estimator = MODELS["regression"]()[0]
    with pytest.raises(ConversionError, match="target='micro' to bundle"):
        bundle(skl2tflite.convert(estimator), tmp_path / "b")
    model = skl2tflite.convert(estimator, target="micro")
    with pytest.raises(ConversionError, match="no platform 'mbed'; there are tflm, arduino"):
        bundle(model, tmp_path / "b", "mbed")
    with pytest.raises(InvalidInputError, match="X has 2 features"):
        bundle(model, tmp_path / "b", X=X[:, :2])
    with pytest.raises(InvalidInputError, match="not a folder that exists"):
        bundle(model, tmp_path / "no" / "b")
    assert list(tmp_path.iterdir()) == []
    bundle(model, tmp_path / "b")
    with pytest.raises(InvalidInputError, match="not an empty folder"):
        bundle(model, tmp_path / "b")
    (tmp_path / "empty").mkdir()
    bundle(model, tmp_path / "empty")
