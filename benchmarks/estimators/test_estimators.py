"""One model of each family: one row beside ONNX Runtime, 1000 rows beside scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from estimators.families import FAMILIES, Family, Rows
from harness import Comparison, Result, Row
from numpy.typing import NDArray
from runners import Call, litert_call, session_call, single_rows

SINGLE_ROW = "Estimators: one row from Python"
BATCH = 'Estimators: 1000 rows from Python, optimize_for="throughput"'
SECONDS = 1.0
"""Of a row: there are many."""

OUTPUT = {"predict_proba": 1, "decision_function": 1}
"""Which output of skl2onnx's graph a method is, where not the first."""

each_family = pytest.mark.parametrize("family", FAMILIES, ids=str)


@each_family
def test_single_row_onnxruntime(compare: Comparison, family: Family) -> None:
    row = Row(SINGLE_ROW, str(family), "ONNX Runtime", 1.0)
    compare.peer(row, "onnxruntime", "skl2onnx")
    rows = single_rows(family.rows[:256])
    ours = litert_call(family.file("latency"), 1)
    check(family, np.concatenate(rows), np.concatenate([ours(each) for each in rows]))
    theirs = onnxruntime_call(compare, row, family)
    compare.timed(row, ours, theirs, rows, seconds=SECONDS)


@each_family
def test_single_row_sklearn(compare: Comparison, family: Family) -> None:
    row = Row(SINGLE_ROW, str(family), "scikit-learn", 1.0)
    rows = single_rows(family.rows[:256])
    compare.timed(row, litert_call(family.file("latency"), 1), method(family), rows, seconds=SECONDS)


@each_family
def test_batch_sklearn(compare: Comparison, family: Family) -> None:
    row = Row(BATCH, str(family), "scikit-learn", 1.0)
    ours = litert_call(family.file("throughput"), len(family.rows))
    check(family, family.rows, ours(family.rows))
    compare.timed(row, ours, method(family), [family.rows], seconds=SECONDS)


def method(family: Family) -> Callable[[Rows], Any]:
    call: Callable[[Rows], Any] = getattr(family.fitted, family.method)
    return call


def onnxruntime_call(compare: Comparison, row: Row, family: Family) -> Call:
    """ONNX Runtime's call, or a row that says why there is none: most estimators have no converter there."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType

    X = family.rows[:256]
    options = {id(family.fitted): {"zipmap": False}} if family.method == "predict_proba" else None
    try:
        model = convert_sklearn(
            family.fitted, initial_types=[("X", FloatTensorType([None, X.shape[1]]))], options=options
        )
        call = session_call(model.SerializeToString(), OUTPUT.get(family.method, 0))
        answer = call(X)
    except Exception as error:  # whatever a converter meets that does not know its estimator
        reason = f"does not convert: {type(error).__name__}"
    else:
        expected = family.answer(family.rows[:256])
        if answer.size == expected.size and differ(expected, answer.reshape(expected.shape)) <= 1e-2:
            return call
        reason = "gives another answer than scikit-learn"
    compare.results.add(Result(row, skipped=reason))
    pytest.skip(f"{family}: skl2onnx {reason}")


def differ(expected: NDArray[Any], answer: NDArray[Any]) -> float:
    """The share of rows whose labels differ, or the greatest error as a fraction of the greatest value."""
    if expected.dtype.kind != "f":
        return float(np.mean(expected != answer))
    return float(np.nanmax(np.abs(expected - answer)) / max(np.nanmax(np.abs(expected)), 1e-30))


def check(family: Family, X: Rows, answer: NDArray[Any]) -> None:
    """Our answer is scikit-learn's; how nearly, the tests of the sweep say."""
    expected = family.answer(X)
    assert answer.shape == expected.shape
    assert differ(expected, answer) <= (0 if expected.dtype.kind != "f" else 1e-4)
