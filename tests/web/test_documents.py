"""The JavaScript of README and docs/web.md runs in Node as printed, on the file that the Python code there writes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from scripts.litert_js import BUILDS, MODULES

from tests.docs.test_documents import ROOT, blocks

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
