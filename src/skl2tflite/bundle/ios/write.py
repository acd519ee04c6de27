"""The files of a bundle for iOS, from their templates."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.bundle.apps.filled import contract_file, filled
from skl2tflite.bundle.apps.golden import GoldenRows
from skl2tflite.bundle.apps.readme import about, example, features_table
from skl2tflite.bundle.apps.spelling import camel, snake, words
from skl2tflite.bundle.apps.typed import App
from skl2tflite.bundle.ios.golden import GoldenSource
from skl2tflite.bundle.ios.source import RESERVED, SPELLING, TYPES, Source
from skl2tflite.bundle.place import Request
from skl2tflite.escaping import cpp_comment

TENSORFLOW_LITE = "2.17.0"
"""Version of the pod TensorFlowLiteSwift."""
_FILES = {
    "Package.swift": "Package.swift",
    "{module}.podspec": "podspec",
    "README.md": "README.md",
    "Sources/{module}/Encoding.swift": "Encoding.swift",
    "Sources/{module}/Features.swift": "Features.swift",
    "Sources/{module}/{class_name}.swift": "Model.swift",
    "Tests/{module}Tests/Golden.swift": "Golden.swift",
    "Tests/{module}Tests/EncodingTests.swift": "EncodingTests.swift",
    "Tests/{module}Tests/GoldenTests.swift": "GoldenTests.swift",
}
"""Templates by the paths of the files that they become."""


def write(request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths."""
    contract, parts = request.contract, words(request.name)
    name, module = snake(parts), f"{camel(parts)}Predictor"
    class_name = f"{camel(parts)}Model"
    app = App.of(contract, SPELLING, RESERVED)
    source, golden = Source(app), GoldenSource(GoldenRows.of(app, request))
    made = f"Made by {contract.made_by} from {contract.estimator}"
    values = {
        "name": name,
        "module": module,
        "class_name": class_name,
        "generated": cpp_comment(f"{made}; do not edit."),
        "about": about(contract),
        "features": features_table(app.rows[0], TYPES),
        "tensorflow_lite": TENSORFLOW_LITE,
        "first_call": app.calls[0].name,
        "example": example(golden.cells(0, 4), "\\u{60}", ","),
        "rows_a_call": str(app.rows_a_call),
        "row_types": source.row_types(),
        "results": source.results(),
        "known": source.known(),
        "methods": source.methods(),
        "row_calls": golden.golden.row_calls,
        "row_functions": golden.row_functions(),
        "checks": golden.tensor_checks(),
        "tests": golden.tests().replace("MODEL_CLASS", class_name),
    }
    contents = {
        path.format(module=module, class_name=class_name): filled(__package__, template, values).encode()
        for path, template in _FILES.items()
    }
    return {
        **contents,
        f"Sources/{module}/Resources/{name}.tflite": bytes(request.model),
        f"Tests/{module}Tests/Resources/golden.json": golden.numbers(),
        "contract.json": contract_file(contract),
    }
