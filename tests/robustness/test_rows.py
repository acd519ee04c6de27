"""Odd rows for models of every kind of rows: answered, or refused in the package's own words."""

from __future__ import annotations

import array
import collections
import datetime
import io
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.image import PatchExtractor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, MultiLabelBinarizer, OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import skl2tflite
from skl2tflite.errors import InvalidInputError
from tests.robustness.doors import LAST_RESORT, each, outcome

NUMBERS = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
FRAME = pd.DataFrame(NUMBERS, columns=["a", "b", "c"])
MIXED = FRAME.assign(c=["x", "y"] * 10)
Y = (NUMBERS[:, 0] > 0).astype(int)
WORDS = ["one two", "two three", "three", "four one"]


class Cell:
    """A value that refuses all that can be asked of a number."""

    def __float__(self) -> float:
        raise RuntimeError("no number")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not comparable")

    def __hash__(self) -> int:
        return 1

    def __repr__(self) -> str:
        raise RuntimeError("no words")


class Torchlike:
    """An array of another library that cannot be had as NumPy's: it is on a device."""

    shape = (20, 3)
    dtype = "float32"

    def __len__(self) -> int:
        return 20

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        raise TypeError("can't convert a device tensor to numpy; use .cpu()")


class Lengthless(collections.abc.Sequence):
    def __len__(self) -> int:
        raise OverflowError("endless")

    def __getitem__(self, index: int) -> list[float]:
        raise KeyError(index)


class Framelike:
    """Has the names of a DataFrame's attributes, and nothing behind them."""

    columns = ("a", "b", "c")
    shape = (20, 3)

    def __len__(self) -> int:
        return 20


class NumbersOfOwn(np.ndarray):
    """A subclass whose operations raise."""

    def __array_finalize__(self, other: object) -> None:
        pass

    def astype(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("not this one")


def _masked() -> np.ma.MaskedArray:
    return np.ma.masked_array(NUMBERS, mask=NUMBERS > 1)


def _cells(value: object) -> np.ndarray:
    cells = np.empty((2, 3), dtype=object)
    cells[:] = [[value] * 3] * 2
    return cells


ARRAYS: dict[str, Callable[[], Any]] = {
    "float16": lambda: NUMBERS.astype(np.float16),
    "long double": lambda: NUMBERS.astype("g"),
    "big-endian": lambda: NUMBERS.astype(">f8"),
    "int8": lambda: NUMBERS.astype(np.int8),
    "uint64": lambda: np.full((2, 3), 2**64 - 1, np.uint64),
    "bool": lambda: NUMBERS > 0,
    "complex": lambda: NUMBERS * 1j,
    "dates": lambda: NUMBERS.astype("M8[s]"),
    "durations": lambda: NUMBERS.astype("m8[s]"),
    "strings": lambda: NUMBERS.astype(str),
    "bytes": lambda: NUMBERS.astype("S"),
    "structured": lambda: np.zeros(4, dtype="f4,f4,f4"),
    "void": lambda: np.zeros((4, 3), dtype="V4"),
    "0-d": lambda: np.array(1.0),
    "1-d": lambda: NUMBERS[0],
    "3-d": lambda: NUMBERS[None],
    "32-d": lambda: np.zeros((1,) * 32),
    "no rows": lambda: NUMBERS[:0],
    "no columns": lambda: NUMBERS[:, :0],
    "nothing": lambda: np.empty((0, 0)),
    "too wide": lambda: np.column_stack([NUMBERS, NUMBERS]),
    "fortran": lambda: np.asfortranarray(NUMBERS),
    "backwards": lambda: NUMBERS[::-1, ::-1],
    "read-only": lambda: np.broadcast_to(NUMBERS[0], (20, 3)),
    "matrix": lambda: np.asmatrix(NUMBERS),
    "masked": _masked,
    "records": lambda: np.rec.fromarrays(NUMBERS.T, names="a,b,c"),
    "NaN": lambda: NUMBERS * np.nan,
    "infinity": lambda: NUMBERS * np.inf,
    "beyond float32": lambda: NUMBERS.astype(float) * 1e300,
    **{f"objects, {type(cell).__name__}": lambda cell=cell: _cells(cell) for cell in (
        None, 1, 2.5, True, 10**400, 1j, Decimal("1.5"), Decimal("sNaN"), Fraction(1, 3), "text", "1.5", b"1",
        pd.NA, pd.NaT, np.datetime64("NaT"), datetime.date(2020, 1, 1), [1, 2], {}, object(), np.float32(1),
        np.array(1.0), len,
    )},
    "objects, ragged": lambda: np.array([[1, 2], [1, 2, 3]], dtype=object),
    "objects, surrogates": lambda: _cells("\ud800"),
    "objects, NUL": lambda: _cells("a\0"),
}  # fmt: skip
SPARSE: dict[str, Callable[[], Any]] = {
    f"{format} {kind}": lambda format=format, kind=kind: getattr(sparse, f"{format}_{kind}")(NUMBERS)
    for format in ("bsr", "coo", "csc", "csr", "dia", "dok", "lil") for kind in ("matrix", "array")
} | {
    "csr of objects": lambda: sparse.csr_matrix((20, 3), dtype=np.float32).astype(bool),
    "csr 1-d": lambda: sparse.coo_array(NUMBERS[0]),
    "csr no rows": lambda: sparse.csr_matrix((0, 3)),
    "csr complex": lambda: sparse.csr_matrix(NUMBERS * 1j),
    "csr too wide": lambda: sparse.csr_matrix((2, 1_000)),
}  # fmt: skip
FRAMES: dict[str, Callable[[], Any]] = {
    "frame": lambda: FRAME,
    "shuffled index": lambda: FRAME.iloc[::-1],
    "index of text": lambda: FRAME.set_index(pd.Index([f"r{i}" for i in range(20)])),
    "rows of a MultiIndex": lambda: FRAME.set_index(pd.MultiIndex.from_product([[1, 2], range(10)])),
    "columns of a MultiIndex": lambda: pd.DataFrame(NUMBERS, columns=pd.MultiIndex.from_product([["x"], list("abc")])),
    "twice one name": lambda: pd.DataFrame(NUMBERS, columns=list("aab")),
    "names that are numbers": lambda: pd.DataFrame(NUMBERS),
    "names of mixed kinds": lambda: pd.DataFrame(NUMBERS, columns=["a", 1, None]),
    "names in another order": lambda: FRAME[["c", "b", "a"]],
    "a name missing": lambda: FRAME[["a", "b"]],
    "a name more": lambda: FRAME.assign(d=1.0),
    "empty frame": pd.DataFrame,
    "frame without rows": lambda: FRAME.iloc[:0],
    "frame without columns": lambda: FRAME[[]],
    "series": lambda: FRAME["a"],
    "series of lists": lambda: pd.Series([[1, 2, 3]] * 4),
    "index": lambda: pd.Index([1.0, 2.0]),
    "sparse frame": lambda: FRAME.astype(pd.SparseDtype(np.float32)),
    **{f"column of {dtype}": lambda dtype=dtype: FRAME.assign(c=pd.Series(range(20)).astype(dtype)) for dtype in (
        "Int64", "Float32", "string", "category", "object", "datetime64[ns]", "datetime64[ns, UTC]",
        "timedelta64[ns]", "complex128", "int64[pyarrow]", "double[pyarrow]", "string[pyarrow]",
    )},
    "column of nullable booleans": lambda: FRAME.assign(c=pd.array([True, None] * 10, dtype="boolean")),
    "column of periods": lambda: FRAME.assign(c=pd.period_range("2020", periods=20, freq="D")),
    "column of intervals": lambda: FRAME.assign(c=pd.interval_range(0, 20)),
    "column of NA": lambda: FRAME.assign(c=pd.array([pd.NA] * 20, dtype="Int64")),
    "column of None": lambda: FRAME.assign(c=[None] * 20),
    "column of arrays": lambda: FRAME.assign(c=[np.zeros(2)] * 20),
    "column of bytes": lambda: FRAME.assign(c=[b"x"] * 20),
    "column of decimals": lambda: FRAME.assign(c=[Decimal(1)] * 20),
    "column of huge numbers": lambda: FRAME.assign(c=[10**400] * 20),
    "column of categories that are intervals": lambda: FRAME.assign(c=pd.cut(FRAME["c"], 3)),
    "mixed frame": lambda: MIXED,
    "mixed frame, numbers beside text": lambda: MIXED.assign(c=["x", 1] * 10),
    "mixed frame, surrogates": lambda: MIXED.assign(c=pd.Series(["\ud800"] * 20, dtype=object)),
}  # fmt: skip
POLARS: dict[str, Callable[[], Any]] = {
    "polars": lambda: pl.DataFrame(MIXED),
    "polars of numbers": lambda: pl.DataFrame(FRAME),
    "polars empty": pl.DataFrame,
    "polars without rows": lambda: pl.DataFrame(MIXED)[:0],
    "polars lazy": lambda: pl.DataFrame(MIXED).lazy(),
    "polars series": lambda: pl.Series("a", [1.0, 2.0]),
    **{f"polars of {dtype}": lambda dtype=dtype: pl.DataFrame({"a": [1.0], "b": [2.0], "c": pl.Series([3]).cast(dtype)})
       for dtype in (pl.Datetime, pl.Duration, pl.Decimal(20, 2), pl.Boolean, pl.String, pl.UInt8, pl.Date)},
    "polars of lists": lambda: pl.DataFrame({"a": [1.0], "b": [2.0], "c": [[1, 2]]}),
    "polars of structs": lambda: pl.DataFrame({"a": [1.0], "b": [2.0], "c": [{"x": 1}]}),
    "polars of objects": lambda: pl.DataFrame({"a": [1.0], "b": [2.0], "c": pl.Series([object()], dtype=pl.Object)}),
    "polars of nulls": lambda: pl.DataFrame({"a": [1.0], "b": [2.0], "c": [None]}),
    "polars of categories": lambda: pl.DataFrame(MIXED).with_columns(pl.col("c").cast(pl.Categorical)),
}  # fmt: skip
OTHERS: dict[str, Callable[[], Any]] = {
    "None": lambda: None, "true": lambda: True, "number": lambda: 3, "huge number": lambda: 10**5000,
    "float": lambda: 2.5, "text": lambda: "1,2,3", "bytes": lambda: b"123", "bytearray": lambda: bytearray(b"123"),
    "memoryview": lambda: memoryview(NUMBERS), "array.array": lambda: array.array("d", [1, 2, 3]),
    "list": lambda: NUMBERS.tolist(), "tuple": lambda: tuple(map(tuple, NUMBERS.tolist())), "empty list": list,
    "list of nothing": lambda: [[]], "ragged": lambda: [[1, 2, 3], [4]], "deep": lambda: [[[[1]]]],
    "list of None": lambda: [None, None], "list of dicts": lambda: [{"a": 1.0}, {"b": "x", "a": 2}],
    "list of texts": lambda: list(WORDS), "list of bytes": lambda: [b"one"],
    "list of sets": lambda: [{"x"}, {"y", "x"}],
    "list of mixed": lambda: [1, "a", None], "list of arrays": lambda: [np.zeros(3), np.ones(2)],
    "list of huge numbers": lambda: [[10**400, 1, 2]], "list of cells": lambda: [[Cell(), Cell(), Cell()]],
    "list of lists of texts": lambda: [["a", "b", "c"]], "list of images": lambda: np.zeros((2, 4, 4)).tolist(),
    "dict": lambda: {"a": 1.0}, "empty dict": dict, "dict of columns": lambda: FRAME.to_dict("list"),
    "dict of unhashable": lambda: [{"a": []}], "dict of numbers": lambda: [{1: 2}],
    "dict of tuples": lambda: [{"a": ()}],
    "set": lambda: {1, 2}, "frozenset": lambda: frozenset("ab"), "set of texts": lambda: set(WORDS),
    "generator": lambda: (row for row in NUMBERS), "iterator": lambda: iter(WORDS), "range": lambda: range(3),
    "map": lambda: map(str, range(3)), "zip": lambda: zip([1], [2], strict=True), "file": lambda: io.StringIO("1,2"),
    "class": lambda: np.ndarray, "function": lambda: len, "object": object, "mock": MagicMock, "ellipsis": lambda: ...,
    "module": lambda: np, "estimator": lambda: LogisticRegression(), "exception": lambda: ValueError("x"),
    "date": lambda: datetime.date(2020, 1, 1), "tensor on a device": Torchlike, "without a length": Lengthless,
    "like a frame": Framelike, "array of its own": lambda: NUMBERS.view(NumbersOfOwn), "cell": Cell,
    "table": lambda: pa.Table.from_pandas(MIXED), "record batch": lambda: pa.RecordBatch.from_pandas(MIXED),
    "arrow array": lambda: pa.array([1.0, 2.0]), "images": lambda: np.zeros((2, 4, 4)),
    "images of another size": lambda: np.zeros((2, 5, 4)), "images with channels": lambda: np.zeros((2, 4, 4, 3)),
}  # fmt: skip
ROWS = {**ARRAYS, **SPARSE, **FRAMES, **POLARS, **OTHERS}
KNOWN = {**ARRAYS, **SPARSE, **FRAMES, **POLARS}.keys()
"""Rows of the libraries' own types, of which nothing is left to the last resort."""


def _estimators() -> dict[str, tuple[Any, Any]]:
    """Estimators of all kinds of rows, each with such rows."""
    mixed = make_column_transformer((StandardScaler(), ["a", "b"]), (OneHotEncoder(handle_unknown="ignore"), ["c"]))
    sets = pd.Series([("x",), ("y", "x")])
    images = np.zeros((2, 4, 4))
    return {
        "matrix": (make_pipeline(StandardScaler(), LogisticRegression()).fit(NUMBERS, Y), NUMBERS),
        "frame": (DecisionTreeClassifier(max_depth=2).fit(FRAME, Y), FRAME),
        "columns": (make_pipeline(mixed, LogisticRegression()).fit(MIXED, Y), MIXED),
        "categories": (OrdinalEncoder().fit(MIXED[["c"]].to_numpy()), MIXED[["c"]].to_numpy()),
        "texts": (CountVectorizer().fit(WORDS), WORDS),
        "labels": (LabelEncoder().fit(["a", "b"]), np.array(["a", "b"])),
        "sets": (MultiLabelBinarizer().fit(sets), sets),
        "dicts": (DictVectorizer(sparse=False).fit([{"a": 1.0, "b": "x"}]), [{"a": 1.0, "b": "x"}]),
        "images": (PatchExtractor(patch_size=(2, 2)).fit(images), images),
    }


ESTIMATORS = _estimators()
MODELS = {name: skl2tflite.convert(estimator, rows) for name, (estimator, rows) in ESTIMATORS.items()}


@pytest.mark.parametrize("kind", MODELS)
def test_methods(kind):
    model = MODELS[kind]

    def check(rows: str) -> None:
        for method in model.methods:
            error = outcome(lambda method=method: getattr(model, method)(ROWS[rows]()))
            assert error is None or isinstance(error, InvalidInputError), repr(error)
            assert rows not in KNOWN or LAST_RESORT not in str(error), str(error)

    each(ROWS, check)


@pytest.mark.parametrize("kind", ["matrix", "columns", "texts", "sets", "dicts", "images"])
def test_verify(kind):
    def check(rows: str) -> None:
        error = outcome(lambda: skl2tflite.verify(MODELS[kind], ESTIMATORS[kind][0], ROWS[rows]()))
        assert error is None or isinstance(error, InvalidInputError), repr(error)

    each(ROWS, check)


@pytest.mark.parametrize("kind", ["matrix", "labels"])
def test_convert(kind):
    each(ROWS.keys() - {"None"}, lambda rows: outcome(lambda: skl2tflite.convert(ESTIMATORS[kind][0], ROWS[rows]())))


@pytest.mark.parametrize("rows", ["generator", "iterator", "map"])
@pytest.mark.parametrize("kind", MODELS)
def test_what_is_used_up_by_looking_at_it(kind, rows):
    with pytest.raises(InvalidInputError, match="used up by looking at it; make a list of it"):
        skl2tflite.convert(ESTIMATORS[kind][0], ROWS[rows]())


def test_words_about_tables_of_other_libraries():
    for rows, words in (("polars lazy", "call collect"), ("table", "call to_pandas"), ("record batch", "to_pandas")):
        with pytest.raises(InvalidInputError, match=words):
            MODELS["columns"].predict(ROWS[rows]())


def test_words_about_rows_that_raise():
    with pytest.raises(InvalidInputError, match=r"X, a Torchlike, .*TypeError: can't convert a device tensor"):
        MODELS["matrix"].predict(Torchlike())
