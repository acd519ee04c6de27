"""Where the package of LiteRT.js is looked for, and what is said where it is not there or another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skl2tflite.bundle.web import runtime
from skl2tflite.bundle.web.runtime import INSTALL, VERSION, find_runtime
from skl2tflite.errors import InvalidInputError, MissingDependencyError
from tests.backends.tflite.test_targets import CAPABILITIES

ROOT = Path(__file__).parents[3]
MODULE = 'import { createWasmLib } from "@litertjs/wasm-utils";\nvar Tensor = 1;\nexport {\n  LiteRt,\n  Tensor\n};\n'


def stand_in(folder: Path, version: str = VERSION, module: str = MODULE) -> Path:
    """Write what npm would install, with nothing in it; return the folder of the package."""
    package = folder / "node_modules" / "@litertjs" / "core"
    for name, content in {
        "package.json": json.dumps({"name": "@litertjs/core", "version": version}),
        "dist/index.js": module,
        "wasm/litert_wasm_compat_internal.js": "var ModuleFactory = 2;\n",
        "wasm/litert_wasm_compat_internal.wasm": "\0asm",
    }.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(content)
    return package


def test_the_version_is_the_one_that_was_measured() -> None:
    assert CAPABILITIES["generated"]["web"] == f"{runtime.PACKAGE} {VERSION}"
    assert f"LITERT_JS := {VERSION}\n" in (ROOT / "Makefile").read_text()


def test_it_is_found_in_this_folder_above_and_where_one_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = stand_in(tmp_path)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    found = find_runtime(None)
    assert found.wasm == b"\0asm"
    assert b"import" not in found.code.replace(b"without import", b"")
    assert b"var Tensor = 1;" in found.code
    assert b"var ModuleFactory = 2;" in found.code
    monkeypatch.chdir("/")
    for given in (package, package.parents[1], tmp_path):
        assert find_runtime(given) == found


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        MissingDependencyError, match=f"{tmp_path}/node_modules or the node_modules of a folder above: {INSTALL}"
    ):
        find_runtime(None)
    with pytest.raises(MissingDependencyError, match="not in elsewhere"):
        find_runtime("elsewhere")


def test_other_versions_are_refused(tmp_path: Path) -> None:
    package = stand_in(tmp_path, version="2.4.0")
    with pytest.raises(MissingDependencyError, match=f"is version 2.4.0 of @litertjs/core, .* {INSTALL}"):
        find_runtime(package)


def test_other_code_is_refused(tmp_path: Path) -> None:
    for module in ("", MODULE + MODULE, MODULE.replace("wasm-utils", "other")):
        with pytest.raises(InvalidInputError, match="as it was published"):
            find_runtime(stand_in(tmp_path, module=module))
    package = stand_in(tmp_path)
    (package / "wasm/litert_wasm_compat_internal.wasm").unlink()
    with pytest.raises(InvalidInputError, match="as npm installs it"):
        find_runtime(package)
