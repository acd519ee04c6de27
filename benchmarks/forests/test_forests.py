"""Tree ensembles: one row, 1000 rows and file size, against ONNX Runtime, the libraries themselves and Hummingbird."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from forests.ensembles import BATCH_ROWS, ENSEMBLES, ONNX_CONVERTERS, Ensemble, check
from harness import Comparison, Row
from models import Rows
from numpy.typing import NDArray
from runners import litert_call, repeated_rows, single_rows

import skl2tflite
from skl2tflite.forest.cost import OptimizeFor

SINGLE_ROW = "Forests: one row from Python, default layout"
BATCH = 'Forests: 1000 rows from Python, optimize_for="throughput"'
DEFAULT_SIZE = "Forests: file size, default"
SMALL_SIZE = 'Forests: file size, optimize_for="size"'
NO_HUMMINGBIRD = ("catboost",)
"""Libraries that Hummingbird does not read."""

each_case = pytest.mark.parametrize("case", ENSEMBLES, ids=str)
each_hummingbird = pytest.mark.parametrize(
    "case", [case for case in ENSEMBLES if case.library not in NO_HUMMINGBIRD], ids=str
)


def need_onnx(compare: Comparison, row: Row, case: Ensemble, *modules: str) -> None:
    compare.peer(row, case.library, *modules, *ONNX_CONVERTERS.get(case.library, ("onnxmltools",)))
    try:
        case.onnx_file()
    except Exception as error:
        compare.skip(row, f"does not convert: {type(error).__name__}")


def check_peer(compare: Comparison, row: Row, case: Ensemble, X: Rows, answer: NDArray[Any]) -> None:
    """Skip where the peer's answer is wrong: its time says nothing."""
    try:
        check(case, X, answer, 1e-3)
    except AssertionError:
        compare.skip(row, "its answers are wrong")


@each_case
def test_single_row_onnxruntime(compare: Comparison, case: Ensemble) -> None:
    row = Row(SINGLE_ROW, str(case), "ONNX Runtime", case.single_row_goal)
    need_onnx(compare, row, case, "onnxruntime")
    rows = single_rows(case.fit().X[:256])
    ours, theirs = litert_call(case.file("latency"), 1), case.onnxruntime_call()
    check(case, np.concatenate(rows), np.concatenate([ours(each) for each in rows]))
    check_peer(compare, row, case, np.concatenate(rows), np.concatenate([theirs(each) for each in rows]))
    compare.timed(row, ours, theirs, rows)


@each_case
def test_batch_onnxruntime(compare: Comparison, case: Ensemble) -> None:
    row = Row(BATCH, str(case), "ONNX Runtime", case.batch_goal)
    need_onnx(compare, row, case, "onnxruntime")
    X = repeated_rows(case.fit().X, BATCH_ROWS)
    ours, theirs = litert_call(case.file("throughput"), BATCH_ROWS), case.onnxruntime_call()
    check(case, X, ours(X))
    check_peer(compare, row, case, X, theirs(X))
    compare.timed(row, ours, theirs, [X])


@each_case
def test_batch_library(compare: Comparison, case: Ensemble) -> None:
    row = Row(BATCH, str(case), case.library, 1.0 if case.library == "sklearn" else None)
    compare.peer(row, case.library)
    X = repeated_rows(case.fit().X, BATCH_ROWS)
    ours = litert_call(case.file("throughput"), BATCH_ROWS)
    check(case, X, ours(X))
    compare.timed(row, ours, case.own_call(), [X])


@pytest.mark.parametrize(("suite", "n_rows"), [(SINGLE_ROW, 1), (BATCH, BATCH_ROWS)], ids=["row", "batch"])
@each_hummingbird
def test_hummingbird(compare: Comparison, case: Ensemble, suite: str, n_rows: int) -> None:
    row = Row(suite, str(case), "Hummingbird", 1 / 10)
    compare.peer(row, case.library, "hummingbird.ml", "torch")
    X = repeated_rows(case.fit().X, max(n_rows, 256))
    rows = single_rows(X) if n_rows == 1 else [X]
    ours = litert_call(case.file("latency" if n_rows == 1 else "throughput"), n_rows)
    theirs = case.hummingbird_call()
    check(case, X, np.concatenate([ours(each) for each in rows]))
    check_peer(compare, row, case, X, np.concatenate([theirs(each) for each in rows]))
    compare.timed(row, ours, theirs, rows)


@pytest.mark.parametrize(
    ("suite", "optimize_for", "goal"),
    [(DEFAULT_SIZE, "latency", 1 / 3), (SMALL_SIZE, "size", 1 / 4)],
    ids=["default", "size"],
)
@each_case
def test_size(compare: Comparison, case: Ensemble, suite: str, optimize_for: OptimizeFor, goal: float) -> None:
    """Files with all default methods: ONNX's hold labels beside probabilities too."""
    row = Row(suite, str(case), "ONNX", goal, unit="bytes")
    need_onnx(compare, row, case)
    ours = bytes(skl2tflite.convert(case.fit().estimator, optimize_for=optimize_for))
    compare.measured(row, len(ours), len(case.onnx_file()))
