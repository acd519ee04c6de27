"""``skl2tflite convert``: a saved estimator becomes a .tflite file."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from skl2tflite.cli.console import console, facts, note, say
from skl2tflite.cli.options import (
    ROW_FILES,
    BatchOption,
    CategoriesOption,
    GoldenOption,
    InputsOption,
    Methods,
    ModelPath,
    OptimizeForOption,
    PrecisionOption,
    TargetColumn,
    TextLengthOption,
    TextOption,
    TrustPickle,
    TrustTypes,
)
from skl2tflite.units import duration

EXAMPLES = (
    "skl2tflite convert model.skops",
    "skl2tflite convert model.skops -o model.tflite --data rows.csv --target-column label",
    "skl2tflite convert model.skops -o model.tflite --data rows.csv --report model.tflite.report.json",
    "skl2tflite convert model.skops --target micro --max-flash 262144 --max-ram 16384",
    "skl2tflite convert model.joblib --trust-pickle --method predict_proba --method predict",
)


def command(
    model: ModelPath,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write. By default MODEL.tflite.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="ROWS", help=f"{ROW_FILES} to compare the answers on."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what made the file, and what comparing it found, as JSON. [bold]inspect[/] looks for it in "
            "OUTPUT.report.json.",
        ),
    ] = None,
    target_column: TargetColumn = None,
    method: Methods = None,
    precision: PrecisionOption = "exact",
    optimize_for: OptimizeForOption = None,
    target: Annotated[
        str,
        typer.Option(
            metavar="RUNTIME",
            help="Runtime of the file: litert, web for browsers, or micro for microcontrollers.",
        ),
    ] = "litert",
    max_flash: Annotated[
        int | None, typer.Option(metavar="BYTES", min=0, help="With micro: flash for the model, TFLM and its kernels.")
    ] = None,
    max_ram: Annotated[
        int | None, typer.Option(metavar="BYTES", min=0, help="With micro: memory for the model's arena.")
    ] = None,
    inputs: InputsOption = None,
    categories: CategoriesOption = None,
    text: TextOption = None,
    batch: BatchOption = None,
    text_length: TextLengthOption = None,
    golden: GoldenOption = "auto",
    trust_pickle: TrustPickle = False,
    trust_type: TrustTypes = None,
) -> None:
    """Convert a fitted scikit-learn model to a [bold].tflite[/] file.

    With [bold]--data[/], scikit-learn and the converted model answer the same rows, and the file is only written if
    they agree. It is written whole or not at all.
    """
    from skl2tflite.cli.comparison import show_report
    from skl2tflite.cli.estimators import read_estimator
    from skl2tflite.cli.summary import summary
    from skl2tflite.conversion import Conversion
    from skl2tflite.convert import convert_and_compare
    from skl2tflite.errors import FidelityError, InvalidInputError
    from skl2tflite.model_file import open_file
    from skl2tflite.options import ConversionOptions
    from skl2tflite.row_files.rows import read_rows
    from skl2tflite.verify import Report

    if model.is_dir():
        raise InvalidInputError(f"{model} is a folder; name the file of a saved model")
    output = output or model.with_suffix(".tflite")
    refuse_unwritable(output, model)
    if report is not None:
        refuse_unwritable(report, model)
    estimator = read_estimator(model, trust_pickle=trust_pickle, trusted_types=trust_type or ())
    rows = None if data is None else read_rows(data, estimator, target_column, note)
    conversion = Conversion(estimator, rows)
    with conversion.guarded():
        learned = conversion.converter.rows.known
    if rows is None and not learned:
        raise InvalidInputError(f"{model} learns from rows what a file takes: give some with --data (.npy or .jsonl)")
    start = time.perf_counter()
    unwritten = f"the converted model is not faithful, so {output} was not written"
    try:
        options = ConversionOptions(
            methods=method,
            target=target,
            precision=precision,
            optimize_for=optimize_for,
            max_flash=max_flash,
            max_ram=max_ram,
            inputs=inputs,
            categories=categories,
            text=text,
            batch=batch,
            text_length=text_length,
            golden=None if golden == "none" else golden,
        )
        converted, compared = convert_and_compare(conversion, options)
    except FidelityError as error:
        if isinstance(error.report, Report):
            show_report(error.report)
        raise FidelityError(unwritten, error.report) from None
    elapsed = time.perf_counter() - start
    converted.save(output)
    lines = summary(open_file(bytes(converted)))
    if compared is None:
        lines.append(("checked", "nothing was compared: give rows with --data to compare answers with scikit-learn's"))
    console().print(facts(lines))
    if compared is not None:
        show_report(compared)
    if report is not None and converted.report is not None:
        converted.report.save(report)
    say(f"Wrote {output} ({len(converted):,} bytes; converted in {duration(elapsed)}).")


def refuse_unwritable(output: Path, model: Path) -> None:
    """Raise where a file cannot be written, before any work is done for it."""
    from skl2tflite.errors import InvalidInputError

    if output.is_dir():
        raise InvalidInputError(f"{output} is a folder; name a file")
    if output.exists() and not output.is_file():
        raise InvalidInputError(f"{output} is a device or a pipe, which a file would replace; name a file")
    if output.exists() and model.exists() and output.samefile(model):
        raise InvalidInputError(f"{output} is the model itself; name another file with --output")
    if not output.parent.is_dir():
        raise InvalidInputError(f"{output.parent} is not a folder that exists, so {output} cannot be written")
    try:
        tempfile.TemporaryFile(dir=os.path.dirname(os.path.realpath(output))).close()  # where a link leads
    except OSError as error:
        raise InvalidInputError(f"{output.parent} cannot be written to: {error.strerror}") from None
