"""Comparing on the command line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skl2tflite
from skl2tflite.verify.judging import Judge


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


@pytest.mark.parametrize("share", [0.05, 1.0])
def test_neighbours_equally_far(run, tmp_path, share):
    random = np.random.default_rng(0)
    points, rows = random.poisson(2, (2, 200, 4)).astype(float)
    model = KNeighborsRegressor(7, algorithm="kd_tree").fit(points, random.normal(size=200))
    converted = skl2tflite.convert(model)
    converted.save(tmp_path / "model.tflite")
    skops.io.dump(model, tmp_path / "model.skops")
    far = skl2tflite.verify(converted, model, rows)["predict"].equally_far
    others = np.setdiff1d(np.arange(200), far)
    table = pd.DataFrame(rows[[*others, *far[: int(share * len(far))]]], columns=[*"abcd"])
    table.to_csv(tmp_path / "rows.csv", index=False)
    arguments = ("verify", tmp_path / "model.tflite", tmp_path / "model.skops", tmp_path / "rows.csv")
    done = run(*arguments)
    if share < 1:
        done.succeeds("equally far", "faithful", "of which scikit-learn takes others")
    else:
        done.fails("does not give the answers", status=1)
        assert f"{far.size} rows differ" in done.stdout
        assert "a little noise" in " ".join(done.stdout.split())  # a terminal breaks lines anywhere


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


def test_report_as_json(run, saved):
    done = run("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv", "--json")
    done.succeeds()
    report = json.loads(done.stdout)
    assert report["verdict"] == "faithful"
    assert report["rows"] == 569
    assert report["made_rows"] > 0
    origins = [(method["method"], method["origin"]) for method in report["methods"]]
    assert ("predict", "given") in origins
    assert ("predict", "made from the model") in origins


def test_without_probing(run, saved):
    done = run("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv", "--no-probe", "--json")
    assert json.loads(done.stdout)["made_rows"] == 0
    run("verify", saved / "model.tflite", saved / "model.skops", "--no-probe").fails("name a file of rows")


def test_without_rows(run, saved):
    done = run("verify", saved / "model.tflite", saved / "model.skops")
    done.succeeds("made from the model", "faithful")
    assert "569" not in done.stdout


def test_resumed(run, saved, tmp_path, monkeypatch):
    """Ctrl-C while batches are compared: a partial report, status 130, and the same end as without."""
    arguments = ("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv", "--batch-rows", "100")
    state = ("--resume", tmp_path / "state.json", "--json")
    whole = run(*arguments, "--json")
    compare, calls = Judge.compare, []

    def interrupted(self, batch):
        calls.append(batch)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return compare(self, batch)

    monkeypatch.setattr(Judge, "compare", interrupted)
    done = run(*arguments, *state)
    assert done.status == 130
    assert "interrupted: not all rows were compared; --resume" in done.stderr
    partial = json.loads(done.stdout)
    assert (partial["rows"], partial["interrupted"], partial["verdict"]) == (200, True, "interrupted")
    done = run(*arguments, *state)
    assert done.status == 0
    assert done.stdout == whole.stdout
    assert sum(not batch.made for batch in calls) == 7  # of six, one twice
