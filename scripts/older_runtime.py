"""Run .tflite files on runtimes that other environments hold: older than ours, without this package or scikit-learn.

As a command it makes the environments of releases below a folder: ``make test-runtimes`` does so.
"""

from __future__ import annotations

import argparse
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

SCRIPT = Path(__file__).with_name("run_file.py")
SECONDS = 20
"""The longest that one request may take."""


class OlderRuntimeError(Exception):
    """The runtime has refused a file or its inputs, or has died of them; the message is what it said."""


class OlderRuntime:
    """A process of another environment that runs files; started at the first, and again after one took too long.

    Parameters
    ----------
    python : Path
        The environment's Python.
    xnnpack : bool, default=True
        Whether the runtime may hand operators to XNNPACK, as it does by default.
    """

    def __init__(self, python: Path, xnnpack: bool = True) -> None:
        self.python = python
        self.xnnpack = xnnpack
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, content: bytes, inputs: Mapping[str, Any], signature: str | None = None) -> dict[str, Any]:
        """Return the outputs of a file, by name.

        Parameters
        ----------
        content : bytes
            The file.
        inputs : mapping of str to ndarray
            In the order of the file where there is no signature.
        signature : str, optional
            What to run; by default the first subgraph, whose outputs are then called 0, 1, ….

        Raises
        ------
        OlderRuntimeError
        """
        request = {
            "model": content,
            "signature": signature,
            "xnnpack": self.xnnpack,
            "inputs": {name: _packed(np.asarray(x)) for name, x in inputs.items()},
        }
        answer = self._asked(request)
        if "error" in answer:
            raise OlderRuntimeError(answer["error"])
        return {name: _unpacked(output) for name, output in answer["outputs"].items()}

    def _asked(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None:
            self._process = subprocess.Popen(
                [str(self.python), "-B", str(SCRIPT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            pickle.dump(request, self._process.stdin, protocol=4)
            self._process.stdin.flush()
            if select.select([self._process.stdout], [], [], SECONDS)[0]:
                answer: dict[str, Any] = pickle.load(self._process.stdout)
                return answer
        except (BrokenPipeError, EOFError, pickle.UnpicklingError):
            pass
        self.close()
        raise OlderRuntimeError("the process has ended, or taken too long")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            self._process = None


def _packed(array: Any) -> tuple[str, tuple[int, ...], Any]:
    if array.dtype == object:
        texts = [each if isinstance(each, bytes) else str(each).encode() for each in array.ravel()]
        return "strings", array.shape, texts
    return array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes()


def _unpacked(parts: tuple[str, tuple[int, ...], Any]) -> Any:
    dtype, shape, data = parts
    if dtype == "strings":
        flat = np.empty(len(data), dtype=object)
        flat[:] = data
        return flat.reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape)


# Environments.

RELEASES: Mapping[str, tuple[str, int]] = {
    **{version: (f"tflite-runtime=={version}", 9) for version in ("2.7.0", "2.8.0", "2.9.1", "2.10.0", "2.11.0")},
    **{version: (f"tflite-runtime=={version}", 9) for version in ("2.12.0", "2.13.0")},
    "2.14.0": ("tflite-runtime==2.14.0", 11),
    **{version: (f"tensorflow-cpu=={version}", 11) for version in ("2.15.1", "2.16.2", "2.17.1")},
    "LiteRT 1.0.1": ("ai-edge-litert==1.0.1", 11),
    "2.18.1": ("tensorflow-cpu==2.18.1", 11),
    "LiteRT 1.1.2": ("ai-edge-litert==1.1.2", 11),
    "2.19.1": ("tensorflow-cpu==2.19.1", 11),
    **{f"LiteRT {version}": (f"ai-edge-litert=={version}", 11) for version in ("1.2.0", "1.3.0", "1.4.0")},
    "2.20.0": ("tensorflow-cpu==2.20.0", 11),
    **{f"LiteRT {version}": (f"ai-edge-litert=={version}", 11) for version in ("2.0.3", "2.1.6")},
    "2.21.0": ("tensorflow-cpu==2.21.0", 11),
    **{f"LiteRT {version}": (f"ai-edge-litert=={version}", 11) for version in ("2.2.0", "2.3.0")},
}
"""Releases in the order of their code, oldest first: what to install, and the minor version of Python 3 for it.

Versions alone are TensorFlow's, by which its package for Python ``tflite-runtime`` goes too; LiteRT is its successor,
and counts anew. The newest patch of each is measured.
"""


def home_of(folder: Path, release: str) -> Path:
    """Return where the environment of a release is below a folder."""
    return folder / release.replace(" ", "-").lower()


def made_environment(folder: Path, release: str) -> Path:
    """Return the Python of the environment of a release, made below a folder where it is not there yet.

    Raises
    ------
    OlderRuntimeError
        Where it cannot be made.
    """
    from other_python import pythons

    package, minor = RELEASES[release]
    home = home_of(folder, release)
    python, made = home / "bin" / "python", home / ".made"
    if made.exists():
        return python
    for command in pythons(minor):
        if subprocess.run([command, "-m", "venv", "--clear", str(home)], capture_output=True, check=False).returncode:
            continue
        # NumPy 2 came after the oldest of them, which were compiled for its predecessor.
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package, "numpy<2"]
        if subprocess.run(install, capture_output=True, check=False).returncode == 0:
            made.touch()
            return python
    raise OlderRuntimeError(f"Python 3.{minor} with {package} cannot be had")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("release", nargs="+", choices=list(RELEASES))
    given = parser.parse_args()
    try:
        for release in given.release:
            made_environment(given.folder, release)
    except OlderRuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
