"""An environment of another Python version with the same packages, for ``check_reproducible.py``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from shutil import which

ROOT = Path(__file__).parents[1]
MINORS = (13, 12, 11)
"""Of Python 3, those that the package supports."""
PACKAGES = ("numpy", "scipy", "scikit-learn", "joblib", "threadpoolctl", "pandas", "ai-edge-litert", "flatbuffers")
"""Packages that must be of the same version for files to be comparable."""


def pythons(minor: int) -> list[str]:
    """Return commands that may be a Python of that minor version of Python 3."""
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))
    return [*filter(None, [which(name)]), *map(str, installed)]


def _others() -> Iterator[str]:
    """Yield commands that may be a Python of another version than this one."""
    for minor in MINORS:
        if minor != sys.version_info.minor:
            yield from pythons(minor)


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, cwd=ROOT).returncode == 0
    except OSError:
        return False


def other_python(folder: Path) -> Path | None:
    """Return the Python of an environment with this one's packages, made in a folder; None where it cannot be had.

    Parameters
    ----------
    folder : Path
        Where the environment is, or will be.
    """
    ours = {name: version(name) for name in PACKAGES}
    constraints = "\n".join(f"{name}=={number}" for name, number in ours.items())
    needed = constraints + (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    made, python = folder / ".made", folder / "bin" / "python"
    if made.exists() and made.read_text(encoding="utf-8") == needed and _runs([str(python), "-c", "import skl2tflite"]):
        return python
    for command in _others():
        if not _runs([command, "-m", "venv", "--clear", str(folder)]):
            continue
        held = folder / "constraints.txt"
        held.write_text(constraints)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        if _runs([*install, "--constraint", str(held), "--editable", ".[pandas]", "hypothesis"]):
            made.write_text(needed, encoding="utf-8")
            return python
    return None
