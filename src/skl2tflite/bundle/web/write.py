"""The files of a bundle for the web."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from string import Template

from skl2tflite.app_contract import AppContract
from skl2tflite.bundle.place import Request
from skl2tflite.bundle.web.page import page
from skl2tflite.bundle.web.runtime import PACKAGE, VERSION, find_runtime
from skl2tflite.bundle.web.scripts import SHARED, template
from skl2tflite.bundle.web.types import types
from skl2tflite.errors import ConversionError
from skl2tflite.escaping import javascript, markdown, markdown_code

_VERBATIM = (*SHARED, "index.js", "node.js", "test.js")


def check(contract: AppContract) -> None:
    """Raise where features cannot be told apart by name, or nothing shows whether a runtime answers as it should.

    Raises
    ------
    ConversionError
    """
    for method in contract.methods:
        names = [feature.name for feature in contract.features_of(method)]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ConversionError(f"two features are called {twice!r}, which a form cannot tell apart; rename one")
    if contract.golden is None or not contract.golden.outputs:
        raise ConversionError(
            "the file holds no golden rows, which the page compares before it answers; convert with some rows of data "
            "(and without golden=None), which files of up to 1024 features keep such rows of"
        )


def write(request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths.

    Raises
    ------
    MissingDependencyError
        Where LiteRT.js is not installed.
    """
    contract, content = request.contract, bytes(request.model)
    texts = {
        "index.html": page(contract, content, request.name, find_runtime(request.runtime)),
        "contract.js": f"// What the file says of its inputs and outputs.\n{_contract(contract)}",
        "index.d.ts": types(contract),
        "package.json": _package(request.name),
        "README.md": _readme(contract, request.name),
        **{name: template(name) for name in _VERBATIM},
    }
    return {"model.tflite": content, **{path: text.encode() for path, text in texts.items()}}


def _contract(contract: AppContract) -> str:
    """Return the module of the contract; parsed, as ``__proto__`` is no name like others in JavaScript's objects."""
    return f"export default JSON.parse({javascript(javascript(contract.to_json()))});\n"


def package_name(name: str) -> str:
    """Return a name made of a text that npm takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].strip("-") or "model"


def _package(name: str) -> str:
    package = {
        "name": package_name(name),
        "version": "1.0.0",
        "private": True,
        "type": "module",
        "exports": {
            ".": {"types": "./index.d.ts", "default": "./index.js"},
            "./model.tflite": "./model.tflite",
        },
        "types": "./index.d.ts",
        "scripts": {"test": "node test.js"},
        "engines": {"node": ">=20"},
        "dependencies": {PACKAGE: VERSION},
    }
    return json.dumps(package, indent=2) + "\n"


def _readme(contract: AppContract, name: str) -> str:
    method = contract.methods[0]
    assert contract.golden is not None
    row = contract.golden.rows[0]
    return Template(template("README.md")).substitute(
        title=markdown(name),
        package=package_name(name),
        estimator=markdown_code(contract.estimator),
        made_by=markdown(contract.made_by),
        litert=f"{PACKAGE} {VERSION}",
        package_and_version=f"{PACKAGE}@{VERSION}",
        methods=", ".join(markdown_code(each.name) for each in contract.methods),
        method=javascript(method.name),
        row=javascript(dict(row)),
    )
