"""The files of a bundle for Android, from their templates."""

from __future__ import annotations

from collections.abc import Mapping

from skl2tflite.bundle.android.golden import GoldenSource
from skl2tflite.bundle.android.source import RESERVED, SPELLING, TYPES, Source
from skl2tflite.bundle.apps.filled import contract_file, filled
from skl2tflite.bundle.apps.golden import GoldenRows
from skl2tflite.bundle.apps.readme import about, example, features_table
from skl2tflite.bundle.apps.spelling import camel, snake, words
from skl2tflite.bundle.apps.typed import App
from skl2tflite.bundle.place import Request
from skl2tflite.escaping import cpp_comment

LITERT = "2.3.0"
"""Version of LiteRT's package for Android."""
_FILES = {
    "build.gradle.kts": "build.gradle.kts",
    "consumer-rules.pro": "consumer-rules.pro",
    "README.md": "README.md",
    "src/main/AndroidManifest.xml": "AndroidManifest.xml",
    "src/main/java/{folder}/Encoding.kt": "Encoding.kt",
    "src/main/java/{folder}/Features.kt": "Features.kt",
    "src/main/java/{folder}/{class_name}.kt": "Model.kt",
    "src/sharedTest/java/{folder}/Golden.kt": "Golden.kt",
    "src/test/java/{folder}/EncodingTest.kt": "EncodingTest.kt",
    "src/androidTest/java/{folder}/GoldenTest.kt": "GoldenTest.kt",
}
"""Templates by the paths of the files that they become."""


def write(request: Request) -> Mapping[str, bytes]:
    """Return the contents of a bundle's files by their paths."""
    contract, parts = request.contract, words(request.name)
    (name,) = SPELLING.members([request.name])
    name = f"{snake(parts)}_" if name.endswith("_") else snake(parts)
    class_name = f"{camel(parts)}Model"
    app = App.of(contract, SPELLING, RESERVED)
    source, golden = Source(app), GoldenSource(GoldenRows.of(app, request))
    made = f"Made by {contract.made_by} from {contract.estimator}"
    package = f"skl2tflite.{name}"
    values = {
        "name": name,
        "module": name,
        "package": package,
        "class_name": class_name,
        "generated": cpp_comment(f"{made}; do not edit."),
        "about": about(contract),
        "features": features_table(app.rows[0], TYPES),
        "litert_version": LITERT,
        "first_call": app.calls[0].name,
        "example": example(golden.cells(0, 8), "\\u0060", ","),
        "rows_a_call": str(app.rows_a_call),
        "row_types": source.row_types(),
        "results": source.results(),
        "known": source.known(),
        "vocabulary_parts": source.parts(),
        "methods": source.methods(),
        "row_calls": golden.golden.row_calls,
        "row_functions": golden.row_functions(),
        "tensors": golden.tensors(),
        "answers": golden.answers(),
        "tests": golden.tests().replace("MODEL_CLASS", class_name),
    }
    folder = package.replace(".", "/")
    contents = {
        path.format(folder=folder, class_name=class_name): filled(__package__, template, values).encode()
        for path, template in _FILES.items()
    }
    return {
        **contents,
        f"src/main/assets/{name}.tflite": bytes(request.model),
        "contract.json": contract_file(contract),
    }
