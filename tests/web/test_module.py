"""The module of a bundle in Node, in both builds: its own test, answers as scikit-learn's, and its types."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scripts.litert_js import BUILDS, MODULES

import skl2tflite
from skl2tflite.bundle import bundle
from tests.web.pages import MODELS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
ASK = """
import fs from "node:fs";
import { wasm } from "./node.js";
import { load } from "./index.js";
console.warn = console.log = () => {};
const model = await load({ wasm, file: new Uint8Array(fs.readFileSync("model.tflite")) });
const given = JSON.parse(fs.readFileSync(0, "utf8"));
const answers = {};
for (const method of given.methods) answers[method] = await model.run(method, given.rows);
const errors = [];
const note = (error) => errors.push(`${error.name}: ${error.message}`);
for (const row of given.refused) await model.run(given.methods[0], [row]).catch(note);
model.delete();
fs.writeSync(1, JSON.stringify({ answers, errors }));
process.exit(0);
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    @cache
    def made(name: str) -> tuple[Path, skl2tflite.TFLiteModel, Any, Any]:
        estimator, rows = MODELS[name]()
        batch = 4 if name == "regression" else None
        model = skl2tflite.convert(
            estimator, rows, target="web", text_length=280 if name == "texts" else None, batch=batch
        )
        folder = bundle(model, tmp_path_factory.mktemp(name) / name, "web", name=name, runtime=MODULES)
        (folder / "node_modules").symlink_to(MODULES)
        return folder, model, estimator, rows

    return made


def _node(folder: Path, build: str, script: str, given: object = None) -> str:
    command = ["node", *BUILDS[build], script]
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _values(answers: list[Any]) -> Any:
    """Return answers for rows as arrays, as scikit-learn returns them."""

    def plain(answer: Any) -> Any:
        if isinstance(answer, list):
            return [plain(each) for each in answer]
        return answer["value"] if isinstance(answer, dict) else answer

    return np.array(plain(answers))


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("name", MODELS)
def test_answers_are_those_of_scikit_learn(name: str, build: str, made: Any) -> None:
    folder, model, estimator, rows = made(name)
    assert "5 golden rows agree in " in _node(folder, build, "test.js")
    taken = rows[:13]
    given = taken if isinstance(taken, list) else json.loads(taken.to_json(orient="values", double_precision=15))
    (folder / "ask.mjs").write_text(ASK)
    found = json.loads(_node(folder, build, "ask.mjs", {"methods": model.methods, "rows": given, "refused": []}))
    for method in model.methods:
        want = getattr(estimator, method)(taken)
        want = np.stack(want, axis=1) if isinstance(want, list) else np.asarray(want)
        values = _values(found["answers"][method])
        if want.dtype.kind == "f":
            np.testing.assert_allclose(values, want, rtol=1e-5, atol=1e-5)
        else:
            assert values.tolist() == want.tolist()


def test_rows_by_name_and_rows_that_are_refused(made: Any) -> None:
    folder, _model, estimator, _rows = made("table")
    (folder / "ask.mjs").write_text(ASK)
    row = {"age": 30, "fare": 10.5, "sex": "male", "port": None}
    refused = [{**row, "age": "30"}, {**row, "aged": 1}, [1], 3]
    found = json.loads(
        _node(folder, "compat", "ask.mjs", {"methods": ["predict_proba"], "rows": [row], "refused": refused})
    )
    want = estimator.predict_proba(pd.DataFrame([{**row, "port": np.nan}]).astype({"port": object}))[0]
    (answer,) = found["answers"]["predict_proba"]
    assert [each["label"] for each in answer] == ["died", "survived"]
    np.testing.assert_allclose([each["value"] for each in answer], want, atol=1e-6)
    assert found["errors"] == [
        'InputError: age: "30" is not a number',
        'InputError: the model has no feature "aged"',
        "InputError: the row has 1 values, and the model takes 4",
        "InputError: a row is an object with 4 features by name, not 3",
    ]
    folder, *_ = made("lonely")
    (folder / "ask.mjs").write_text(ASK)
    found = json.loads(_node(folder, "compat", "ask.mjs", {"methods": ["predict"], "rows": [[1.0]], "refused": [[99]]}))
    assert found["answers"] == {"predict": [0]}
    assert found["errors"][0].startswith("NoAnswerError: RadiusNeighborsClassifier finds no neighbours")


def test_damage_is_noticed(made: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(made("iris")[0], tmp_path / "damaged", symlinks=True)
    content = bytearray((folder / "model.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.tflite").write_bytes(content)
    done = subprocess.run(["node", "test.js"], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "its SHA-256 is not that of the contract" in done.stderr


USES = """
import {{ load, InputError, type Row }} from "./index.js";
const row: Row = {row};
const model = await load({{ wasm: "/wasm/" }});
const [label]: ("died" | "survived")[] = await model.run("predict", [row]);
const [[first]] = await model.run("predict_proba", [row]);
const sum: number = first.value;
"""


def test_types(made: Any, tmp_path: Path) -> None:
    """They hold for an app's code, and tell what is wrong in it; those of hostile names are types."""
    row = '{ age: 3, fare: null, sex: "male", port: "any" }'
    uses = {
        "good": USES.format(row=row),
        "feature": USES.format(row='{ aged: 3, fare: 1, sex: "male" }'),
        "value": USES.format(row='{ age: "3", fare: 1, sex: "male" }'),
        "method": USES.format(row=row).replace('"predict_proba"', '"transform"'),
        "label": USES.format(row=row).replace('"died" | ', ""),
    }
    for name, code in uses.items():
        (tmp_path / name).mkdir()
        shutil.copy(made("table")[0] / "index.d.ts", tmp_path / name)
        (tmp_path / name / "app.ts").write_text(code)
    for name in MODELS:
        (tmp_path / f"all_{name}").mkdir()
        shutil.copy(made(name)[0] / "index.d.ts", tmp_path / f"all_{name}" / "index.d.ts")
    compiler = MODULES / "typescript" / "bin" / "tsc"
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]
    (tmp_path / "package.json").write_text('{"type": "module"}')
    files = [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*.ts"))]
    done = subprocess.run(
        ["node", str(compiler), *options, *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    wrong = {line.split("/")[0] for line in done.stdout.splitlines() if "): error TS" in line}
    assert wrong == uses.keys() - {"good"}, done.stdout
