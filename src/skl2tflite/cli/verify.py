"""``skl2tflite verify``: a .tflite file and the estimator it came from answer the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skl2tflite.cli.options import ROW_FILES, ModelPath, TargetColumn, TrustPickle, TrustTypes

EXAMPLES = (
    "skl2tflite verify model.tflite model.skops rows.csv",
    "skl2tflite verify model.tflite model.skops rows.parquet --target-column label --tolerance 1e-5",
)


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite file that skl2tflite wrote.")],
    model: ModelPath,
    rows: Annotated[Path, typer.Argument(metavar="ROWS", help=f"{ROW_FILES}.")],
    target_column: TargetColumn = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="Largest error of a value, as a fraction of its column's greatest.")
    ] = 1e-6,
    trust_pickle: TrustPickle = False,
    trust_type: TrustTypes = None,
) -> None:
    """Compare a [bold].tflite[/] file with the model it came from, method by method, on rows of yours.

    The file runs on the real LiteRT runtime. Exit status 1 if any answer differs by more than the tolerance.
    """
    from skl2tflite.cli.comparison import show_report
    from skl2tflite.cli.estimators import read_estimator
    from skl2tflite.cli.rows import read_rows
    from skl2tflite.converters import converter_for
    from skl2tflite.converters.core.blame import blaming
    from skl2tflite.errors import FidelityError, InvalidInputError
    from skl2tflite.model import load
    from skl2tflite.verify import verify

    converted = load(file)
    estimator = read_estimator(model, trust_pickle=trust_pickle, trusted_types=trust_type or ())
    with blaming(estimator):
        converter = converter_for(estimator)
        missing = [name for name in converted.methods if not converter.has(name)]
    if missing:
        raise InvalidInputError(
            f"{model} has no {missing[0]}, which {file} was converted with; it is of another estimator"
        )
    report = verify(converted, estimator, read_rows(rows, estimator, target_column), tolerance=tolerance)
    show_report(report)
    if not report.faithful:
        raise FidelityError(f"{file} does not give the answers of {model}: {report.summary()}", report)
