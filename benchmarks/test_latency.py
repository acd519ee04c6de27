"""How long an answer takes: one row and 1000 rows, against ONNX Runtime and scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from harness import Comparison, Row
from models import CASES, Case, Rows
from numpy.typing import NDArray
from runners import litert_call, onnx_answer, onnxruntime_call, our_file, repeated_rows, single_rows

SINGLE_ROW = "One row from Python: set the input, invoke, get the output"
BATCH = "1000 rows from Python"
BATCH_ROWS = 1000

SKLEARN_GOAL = 1 / 50

each_case = pytest.mark.parametrize("case", CASES, ids=str)


@each_case
def test_single_row_onnxruntime(compare: Comparison, case: Case) -> None:
    row = Row(SINGLE_ROW, str(case), "ONNX Runtime", case.single_row_goal)
    compare.peer(row, "onnxruntime", "skl2onnx")
    rows = single_rows(case.fit().X[:256])
    ours, theirs = litert_call(our_file(case), 1), onnxruntime_call(case)
    check(case, np.concatenate(rows), np.concatenate([ours(each) for each in rows]))
    check_peer(case, np.concatenate(rows), np.concatenate([theirs(each) for each in rows]))
    compare.timed(row, ours, theirs, rows)


@each_case
def test_single_row_sklearn(compare: Comparison, case: Case) -> None:
    row = Row(SINGLE_ROW, str(case), "scikit-learn", SKLEARN_GOAL)
    rows = single_rows(case.fit().X[:256])
    ours = litert_call(our_file(case), 1)
    check(case, np.concatenate(rows), np.concatenate([ours(each) for each in rows]))
    compare.timed(row, ours, getattr(case.fit().estimator, case.method), rows)


@each_case
def test_batch_onnxruntime(compare: Comparison, case: Case) -> None:
    row = Row(BATCH, str(case), "ONNX Runtime", case.batch_goal)
    compare.peer(row, "onnxruntime", "skl2onnx")
    X = repeated_rows(case.fit().X, BATCH_ROWS)
    ours, theirs = litert_call(our_file(case), BATCH_ROWS), onnxruntime_call(case)
    check(case, X, ours(X))
    check_peer(case, X, theirs(X))
    compare.timed(row, ours, theirs, [X])


def check(case: Case, X: Rows, answer: NDArray[Any]) -> None:
    """Our answer is scikit-learn's."""
    reference = case.fit().reference(case.method, X)
    assert answer.shape == reference.shape
    if case.tolerance == 0:
        np.testing.assert_array_equal(answer, reference)
    else:
        np.testing.assert_allclose(answer, reference, rtol=0, atol=case.tolerance)
        if answer.ndim == 2:
            np.testing.assert_array_equal(answer.argmax(axis=1), reference.argmax(axis=1))


def check_peer(case: Case, X: Rows, raw: NDArray[Any]) -> None:
    """The peer computes the same thing, roughly: or there is nothing to compare."""
    np.testing.assert_allclose(onnx_answer(case, raw), case.fit().reference(case.method, X), rtol=0, atol=1e-3)
