"""``skl2tflite demo``: train, convert, compare and time pipelines on real data."""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

from skl2tflite.cli.comparison import percent
from skl2tflite.cli.console import complain, console, error_size, say, styled, table
from skl2tflite.cli.demo_models import DemoModel, demo_models
from skl2tflite.units import duration, size

if TYPE_CHECKING:
    from skl2tflite.verify import Report

EXAMPLES = ("skl2tflite demo", "skl2tflite demo -o /tmp/models")


@dataclass(frozen=True)
class Result:
    """What the demo found of one model; times are in seconds, sizes in bytes."""

    report: Report
    file_size: int
    pickle_size: int
    conversion: float
    sklearn_row: float
    litert_row: float


def command(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to write the files.")] = Path(
        "demo"
    ),
) -> None:
    """Train real pipelines, convert them, check them on rows they have not seen, and time them.

    The data comes with scikit-learn. The files run on the real LiteRT runtime. Takes well under a minute; exit
    status 1 if any answer differs from scikit-learn's.
    """
    from skl2tflite.errors import FidelityError

    output.mkdir(parents=True, exist_ok=True)
    models = list(demo_models())
    results = _run_all(models, output)
    _show(models, results)
    written = [m.name for m, result in zip(models, results, strict=True) if result.report.faithful]
    say(f"Wrote {len(written)} files to {output}/. Look into one: skl2tflite inspect {output}/{models[0].name}.tflite")
    wrong = [m.name for m in models if m.name not in written]
    if wrong:
        raise FidelityError(f"not faithful: {', '.join(wrong)}")


def _run_all(models: list[DemoModel], output: Path) -> list[Result]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console(stderr=True),
        transient=True,
    )
    progress.disable = not progress.console.is_terminal
    results = []
    with progress:
        task = progress.add_task("", total=len(models))
        for model in models:
            progress.update(task, description=model.title)
            results.append(run(model, output))
            progress.advance(task)
    return results


def run(model: DemoModel, folder: Path) -> Result:
    """Train, convert, write, check and time one model."""
    from sklearn.model_selection import train_test_split
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    from skl2tflite.convert import convert
    from skl2tflite.verify import verify

    X, y = model.load()
    X_train, X_test, y_train, _ = train_test_split(X, y, test_size=0.4, random_state=0)
    estimator = model.make()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # solvers that stop before they have converged
        estimator.fit(X_train, y_train)
    converted = convert(estimator, methods=model.methods)
    conversion = seconds(lambda: convert(estimator, methods=model.methods))
    report = verify(converted, estimator, X_test)
    if report.faithful:
        converted.save(folder / f"{model.name}.tflite")
    with threadpool_limits(1):
        method = getattr(estimator, model.methods[0])
        row = X_test[:1]
        return Result(
            report,
            len(converted),
            len(pickle.dumps(estimator)),
            conversion,
            seconds(lambda: method(row)),
            seconds(litert_call(bytes(converted), row)),
        )


def litert_call(content: bytes, row: Any) -> Callable[[], Any]:
    """Return a function that runs a file's first signature on a row, with little Python around it, on one thread."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    source, answer = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
    values = getattr(row, "to_numpy", lambda: row)().astype("float32")

    def call() -> Any:
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        return interpreter.get_tensor(answer)

    return call


def seconds(call: Callable[[], Any], budget: float = 0.3) -> float:
    """Return how long a call takes: the median over batches that last about a millisecond each."""
    call()  # the first one warms up
    start = time.perf_counter()
    call()
    once = max(time.perf_counter() - start, 1e-7)
    batch = max(1, int(1e-3 / once))
    samples = []
    for _ in range(max(5, int(budget / (batch * once)))):
        start = time.perf_counter()
        for _ in range(batch):
            call()
        samples.append((time.perf_counter() - start) / batch)
    return median(samples)


def _show(models: list[DemoModel], results: list[Result]) -> None:
    out = console()
    shown = table(
        "model", ">rows", ">labels\nagree", ">largest\nerror", ">file\n.tflite", ">file\npickle", ">convert",
        ">one row\nsklearn", ">one row\nLiteRT",
        title="scikit-learn and the converted files on rows held back from training",
        caption=(
            "Labels agree: share of rows with scikit-learn's label. Largest error: of a probability, score or value, "
            f"as a fraction of the greatest. Answers come from LiteRT {version('ai-edge-litert')}. Times are medians. "
            "One row: a call from Python, one thread: scikit-learn's method, checks of its input included, and "
            "LiteRT's set, invoke, get."
        ),
        tight=out.width < 100,
    )  # fmt: skip
    for model, result in zip(models, results, strict=True):
        report = result.report
        near = sum(method.n_near_ties for method in report.methods)
        labels = percent(report["predict"].agreement) if len(model.methods) > 1 else "–"
        shown.add_row(
            model.title if report.faithful else styled(f"{model.title}: not faithful", "red"),
            f"{report.rows:,}",
            labels + (f" ({near} near ties)" if near else ""),
            error_size(max(method.relative_error for method in report.methods)),
            size(result.file_size),
            size(result.pickle_size),
            duration(result.conversion),
            duration(result.sklearn_row),
            duration(result.litert_row),
        )
    out.print(shown)
    for result in results:
        if not result.report.faithful:
            complain(result.report.summary())
