"""The JavaScript of README and docs/web.md runs in Node as printed, on the file that the Python code there writes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
import skops.io
from scripts.chromium import Browser, find_chromium
from scripts.litert_js import BUILDS, MODULES, installed_version
from typer.testing import CliRunner

from skl2tflite.cli.main import app
from tests.docs.test_documents import ROOT, blocks
from tests.web.pages import iris

WEB = ROOT / "docs" / "web.md"


def _in_node(folder: Path, build: str, page: str, question: str) -> object:
    """Return what a question to a page is answered, by Node in a folder with the package and node.mjs."""
    (folder / "node_modules").symlink_to(MODULES)
    (shim,) = (block for block in blocks(WEB, "javascript") if block.startswith("// node.mjs"))
    (folder / "node.mjs").write_text(shim)
    (folder / "page.mjs").write_text(page)
    (folder / "ask.mjs").write_text(
        f'const page = await import("./page.mjs");\nconst answer = await ({question});\n'
        'process.stdout.write("\\n" + JSON.stringify(answer), () => process.exit(0));\n'
    )
    command = ["node", *BUILDS[build], "--import", "./node.mjs", "ask.mjs"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("document", [WEB, ROOT / "README.md"], ids=lambda path: path.name)
def test_code_of_a_page_runs(document: Path, build: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example in blocks(document, "python"):
        if "import skl2tflite" in example or 'target="web"' in example:
            exec(compile(example, document.name, "exec"), names)
    page = next(block for block in blocks(document, "javascript") if "loadLiteRt(" in block)
    row = names["X"].iloc[19]  # type: ignore[index, attr-defined]
    answer = _in_node(tmp_path, build, page, f"page.predictProba({row.to_list()})")
    want = names["pipeline"].predict_proba(row.to_frame().T)[0]  # type: ignore[attr-defined]
    np.testing.assert_allclose(answer, want, atol=1e-5)


@pytest.mark.skipif(find_chromium() is None, reason="Chromium cannot be had: the page is not tested in a browser")
def test_page_and_module_of_a_bundle_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the commands to the answers, in a browser, from the disk and from a server."""
    monkeypatch.chdir(tmp_path)
    estimator, rows = iris()
    skops.io.dump(estimator, "model.skops")
    rows.to_csv("rows.csv", index=False)
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (modules / "@litertjs").symlink_to(MODULES / "@litertjs")
    commands = re.findall(r"^(?:skl2tflite|npm install) .*$", WEB.read_text().split("## A module")[0], flags=re.M)
    assert commands[0] == f"npm install @litertjs/core@{installed_version()}"
    for command in commands[1:]:
        done = CliRunner().invoke(app, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
    (modules / "page").symlink_to(tmp_path / "page")
    page = next(block for block in blocks(WEB, "javascript") if 'from "page"' in block)
    Path("app.js").write_text(page)
    addresses = {"page": "page/index.js", "@litertjs/core": "@litertjs/core/dist/index.js"}
    addresses["@litertjs/wasm-utils"] = "@litertjs/wasm-utils/dist/index.js"
    imports = {name: f"/node_modules/{address}" for name, address in addresses.items()}
    Path("app.html").write_text(f'<script type="importmap">{json.dumps({"imports": imports})}</script>')
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    browser = Browser(str(find_chromium()))
    try:
        browser.open(tmp_path / "page" / "index.html")
        assert browser.text("#status") == "Checked: the answers to 5 known rows are right"
        browser.go(f"http://127.0.0.1:{server.server_port}/app.html")
        row = rows.iloc[60]
        answer = browser.run(f'import("/app.js").then((page) => page.answer({row.to_json()}))')
    finally:
        browser.close()
        server.shutdown()
    assert answer["label"] == estimator.predict(row.to_frame().T)[0]
    assert [each["label"] for each in answer["probabilities"]] == estimator.classes_.tolist()
    want = estimator.predict_proba(row.to_frame().T)[0]
    np.testing.assert_allclose([each["value"] for each in answer["probabilities"]], want, atol=1e-6)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        pass


def test_texts_and_codes_as_documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = next(block for block in blocks(WEB, "javascript") if "function characters" in block)
    page = (
        "class Tensor { constructor(data, shape) { this.data = [...data]; this.shape = shape; } }\n"
        'const [age, town, towns] = [null, "Ulm", ["Bonn", "Ulm"]];\n'
        f'{code}\nexport default [characters("aé😀", 5), inputs.town, inputs.age.data.map(String), '
        '(() => { try { characters("long", 3) } catch (error) { return error.message } })()];\n'
    )
    text, town, age, error = _in_node(tmp_path, "compat", page, "page.default")  # type: ignore[misc]
    assert text == {"data": [97, 233, 128512, -1, -1], "shape": [1, 5]}
    assert town == {"data": [1], "shape": [1]}
    assert age == ["NaN"]
    assert "the text has 4 characters" in error
