"""What made a file: beside its bytes, which do not change."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite import InvalidFileError, InvalidInputError, Report
from skl2tflite.estimator_digest import estimator_digest
from skl2tflite.reports import ConversionReport
from skl2tflite.reports.conversion_report import report_beside

X = np.random.default_rng(0).normal(size=(40, 3))
ESTIMATOR = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, X[:, 0] > 0)


def test_a_model_says_what_made_it() -> None:
    model = skl2tflite.convert(ESTIMATOR, X, methods=("predict",), precision="fast")
    report = model.report
    assert report is not None
    assert report.estimator == "Pipeline(StandardScaler, LogisticRegression)"
    assert report.estimator_digest == estimator_digest(ESTIMATOR)
    assert report.versions["scikit-learn"] == sklearn.__version__
    assert set(report.versions) == {"python", "skl2tflite", "scikit-learn", "numpy", "ai-edge-litert"}
    assert report.options["precision"] == "fast"
    assert report.options["methods"] == ["predict"]
    assert report.rows == 40
    assert report.comparison is not None
    assert report.comparison.faithful
    assert str(report).endswith("compared with scikit-learn on 40 rows: faithful")
    assert pickle.loads(pickle.dumps(model)).report.to_dict() == report.to_dict()


def test_without_rows_it_says_so() -> None:
    report = skl2tflite.convert(ESTIMATOR).report
    assert report is not None
    assert report.comparison is None
    assert report.rows == 0
    assert report.result == "not compared: it was converted without rows"
    with pytest.raises(skl2tflite.InvalidInputError, match="X has no rows to compare on"):
        skl2tflite.convert(ESTIMATOR, X[:0])


def test_it_is_not_in_the_bytes(tmp_path: Path) -> None:
    compared, plain = skl2tflite.convert(ESTIMATOR, X, golden=None), skl2tflite.convert(ESTIMATOR)
    assert bytes(compared) == bytes(plain)
    compared.save(tmp_path / "model.tflite")
    assert [path.name for path in tmp_path.iterdir()] == ["model.tflite"]
    assert skl2tflite.load(tmp_path / "model.tflite").report is None


def test_it_lies_beside_the_file(tmp_path: Path) -> None:
    model = skl2tflite.convert(ESTIMATOR, X)
    report = model.report
    assert report is not None
    path = model.save(tmp_path / "model.tflite")
    assert report_beside(path, bytes(model)) is None
    report.save(tmp_path / "model.tflite.report.json")
    beside = report_beside(path, bytes(model))
    assert beside is not None
    assert beside.to_dict() == report.to_dict() == json.loads((tmp_path / "model.tflite.report.json").read_text())
    assert report_beside(path, bytes(skl2tflite.convert(ESTIMATOR, methods=("predict",)))) is None, "of another file"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', '{"format": 2}', "\x00"])
def test_what_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.json").write_text(text)
    with pytest.raises(InvalidFileError, match=r"report\.json"):
        ConversionReport.read(tmp_path / "report.json")


@pytest.mark.parametrize("options", [{"batch": np.int64(5)}, {"target": "micro", "max_flash": np.int32(100_000)}])
def test_options_may_be_numpy_integers(options: dict[str, Any], tmp_path: Path) -> None:
    model = skl2tflite.convert(ESTIMATOR, **options)
    assert model.report is not None
    model.report.save(tmp_path / "report.json")
    assert ConversionReport.read(tmp_path / "report.json") == model.report


@pytest.mark.parametrize("data", [{}, {"methods": 3}, {"methods": [{}], "interrupted": False}, None])
def test_what_is_no_report_of_a_comparison(data: Any) -> None:
    with pytest.raises(InvalidInputError, match="is no report of a comparison, or contradicts itself; give what"):
        Report.from_dict(data)


def test_reports_are_equal_by_what_they_say() -> None:
    report = skl2tflite.verify(skl2tflite.convert(ESTIMATOR), ESTIMATOR, X)
    assert Report.from_dict(report.to_dict()) == report
    assert report != Report(())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("faithful", False),
        ("verdict", "not faithful"),
        ("rows", 3),
        ("made_rows", 1),
        ("methods.verdict", "not faithful"),
        ("methods.rows", -1),
        ("methods.rows", 0.5),
        ("methods.differing", 7),
        ("methods.near_ties", 10**6),
        ("methods.near_tie_rows", [10**6]),
        ("methods.agreement", 2.0),
        ("methods.no_answer", -1),
        ("methods.origin", "found on the street"),
    ],
)
def test_reports_that_contradict_themselves(field: str, value: Any) -> None:
    data = skl2tflite.verify(skl2tflite.convert(ESTIMATOR), ESTIMATOR, X).to_dict()
    changed = data["methods"][0] if "." in field else data
    assert changed[field.rpartition(".")[2]] != value
    changed[field.rpartition(".")[2]] = value
    with pytest.raises(InvalidInputError, match="contradicts itself"):
        Report.from_dict(data)
