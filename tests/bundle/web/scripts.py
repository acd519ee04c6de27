"""Runs the bundle's JavaScript in Node, as it stands in the package."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

TEMPLATES = Path(str(files("skl2tflite.bundle.web").joinpath("templates")))
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def in_node(folder: Path, script: str, given: object = None) -> Any:
    """Return what the script gives for ``given``: the body of a function that may import the bundle's modules.

    Parameters
    ----------
    folder : Path
        Where modules are put together.
    script : str
    given : object
        What JSON can hold.
    """
    if not (folder / "package.json").exists():
        shutil.copytree(TEMPLATES, folder, dirs_exist_ok=True)
        (folder / "package.json").write_text('{"type": "module"}')
    (folder / "asked.mjs").write_text(
        'import fs from "node:fs";\nconst given = JSON.parse(fs.readFileSync(0, "utf8"));\n'
        f"const answer = await (async () => {{\n{script}\n}})();\n"
        "process.stdout.write(JSON.stringify(answer ?? null));\n"
    )
    done = subprocess.run(
        ["node", "asked.mjs"],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
