"""LiteRT.js as a page holds it: found among the packages that npm has installed, and never kept in this package."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from skl2tflite.errors import InvalidInputError, MissingDependencyError
from skl2tflite.whole_files import read_whole

PACKAGE = "@litertjs/core"
VERSION = "2.5.3"
"""The version whose kernels were measured (``capabilities.json``), so that files say what it takes."""
INSTALL = f"npm install {PACKAGE}@{VERSION}"
_BUILD = "wasm/litert_wasm_compat_internal"
"""The build that every browser runs; others have it load one of several over the network."""
_MOST = 2**26
_IMPORT = re.compile(r'^import \{ createWasmLib \} from "@litertjs/wasm-utils";$', re.MULTILINE)
_EXPORT = re.compile(r"^export \{\n(?:  \w+,?\n)+\};$", re.MULTILINE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
# What @litertjs/wasm-utils does, but for loading scripts by their addresses; and no GPU is asked for.
_HEAD = f"""// {PACKAGE} {VERSION}, Apache License 2.0: without import and export, and its build for all browsers.
globalThis.litert = ((navigator) => {{
const createWasmLib = async (Library) => new Library(await ModuleFactory(self.Module));
"""
_TAIL = "\nreturn { loadLiteRt, loadAndCompile, Tensor };\n})({});\n"


@dataclass(frozen=True)
class Runtime:
    """LiteRT.js for a page.

    Attributes
    ----------
    code : bytes
        JavaScript that makes the globals ``litert`` and ``ModuleFactory``.
    wasm : bytes
        The module that ``ModuleFactory`` instantiates.
    """

    code: bytes
    wasm: bytes


def find_runtime(given: str | os.PathLike[str] | None) -> Runtime:
    """Read LiteRT.js.

    Parameters
    ----------
    given : path-like, optional
        The folder of the package, or one with ``node_modules`` that has it. By default this folder and those above are
        looked through, as Node does.

    Raises
    ------
    MissingDependencyError
        Where it is not there, or is another version.
    InvalidInputError
        Where its files are not as they were published.
    """
    folder = _folder(given)
    try:
        version = json.loads(read_whole(folder / "package.json", _MOST)).get("version")
        if version != VERSION:
            raise MissingDependencyError(
                f"{folder} is version {version} of {PACKAGE}, and files are made and checked for {VERSION}: {INSTALL}"
            )
        module = read_whole(folder / "dist" / "index.js", _MOST).decode()
        loader = read_whole(folder / f"{_BUILD}.js", _MOST).decode()
        wasm = read_whole(folder / f"{_BUILD}.wasm", _MOST)
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidInputError(f"{folder} is not {PACKAGE} as npm installs it ({error}): {INSTALL}") from None
    module, imports = _IMPORT.subn("", _SOURCE_MAP.sub("", module))
    module, exports = _EXPORT.subn("", module)
    if (imports, exports) != (1, 1) or not wasm.startswith(b"\0asm"):
        raise InvalidInputError(f"{folder} is not {PACKAGE} {VERSION} as it was published: {INSTALL}")
    return Runtime(f"{_HEAD}{module}{_TAIL}{loader}".encode(), wasm)


def _folder(given: str | os.PathLike[str] | None) -> Path:
    if given is None:
        here = Path.cwd()
        places = [above / "node_modules" / PACKAGE for above in (here, *here.parents)]
    else:
        start = Path(given)
        places = [start, start / PACKAGE, start / "node_modules" / PACKAGE]
    for place in places:
        if _is_package(place):
            return place
    looked = str(given) if given is not None else f"{places[0].parent.parent} or the node_modules of a folder above"
    raise MissingDependencyError(
        f"the page holds LiteRT.js, which is not in {looked}: {INSTALL}, or say where it is installed "
        "(runtime, --runtime)"
    )


def _is_package(folder: Path) -> bool:
    """Whether a folder is that of the package, of whatever version."""
    try:
        return bool(json.loads(read_whole(folder / "package.json", _MOST)).get("name") == PACKAGE)
    except (OSError, ValueError, AttributeError, InvalidInputError):
        return False
