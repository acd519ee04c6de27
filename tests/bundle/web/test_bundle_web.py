"""The files of a bundle for the web: what is refused, names that are escaped, and what the page may load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skl2tflite
from skl2tflite.app_contract import describe
from skl2tflite.bundle import bundle
from skl2tflite.bundle.web.scripts import PAGE, SHARED, joined, template
from skl2tflite.bundle.web.types import types
from skl2tflite.bundle.web.write import package_name
from skl2tflite.errors import ConversionError
from skl2tflite.escaping import javascript
from tests.bundle.web.scripts import in_node, needs_node
from tests.bundle.web.test_runtime import stand_in
from tests.hostile import HOSTILE
from tests.robustness.test_files import facts_of, with_facts
from tests.robustness.test_generated_text import ESTIMATOR, categories
from tests.test_escaping import shown_by_markdown

IMAGES = np.zeros((2, 4, 4))
X, y = load_iris(return_X_y=True, as_frame=True)


def _model(**options: Any) -> skl2tflite.TFLiteModel:
    return skl2tflite.convert(LogisticRegression(max_iter=500).fit(X, y), X, **{"target": "web", **options})


def _renamed(names: list[str]) -> skl2tflite.TFLiteModel:
    """Return a model whose features have these names, of which scikit-learn takes some no more."""
    content = bytes(_model())
    facts = facts_of(content)
    facts["features"]["names"] = names
    return skl2tflite.TFLiteModel(with_facts(content, json.dumps(facts).encode()))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, skl2tflite.TFLiteModel]:
    """A bundle whose features, categories, labels, estimator and name are hostile."""
    estimator, rows = categories()
    content = bytes(skl2tflite.convert(estimator, rows, target="web"))
    facts = facts_of(content)
    facts["estimator"] = facts["versions"]["skl2tflite"] = ESTIMATOR
    model = skl2tflite.TFLiteModel(with_facts(content, json.dumps(facts).encode()))
    folder = tmp_path_factory.mktemp("hostile")
    return bundle(model, folder / "b", "web", name="</title><script>", runtime=stand_in(folder)), model


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: _model(target="litert"), "'litert'; convert with target='web' to bundle it for browsers"),
        (lambda: _model(golden=None), "holds no golden rows, .* convert with some rows"),
        (
            lambda: skl2tflite.convert(LogisticRegression(max_iter=500).fit(X, y), target="web"),
            "holds no golden rows, .* convert with some rows",
        ),
        (
            lambda: skl2tflite.convert(PatchExtractor(patch_size=(2, 2)).fit(IMAGES), IMAGES, target="web"),
            "it takes images",
        ),
        (lambda: _renamed(["a", "b", "c", "a"]), "two features are called 'a'"),
    ],
    ids=["target", "golden", "rows", "images", "names"],
)  # fmt: skip
def test_what_has_no_page_is_refused_by_name(make: Any, reason: str, tmp_path: Path) -> None:
    model = make()
    with pytest.raises(ConversionError, match=reason):
        bundle(model, tmp_path / "b", "web", runtime=stand_in(tmp_path))
    assert not (tmp_path / "b").exists()


def test_files(tmp_path: Path) -> None:
    model = _model()
    folder = bundle(model, tmp_path / "b", "web", name="Iris, ß", runtime=stand_in(tmp_path))
    assert {path.name for path in folder.iterdir()} == {
        "index.html", "index.js", "index.d.ts", "contract.js", "package.json", "README.md", "model.tflite", "node.js",
        "test.js", *SHARED,
    }  # fmt: skip
    assert (folder / "model.tflite").read_bytes() == bytes(model)
    package = json.loads((folder / "package.json").read_text())
    assert package["name"] == "iris"
    assert package["dependencies"] == {"@litertjs/core": "2.5.3"}
    assert "npm install @litertjs/core" not in (folder / "README.md").read_text()
    assert (folder / "index.html").read_bytes() == (
        bundle(model, tmp_path / "c", "web", name="Iris, ß", runtime=stand_in(tmp_path)) / "index.html"
    ).read_bytes()


def test_the_policy_names_the_style_and_the_script(hostile: tuple[Path, Any]) -> None:
    page = (hostile[0] / "index.html").read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; ")
    for tag in ("style>", 'script type="module">'):
        (code,) = re.findall(f"<{tag}(.*?)</{tag.split()[0].rstrip('>')}>", page, flags=re.DOTALL)
        assert base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() in policy


def test_hostile_names_in_the_page_and_the_readme(hostile: tuple[Path, Any]) -> None:
    page = (hostile[0] / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<script\b", page)) == len(re.findall(r"</script>", page)) == 5
    assert "alert(1)</script>" not in page
    readme = (hostile[0] / "README.md").read_text(encoding="utf-8")
    kinds = {kind for kind, _ in shown_by_markdown(readme)}
    assert "html_inline" not in kinds
    assert "html_block" not in kinds
    (hosted,) = re.findall(r'id="contract">(.*?)</script>', page)
    assert json.loads(hosted) == json.loads(javascript(describe(hostile[1]).to_json()))


@needs_node
def test_hostile_names_in_the_module(hostile: tuple[Path, Any], tmp_path: Path) -> None:
    script = f"return (await import({json.dumps((hostile[0] / 'contract.js').as_uri())})).default;"
    assert in_node(tmp_path, script) == json.loads(javascript(describe(hostile[1]).to_json()))


@needs_node
def test_texts_in_javascript(tmp_path: Path) -> None:
    for text in (*HOSTILE, "__proto__", "</script>", "<!--", "\0", "\u2029"):
        written = javascript({text: [text, None, 1.5, float("nan")]})
        assert written.isascii()
        assert "<" not in written
        assert in_node(tmp_path, f"return Object.entries(JSON.parse({javascript(written)}));") == [
            [text, [text, None, 1.5, None]]
        ]


@needs_node
def test_modules_are_joined_to_one_script(tmp_path: Path) -> None:
    """No two of them declare the same name, and nothing is left to import."""
    script = joined()
    assert "import " not in re.sub(r"^ *(//|/?\*).*$", "", script, flags=re.MULTILINE)
    assert "</" not in script
    (tmp_path / "page.mjs").write_text(script)
    in_node(tmp_path, 'new (Object.getPrototypeOf(async () => {}).constructor)(fs.readFileSync("page.mjs", "utf8"));')
    assert all("export" in template(name) or name == "page.js" for name in (*SHARED, *PAGE))


def test_names_of_packages() -> None:
    assert [package_name(name) for name in ("Iris", "my model_2", "ß√", "-", "Köln")] == [
        "iris", "my-model-2", "model", "model", "koln",
    ]  # fmt: skip


def test_columns_that_are_not_read_take_any_value() -> None:
    rows = X.iloc[:, :2].assign(note="text")
    steps = make_column_transformer(("passthrough", list(rows)[:2]))
    model = skl2tflite.convert(make_pipeline(steps, LogisticRegression()).fit(rows, y), rows, target="web")
    assert '"note"?: number | string | boolean | null;' in types(describe(model))
