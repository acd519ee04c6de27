"""Odd files and arguments on the command line: one line and status 0, 1 or 2, never a traceback."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from pyarrow import parquet
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from typer.testing import CliRunner

import skl2tflite
from skl2tflite.cli.main import app
from tests.robustness.doors import each
from tests.robustness.test_files import facts_of, with_facts

X = np.random.default_rng(0).normal(size=(20, 3))
Y = (X[:, 0] > 0).astype(int)
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])


def ends_well(*arguments: object) -> str:
    """Run a command, and return what it printed: of a failure one clear line."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="skl2tflite")
    said = f"{arguments}: {result.exit_code} {result.stdout} {result.stderr}"
    assert result.exit_code in (0, 1, 2), said
    assert "Traceback" not in result.stdout + result.stderr, said
    for stream in (result.stdout, result.stderr):
        assert stream.replace("\n", "").isprintable(), f"what a terminal obeys: {said!r}"
    if result.exit_code == 2:
        assert sum(line.startswith("error: ") for line in result.stderr.splitlines()) == 1, said
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("saved")
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(FRAME, Y)
    nameless = LogisticRegression().fit(X, Y)
    tree = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    for name, model in {
        "model": pipeline,
        "nameless": nameless,
        "tree": tree,
        "ridge": Ridge().fit(X, Y),
        "images": PatchExtractor(patch_size=(2, 2)).fit(np.zeros((2, 4, 4))),
        "records": DictVectorizer(sparse=False).fit([{"a": 1.0, "b": "x"}]),
    }.items():
        skops.io.dump(model, folder / f"{name}.skops")
        joblib.dump(model, folder / f"{name}.joblib")
    skl2tflite.convert(pipeline).save(folder / "model.tflite")
    skl2tflite.convert(tree, target="micro").save(folder / "micro.tflite")
    FRAME.to_csv(folder / "rows.csv", index=False)
    FRAME.to_parquet(folder / "rows.parquet")
    return folder


TEXTS: dict[str, bytes] = {
    "nothing": b"", "line break": b"\n", "NUL": b"\0", "no UTF-8": b"\xff\xfe\x00", "one cell": b"1",
    "cells": b"1,2,3\n",
    "titles": b"a,b,c\n", "ragged": b"a,b,c\n1,2\n1,2,3,4\n", "text": b"a,b,c\nx,y,z\n", "quotes": b'a,b,c\n"1,2,3\n',
    "escape": b"a,b,\x1b[31mc\n1,2,\x1b[31m\n", "huge": b"a,b,c\n1e999," + b"9" * 5000 + b",1\n",
    "long": b"a,b,c\n" + b"x" * 200_000 + b",1,2\n", "twice": b"a,a,c\n1,2,3\n", "names": b"a,b,d\n1,2,3\n",
    "missing": b"a,b,c\n,,\n", "infinity": b"a,b,c\ninf,-inf,nan\n", "semicolons": b"a;b;c\n1;2;3\n",
    "markup": b"[/bold],b,c\n1,2,3\n", "carriage": b"a,b,c\r1,2,3\r", "surrogate": b"a,b,\xed\xa0\x80\n1,2,3\n",
    "magic": b"PAR1PAR1", "zip": b"PK\x03\x04" + b"\0" * 40, "digits": b'{"a": ' + b"9" * 5000 + b"}\n",
    "deep": b"[" * 100_000 + b"\n", "deep object": b'{"a":' * 50_000 + b"\n", "list": b"[1, 2]\n", "null": b"null\n",
    "object": b'{"a": 1.0}\n', "object of lists": b'{"a": [1]}\n', "object of null": b'{"a": null, "b": {}}\n',
    "npy": b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }",
    "pickle": b"\x80\x04K\x01.",
    "npy of nothing": b"\x93NUMPY", "npy, no header": b"\x93NUMPY\x01\x00\xff\xff{",
    "npy, odd header": b"\x93NUMPY\x01\x00\x08\x00[1, 2]  ",
}  # fmt: skip


def _odd_parquet(folder: Path) -> dict[str, Path]:
    """Sound Parquet files whose columns are of odd types."""
    columns: dict[str, Any] = {
        "text": pa.array(["x"] * 2), "lists": pa.array([[1.0], [2.0]]), "structs": pa.array([{"x": 1}, {"x": 2}]),
        "dates": pa.array([0, 1], pa.timestamp("s")), "days": pa.array([0, 1], pa.date32()), "nulls": pa.nulls(2),
        "decimals": pa.array([1, 2]).cast(pa.decimal128(20, 1)), "uint64": pa.array([2**64 - 1, 1], pa.uint64()),
        "bytes": pa.array([b"\xff", b"x"]), "bool": pa.array([True, None]), "half": pa.array(np.float16([1, 2])),
        "categories": pa.array(["x", "y"]).dictionary_encode(), "durations": pa.array([1, 2], pa.duration("s")),
    }  # fmt: skip
    paths = {}
    for name, column in columns.items():
        paths[name] = folder / f"{name}.parquet"
        parquet.write_table(pa.table({"a": [1.0, 2.0], "b": [1, 2], "c": column}), paths[name])
    paths["twice"] = folder / "twice.parquet"
    parquet.write_table(pa.table([pa.array([1.0])] * 3, names=["a", "a", "c"]), paths["twice"])
    paths["none"] = folder / "none.parquet"
    parquet.write_table(pa.table({"a": pa.array([], pa.float64()), "b": [], "c": []}), paths["none"])
    return paths


@pytest.mark.parametrize(("model", "suffix"), [
    ("model", ".csv"), ("nameless", ""), ("model", ".parquet"), ("images", ".npy"), ("records", ".jsonl"),
    ("images", ".csv"),
])  # fmt: skip
def test_rows(saved, tmp_path, model, suffix):
    def check(text: str) -> None:
        path = tmp_path / f"rows{suffix}"
        path.write_bytes(TEXTS[text])
        ends_well("convert", saved / f"{model}.skops", "-o", tmp_path / "out.tflite", "--data", path)

    each(TEXTS, check)


def test_parquet(saved, tmp_path):
    paths = _odd_parquet(tmp_path)
    whole = (saved / "rows.parquet").read_bytes()
    generator = random.Random(0)
    for number in range(30):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[generator.randrange(4, len(damaged))] = generator.randrange(256)
        paths[f"damaged {number}"] = tmp_path / f"damaged{number}.parquet"
        paths[f"damaged {number}"].write_bytes(damaged if number % 4 else whole[: generator.randrange(len(whole))])

    def check(name: str) -> None:
        model = "nameless" if name == "twice" else "model"
        ends_well("verify", saved / "model.tflite", saved / f"{model}.skops", paths[name])

    each(paths, check)


@pytest.mark.parametrize("suffix", [".skops", ".joblib", ".tflite", ""])
def test_saved_models(saved, tmp_path, suffix):
    contents = {
        **TEXTS,
        **{f"{end} of it": (saved / "model.skops").read_bytes()[:end] for end in (10, 100, 2000, 4000)},
    }

    def check(name: str) -> None:
        path = tmp_path / f"model{suffix}"
        path.write_bytes(contents[name])
        ends_well("convert", path, "-o", tmp_path / "out.tflite", "--trust-pickle")
        ends_well("inspect", path, "--trust-pickle")
        if suffix == ".tflite":
            ends_well("verify", path, saved / "model.skops", saved / "rows.csv")

    each(contents, check)


OBJECTS: dict[str, Callable[[], Any]] = {
    "number": lambda: 1, "list": lambda: [LogisticRegression()], "class": lambda: LogisticRegression,
    "not fitted": LogisticRegression, "array": lambda: np.array(1.0), "frame": lambda: FRAME, "None": lambda: None,
    "dict": lambda: {"model": 1}, "0-d coefficients": lambda: _with(coef_=np.array(1.0)),
    "no coefficients": lambda: _with(coef_=None), "0-d classes": lambda: _with(classes_=np.array(1)),
    "text for coefficients": lambda: _with(coef_="x"), "0-d width": lambda: _with(n_features_in_=np.array(3)),
    "text for width": lambda: _with(n_features_in_="three"), "odd names": lambda: _with(feature_names_in_=np.array(1)),
    "names that a terminal obeys": lambda: LogisticRegression().fit(FRAME.rename(columns={"a": "\x1b[31m[/bold]"}), Y),
}  # fmt: skip


def _with(**attributes: Any) -> Any:
    model = LogisticRegression().fit(X, Y)
    vars(model).update(attributes)
    return model


@pytest.mark.parametrize("suffix", [".skops", ".joblib"])
def test_saved_objects(saved, tmp_path, suffix):
    def check(name: str) -> None:
        path = tmp_path / f"{name}{suffix}"
        (skops.io if suffix == ".skops" else joblib).dump(OBJECTS[name](), path)
        for rows in (), ("--data", saved / "rows.csv"):
            ends_well("convert", path, "-o", tmp_path / "out.tflite", "--trust-pickle", *rows)
        for options in (), ("--graph",), ("--passes",):
            ends_well("inspect", path, "--trust-pickle", *options)
        ends_well("verify", saved / "model.tflite", path, saved / "rows.csv", "--trust-pickle")

    each(OBJECTS.keys() - ({"frame"} if suffix == ".skops" else set()), check)  # which skops does not save


def test_another_estimator_s_file(saved):
    assert "has no predict_proba" in ends_well(
        "verify", saved / "model.tflite", saved / "ridge.skops", saved / "rows.csv"
    )


ODD_WORDS = (
    "",
    ".",
    "..",
    "missing",
    "a\nb",
    "\x1b[31m",
    "[/bold]",
    "é",
    "\udcff",
    "x" * 300,
)


@pytest.mark.parametrize("word", ODD_WORDS)
def test_odd_words(saved, tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    model, file, rows = saved / "model.skops", saved / "model.tflite", saved / "rows.csv"
    commands: dict[str, tuple[object, ...]] = {
        "convert": ("convert", word), "output": ("convert", model, "-o", word),
        "data": ("convert", model, "--data", word),
        "target": ("convert", model, "--target", word), "method": ("convert", model, "--method", word),
        "precision": ("convert", model, "--precision", word), "flash": ("convert", model, "--max-flash", word),
        "column": ("convert", model, "-o", "out.tflite", "--data", rows, "--target-column", word),
        "type": ("convert", model, "-o", "out.tflite", "--trust-type", word), "inspect": ("inspect", word),
        "inspected method": ("inspect", model, "--method", word), "verify": ("verify", word, model, rows),
        "verified": ("verify", file, word, rows), "verifying": ("verify", file, model, word),
        "tolerance": ("verify", file, model, rows, "--tolerance", word),
        "bundle": ("bundle", word, "--for", "tflm", "-o", "x"),
        "platform": ("bundle", file, "--for", word, "-o", "x"), "folder": ("bundle", file, "--for", "tflm", "-o", word),
        "name": ("bundle", saved / "micro.tflite", "--for", "tflm", "-o", "named", "--name", word), "command": (word,),
        "option": ("convert", model, f"--{word}"),
    }  # fmt: skip
    each(commands, lambda name: ends_well(*commands[name]))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_pipes_are_neither_read_nor_replaced(saved, tmp_path):
    pipe, model, rows = tmp_path / "pipe", saved / "model.skops", saved / "rows.csv"
    os.mkfifo(pipe)
    for suffix in (".skops", ".joblib", ".json", ".npy", ".jsonl"):
        os.mkfifo(tmp_path / f"pipe{suffix}")
    out = tmp_path / "out.tflite"
    for arguments in (
        ("convert", model, "-o", pipe), ("convert", model, "-o", out, "--data", pipe), ("verify", pipe, model, rows),
        ("inspect", pipe), ("convert", f"{pipe}.skops"), ("convert", f"{pipe}.joblib", "--trust-pickle"),
        ("convert", f"{pipe}.json"), ("convert", saved / "images.skops", "-o", out, "--data", f"{pipe}.npy"),
        ("convert", saved / "records.skops", "-o", out, "--data", f"{pipe}.jsonl"),
    ):  # fmt: skip
        assert "error: " in ends_well(*arguments)
    assert pipe.is_fifo()


@pytest.mark.parametrize("tolerance", ["nan", "inf", "-1", "1e999", "x"])
def test_tolerances(saved, tolerance):
    ends_well("verify", saved / "model.tflite", saved / "model.skops", saved / "rows.csv", "--tolerance", tolerance)


@pytest.mark.parametrize("field", ["estimator", "target", "versions", "features"])
def test_inspecting_what_a_terminal_obeys(saved, tmp_path, field):
    content = (saved / "model.tflite").read_bytes()
    facts = facts_of(content)
    evil = "\x1b[31m\x9b2J[/bold]\u202e"
    facts[field] = {"versions": {"skl2tflite": evil}, "features": {**facts["features"], "names": [evil, "b", "c"]}}.get(
        field, evil
    )
    path = tmp_path / "evil.tflite"
    path.write_bytes(with_facts(content, json.dumps(facts).encode()))
    for options in (), ("--operators",), ("--json",):
        ends_well("inspect", path, *options)
    ends_well("verify", path, saved / "model.skops", saved / "rows.csv")


def test_inspecting_names_that_are_markup(saved, tmp_path):
    content = (saved / "model.tflite").read_bytes()
    for old, new in ((b"predict_proba", b"[/bold]\x1b[31mab"), (b"predict", b"[/red]\\")):
        path = tmp_path / "evil.tflite"
        path.write_bytes(content.replace(old, new[: len(old)].ljust(len(old), b"x")))
        for options in (), ("--operators",), ("--json",):
            ends_well("inspect", path, *options)


def test_damaged_files_are_inspected(saved, tmp_path):
    content = (saved / "model.tflite").read_bytes()
    generator = random.Random(1)
    for _ in range(25):
        damaged = bytearray(content)
        damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        (tmp_path / "damaged.tflite").write_bytes(damaged)
        ends_well("inspect", tmp_path / "damaged.tflite", "--operators")
        ends_well("inspect", tmp_path / "damaged.tflite", "--json")
