"""Bundles: what compilers here make of them, byte by byte and row by row."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import IsolationForest, RandomForestClassifier
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.manifold import LocallyLinearEmbedding
from sklearn.neighbors import RadiusNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.backends.tflite.check_operators import kernel_use
from skl2tflite.backends.tflite.program import OperatorDef, Program, Subgraph, TensorDef
from skl2tflite.backends.tflite.reader import read
from skl2tflite.backends.tflite.strip import strip
from skl2tflite.backends.tflite.writer import write
from skl2tflite.bundle import bundle
from skl2tflite.bundle.micro.libraries import ARDUINO, TODAY, ZEPHYR, flashed
from skl2tflite.bundle.micro.platforms import PLATFORMS
from skl2tflite.bundle.micro.write import MOST_GOLDEN
from skl2tflite.errors import ConversionError, InvalidInputError, MissingDependencyError, UnsupportedOnTarget
from skl2tflite.runtime.micro import MicroRunner

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
    "no answer": lambda: (RadiusNeighborsClassifier(0.9).fit(X, NAMES[y]), "predict"),
    "no scores": lambda: (RadiusNeighborsClassifier(0.9).fit(X, NAMES[y]), "predict_proba"),
    "table": lambda: (_encoded(), "predict"),
    "texts": lambda: (_reader(), "predict"),
    "bool": lambda: (DecisionTreeClassifier(max_depth=2).fit(X, y == 1), "predict_proba"),
    "numbers proba": lambda: (DecisionTreeClassifier(max_depth=2).fit(X, y * 7 - 3), "predict_proba"),
    "multilabel": lambda: (
        RandomForestClassifier(5, random_state=0).fit(*make_multilabel_classification(90, 4, random_state=0)),
        "predict",
    ),
}  # fmt: skip


def _table():
    """Numbers, booleans and text, some of it hard to write in C++."""
    pandas = pytest.importorskip("pandas")
    texts = np.array(["red", 'dark "blue"', "größe ??/", "\\"])
    return pandas.DataFrame(
        {"x 1": X[:, 0], "is long": X[:, 0] > 6, "colour": texts[np.arange(150) % 4], "x1": texts[np.arange(150) % 3]}
    )


TEXTS = ["win a prize", "lunch at noon?", "", 'you "won" — größe', "see you at lunch, see you", "a prize"]


def _reader():
    return make_pipeline(TfidfVectorizer(token_pattern=r"\S+"), LogisticRegression()).fit(TEXTS, NAMES[y[::27]])


def _encoded():
    text = (OneHotEncoder(handle_unknown="ignore"), ["colour", "x1"])
    pipe = make_pipeline(make_column_transformer(text, remainder="passthrough"), LogisticRegression(max_iter=500))
    return pipe.fit(_table(), NAMES[y])


def _converted(key):
    estimator, method = MODELS[key]()
    rows = X[::12].copy()
    if key == "missing":
        rows[::3, 1] = np.nan
    if key == "table":
        rows = _table().iloc[::12]
    if key == "texts":
        rows = (TEXTS * 3)[:13]
    return skl2tflite.convert(estimator, methods=(method,), target="micro", text="tokens"), rows


def _bundle(model, folder, platform, name="iris"):
    model, rows = model
    if model.facts.features.names is not None and model.facts.features.columns is None:
        rows = _frame().iloc[::12]
    return bundle(model, folder / platform, platform, name=name, X=rows)


def _sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".cc", ".cpp", ".ino"))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_compiles(platform, compiler, tmp_path):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    folder = _bundle(_converted("table"), tmp_path, platform, "model")
    sources = _sources(folder)
    assert len(sources) == 4
    for source in sources:
        done = subprocess.run(
            [compiler, *FLAGS, "-c", "-x", "c++", str(source), "-o", str(tmp_path / "object")],
            capture_output=True,
            text=True,
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
    fed_bytes = [int(np.prod(shape)) * np.dtype(dtype).itemsize for dtype, shape in converted.inputs.values()]
    program = tmp_path / "program"
    definitions = [f"-DINPUT_BYTES={','.join(map(str, fed_bytes))}", f"-DOUTPUT_BYTES={','.join(map(str, sizes))}"]
    subprocess.run(["g++", *FLAGS, *definitions, *map(str, _sources(folder)), "-o", str(program)], check=True)
    octets = re.findall(r"0x(\w\w),", (folder / "iris_model_data.cc").read_text())
    array = bytes.fromhex("".join(octets))
    assert array == strip(bytes(converted))
    assert f"g_iris_model_data_size = {len(array)};" in (folder / "iris_model_data.h").read_text()

    method = converted.methods[0]
    runner = MicroRunner(array, method, converted.inputs, outputs)
    log = tmp_path / "log"
    with log.open("w") as errors:
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        asked = 0
        while fed := process.stdout.read(sum(fed_bytes)):
            answers = runner.run(method, _row(fed, converted.inputs))
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
    if method == "predict" and converted.facts.classes is not None and len(outputs) == 1:
        expected = converted.predict(rows)
        if expected.ndim == 1:
            assert re.findall(r"row \d+: (.*)", text) == [str(label) for label in expected]


def _row(fed, inputs):
    """One row from the bytes of all inputs."""
    row = {}
    for name, (dtype, shape) in inputs.items():
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        row[name], fed = np.frombuffer(fed[:size], dtype).reshape(shape), fed[size:]
    return row


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_array_holds_the_file(tmp_path):
    converted, rows = _converted("numbers")
    source = (_bundle((converted, rows), tmp_path, "tflm") / "iris/iris_model_data.cc").read_text()
    program = tmp_path / "dump"
    (tmp_path / "dump.c").write_text(
        f"#include <stdalign.h>\n#include <stdio.h>\n{source.replace('#include', '//')}\n"
        "int main() {\n  if ((unsigned long)g_iris_model_data % 16) return 1;\n"
        "  fwrite(g_iris_model_data, 1, sizeof(g_iris_model_data), stdout);\n  return 0;\n}\n"
    )
    subprocess.run(["gcc", "-std=c11", "-Wall", "-Werror", str(tmp_path / "dump.c"), "-o", str(program)], check=True)
    assert subprocess.run([program], check=True, capture_output=True).stdout == strip(bytes(converted))


def test_resolver_has_exactly_what_is_used(tmp_path):
    model = skl2tflite.convert(MODELS["labels"]()[0], methods=("predict",), target="micro")
    text = (bundle(model, tmp_path / "b", "tflm", name="iris") / "iris/iris_model.cc").read_text()
    added = re.findall(r"  (Add\w+)\(\);", text)
    assert len(added) == len(set(added)) == len(model.operators())
    assert f"MicroMutableOpResolver<{len(added)}>" in (tmp_path / "b/iris/iris_model.h").read_text()


def test_golden_rows_are_made_up_where_none_are_given(tmp_path):
    model = skl2tflite.convert(MODELS["regression"]()[0], target="micro")
    text = (bundle(model, tmp_path / "b", "tflm") / "model/model_golden.h").read_text()
    assert 0 < int(re.search(r"kGoldenCount = (\d+)", text)[1]) < MOST_GOLDEN
    text = (bundle(model, tmp_path / "c", "tflm", X=X) / "model/model_golden.h").read_text()
    assert int(re.search(r"kGoldenCount = (\d+)", text)[1]) == MOST_GOLDEN


@pytest.mark.parametrize(
    ("key", "held"), [("no answer", "label == -1"), ("no scores", "isnan(prediction->predict_proba[0])")]
)
def test_rows_without_an_answer_are_an_error(key, held, tmp_path):
    model, rows = _converted(key)
    far = np.full((2, 4), 99.0)
    folder = bundle(model, tmp_path / "b", "tflm", X=np.concatenate([far, rows])) / "model"
    assert "kGoldenCount = 13;" in (folder / "model_golden.h").read_text()
    text = (folder / "model_model.cc").read_text()
    assert held in text[: text.index("finds no neighbours within its radius of 0.9")].splitlines()[-1]
    with pytest.raises(ConversionError, match="no answer for any of the rows"):
        bundle(model, tmp_path / "c", "tflm", X=far)


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
        bundle(skl2tflite.convert(estimator), tmp_path / "b", "tflm")
    images = np.zeros((1, 3, 3))
    with pytest.raises(ConversionError, match="it takes images"):
        bundle(skl2tflite.convert(PatchExtractor(patch_size=(2, 2)), images, target="micro"), tmp_path / "b", "tflm")
    model = skl2tflite.convert(estimator, target="micro")
    with pytest.raises(ConversionError, match=r"there is no place 'mbed'.*; there are tflm, arduino"):
        bundle(model, tmp_path / "b", "mbed")
    with pytest.raises(InvalidInputError, match="X has 2 features"):
        bundle(model, tmp_path / "b", "tflm", X=X[:, :2])
    with pytest.raises(InvalidInputError, match="not a folder that exists"):
        bundle(model, tmp_path / "no" / "b", "tflm")
    with pytest.raises(InvalidInputError, match=r"cannot be made.*: File name too long"):
        bundle(model, tmp_path / ("b" * 300), "tflm")
    assert list(tmp_path.iterdir()) == []
    bundle(model, tmp_path / "b", "tflm")
    with pytest.raises(InvalidInputError, match="not an empty folder"):
        bundle(model, tmp_path / "b", "tflm")
    (tmp_path / "empty").mkdir()
    bundle(model, tmp_path / "empty", "tflm")


def test_needs_tflm_itself(tmp_path, monkeypatch):
    model = skl2tflite.convert(MODELS["regression"]()[0], target="micro")
    monkeypatch.setattr(sys.modules["skl2tflite.bundle.micro.write"], "has_micro", lambda: False)
    with pytest.raises(MissingDependencyError, match=r"pip install 'skl2tflite\[micro\]'"):
        bundle(model, tmp_path / "b", "tflm")
    assert list(tmp_path.iterdir()) == []


def test_libraries_older_than_tflm(tmp_path):
    """What Arduino's library lacks is spelt otherwise, with the same answers, or refused."""
    converted, rows = _converted("numbers")
    method = converted.methods[0]
    casts = [kernel_use(op, g)[0] for g in read(bytes(converted)).subgraphs for op in g.operators if op.name == "CAST"]
    assert any("bool" in dtype for dtype in casts)
    other = flashed(bytes(converted), ARDUINO)
    casts = [kernel_use(op, g)[0] for g in read(other).subgraphs for op in g.operators if op.name == "CAST"]
    assert not any("bool" in dtype for dtype in casts)
    answers = [
        MicroRunner(content, method, converted.inputs, converted.outputs).run(method, {"X": rows.astype(np.float32)})
        for content in (strip(bytes(converted)), other)
    ]
    np.testing.assert_array_equal(answers[0][method], answers[1][method])
    assert flashed(bytes(converted), ZEPHYR) == flashed(bytes(converted), TODAY) == strip(bytes(converted))

    deep = DecisionTreeClassifier().fit(np.random.default_rng(0).normal(size=(300, 4)), np.arange(300) % 3)
    looped = skl2tflite.convert(deep, target="micro")
    assert looped.operators()["WHILE"]
    assert len(flashed(bytes(looped), ARDUINO)) < 1.1 * len(flashed(bytes(looped), TODAY))

    embedding = skl2tflite.convert(LocallyLinearEmbedding(n_neighbors=4).fit(X), target="micro")
    for platform in ("arduino", "platformio"):
        with pytest.raises(UnsupportedOnTarget, match=r"lacks BATCH_MATMUL, .* tflm or esp-idf"):
            bundle(embedding, tmp_path / platform, platform)
    for platform in ("zephyr", "esp-idf"):
        assert bundle(embedding, tmp_path / platform, platform).is_dir()


@pytest.mark.parametrize(
    ("operator", "axes", "keep"), [("REDUCE_ALL", [2], False), ("REDUCE_ALL", [2, 3], True), ("REDUCE_MIN", [3], True)]
)
def test_reductions_that_old_libraries_lack(operator, axes, keep):
    """Spelt in others, they give the same answers, infinities among them."""
    dtype = "bool" if operator == "REDUCE_ALL" else "float32"
    whole = np.array([[[[1, 3, 1], [1, 1, 2]], [[0, 1, 1], [-np.inf, 0, 2]]]], np.float32)
    shape = tuple(np.zeros(whole.shape).min(axis=tuple(axes), keepdims=keep).shape)
    program = Program()
    tensors = [TensorDef("x", "float32", whole.shape), TensorDef("a", dtype, whole.shape)]
    tensors += [TensorDef("r", dtype, shape), TensorDef("y", "float32", shape)]
    tensors.append(TensorDef("axes", "int32", (len(axes),), program.add_buffer(np.array(axes, np.int32).tobytes())))
    steps = [
        OperatorDef("CAST", 1, (0,), (1,)) if dtype == "bool" else OperatorDef("NEG", 1, (0,), (1,)),
        OperatorDef(operator, 1, (1, 4), (2,), {"keepDims": keep}),
        OperatorDef("CAST", 1, (2,), (3,)) if dtype == "bool" else OperatorDef("NEG", 1, (2,), (3,)),
    ]
    program.subgraphs.append(Subgraph("main", tensors, steps, [0], [3]))
    content = write(program, lean=True)
    specs = {"X": ("float32", whole.shape)}, {"y": ("float32", shape)}
    expected = MicroRunner(content, "y", *specs).run("y", {"X": whole})["y"]
    assert expected.any()
    for library in (ARDUINO, ZEPHYR):
        spelt = flashed(content, library)
        assert operator not in {each.name for each in read(spelt).subgraphs[0].operators}
        np.testing.assert_array_equal(MicroRunner(spelt, "y", *specs).run("y", {"X": whole})["y"], expected)


@pytest.mark.parametrize(("before", "dtype"), [("bool", "int32"), ("int32", "bool"), ("bool", "int8")])
def test_casts_of_truth_values(before, dtype):
    """Spelt without CAST, they give what CAST gives."""
    program = Program()
    tensors = [TensorDef("x", "float32", (1, 3))]
    tensors += [TensorDef("b", before, (1, 3)), TensorDef("c", dtype, (1, 3)), TensorDef("y", "float32", (1, 3))]
    steps = [OperatorDef("CAST", 1, (i,), (i + 1,)) for i in range(3)]
    program.subgraphs.append(Subgraph("main", tensors, steps, [0], [3]))
    content = write(program, lean=True)
    row = {"X": np.array([[0, 1, 0]], np.float32)}
    specs = {"X": ("float32", (1, 3))}, {"y": ("float32", (1, 3))}
    for spelt in (content, flashed(content, ARDUINO)):
        np.testing.assert_array_equal(MicroRunner(spelt, "y", *specs).run("y", row)["y"], row["X"])
    names = [operator.name for operator in read(flashed(content, ARDUINO)).subgraphs[0].operators]
    assert set(names) <= {"CAST", "SELECT_V2", "NOT_EQUAL"}
    assert "SELECT_V2" in names


def test_one_class_and_labels_beyond_32_bits(tmp_path):
    for labels, text in ((y * 0, "extern const int32_t kLabels"), (y.astype(np.int64) << 40, '"1099511627776"')):
        model = skl2tflite.convert(DecisionTreeClassifier().fit(X, labels), methods=("predict_proba",), target="micro")
        folder = bundle(model, tmp_path / str(len(text)), "tflm", name="iris", X=X) / "iris"
        assert text in (folder / "iris_model.h").read_text() + (folder / "iris_model.cc").read_text()
