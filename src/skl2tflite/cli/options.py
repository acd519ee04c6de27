"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from skl2tflite.choices import Categories, Inputs, OptimizeFor, Precision, Text

ROW_FILES = "CSV or Parquet file of rows (.npy of images, .jsonl of dicts)"
"""Files that rows are read from, for the help."""

ModelPath = Annotated[
    Path, typer.Argument(metavar="MODEL", help="Fitted estimator: a .skops file, or .pkl, .joblib with --trust-pickle.")
]
TargetColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column of the rows that holds labels, to be left out (or its number, from 0)."),
]
Methods = Annotated[
    list[str] | None,
    typer.Option("--method", metavar="NAME", help="Method to convert, the main one first. May be repeated."),
]
PrecisionOption = Annotated[
    Precision, typer.Option(help="[bold]fast[/] folds scaling into weights, which changes rounding.")
]
OptimizeForOption = Annotated[
    OptimizeFor | None,
    typer.Option(
        help="What trees are laid out for: one row at a time, many rows at once, or a small file. By default "
        "[bold]latency[/], with micro [bold]size[/]."
    ),
]
InputsOption = Annotated[
    Inputs | None,
    typer.Option(help="One tensor for all features, or one for each column. By default what the model needs."),
]
CategoriesOption = Annotated[
    Categories | None,
    typer.Option(
        help="What the file takes for columns of text: int32 codes (by default), or strings, which few runtimes take."
    ),
]
TextOption = Annotated[
    Text | None,
    typer.Option(
        help="What the file takes for texts that a vectorizer reads: code points (by default), or ids of their terms. "
        "With micro it takes counts of the terms."
    ),
]
BatchOption = Annotated[
    int | None,
    typer.Option(
        metavar="ROWS", min=1, help="Rows that each call of the file takes, for apps that cannot resize its inputs."
    ),
]
TextLengthOption = Annotated[
    int | None,
    typer.Option(metavar="CHARACTERS", min=1, help="The most characters of a text, where the file is to fix that too."),
]
MinRuntimeOption = Annotated[
    str | None,
    typer.Option(
        metavar="VERSION",
        help="Oldest runtime that is to run the file, as all later ones: 2.14 of TensorFlow Lite, or 'LiteRT 1.0.1'.",
    ),
]
NamesOption = Annotated[
    bool,
    typer.Option("--names", help="Name every tensor after the step it comes from, for viewers; takes some bytes."),
]
GoldenOption = Annotated[
    Literal["auto", "made", "rows", "none"],
    typer.Option(
        help="Typical values and golden rows that the file holds: made of each column's quantiles, copying no row "
        "of ROWS (by default, but with micro none), some of ROWS, or none."
    ),
]
TrustPickle = Annotated[
    bool,
    typer.Option("--trust-pickle", help="Read .pkl and .joblib files. [bold]They can run any code[/]: only yours."),
]
TrustTypes = Annotated[
    list[str] | None,
    typer.Option(
        "--trust-type",
        metavar="TYPE",
        help="Type that a .skops file may hold, or xgboost, lightgbm, catboost for a model of theirs. May be repeated.",
    ),
]
