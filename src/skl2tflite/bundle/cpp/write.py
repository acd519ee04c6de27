"""The files of a bundle in C++, from their templates."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.bundle import cpp_names
from skl2tflite.bundle.apps.filled import contract_file, filled
from skl2tflite.bundle.apps.golden import GoldenRows
from skl2tflite.bundle.apps.readme import about, example, features_table
from skl2tflite.bundle.apps.typed import App
from skl2tflite.bundle.cpp.golden import GoldenSource
from skl2tflite.bundle.cpp.source import RESERVED, SPELLING, Source
from skl2tflite.bundle.place import Request
from skl2tflite.escaping import cpp_comment

MOST_ROWS = 1024
"""Rows of one call of a file that takes any number: a few megabytes hold what it computes of them."""
_FILES = {
    **{name: name for name in ("CMakeLists.txt", "README.md", "main.cc", "golden_test.cc")},
    "{name}.h": "model.h",
    "{name}.cc": "model.cc",
    **{
        f"{{name}}_{part}": part
        for part in ("encoding.h", "encoding.cc", "runner.h", "runner.cc", "litert_c.h", "golden.h", "golden.cc")
    },
}
"""Templates by the paths of the files that they become."""


def write(request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths."""
    contract, name = request.contract, cpp_names.namespace(request.name)
    app = App.of(contract, SPELLING, RESERVED)
    source = Source(app, name)
    golden = GoldenSource(source, GoldenRows.of(app, request))
    made = f"Made by {contract.made_by} from {contract.estimator}"
    vocabularies, labels = source.vocabularies(), source.labels()
    values = {
        "name": name,
        "GUARD": name.upper(),
        "generated": cpp_comment(f"{made}; do not edit."),
        "about": about(contract),
        "features": features_table(app.rows[0], _TYPES),
        "first_call": app.calls[0].name,
        "first_answer": f"{app.calls[0].result} result = model.{app.calls[0].name}(row);",
        "example": example([line.strip() for line in golden.cells(0)], "\\140"),
        "vocabulary_declarations": vocabularies[0],
        "vocabulary_definitions": vocabularies[1],
        "label_declarations": labels[0],
        "label_definitions": labels[1],
        "row_types": source.row_types(),
        "results": source.results(),
        "method_declarations": source.declared_methods(),
        "methods": source.methods(),
        "appends": source.appends(),
        "fixed_rows": "false" if contract.batch is None else "true",
        "most_rows": str(contract.batch or MOST_ROWS),
        "golden_rows": golden.rows(),
        "golden_calls": golden.row_calls(),
        "check_tensors": golden.tensor_checks(),
        "check_functions": golden.method_checks(),
        "check_calls": golden.method_check_calls(),
        "set_members": golden.setters(),
        "print_answers": golden.printed(),
    }
    contents = {
        path.format(name=name): filled(__package__, template, values).encode() for path, template in _FILES.items()
    }
    return {
        **contents,
        f"{name}.tflite": bytes(request.model),
        "contract.json": contract_file(contract),
    }


_TYPES = {
    "number": "float", "integer": "int32_t", "boolean": "bool", "category": "Category", "text": "std::string"
}  # fmt: skip
