"""``skl2tflite bundle``: a .tflite file becomes a folder with the code that uses it in a place."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from skl2tflite.cli.console import console, facts, note, say
from skl2tflite.cli.options import TargetColumn

EXAMPLES = (
    "skl2tflite convert model.skops --target micro -o model.tflite --data rows.csv",
    "skl2tflite bundle model.tflite --for arduino -o firmware --data rows.csv",
    "skl2tflite bundle model.tflite --for zephyr -o app --name gesture",
    "skl2tflite bundle model.tflite --for web -o page",
    "skl2tflite bundle model.tflite --for android -o app --data rows.csv",
    "skl2tflite bundle model.tflite --for python -o app",
)


class PlaceName(StrEnum):
    """The places by name, for typer."""

    TFLM = "tflm"
    ARDUINO = "arduino"
    ESP_IDF = "esp-idf"
    ZEPHYR = "zephyr"
    PLATFORMIO = "platformio"
    WEB = "web"
    CPP = "cpp"
    ANDROID = "android"
    IOS = "ios"
    PYTHON = "python"


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .tflite file; for microcontrollers, of --target micro.")
    ],
    place: Annotated[PlaceName, typer.Option("--for", help="What the folder is for.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to make; it must not exist or be empty.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the model in the code. By default that of FILE.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(metavar="ROWS", help="CSV or Parquet file of rows for golden vectors.")
    ] = None,
    target_column: TargetColumn = None,
    runtime: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="For web: where npm has installed @litertjs/core; by default node_modules of this folder or above.",
        ),
    ] = None,
) -> None:
    """Make a folder with a model and the code that uses it.

    For microcontrollers it holds the model as an array, a C++ class that takes features by name and gives labels, an
    example that blinks an LED, golden vectors that test the model where it runs, and a README. For the web it holds a
    page that works offline, with a form for the features, and a JavaScript module with types for an app. For computers
    (cpp), Android and iOS it holds the file, a class with types for rows and answers, golden tests and a README. For
    Python it holds a module that needs NumPy and LiteRT only, and compares golden rows by itself.
    """
    from skl2tflite.bundle import bundle
    from skl2tflite.model import load
    from skl2tflite.row_files.chosen_columns import FeatureFile
    from skl2tflite.row_files.feature_files import read_features
    from skl2tflite.row_files.rows import with_categoricals

    model = load(file)
    features = model.facts.features_of(model.methods[0])
    text: dict[int, set[str] | None] = {}
    if features.columns is not None:
        text = dict.fromkeys(set(range(features.count)) - {column.feature for column in features.columns})
        text |= {column.feature: set(column.categories or ()) for column in features.columns if column.holds_text}
    rows = None
    if data is not None:
        rows = read_features(FeatureFile(data, features.count, features.names, target_column, text, note))
        rows = with_categoricals(rows, features.readings)
    made = bundle(model, output, place.value, name=name or file.stem, X=rows, runtime=runtime)
    if model.facts.runtime.is_microcontroller:
        console().print(facts(model.sizes().lines()))
    say(f"Wrote {made}: its README says how to use it.")
