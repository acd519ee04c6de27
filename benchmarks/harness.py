"""Paired measurements: we and a named peer in turn, in one process.

A machine's speed drifts: other programs, frequency, caches. Two timings taken minutes apart differ by more
than most of what is measured here, but their *ratio* is steady when both are taken within the same few
milliseconds. So every timed row alternates: a sample of the peer, a sample of ours, a sample of the peer, ….
The row shows the median of each side, and the median of the paired ratios with their 10th and 90th
percentile; a row whose percentiles lie far apart says so: read it again on a quieter machine.

A row states its goal and says whether it was reached. A goal missed never fails a test: a timing is a fact
about a machine on a day. What a test does assert is that the answers being timed are right.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Generic, Literal, NoReturn, TypeVar

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rich.console import Console
from rich.table import Table
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
RESULTS_FOLDER = ROOT / ".benchmarks"

SAMPLE_SECONDS = 0.002
"""How long one sample lasts; a fast call is repeated to fill it."""
ROW_SECONDS = 3.0
"""How long a timed row lasts, both sides together, where it does not say otherwise."""
MIN_ROUNDS, MAX_ROUNDS = 9, 1000
NOISY = 2.0
"""A row whose 90th percentile is this many times its 10th is marked as noisy."""

PACKAGES = (
    "skl2tflite",
    "scikit-learn",
    "numpy",
    "ai-edge-litert",
    "onnxruntime",
    "skl2onnx",
    "onnx",
    "tensorflow",
    "tensorflow-cpu",
    "keras",
    "xgboost",
    "lightgbm",
    "catboost",
    "onnxmltools",
    "hummingbird-ml",
    "torch",
    "tflite-micro",
    "emlearn",
    "m2cgen",
)

HEADINGS = ("", "peer", "ours", "peer's", "ratio", "10 to 90 %", "goal", "verdict")

T = TypeVar("T")

Unit = Literal["s", "bytes", "count"]
Verdict = Literal["reached", "not reached", "shown", "skipped"]


@dataclass(frozen=True)
class Row:
    """What is compared, with whom, and how far we mean to get.

    Parameters
    ----------
    suite : str
        Heading under which the row is printed.
    name : str
        What both sides do.
    peer : str
        Who is compared with.
    goal : float or None
        The largest value that reaches the goal; None where a row is only shown.
    measure : {"ratio", "difference"}
        The row's value is ours / peer's, or ours - peer's.
    unit : {"s", "bytes", "count"}
        Unit of both sides, and of a difference.
    """

    suite: str
    name: str
    peer: str
    goal: float | None = None
    measure: Literal["ratio", "difference"] = "ratio"
    unit: Unit = "s"


@dataclass(frozen=True)
class Result:
    """A row's outcome: medians of both sides, the median paired value and its 10th and 90th percentile."""

    row: Row
    ours: float = math.nan
    theirs: float = math.nan
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    rounds: int = 0
    skipped: str | None = None

    @property
    def verdict(self) -> Verdict:
        if self.skipped is not None:
            return "skipped"
        if self.row.goal is None:
            return "shown"
        return "reached" if self.value <= self.row.goal else "not reached"

    @property
    def noisy(self) -> bool:
        return self.row.measure == "ratio" and self.high > NOISY * self.low


def paired_result(row: Row, ours: Sequence[float], theirs: Sequence[float]) -> Result:
    """Medians of two equally long series of measurements, and of their paired ratios or differences."""
    if row.measure == "ratio":
        values = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    else:
        values = [mine - other for mine, other in zip(ours, theirs, strict=True)]
    low = high = values[0]
    if len(values) > 1:
        deciles = quantiles(values, n=10, method="inclusive")
        low, high = deciles[0], deciles[-1]
    return Result(row, median(ours), median(theirs), median(values), low, high, rounds=len(values))


class Side(Generic[T]):
    """One contender: a call, fed with the inputs in turn, repeated to fill a sample worth timing.

    Feeding different rows matters: a forest that always sees one row owes its speed to the branch predictor.
    """

    def __init__(self, call: Callable[[T], object], inputs: Sequence[T]) -> None:
        self.call = call
        self.inputs = cycle(inputs)
        self.calls = 1
        self.sample()  # the first call loads and allocates
        # The fastest of a few estimates: one slow sample would make all samples too short.
        seconds = min(self.sample() for _ in range(3))
        while seconds < SAMPLE_SECONDS / 20:
            self.calls *= 10
            seconds = min(self.sample() for _ in range(3))
        self.calls = max(1, math.ceil(self.calls * SAMPLE_SECONDS / seconds))
        self.sample_seconds = self.sample()

    def run(self, inputs: Sequence[T]) -> None:
        """Call for every input and drop the answers."""
        call = self.call
        for each in inputs:
            call(each)

    def next_inputs(self) -> list[T]:
        """The inputs of the next sample; taken outside the timed part."""
        return list(islice(self.inputs, self.calls))

    def sample(self) -> float:
        """Seconds of one sample (of `calls` calls)."""
        inputs = self.next_inputs()
        start = perf_counter()
        self.run(inputs)
        return perf_counter() - start


class Results:
    """All rows of a session; prints the table and writes the JSON."""

    def __init__(self) -> None:
        self.rows: list[Result] = []

    def add(self, result: Result) -> None:
        self.rows.append(result)

    def table(self, width: int, color: bool) -> str:
        """The rows as text, one table per suite, columns of one width."""
        cells = {result: self._cells(result) for result in self.rows}
        columns = list(zip(*cells.values(), strict=True))
        widths = [
            max(len(heading), *(cell.cell_len for cell in column))
            for heading, column in zip(HEADINGS, columns, strict=True)
        ]
        console = Console(
            width=max(width, sum(widths) + 2 * len(widths)),
            force_terminal=color,
            no_color=not color,
            highlight=False,
        )
        with console.capture() as capture:
            for suite in dict.fromkeys(result.row.suite for result in self.rows):
                table = Table(title=suite, title_justify="left", title_style="bold", pad_edge=False, box=None)
                for heading, column_width in zip(HEADINGS, widths, strict=True):
                    numeric = heading not in ("", "peer", "verdict")
                    table.add_column(heading, width=column_width, justify="right" if numeric else "left")
                for result, row_cells in cells.items():
                    if result.row.suite == suite:
                        table.add_row(*row_cells)
                console.print(table, "")
        return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())

    @staticmethod
    def _cells(result: Result) -> list[Text]:
        row = result.row
        style = {"reached": "green", "not reached": "red", "shown": "dim", "skipped": "yellow"}[result.verdict]
        goal = "" if row.goal is None else f"≤ {_value(row, row.goal).removeprefix('+')}"
        if result.skipped is not None:
            texts = [row.name, row.peer, "", "", "", "", goal]
            return [*map(Text, texts), Text(f"skipped: {result.skipped}", style=style)]
        texts = [
            row.name,
            row.peer,
            _quantity(result.ours, row.unit),
            _quantity(result.theirs, row.unit),
            _value(row, result.value),
            "" if result.rounds < 2 else f"{_value(row, result.low)} to {_value(row, result.high)}",
            goal,
        ]
        return [*map(Text, texts), Text(result.verdict + ", noisy" * result.noisy, style=style)]

    def save(self) -> Path:
        """Write the rows and what they were measured on to `.benchmarks/`; give the file's path."""
        now = datetime.now(UTC)
        RESULTS_FOLDER.mkdir(exist_ok=True)
        path = RESULTS_FOLDER / f"rows-{now:%Y%m%dT%H%M%SZ}.json"
        rows = [
            {key: _json(value) for key, value in asdict(result).items() if key != "row"}
            | {"row": asdict(result.row), "verdict": result.verdict, "noisy": result.noisy}
            for result in self.rows
        ]
        document = {"when": now.isoformat(timespec="seconds"), "environment": environment(), "rows": rows}
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        return path


@dataclass
class Comparison:
    """What a benchmark test uses (fixture `compare`): states a row and measures it."""

    request: pytest.FixtureRequest
    results: Results

    @property
    def disabled(self) -> bool:
        """With --benchmark-disable the answers are checked and nothing is measured."""
        return bool(self.request.config.getoption("benchmark_disable"))

    def peer(self, row: Row, *modules: str) -> None:
        """Import the peer's modules, or report the row as skipped and skip the test."""
        for name in modules:
            try:
                importlib.import_module(name)
            except ImportError as error:
                self.skip(row, f"no {error.name or name}; pip install -e .[bench]")

    def skip(self, row: Row, reason: str) -> NoReturn:
        """Report the row as skipped and skip the test: the peer has no answer, or a wrong one."""
        self.results.add(Result(row, skipped=reason))
        pytest.skip(f"{row.name}, against {row.peer}: {reason}")

    def timed(
        self,
        row: Row,
        ours: Callable[[T], object],
        theirs: Callable[[T], object],
        inputs: Sequence[T],
        their_inputs: Sequence[T] | None = None,
        seconds: float = ROW_SECONDS,
    ) -> None:
        """Time both calls in turn: a sample of the peer, a sample of ours, and so on.

        pytest-benchmark times our samples; the peer's is taken in its `setup`, right before each of ours.
        """
        if self.disabled:
            return
        benchmark: BenchmarkFixture = self.request.getfixturevalue("benchmark")
        mine, other = Side(ours, inputs), Side(theirs, inputs if their_inputs is None else their_inputs)
        pair_seconds = mine.sample_seconds + other.sample_seconds
        rounds = min(MAX_ROUNDS, max(MIN_ROUNDS, math.ceil(seconds / pair_seconds)))
        their_seconds: list[float] = []

        def before_ours() -> tuple[tuple[list[T]], dict[str, object]]:
            their_seconds.append(other.sample() / other.calls)
            return (mine.next_inputs(),), {}

        collecting = gc.isenabled()
        gc.collect()
        gc.disable()
        try:
            benchmark.pedantic(mine.run, setup=before_ours, rounds=rounds)  # type: ignore[no-untyped-call]
        finally:
            if collecting:
                gc.enable()
        assert benchmark.stats is not None
        our_seconds = [seconds / mine.calls for seconds in benchmark.stats.stats.data]
        result = paired_result(row, our_seconds, their_seconds)
        benchmark.extra_info |= {"row": asdict(row), "calls": mine.calls, "value": result.value}
        self.results.add(result)

    def measured(self, row: Row, ours: float | Sequence[float], theirs: float | Sequence[float]) -> None:
        """Add a row whose numbers the test took itself: sizes, or paired timings of subprocesses."""
        if self.disabled:
            return
        ours_list = [ours] if isinstance(ours, int | float) else ours
        their_list = [theirs] if isinstance(theirs, int | float) else theirs
        self.results.add(paired_result(row, ours_list, their_list))


def environment() -> dict[str, str]:
    """Versions and processor, to tell two files of results apart; nothing that names a machine."""
    facts = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        facts["processor"] = models[0].partition(":")[2].strip() if models else platform.processor()
        facts["cores"] = str(len(models))
    else:
        facts["processor"] = platform.processor()
    for package in PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            continue
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if git.returncode == 0:
        facts["commit"] = git.stdout.strip()
    return facts


def run_python(code: str) -> str:
    """What a fresh interpreter prints for `code`."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _quantity(value: float, unit: Unit) -> str:
    """A number with a unit that leaves two or three digits before the point."""
    if unit == "count":
        return f"{value:.0f}"
    if unit == "bytes":
        for prefix, size in (("MB", 1e6), ("kB", 1e3)):
            if value >= size:
                return f"{value / size:.3g} {prefix}"
        return f"{value:.0f} B"
    for prefix, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= size:
            return f"{value / size:.3g} {prefix}"
    return f"{value * 1e9:.3g} ns"


def _value(row: Row, value: float) -> str:
    """A ratio as people say it (0.27, 1/54), a difference with its unit."""
    if row.measure == "difference":
        sign = "-" if value < 0 else "+"
        return sign + _quantity(abs(value), row.unit)
    if 0 < value < 0.1:
        return f"1/{1 / value:.3g}"
    return f"{value:.3g}"


def _json(value: object) -> object:
    return None if isinstance(value, float) and math.isnan(value) else value
