"""Converting on the command line: what is printed, what is refused, and that nothing half-written stays."""

from __future__ import annotations

import json
import os

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import DBSCAN
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skl2tflite


def test_writes_a_file_that_gives_the_answers(run, saved, tmp_path, pipeline, frame):
    output = tmp_path / "model.tflite"
    run("convert", saved / "model.skops", "-o", output, "--data", saved / "rows.csv").succeeds(
        "Pipeline(StandardScaler, LogisticRegression)", "predict_proba", "569", "100 %", "faithful", f"Wrote {output}"
    )
    model = skl2tflite.load(output)
    assert np.array_equal(model.predict(frame), pipeline.predict(frame))
    assert os.listdir(tmp_path) == ["model.tflite"]


def test_says_when_nothing_was_compared(run, saved, tmp_path):
    done = run("convert", saved / "model.skops", "-o", tmp_path / "m.tflite")
    done.succeeds("nothing was compared", "--data")
    assert "faithful" not in done.stdout


def test_writes_beside_the_model_by_default(run, saved, tmp_path):
    model = tmp_path / "model.skops"
    model.write_bytes((saved / "model.skops").read_bytes())
    run("convert", model).succeeds()
    assert sorted(os.listdir(tmp_path)) == ["model.skops", "model.tflite"]


def test_methods_in_the_order_asked_for(run, saved, tmp_path):
    output = tmp_path / "m.tflite"
    run(
        "convert", saved / "model.skops", "-o", output, "--method", "predict", "--method", "decision_function"
    ).succeeds()
    assert skl2tflite.load(output).methods == ("predict", "decision_function")


def test_precision_reaches_the_conversion(run, saved, tmp_path):
    run("convert", saved / "model.skops", "-o", tmp_path / "exact.tflite").succeeds()
    run("convert", saved / "model.skops", "-o", tmp_path / "fast.tflite", "--precision", "fast").succeeds()
    assert len(skl2tflite.load(tmp_path / "fast.tflite")) < len(skl2tflite.load(tmp_path / "exact.tflite"))


def test_what_trees_are_laid_out_for(run, tmp_path, frame, labels):
    skops.io.dump(RandomForestClassifier(20, random_state=0).fit(frame, labels), tmp_path / "forest.skops")
    sizes = {}
    for aim in ("latency", "throughput", "size"):
        output = tmp_path / f"{aim}.tflite"
        run("convert", tmp_path / "forest.skops", "-o", output, "--optimize-for", aim).succeeds()
        sizes[aim] = len(skl2tflite.load(output))
    assert min(sizes, key=sizes.get) == "size"
    assert len(set(sizes.values())) == 3


@pytest.mark.parametrize("rows", ["labelled.csv", "labelled.parquet"])
def test_rows_with_labels(run, saved, tmp_path, rows):
    arguments = ("convert", saved / "model.skops", "-o", tmp_path / "m.tflite", "--data", saved / rows)
    done = run(*arguments, "--target-column", "label")
    done.succeeds("faithful")
    assert not done.stderr


class TestRefusals:
    @pytest.fixture
    def refuses(self, run, saved, tmp_path):
        """Run ``convert``, which must fail and leave the folder as it was."""

        def check(*words, model=None, options=(), status=2):
            before = sorted(os.listdir(tmp_path))
            output = tmp_path / "out.tflite"
            run("convert", model or saved / "model.skops", "-o", output, *options).fails(*words, status=status)
            assert sorted(os.listdir(tmp_path)) == before

        return check

    def test_missing_model(self, refuses, tmp_path):
        refuses("nope.skops: No such file", model=tmp_path / "nope.skops")

    def test_a_method_the_estimator_lacks(self, refuses):
        refuses("transform", "predict_proba", options=("--method", "transform"))

    def test_a_method_that_there_is_not(self, refuses):
        refuses("nonsense", options=("--method", "nonsense"))

    def test_an_unknown_target(self, refuses):
        refuses("nonsense", options=("--target", "nonsense"))

    def test_an_estimator_without_converter(self, refuses, tmp_path, frame):
        skops.io.dump(DBSCAN().fit(frame), tmp_path / "dbscan.skops")
        refuses("DBSCAN", model=tmp_path / "dbscan.skops")

    def test_an_unfitted_estimator(self, refuses, tmp_path):
        skops.io.dump(LogisticRegression(), tmp_path / "unfitted.skops")
        refuses("LogisticRegression is not fitted", model=tmp_path / "unfitted.skops")

    def test_an_empty_csv(self, refuses, saved):
        refuses("empty.csv is empty", options=("--data", saved / "empty.csv"))

    def test_rows_that_scikit_learn_refuses(self, refuses, tmp_path, frame):
        frame.mask(frame > 1000).to_csv(tmp_path / "nan.csv", index=False)
        refuses("NaN", options=("--data", tmp_path / "nan.csv"))

    def test_a_model_that_is_not_faithful(self, run, tmp_path, saved, pipeline, frame, labels):
        other = LogisticRegression().fit(frame, labels)
        other.predict = np.zeros_like  # not what its class computes
        joblib.dump(other, tmp_path / "other.joblib")
        done = run(
            "convert", tmp_path / "other.joblib", "--trust-pickle", "-o", tmp_path / "out.tflite", "--data",
            saved / "rows.csv", "--method", "predict",
        )  # fmt: skip
        done.fails("not faithful", "was not written", status=1)
        assert "569 rows differ" in done.stdout
        assert os.listdir(tmp_path) == ["other.joblib"]


class TestUnwritable:
    @pytest.fixture(autouse=True)
    def unconverted(self, monkeypatch):
        """These must be refused before anything is converted, or even read."""

        def fail(*_, **__):
            raise AssertionError("read the model before the path was checked")

        monkeypatch.setattr("skl2tflite.cli.estimators.read_estimator", fail)

    def test_folder_that_there_is_not(self, run, saved, tmp_path):
        run("convert", saved / "model.skops", "-o", tmp_path / "no" / "m.tflite").fails("is not a folder that exists")

    def test_folder_that_cannot_be_written_to(self, run, saved):
        run("convert", saved / "model.skops", "-o", "/proc/m.tflite").fails("/proc cannot be written to")

    def test_folder_as_file(self, run, saved, tmp_path):
        run("convert", saved / "model.skops", "-o", tmp_path).fails("is a folder")

    def test_the_model_itself(self, run, saved):
        run("convert", saved / "model.skops", "-o", saved / "model.skops").fails("is the model itself")


def test_an_old_file_survives_a_failed_conversion(run, saved, tmp_path):
    output = tmp_path / "m.tflite"
    output.write_text("old")
    run("convert", saved / "model.skops", "-o", output, "--data", saved / "empty.csv").fails()
    assert output.read_text() == "old"
    run("convert", saved / "model.skops", "-o", output).succeeds()
    assert json.loads(run("inspect", output, "--json").stdout)["target"] == "litert"


def test_rows_of_texts(run, tmp_path):
    """Every cell is text, those included that stand for missing numbers elsewhere."""
    texts = ["win a prize", "NA", "nan", "12", "lunch, at noon?", "see you"]
    pipeline = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, [1, 0, 0, 1, 0, 0])
    skops.io.dump(pipeline, tmp_path / "spam.skops")
    (tmp_path / "rows.csv").write_text("message\n" + "".join(f'"{text}"\n' for text in texts))
    for text in ("characters", "tokens"):
        output = tmp_path / f"{text}.tflite"
        run("convert", tmp_path / "spam.skops", "-o", output, "--data", tmp_path / "rows.csv", "--text", text).succeeds(
            "6", "100 %", "faithful"
        )
        np.testing.assert_array_equal(skl2tflite.load(output).predict(texts), pipeline.predict(texts))
    assert len(skl2tflite.load(tmp_path / "tokens.tflite")) < len(skl2tflite.load(tmp_path / "characters.tflite"))
    pipeline = make_pipeline(make_column_transformer((CountVectorizer(), "text")), LogisticRegression())
    skops.io.dump(pipeline.fit(pd.DataFrame({"text": texts}), [1, 0, 0, 1, 0, 0]), tmp_path / "table.skops")
    (tmp_path / "rows.csv").write_text("text\n" + "".join(f'"{text}"\n' for text in texts))
    run("convert", tmp_path / "table.skops", "--data", tmp_path / "rows.csv").succeeds("6", "100 %", "faithful")


def test_rows_of_a_call_and_length_of_texts(run, saved, tmp_path):
    output = tmp_path / "m.tflite"
    run("convert", saved / "model.skops", "-o", output, "--data", saved / "rows.csv", "--batch", 8).succeeds("faithful")
    assert skl2tflite.load(output).batch == 8
    vectorizer = CountVectorizer().fit(["a text", "another"])
    skops.io.dump(vectorizer, tmp_path / "texts.skops")
    run("convert", tmp_path / "texts.skops", "-o", output, "--text-length", 50).succeeds()
    assert skl2tflite.load(output).inputs == {"text": ("int32", (1, 50))}


def test_report_of_what_made_the_file(run, saved, tmp_path):
    output = tmp_path / "model.tflite"
    arguments = ("convert", saved / "model.skops", "-o", output, "--data", saved / "rows.csv")
    unknown = (
        "nothing is known of it: not compared with rows, or its report is not beside it (model.tflite.report.json)"
    )
    run(*arguments).succeeds()
    content = output.read_bytes()
    assert unknown in " ".join(run("inspect", output).stdout.split())
    assert json.loads(run("inspect", output, "--json").stdout)["report"] is None
    run(*arguments, "--report", tmp_path / "model.tflite.report.json").succeeds()
    assert output.read_bytes() == content
    shown = run("inspect", output)
    shown.succeeds("compared with scikit-learn on 569 rows: faithful")
    report = json.loads((tmp_path / "model.tflite.report.json").read_text())
    assert report["estimator_digest"] in "".join(shown.stdout.split())
    assert json.loads(run("inspect", output, "--json").stdout)["report"] == report
    run(*arguments[:4], "--report", tmp_path / "model.tflite.report.json").succeeds()
    run("inspect", output).succeeds("not compared: it was converted without rows")
    output.write_bytes((saved / "model.tflite").read_bytes())
    run("convert", saved / "model.skops", "-o", output, "--method", "predict").succeeds()
    assert unknown in " ".join(run("inspect", output).stdout.split())


def test_report_that_cannot_be_written(run, saved, tmp_path):
    arguments = ("convert", saved / "model.skops", "-o", tmp_path / "model.tflite")
    run(*arguments, "--report", tmp_path).fails("is a folder")
    run(*arguments, "--report", tmp_path / "no" / "report.json").fails("is not a folder that exists")
    assert not (tmp_path / "model.tflite").exists()
