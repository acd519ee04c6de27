"""Run .tflite files on LiteRT.js in Node, in each of its two builds for one thread: for the probe and for tests.

``make test-web`` installs the package of LiteRT.js below ``.litert_js``; Node is looked for on the path.
"""

from __future__ import annotations

import base64
import json
import select
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
MODULES = ROOT / ".litert_js" / "node_modules"
BUILDS: Mapping[str, tuple[str, ...]] = {"compat": (), "relaxed": ("--experimental-wasm-relaxed-simd",)}
"""The builds, each with the options of Node that it needs."""
SECONDS = 60
"""The longest that one request may take."""
DTYPES = {"Float32Array": np.float32, "Int32Array": np.int32, "Uint8Array": np.uint8, "Int8Array": np.int8}


class LiteRTJSError(Exception):
    """LiteRT.js has refused a file or its inputs, or died of them; the message is what it said."""


def is_installed() -> bool:
    """Whether there are Node and the package."""
    return shutil.which("node") is not None and (MODULES / "@litertjs" / "core" / "package.json").is_file()


def installed_version() -> str:
    """Return the version of the package."""
    return str(json.loads((MODULES / "@litertjs" / "core" / "package.json").read_text("utf-8"))["version"])


class LiteRTJS:
    """A process of Node that runs files, one after another; it is started at the first, and again after it has died.

    Parameters
    ----------
    build : {"compat", "relaxed"}
    """

    def __init__(self, build: str) -> None:
        self.build = build
        self.printed: list[str] = []
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, content: bytes, inputs: Mapping[str, Any], signature: str = "", batch: int | None = None
    ) -> dict[str, Any]:
        """Return the outputs of a file, by name; rows are given in calls of so many.

        Parameters
        ----------
        content : bytes
            The file.
        inputs : mapping of str to ndarray
            Of float32 or int32, in the order of the file where there is no signature.
        signature : str, optional
            What to run; by default the first subgraph, whose outputs are then called 0, 1, ….
        batch : int, optional
            Rows of each call; by default there is one call, of the arrays as they are.

        Raises
        ------
        LiteRTJSError
        """
        request = {
            "model": base64.b64encode(content).decode(),
            "signature": signature,
            "batch": batch,
            "inputs": {name: _packed(np.asarray(x)) for name, x in inputs.items()},
        }
        answer = self._asked(request)
        self.printed = answer["printed"]
        if answer.get("dead"):
            self.close()
        if "error" in answer:
            raise LiteRTJSError("; ".join([answer["error"], *self.printed]))
        outputs = {name: _unpacked(output) for name, output in answer["outputs"].items()}
        return outputs if batch is None else {name: y.reshape(-1, *y.shape[2:]) for name, y in outputs.items()}

    def _asked(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None:
            script = str(Path(__file__).with_suffix(".mjs"))
            self._process = subprocess.Popen(
                ["node", *BUILDS[self.build], script, str(MODULES), self.build],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            ready, _, _ = select.select([self._process.stdout], [], [], SECONDS)
            line = self._process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        if not line:
            self.close()
            raise LiteRTJSError("Node has died of the file, or taken too long")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _packed(array: Any) -> dict[str, Any]:
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode(),
    }


def _unpacked(output: Mapping[str, Any]) -> Any:
    flat = np.frombuffer(base64.b64decode(output["data"]), DTYPES[output["dtype"]])
    return flat.reshape(output["shape"] if output["calls"] is None else [output["calls"], *output["shape"]])
