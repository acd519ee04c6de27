"""Comparing on the command line."""

from __future__ import annotations

import pytest
import skops.io
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@pytest.mark.parametrize("rows", ["rows.csv", "labelled.csv", "labelled.parquet"])
def test_faithful(run, saved, rows):
    done = run("verify", saved / "model.tflite", saved / "model.skops", saved / rows)
    done.succeeds("predict_proba", "569", "100 %", "faithful")
    assert ("left out 'label'" in done.stderr) == rows.startswith("labelled")


def test_another_fit_is_not_faithful(run, saved, tmp_path, frame, labels):
    other = make_pipeline(StandardScaler(), LogisticRegression(C=0.01)).fit(frame, labels)
    skops.io.dump(other, tmp_path / "other.skops")
    done = run("verify", saved / "model.tflite", tmp_path / "other.skops", saved / "rows.csv")
    done.fails("does not give the answers", status=1)
    assert "rows differ" in done.stdout
    assert "instead of" in done.stdout


def test_tolerance(run, saved, tmp_path, pipeline, frame):
    arguments = ("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv")
    run(*arguments, "--tolerance", "0.1").succeeds()
    run(*arguments, "--tolerance", "-1").fails("--tolerance")


def test_another_kind_of_estimator(run, saved, tmp_path, frame, labels):
    skops.io.dump(LinearRegression().fit(frame, labels), tmp_path / "linear.skops")
    run("verify", saved / "model.tflite", tmp_path / "linear.skops", saved / "rows.csv").fails("has no predict_proba")


def test_fewer_features(run, saved, tmp_path, frame, labels):
    skops.io.dump(LogisticRegression().fit(frame.iloc[:, :2], labels), tmp_path / "narrow.skops")
    frame.iloc[:, :2].to_csv(tmp_path / "narrow.csv", index=False)
    arguments = (saved / "model.tflite", tmp_path / "narrow.skops", tmp_path / "narrow.csv")
    run("verify", *arguments).fails("'mean area', 'worst area' missing")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9])
def test_truncated_file(run, saved, tmp_path, share):
    content = (saved / "model.tflite").read_bytes()
    (tmp_path / "cut.tflite").write_bytes(content[: int(len(content) * share)])
    run("verify", tmp_path / "cut.tflite", saved / "model.skops", saved / "rows.csv").fails("cut.tflite")


def test_exchanged_arguments(run, saved):
    run("verify", saved / "model.skops", saved / "model.tflite", saved / "rows.csv").fails("not a .tflite file")
