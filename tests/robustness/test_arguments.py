"""Odd values for every argument of the public functions."""

from __future__ import annotations

import os
import pathlib
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import MagicMock, Mock

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.errors import ConversionError, InvalidFileError, InvalidInputError, Skl2TFLiteError
from tests.robustness.doors import each, outcome

X = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int)
CLASSIFIER = LogisticRegression().fit(X, Y)


class Raising:
    """Raises whatever is asked of it."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not comparable")

    def __hash__(self) -> int:
        raise RuntimeError("not hashable")

    def __bool__(self) -> bool:
        raise RuntimeError("neither true nor false")


class PathOfBytes:
    def __fspath__(self) -> bytes:
        return b"model.tflite"


ODD: dict[str, Any] = {
    "true": True,
    "zero": 0,
    "minus one": -1,
    "huge": 10**30,
    "digits": 10**5000,
    "float": 2.5,
    "nan": float("nan"),
    "infinity": float("inf"),
    "complex": 1j,
    "decimal": Decimal("1.5"),
    "fraction": Fraction(1, 3),
    "huge fraction": Fraction(10**400),
    "numpy int": np.int64(-2),
    "numpy float": np.float32(np.nan),
    "numpy bool": np.bool_(True),
    "empty string": "",
    "string": "2",
    "line break": "exact\n",
    "escape": "\x1b[31mred",
    "surrogate": "\ud800",
    "nul": "a\0b",
    "bytes": b"exact",
    "list": ["exact"],
    "empty list": [],
    "nested list": [[1], [2, 3]],
    "tuple of numbers": (1, 2),
    "set": {"exact"},
    "dict": {"exact": 1},
    "dict of numbers": {1: 2},
    "array": np.array(["exact", "fast"]),
    "empty array": np.array([]),
    "frame": pd.DataFrame({"a": [1]}),
    "series": pd.Series(["exact"]),
    "class": LogisticRegression,
    "function": len,
    "object": object(),
    "mock": Mock(),
    "magic mock": MagicMock(),
    "raising": Raising(),
    "date": pd.Timestamp(0),
    "range": range(3),
    "generator": (c for c in "ab"),
    "path of bytes": PathOfBytes(),
}
NAMES = ("methods", "target", "precision", "optimize_for", "max_flash", "max_ram", "inputs", "categories", "text")


@pytest.fixture(scope="module")
def model() -> skl2tflite.TFLiteModel:
    return skl2tflite.convert(CLASSIFIER, X)


@pytest.fixture(scope="module")
def micro() -> skl2tflite.TFLiteModel:
    return skl2tflite.convert(DecisionTreeClassifier(max_depth=2).fit(X, Y), target="micro")


@pytest.mark.parametrize("name", NAMES)
def test_convert(name):
    def check(odd: str) -> None:
        assert outcome(lambda: skl2tflite.convert(CLASSIFIER, **{name: ODD[odd]})) is not None, "taken"

    each(ODD, check)


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("name", ["max_flash", "max_ram"])
def test_budgets(name, odd):
    tree = DecisionTreeClassifier(max_depth=2).fit(X, Y)
    whole = isinstance(ODD[odd], int | np.integer) and not isinstance(ODD[odd], bool) and ODD[odd] > 0
    error = outcome(lambda: skl2tflite.convert(tree, target="micro", **{name: ODD[odd]}))
    assert (error is None) == whole, error


@pytest.mark.parametrize("odd", ODD)
def test_verify(model, odd):
    value = ODD[odd]
    assert isinstance(outcome(lambda: skl2tflite.verify(value, CLASSIFIER, X)), InvalidInputError)
    assert outcome(lambda: skl2tflite.verify(model, value, X)) is not None
    assert outcome(lambda: skl2tflite.verify(model, CLASSIFIER, value)) is not None
    real = isinstance(value, int | float | Fraction | np.number) and not isinstance(value, bool)
    taken = real and 0 <= value < 1e300
    assert (outcome(lambda: skl2tflite.verify(model, CLASSIFIER, X, tolerance=value)) is None) == taken


@pytest.mark.parametrize("odd", ODD)
def test_models(model, odd):
    value = ODD[odd]
    content = bytes(model)
    assert isinstance(outcome(lambda: skl2tflite.TFLiteModel(value)), InvalidFileError)
    assert isinstance(outcome(lambda: skl2tflite.TFLiteModel(content, num_threads=value)), InvalidInputError)
    empty = isinstance(value, dict) and not value
    assert (outcome(lambda: skl2tflite.TFLiteModel(content, analyzers=value)) is None) == empty
    assert outcome(lambda: model.run(value, X)) is not None
    assert outcome(lambda: model.outputs_of(value, X)) is not None


@pytest.mark.parametrize("odd", ODD)
def test_loading(model, tmp_path, odd):
    path = model.save(tmp_path / "model.tflite")
    assert isinstance(outcome(lambda: skl2tflite.load(path, num_threads=ODD[odd])), InvalidInputError)
    assert outcome(lambda: skl2tflite.load(ODD[odd]), OSError) is not None


@pytest.mark.parametrize("odd", ODD)
def test_saving(model, tmp_path, monkeypatch, odd):
    monkeypatch.chdir(tmp_path)
    value = ODD[odd]
    error = outcome(lambda: model.save(value), OSError)
    assert error is not None or isinstance(value, str), odd


@pytest.mark.parametrize("odd", sorted(ODD.keys() - {"class"}))
def test_converters_are_registered_for_classes(odd):
    assert isinstance(outcome(lambda: skl2tflite.converts(ODD[odd])), ConversionError)
    assert outcome(lambda: skl2tflite.trace(ODD[odd])) is not None


def test_threads_as_text(model):
    with pytest.raises(InvalidInputError, match=r"num_threads is an integer, not '2'"):
        skl2tflite.TFLiteModel(bytes(model), num_threads="2")


@pytest.mark.parametrize("call", [lambda model: skl2tflite.convert(CLASSIFIER, row=X),
                                  lambda model: skl2tflite.verify(model, CLASSIFIER, X, tolerances=1),
                                  lambda model: model.predict(X, rows=1)])  # fmt: skip
def test_wrong_names_are_what_python_says_of_them(model, call):
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        call(model)


def test_sizes_of_files_for_other_targets(model, micro):
    assert isinstance(outcome(model.sizes), Skl2TFLiteError)
    assert outcome(micro.sizes) is None


@pytest.mark.parametrize("place", ["missing/model.tflite", ".", "", "a" * 300, "model.tflite/inside"])
def test_saving_where_there_is_no_place(model, tmp_path, place):
    model.save(tmp_path / "model.tflite")
    assert isinstance(outcome(lambda: model.save(tmp_path / place), OSError), OSError | Skl2TFLiteError)


@pytest.mark.parametrize("place", ["/", "missing"])
def test_loading_what_is_no_file(place):
    assert isinstance(outcome(lambda: skl2tflite.load(pathlib.Path(place)), OSError), OSError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX's")
def test_pipes_are_neither_read_nor_replaced(model, tmp_path):
    """Devices are as pipes: a file put in the place of one would break the machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInputError, match="which a file would replace"):
        model.save(pipe)
    with pytest.raises(InvalidFileError, match="no regular file"):
        skl2tflite.load(pipe)
    assert pipe.is_fifo()
