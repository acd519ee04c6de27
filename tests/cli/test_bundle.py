"""Microcontrollers on the command line: files for them, what they cost, and folders that build."""

from __future__ import annotations

import os

import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import skl2tflite
from skl2tflite.bundle import PLACES
from skl2tflite.cli.bundle import PlaceName

pytest.importorskip("tflite_micro")


@pytest.fixture(scope="module")
def micro(tmp_path_factory, pipeline):
    path = tmp_path_factory.mktemp("micro") / "tumour.tflite"
    return skl2tflite.convert(pipeline, methods=("predict",), target="micro").save(path)


def test_convert_prints_what_it_costs(run, saved, tmp_path):
    output = tmp_path / "m.tflite"
    run("convert", saved / "model.skops", "--target", "micro", "-o", output, "--data", saved / "rows.csv").succeeds(
        "flash", "arena", "TFLM about", "64-bit host", "largest", "faithful"
    )
    assert skl2tflite.load(output).methods == ("predict_proba",)


@pytest.mark.parametrize(
    ("option", "words"), [("--max-flash", "bytes of flash and max_flash is 1,000"), ("--max-ram", "max_ram is 1,000")]
)
def test_budget(run, saved, tmp_path, option, words):
    output = tmp_path / "m.tflite"
    run("convert", saved / "model.skops", "--target", "micro", "-o", output, option, 1000).fails(words)
    assert not output.exists()


def test_several_methods(run, saved, tmp_path):
    run(
        "convert", saved / "model.skops", "--target", "micro", "-o", tmp_path / "m.tflite",
        "--method", "predict", "--method", "predict_proba",
    ).fails("holds one method")  # fmt: skip


@pytest.mark.parametrize("platform", [name for name, place in PLACES.items() if "micro" in place.targets])
def test_bundle(run, saved, tmp_path, micro, platform):
    folder = tmp_path / "firmware"
    run(
        "bundle", micro, "--for", platform, "-o", folder, "--data", saved / "labelled.csv", "--target-column", "label"
    ).succeeds("flash", "arena", f"Wrote {folder}")
    names = {path.name for path in folder.rglob("*")}
    assert {"README.md", "tumour_model.h", "tumour_model_data.h", "tumour_golden.h"} <= names
    assert os.listdir(tmp_path) == ["firmware"]


def test_bundle_with_text(run, tmp_path):
    frame = pd.DataFrame({"colour": ["red", "NA", "blue, dark"] * 5, "size (m)": range(15)})
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["colour"]), remainder="passthrough")
    pipe = make_pipeline(encode, LogisticRegression()).fit(frame, frame["colour"])
    frame.to_csv(tmp_path / "rows.csv", index=False)
    file = skl2tflite.convert(pipe, frame, methods=("predict",), target="micro").save(tmp_path / "colour.tflite")
    run("bundle", file, "--for", "tflm", "-o", tmp_path / "out", "--data", tmp_path / "rows.csv").succeeds("flash")
    golden = (tmp_path / "out/colour/colour_golden.cc").read_text()
    assert "{2, 0.0f},\n    {0, 1.0f},\n    {1, 2.0f}" in golden
    assert "features.colour = colour::CodeOf(" in (tmp_path / "out/README.md").read_text()


def test_places_are_those_of_the_package():
    assert [name.value for name in PlaceName] == list(PLACES)


def test_refusals(run, saved, tmp_path, micro):
    folder = tmp_path / "firmware"
    run("bundle", saved / "model.tflite", "--for", "tflm", "-o", folder).fails("target='micro'")
    run("bundle", micro, "--for", "mbed", "-o", folder).fails("mbed")
    run("bundle", micro, "-o", folder).fails("--for")
    run("bundle", saved / "rows.csv", "--for", "tflm", "-o", folder).fails("not a .tflite file")
    run("bundle", micro, "--for", "tflm", "-o", folder, "--data", saved / "empty.csv").fails("empty.csv")
    assert os.listdir(tmp_path) == []
    run("bundle", micro, "--for", "tflm", "-o", folder, "--name", "My model").succeeds()
    assert (folder / "my_model" / "my_model_model.h").exists()
    run("bundle", micro, "--for", "tflm", "-o", folder).fails("not an empty folder")


def test_inspect_prints_what_it_costs(run, micro):
    run("inspect", micro).succeeds("target", "micro", "flash", "arena", "TFLM about")
