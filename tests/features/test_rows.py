"""Kinds of rows: what each makes of rows, of a graph's inputs, and of what a file says of it."""

import json
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

from skl2tflite.errors import InvalidFileError, InvalidInputError
from skl2tflite.features import (
    TABLE,
    ColumnSpec,
    Features,
    HashedRows,
    ImageRows,
    LabelRows,
    RecordRows,
    RowKind,
    SetRows,
    TextRows,
    ValueRows,
)
from skl2tflite.features.reference import reference_rows
from skl2tflite.features.rows import KINDS, kind_from_facts
from skl2tflite.flow.column import TextInput
from skl2tflite.flow.input_columns import InputColumns
from skl2tflite.graph import DType, input_tensor
from skl2tflite.stored import AnyRows

FRAME = pd.DataFrame({"a": [1.0, 2.0], "city": ["Rome", "Oslo"], "here": [True, False]})
EVERY: dict[str, RowKind] = {
    "table": TABLE,
    "values": ValueRows(),
    "texts": TextRows(),
    "labels": LabelRows(),
    "sets": SetRows(("x", "y")),
    "records": RecordRows("="),
    "hashed": HashedRows(("a", "b")),
    "images": ImageRows((2, 3)),
}


def read(written: dict[str, Any]) -> RowKind:
    return kind_from_facts(msgspec.convert(written, AnyRows))


def features(kind: RowKind, columns: dict[str, str] | None = None, count: int = 1, **more: Any) -> Features:
    specs = tuple(ColumnSpec(name, i, dtype) for i, (name, dtype) in enumerate((columns or {}).items()))
    return Features(len(specs) or count, columns=specs or None, rows=kind, **more)


def test_every_kind_is_here() -> None:
    assert {name: type(kind) for name, kind in EVERY.items()} == KINDS


JSON = {
    "table": {"kind": "table"},
    "values": {"kind": "values"},
    "texts": {"kind": "texts"},
    "labels": {"kind": "labels"},
    "sets": {"kind": "sets", "labels": ["x", "y"]},
    "records": {"kind": "records", "separator": "="},
    "hashed": {"kind": "hashed", "names": ["a", "b"]},
    "images": {"kind": "images", "shape": [2, 3]},
}


@pytest.mark.parametrize("name", EVERY)
def test_json(name: str) -> None:
    written = json.loads(json.dumps(EVERY[name].to_json()))
    assert written == JSON[name]
    assert list(written) == list(JSON[name])
    assert read(written) == EVERY[name]


def test_json_of_rows_that_lack_features() -> None:
    kind = RecordRows("=", absent_is_nan=True)
    assert kind.to_json() == {"kind": "records", "separator": "=", "absent_is_nan": True}
    assert read(kind.to_json()) == kind


DAMAGED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "else"}, "Invalid value 'else'"),
    ({"kind": "sets", "labels": ["x", 1]}, "texts beside integers"),
    ({"kind": "sets", "labels": [2**40]}, "2147483647"),
    ({"kind": "images", "shape": [3]}, "length >= 2"),
    ({"kind": "images", "shape": [3, 0]}, ">= 1"),
    ({"kind": "records"}, "separator"),
]


@pytest.mark.parametrize(("written", "message"), DAMAGED)
def test_damaged_json(written: dict[str, Any], message: str) -> None:
    with pytest.raises((InvalidFileError, msgspec.ValidationError), match=message):
        read(written)


@pytest.mark.parametrize("name", ["texts", "labels", "sets", "records", "hashed"])
def test_kinds_that_need_columns(name: str) -> None:
    EVERY[name].check_consistent(features(EVERY[name], columns={"y": "float32"}))
    with pytest.raises(InvalidFileError, match=r"columns is missing"):
        EVERY[name].check_consistent(features(EVERY[name]))


def test_features_of_images_are_their_numbers() -> None:
    EVERY["images"].check_consistent(features(EVERY["images"], count=6))
    for other in ({"count": 5}, {"columns": dict.fromkeys("abcdef", "float32")}):
        with pytest.raises(InvalidFileError, match="is of another size than"):
            EVERY["images"].check_consistent(features(EVERY["images"], **other))


TENSORS: dict[str, tuple[RowKind, dict[str, Any], Any, dict[str, Any]]] = {
    "matrix": (TABLE, {"count": 2}, [[1, 2], [3, 4]], {"X": [[1, 2], [3, 4]]}),
    "columns": (
        TABLE,
        {"columns": {"a": "float32", "city": "string"}, "names": ("a", "city"), "needed": (0, 1)},
        FRAME[["city", "here", "a"]],
        {"a": [1, 2], "city": ["Rome", "Oslo"]},
    ),
    "vector": (ValueRows(), {}, [1.0, 2.0], {"X": [[1], [2]]}),
    "one column": (ValueRows(), {}, [[1.0], [2.0]], {"X": [[1], [2]]}),
    "Series": (ValueRows(), {}, pd.Series([1.0, 2.0], index=[5, 6]), {"X": [[1], [2]]}),
    "labels": (LabelRows(), {"columns": {"y": "int32"}}, [3, 1], {"y": [3, 1]}),
    "labels that are text": (LabelRows(), {"columns": {"y": "string"}}, ["b", "a"], {"y": ["b", "a"]}),
    "sets": (
        SetRows((3, 5)),
        {"columns": {"y": "int32"}},
        [{5}, (3, 5)],
        {"y": [[5, -(2**31)], [3, 5]]},
    ),
    "records": (
        RecordRows("="),
        {"columns": {"city": "string", "x": "float32"}},
        [{"x": 2, "other": 1}, {"city": "Rome"}],
        {"city": ["\uffff?", "Rome"], "x": [2, 0]},
    ),
    "one record": (RecordRows("="), {"columns": {"x": "float32"}}, {"x": 2}, {"x": [2]}),
    "records that lack a feature": (
        RecordRows("=", absent_is_nan=True),
        {"columns": {"x": "float32"}},
        [{"x": 2}, {}],
        {"x": [2, np.nan]},
    ),
    "hashed": (HashedRows(("x",)), {"columns": {"x": "float32"}}, [{"x": 2}, {}], {"x": [2, 0]}),
    "images": (ImageRows((1, 2)), {"count": 2}, [[[1, 2]], [[3, 4]]], {"X": [[[1, 2]], [[3, 4]]]}),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors(name: str) -> None:
    kind, more, rows, expected = TENSORS[name]
    tensors = features(kind, **more).tensors(rows)
    assert list(tensors) == list(expected)
    for each, values in expected.items():
        np.testing.assert_array_equal(
            np.asarray(tensors[each]), np.asarray(values, dtype=np.asarray(tensors[each]).dtype)
        )


def test_texts_are_code_points() -> None:
    tensors = features(TextRows(), columns={"text": "characters"}).tensors(iter(["ab", ""]))
    assert [each.tolist() for each in tensors["text"]] == [[[97, 98]], [[]]]


REFUSED: dict[str, tuple[RowKind, dict[str, Any], Any, str]] = {
    "one text": (TextRows(), {"columns": {"text": "characters"}}, "text", "X is one text"),
    "a table of texts": (TextRows(), {"columns": {"text": "characters"}}, [["a"], ["b"]], "X is a table"),
    "a matrix of labels": (LabelRows(), {"columns": {"y": "int32"}}, [[1], [2]], "labels have 2 axes"),
    "labels": (SetRows((1,)), {"columns": {"y": "int32"}}, [1, 2], "row 0 is a int, expected a set of labels"),
    "sets of sets": (SetRows((1,)), {"columns": {"y": "int32"}}, [[{1}]], "row 0 holds what can be no label"),
    "no dict": (RecordRows("="), {"columns": {"x": "float32"}}, [[1]], "row 0 is a list, expected a dict"),
    "a feature with its text": (
        RecordRows("="),
        {"columns": {"x": "float32"}},
        [{"city=Rome": 1}],
        "cannot be distinguished from a feature and its text",
    ),
    "a list in a record": (RecordRows("="), {"columns": {"x": "float32"}}, [{"x": [1]}], "'x' is a list"),
    "NaN beside features that rows lack": (
        RecordRows("=", absent_is_nan=True),
        {"columns": {"x": "float32"}},
        [{"x": np.nan}],
        "cannot distinguish from a feature that the row lacks",
    ),
    "NaN": (RecordRows("="), {"columns": {"x": "float32"}}, [{"x": np.nan}], "put an imputer in front"),
    "another name": (HashedRows(("x",)), {"columns": {"x": "float32"}}, [{"y": 1}], "was in no row given to convert"),
    "hashed text": (HashedRows(("x",)), {"columns": {"x": "float32"}}, [{"x": "t"}], "any text has a hash of its own"),
    "hashed None": (HashedRows(("x",)), {"columns": {"x": "float32"}}, [{"x": None}], "is None, expected a number"),
    "another size": (ImageRows((1, 2)), {"count": 2}, np.ones((3, 2, 2)), "takes images of 1 × 2"),
    "a pixel": (ImageRows((1, 2)), {"count": 2}, [[[1, np.nan]]], r"NaN \(row 0, pixel \(0, 1\)\)"),
    "an iterator of images": (ImageRows((1, 2)), {"count": 2}, iter([[[1, 2]]]), "used up by looking at it"),
    "an iterator of rows": (TABLE, {"count": 2}, iter([[1, 2]]), "used up by looking at it"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    kind, more, rows, message = REFUSED[name]
    with pytest.raises(InvalidInputError, match=message):
        features(kind, **more).tensors(rows)


def test_what_rows_show_of_a_table() -> None:
    seen = TABLE.seen_in(FRAME)
    assert (seen.count, seen.names) == (3, ("a", "city", "here"))
    assert seen.dtypes[0] == np.dtype(float)
    assert seen.sample.equals(FRAME)
    assert seen == TABLE
    assert TABLE.seen_in(np.ones((4, 2))).count == 2
    assert ValueRows().seen_in(np.ones(4)) == ValueRows()
    kinds, types, is_sparse = TABLE.columns_in(FRAME)
    assert kinds == {1: DType.STRING, 2: DType.BOOL}
    assert types is not None
    assert types[0].dtype == np.dtype(float)
    assert not is_sparse
    taken = seen.take([2, 0])
    assert (taken.count, taken.names, list(taken.sample)) == (2, ("here", "a"), ["here", "a"])
    assert taken.dtypes[1] == np.dtype(float)
    assert seen.take([9]).names is None
    assert (seen.in_array().count, seen.in_array().names) == (3, None)


def test_what_rows_show_of_other_kinds() -> None:
    assert not HashedRows().known
    hashed = HashedRows().seen_in([{"b": 1}, {"a": 2, "b": 3}])
    assert hashed == HashedRows(("a", "b"))
    assert hashed.known
    assert hashed.seen_in([{"c": 1}]) == hashed
    with pytest.raises(InvalidInputError, match="has a name that is no text"):
        HashedRows().seen_in([{1: 1}])
    assert not ImageRows().known
    assert ImageRows().seen_in(np.ones((5, 2, 3))) == ImageRows((2, 3))
    with pytest.raises(InvalidInputError, match="expected images"):
        ImageRows().seen_in(np.ones((5, 2)))
    for kind in (TextRows(), LabelRows(), SetRows((1,)), RecordRows("=")):
        assert kind.seen_in(["a"]) is kind
        assert kind.columns_in(["a"]) == ({}, None, False)
        assert kind.in_array() is kind


def test_kinds_that_learn_from_one_another() -> None:
    alike = {(a, b) for a in EVERY for b in EVERY if EVERY[a].is_like(EVERY[b])}
    assert alike == {(name, name) for name in EVERY} | {("table", "values"), ("values", "table")}


def test_nan_in_place_of_features_that_rows_lack() -> None:
    assert EVERY["records"].with_nan_for_absent() == RecordRows("=", absent_is_nan=True)
    assert all(kind.with_nan_for_absent() is None for name, kind in EVERY.items() if name != "records")
    assert [EVERY["records"].has_nan_for_absent, RecordRows("=", True).has_nan_for_absent] == [False, True]


NAMES = {"texts": ["text"], "labels": ["y"], "sets": ["y"]}
"""Names of the tensors of rows that are one column."""


@pytest.mark.parametrize("name", EVERY)
def test_names_of_inputs(name: str) -> None:
    assert EVERY[name].tensor_names(["a", "b"], 2) == NAMES.get(name, ["a", "b"])
    assert EVERY[name].n_features == (1 if name in NAMES else None)
    assert EVERY[name].first_kinds == ({0: DType.STRING} if name == "texts" else {})


def input_columns(count: int = 1, batch: int | None = None, text: TextInput = "characters") -> InputColumns:
    names = [f"x{i}" for i in range(count)]
    return InputColumns(names, {}, input_tensor("X", DType.FLOAT, (batch, count)), text=text)


def test_symbolic_rows() -> None:
    columns = input_columns(batch=4)
    labels = LabelRows().symbolic(columns)
    assert labels.integers().shape == (4,)
    assert columns.kinds == {0: DType.INT}
    assert list(columns.tensors) == [(0, DType.INT)]
    assert SetRows(("x",)).symbolic(input_columns()).sets(DType.STRING).shape == (None, None)
    assert TextRows().symbolic(input_columns(text="tokens")).text == "tokens"
    columns = input_columns(2)
    assert ImageRows((2, 3)).symbolic(columns) is columns.matrix
    for kind in (TABLE, ValueRows(), RecordRows("="), HashedRows(("a",))):
        assert kind.symbolic(columns).whole is columns.matrix


def test_inputs_of_a_file_that_do_not_fit() -> None:
    assert features(ImageRows((2, 3)), count=6).misfit({"X": ("float32", (1, 2, 3))}) == ""
    assert features(ImageRows((2, 3)), count=6).misfit({"X": ("float32", (1, 6))}) != ""
    assert features(TABLE, count=6).misfit({"X": ("float32", (1, 6))}) == ""
    assert features(SetRows((1,)), columns={"y": "int32"}).misfit({"y": ("int32", (1, 2))}) == ""
    assert "number of axes" in features(SetRows((1,)), columns={"y": "int32"}).misfit({"y": ("int32", (1,))})
    assert "number of axes" in features(LabelRows(), columns={"y": "int32"}).misfit({"y": ("int32", (1, 2))})


def test_descriptions() -> None:
    names = [f"n{i}" for i in range(9)]
    assert TABLE.summary(9, names) == ("features", "9: n0, n1, n2, n3, n4, n5, n6, n7, …")
    assert TABLE.summary(2, None) == ("features", "2")
    assert ImageRows((2, 3)).summary(6, None) == ("images", "2 × 3")
    assert TABLE.about_matrix(2, ["a", "b"]) == "2 features: a, b"
    assert ImageRows((2, 3)).about_matrix(6, None) == "images of 2 × 3"
    assert TABLE.about_column(in_codes=False) == "column"
    assert "-2: NaN" in TABLE.about_column(in_codes=True)
    assert "-2147483648" in SetRows((1,)).about_column(in_codes=False)
    assert "as positions in the vocabulary" in SetRows(("a",)).about_column(in_codes=True)


def test_several_answers_for_an_image() -> None:
    rows = np.ones((3, 2, 2))
    assert ImageRows((2, 2)).answers_per_row(12, rows) == 4
    assert ImageRows((2, 2)).answers_per_row(0, rows[:0]) == 0
    assert TABLE.answers_per_row(12, rows) == 1


def test_sets_that_are_iterators_can_be_read_again() -> None:
    rows = SetRows((1, 2)).materialized(iter([iter([1]), {2}, (1, 2)]))
    assert list(rows) == [(1,), (2,), (1, 2)]
    assert TABLE.materialized(FRAME) is FRAME


ROUNDED = float(np.float32(0.1))
REFERENCES: dict[str, tuple[RowKind, Any, bool, Any]] = {
    "texts": (TextRows(), ["a", "b"], True, ["a", "b"]),
    "a Series of texts": (TextRows(), pd.Series(["a", "b"]), True, ["a", "b"]),
    "labels that are text": (LabelRows(), np.array(["a", "b"], dtype=object), True, ["a", "b"]),
    "labels": (LabelRows(), [0.1, 2], False, [ROUNDED, 2.0]),
    "sets": (SetRows((1, 2)), np.array([(1,), (1, 2)], dtype=object), True, [(1,), (1, 2)]),
    "dicts": (RecordRows("="), [{"a": 0.1, "b": "text"}], False, [{"a": ROUNDED, "b": "text"}]),
    "a dict": (RecordRows("="), {"a": 0.1, "b": True}, False, [{"a": ROUNDED, "b": True}]),
    "dicts of what float32 holds": (HashedRows(("a",)), [{"a": 0.5}, {"a": 2}], True, [{"a": 0.5}, {"a": 2}]),
    "dicts of great numbers": (HashedRows(("a",)), [{"a": 2**24 + 1}], False, [{"a": 2**24 + 1}]),
    "table": (TABLE, [[0.1, 2.0]], False, [[ROUNDED, 2.0]]),
    "images": (ImageRows((1, 2)), np.array([[[0.1, 2.0]]]), False, [[[ROUNDED, 2.0]]]),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_rows_that_the_estimator_is_compared_on(name: str) -> None:
    kind, rows, exactly, expected = REFERENCES[name]
    assert kind.held_exactly(rows) == exactly
    reference = kind.reference(rows)
    assert (reference.tolist() if isinstance(reference, np.ndarray) else reference) == expected


def test_rows_that_the_estimator_is_given() -> None:
    texts, dicts, array = ["a", "b"], [{"a": 1.0}], np.ones((2, 2))
    assert TextRows().given(texts) is texts
    assert LabelRows().given(texts) is texts
    assert LabelRows().given([1, 2]).tolist() == [1, 2]
    assert RecordRows("=").given(dicts) is dicts
    assert TABLE.given(array) is not array
    np.testing.assert_array_equal(TABLE.given(array), array)
    assert TABLE.reference(np.array([[2**24 + 1]]), integers=True).tolist() == [[2**24 + 1]]


def test_integers_beyond_float32_are_rounded_beside_text_as_without() -> None:
    """A file reads them as float32, and the estimator is asked for the same numbers."""
    frame = pd.DataFrame({"big": [33554629, 33554643], "c": list("ab"), 7: [1, 2]})
    rounded = reference_rows(frame)
    assert rounded["big"].tolist() == [33554628, 33554644]
    assert rounded.dtypes.tolist() == frame.dtypes.tolist()
    assert frame["big"].tolist() == [33554629, 33554643]
    assert reference_rows(frame, integers=True)["big"].tolist() == [33554629, 33554643]
