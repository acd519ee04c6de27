"""Rows that are no tables on the command line: images, dicts, labels and sets of labels."""

from __future__ import annotations

import json

import numpy as np
import pytest
import skops.io
from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer

RECORDS = [{"age": 20.0 + i, "kids": i % 3} for i in range(8)]
IMAGES = np.arange(2 * 5 * 4).reshape(2, 5, 4)


@pytest.fixture
def folder(tmp_path):
    """A folder of models and rows."""
    models = {
        "images": PatchExtractor(patch_size=(2, 2)),
        "hashed": make_pipeline(FeatureHasher(8), LogisticRegression()).fit(RECORDS, np.arange(8) % 2),
        "records": make_pipeline(DictVectorizer(), LogisticRegression()).fit(RECORDS, np.arange(8) % 2),
        "sets": MultiLabelBinarizer().fit([["a", "b"]]),
        "labels": LabelEncoder().fit(["a", "b"]),
    }
    for name, model in models.items():
        skops.io.dump(model, tmp_path / f"{name}.skops")
    np.save(tmp_path / "images.npy", IMAGES)
    for name, rows in (("records", RECORDS), ("sets", [["b", "a"], [], ["a"]])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    (tmp_path / "labels.csv").write_text("b\na\nb\n")
    np.save(tmp_path / "flat.npy", IMAGES[0])
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    (tmp_path / "broken.jsonl").write_text('{"age": 1}\n{')
    (tmp_path / "empty.jsonl").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        ("images", "images.npy"),
        ("hashed", "records.jsonl"),
        ("records", "records.jsonl"),
        ("sets", "sets.jsonl"),
        ("labels", "labels.csv"),
    ],
)
def test_converted_and_compared(run, folder, model, rows):
    file = folder / "out.tflite"
    run("convert", folder / f"{model}.skops", "-o", file, "--data", folder / rows).succeeds("faithful")
    run("verify", file, folder / f"{model}.skops", folder / rows).succeeds("faithful", "100 %")


@pytest.mark.parametrize(
    ("model", "rows", "words"),
    [
        ("images", None, "give some with --data (.npy or .jsonl)"),
        ("hashed", None, "give some with --data (.npy or .jsonl)"),
        ("images", "labels.csv", "takes images, which are read from .npy files"),
        ("images", "flat.npy", "holds no images"),
        ("images", "objects.npy", "no .npy file of numbers"),
        ("hashed", "labels.csv", "takes dicts, which are read from .jsonl files with an object of JSON on each line"),
        ("records", "sets.jsonl", "line 1 holds no object of JSON"),
        ("sets", "labels.csv", "takes sets of labels, which are read from .jsonl files with an array of JSON"),
        ("records", "broken.jsonl", "no file of lines of JSON"),
        ("records", "empty.jsonl", "holds no rows"),
        ("records", "images.npy", "takes dicts"),
    ],
)
def test_refused(run, folder, model, rows, words):
    options = () if rows is None else ("--data", folder / rows)
    run("convert", folder / f"{model}.skops", "-o", folder / "out.tflite", *options).fails(words)
    assert not (folder / "out.tflite").exists()
