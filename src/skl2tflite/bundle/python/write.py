"""The files of a bundle for Python: the module, the model, its contract, and how to use them."""

from __future__ import annotations

import json
import keyword
import sys
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from string import Template

from skl2tflite.app_contract import AppContract
from skl2tflite.bundle.cpp_names import identifier
from skl2tflite.bundle.place import Request
from skl2tflite.errors import ConversionError
from skl2tflite.escaping import markdown, markdown_code

_IMPORTED = ("numpy", "ai_edge_litert", "flatbuffers", "backports", "tqdm", "typing_extensions")
MOST_VALUES = 8
"""Features of the row that the README shows."""


def check(contract: AppContract) -> None:
    """Raise where the module does not know what scikit-learn makes of an output."""
    for method in contract.methods:
        if method.note or method.returns == "tuple":
            raise ConversionError(
                f"a bundle for Python does not give what {method.name} returns; leave it out of methods when converting"
            )


def write(request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths."""
    name, contract = module_name(request.name), request.contract
    document = json.dumps(contract.to_json(), ensure_ascii=False, indent=1)
    litert = version("ai-edge-litert")
    return {
        f"{name}.py": _template("module.py").encode(),
        f"{name}.tflite": bytes(request.model),
        f"{name}.json": document.encode(errors="backslashreplace"),
        "requirements.txt": f"numpy>=1.26\nai-edge-litert>={litert}\n".encode(),
        "README.md": Template(_template("README.md")).substitute(_values(name, contract)).encode(),
    }


def module_name(name: str) -> str:
    """Return a name for a module made of a text: of no module that Python, NumPy or LiteRT may import."""
    made = identifier(name)
    taken = keyword.iskeyword(made) or made in sys.stdlib_module_names or made in _IMPORTED
    return f"{made}_" if taken else made


def _values(name: str, contract: AppContract) -> dict[str, str]:
    """Return what fills the README.

    Parameters
    ----------
    name : str
        That of the module.
    contract : AppContract
    """
    read = [feature for feature in contract.features if feature.absent != "not read"]
    row = "[" + repr(read[0].typical or "…") + "]" if contract.rows == "texts" else "rows"
    if contract.rows in ("table", "records", "hashed") and len(read) <= MOST_VALUES:
        row = repr({feature.name: feature.typical for feature in read})
    return {
        "title": markdown(contract.estimator),
        "generated": f"{markdown(f'Made by {contract.made_by}')}, with ai-edge-litert {version('ai-edge-litert')}.",
        "name": name,
        "method": contract.methods[0].name,
        "methods": ", ".join(markdown_code(method.name) for method in contract.methods),
        "row": row,
        "texts": ", or a list of texts" if contract.rows == "texts" else "",
    }


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text(encoding="utf-8")
