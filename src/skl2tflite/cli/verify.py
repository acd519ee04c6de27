"""``skl2tflite verify``: a .tflite file and the estimator it came from answer the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skl2tflite.cli.options import ROW_FILES, ModelPath, TargetColumn, TrustPickle, TrustTypes

EXAMPLES = (
    "skl2tflite verify model.tflite model.skops rows.csv",
    "skl2tflite verify model.tflite model.skops rows.parquet --target-column label --tolerance 1e-5",
    "skl2tflite verify model.tflite model.skops big.parquet --jobs -1 --resume state.json --json > report.json",
    "skl2tflite verify model.tflite model.skops",
)


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite file that skl2tflite wrote.")],
    model: ModelPath,
    rows: Annotated[
        Path | None, typer.Argument(metavar="[ROWS]", help=f"{ROW_FILES}. Without it, rows made from the model alone.")
    ] = None,
    target_column: TargetColumn = None,
    tolerance: Annotated[
        float,
        typer.Option(
            min=0.0,
            help="Largest error of a value, as a fraction of its column's greatest. Whatever it is, a larger error "
            "counts as agreement where rounding rows and parameters to float32 alone would explain it.",
        ),
    ] = 1e-6,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe/--no-probe",
            help="Compare on rows made from the model too (thresholds, categories, corners, where classes meet), and "
            "on every runtime that is installed.",
        ),
    ] = True,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes that compare; -1 for all cores.")] = 1,
    batch_rows: Annotated[int, typer.Option(metavar="N", min=1, help="Rows that are compared at once.")] = 8192,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep what has been compared in FILE, and go on from it if it is there."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    trust_pickle: TrustPickle = False,
    trust_type: TrustTypes = None,
) -> None:
    """Compare a [bold].tflite[/] file with the model it came from, method by method, on rows of yours and of its own.

    The file runs on the real LiteRT runtime, with XNNPACK and without, and on TensorFlow Lite Micro if it is for that.
    Exit status 1 if any answer differs by more than the tolerance; 130 if it was interrupted before all was compared.
    """
    from skl2tflite.cli.comparison import print_json, show_report
    from skl2tflite.cli.console import complain, counting, note
    from skl2tflite.cli.estimators import read_estimator
    from skl2tflite.converters import converter_for
    from skl2tflite.converters.core.blame import blaming
    from skl2tflite.errors import FidelityError, InvalidInputError, VerificationInterrupted
    from skl2tflite.model import load
    from skl2tflite.row_files import row_batches
    from skl2tflite.verify import Report, verify

    converted = load(file)
    estimator = read_estimator(model, trust_pickle=trust_pickle, trusted_types=trust_type or ())
    with blaming(estimator):
        converter = converter_for(estimator)
        missing = [name for name in converted.methods if not converter.has(name)]
    if missing:
        raise InvalidInputError(
            f"{model} has no {missing[0]}, which {file} was converted with; it is of another estimator"
        )
    if rows is None and not probe:
        raise InvalidInputError("name a file of rows, or leave out --no-probe")
    show = print_json if as_json else show_report
    try:
        with counting("rows compared") as progress:
            report = verify(
                converted,
                estimator,
                None if rows is None else row_batches(rows, estimator, target_column, batch_rows, note),
                tolerance=tolerance,
                probe=probe,
                n_jobs=jobs,
                batch_rows=batch_rows,
                checkpoint=resume,
                progress=progress,
            )
    except VerificationInterrupted as interrupted:
        if isinstance(interrupted.report, Report):
            show(interrupted.report)
        complain("interrupted: not all rows were compared" + (f"; --resume {resume} goes on" if resume else ""))
        raise typer.Exit(130) from None
    show(report)
    if not report.faithful:
        raise FidelityError(f"{file} does not give the answers of {model}: {report.summary()}", report)
