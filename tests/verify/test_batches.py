"""Rows in batches: any number of them in bounded memory, in several processes, interrupted and gone on with."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite import InvalidFileError, InvalidInputError, Report, verify
from skl2tflite.errors import VerificationInterrupted
from skl2tflite.verify.batches import taken
from skl2tflite.verify.judging import Judge

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(300, 4))
Y = (X[:, 0] > 0).astype(int)
ESTIMATOR = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
MODEL = skl2tflite.convert(ESTIMATOR)
WRONG = skl2tflite.convert(make_pipeline(StandardScaler(), LogisticRegression(C=0.1)).fit(X, Y))


def batches(stop: int | None = None, interrupt: int | None = None) -> Iterator[Any]:
    for i, start in enumerate(range(0, 300, 50)):
        if i == interrupt:
            raise KeyboardInterrupt
        if stop is not None and i >= stop:
            return
        yield X[start : start + 50]


def test_batches_are_one_set_of_rows() -> None:
    whole, parts = verify(WRONG, ESTIMATOR, X), verify(WRONG, ESTIMATOR, batches())
    for method in ("predict_proba", "predict"):
        assert parts[method].rows == 300
        np.testing.assert_array_equal(parts[method].wrong, whole[method].wrong)
        assert parts[method].agreement == pytest.approx(whole[method].agreement)
        assert parts[method].largest_error == whole[method].largest_error
        assert [row.row for row in parts[method].differing] == [row.row for row in whole[method].differing]
        assert parts[method].example == whole[method].example
    assert verify(WRONG, ESTIMATOR, X, batch_rows=50).to_dict() == parts.to_dict()


@pytest.mark.parametrize("probe", [False, True])
def test_processes_change_no_result(probe: bool) -> None:
    one = verify(WRONG, ESTIMATOR, batches(), probe=probe)
    assert verify(WRONG, ESTIMATOR, batches(), probe=probe, n_jobs=2).to_dict() == one.to_dict()


def test_memory_does_not_grow_with_rows() -> None:
    """Neither rows are kept, nor the positions of all that differ."""
    rows = 4000

    def generated(count: int) -> Iterator[Any]:
        for _ in range(count):
            yield np.random.default_rng(1).normal(size=(rows, 4))  # alike, so that each batch takes as much

    verify(WRONG, ESTIMATOR, generated(1))
    peaks = []
    for count in (4, 24):
        tracemalloc.start()
        report = verify(WRONG, ESTIMATOR, generated(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.rows == rows * count
    assert report["predict_proba"].n_wrong > 10_000
    assert report["predict_proba"].wrong.size == 1000
    assert len(report["predict_proba"].differing) == 10
    assert peaks[1] - peaks[0] < 0.05 * 20 * rows * 4 * 8, "of the bytes of the further rows"


@pytest.mark.parametrize(
    "rows",
    [X, X.tolist(), pd.DataFrame(X), scipy.sparse.csc_array(X), scipy.sparse.coo_matrix(X)],
    ids=["array", "list", "frame", "sparse", "coo"],
)
def test_rows_of_any_container(rows: Any) -> None:
    estimator = make_pipeline(StandardScaler(with_mean=False), LogisticRegression()).fit(X, Y)
    report = verify(skl2tflite.convert(estimator), estimator, rows, batch_rows=70)
    assert report.faithful
    assert report.rows == 300
    assert len(taken(pd.DataFrame(X), np.array([3, 1]))) == 2


def test_progress() -> None:
    seen: list[int] = []
    report = verify(MODEL, ESTIMATOR, X, batch_rows=100, probe=True, progress=seen.append)
    assert seen[:3] == [100, 200, 300]
    assert len(seen) > 4
    assert seen == sorted(seen)
    assert seen[-1] == report.rows + report.made_rows
    with pytest.raises(InvalidInputError, match="progress is a function of a number of rows, not 3"):
        verify(MODEL, ESTIMATOR, X, progress=3)  # type: ignore[arg-type]


def test_an_iterator_of_none() -> None:
    with pytest.raises(InvalidInputError, match="X has no rows to compare on"):
        verify(MODEL, ESTIMATOR, iter([]))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_are_read_in_batches(tmp_path: Path, suffix: str) -> None:
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame(X, columns=list("abcd"))
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, Y)
    path = tmp_path / f"rows.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    model = skl2tflite.convert(estimator)
    report = verify(model, estimator, path, batch_rows=70)
    assert report.rows == 300
    assert report.faithful
    assert report.to_dict() == verify(model, estimator, frame, batch_rows=70).to_dict()
    assert verify(model, estimator, str(path)).rows == 300


@pytest.mark.parametrize("name", ["none.csv", "x" * 5000])
def test_a_file_that_is_not_there(name: str) -> None:
    with pytest.raises(InvalidInputError, match="there is no such file of rows"):
        verify(MODEL, ESTIMATOR, name)


# --- interrupted --------------------------------------------------------------------------------------


def test_an_interrupted_comparison_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with pytest.raises(VerificationInterrupted) as interrupted:
        verify(WRONG, ESTIMATOR, batches(interrupt=3), checkpoint=path)
    partial = interrupted.value.report
    assert isinstance(partial, Report)
    assert isinstance(interrupted.value, KeyboardInterrupt)
    assert partial.interrupted
    assert partial.rows == 150
    assert str(partial).startswith("interrupted: not all rows were compared\n")
    whole = verify(WRONG, ESTIMATOR, batches())
    resumed = verify(WRONG, ESTIMATOR, batches(), checkpoint=path)
    assert resumed.to_dict() == whole.to_dict()
    assert verify(WRONG, ESTIMATOR, batches(), checkpoint=path).to_dict() == whole.to_dict()


def test_what_was_compared_is_not_compared_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    whole = verify(MODEL, ESTIMATOR, X[:100], probe=True, checkpoint=path)
    monkeypatch.setattr(Judge, "compare", None)
    assert verify(MODEL, ESTIMATOR, X[:100], probe=True, checkpoint=path).to_dict() == whole.to_dict()


def test_another_comparison_does_not_go_on(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    verify(MODEL, ESTIMATOR, batches(stop=3), checkpoint=path)
    other = make_pipeline(StandardScaler(), LogisticRegression(C=2.0)).fit(X, Y)
    for arguments, options, what in (
        ((WRONG, ESTIMATOR, batches()), {}, "another model"),
        ((MODEL, other, batches()), {}, "another estimator"),
        ((MODEL, ESTIMATOR, batches()), {"tolerance": 0.1}, "another tolerance"),
        ((MODEL, ESTIMATOR, batches()), {"probe": True}, "another probe"),
        ((MODEL, ESTIMATOR, (rows + 1 for rows in batches())), {}, "other rows"),
        ((MODEL, ESTIMATOR, batches(stop=1)), {}, "other rows"),
    ):
        with pytest.raises(InvalidInputError, match=f"state.json is of a comparison (with|on) {what}; name another"):
            verify(*arguments, checkpoint=path, **options)  # type: ignore[arg-type]
    path.write_text("{}")
    with pytest.raises(InvalidFileError, match="holds no comparison to go on with"):
        verify(MODEL, ESTIMATOR, batches(), checkpoint=path)


# --- reports ------------------------------------------------------------------------------------------


def test_reports_are_json(tmp_path: Path) -> None:
    estimator = LinearRegression().fit(X, X[:, 0])
    wrong = skl2tflite.convert(LinearRegression().fit(X, X[:, 0] + 1e-3 * X[:, 1]))
    for report in (verify(wrong, estimator, X, probe=True), verify(WRONG, ESTIMATOR, X)):
        data = json.loads(report.to_json())
        assert Report.from_dict(data).to_dict() == data == report.to_dict()
        assert data["verdict"] == "not faithful"
        method = data["methods"][0]
        assert sum(method["errors"]["counts"]) == method["rows"] == 300
        worst = method["worst_rows"][0]
        assert worst["reason"] == "differs"
        assert worst["inputs"] == X[worst["row"]].tolist()
        assert worst["error"] == max(row["error"] for row in method["worst_rows"])
        assert worst["expected"] != worst["given"]


def test_errors_by_their_size() -> None:
    estimator = LinearRegression().fit(X, X[:, 0])
    errors = verify(skl2tflite.convert(estimator), estimator, X)["predict"].errors
    assert errors is not None
    edges = [0.0, *errors.to_json()["edges"]]
    beyond = [edge for edge, count in zip(edges, errors.counts, strict=False) if count]
    assert max(beyond) <= 1e-6
    labels = verify(MODEL, ESTIMATOR, X)["predict"]
    assert labels.errors is None
    assert labels.to_dict()["errors"] is None


@pytest.mark.parametrize(
    ("options", "text"),
    [({"n_jobs": 0}, "n_jobs"), ({"batch_rows": 0}, "batch_rows"), ({"checkpoint": 3}, "checkpoint")],
)
def test_arguments(options: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidInputError, match=text):
        verify(MODEL, ESTIMATOR, X, **options)


def test_nothing_compared_is_no_verdict() -> None:
    """No texts can be made from a model, so that without rows nothing is compared."""
    texts = ["win a", "lunch b"] * 4
    pipeline = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, [0, 1] * 4)
    with pytest.raises(InvalidInputError, match=r"no rows can be made for this model: give rows \(X\)"):
        skl2tflite.verify(skl2tflite.convert(pipeline, texts), pipeline, probe=True)
