"""Rows that are no tables: labels, and dicts of features."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction import DictVectorizer, FeatureHasher
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, MultiLabelBinarizer, OrdinalEncoder, StandardScaler

import skl2tflite
from skl2tflite.errors import InvalidInputError, UnsupportedEstimatorError, UnsupportedMethodError, UnsupportedOnTarget
from skl2tflite.runtime.litert import LiteRTRunner
from skl2tflite.runtime.micro import has_micro

TARGETS = ["litert", *(["micro"] if has_micro() else [])]
RECORDS = [{"age": 20.0 + i, "city": ("Rome", "Ærø")[i % 2], "kids": i % 3} for i in range(20)]


@pytest.mark.parametrize("labels", [["b", "a", "ü"], [2**24 + 1, 2**24 + 2, 5], [1.5, 0.5], [True, False]])
def test_labels_that_are_unknown(labels):
    y = np.array(labels)
    encoder = LabelEncoder().fit(y)
    model = skl2tflite.convert(encoder, y, categories="strings")
    assert list(model.inputs) == ["y"]
    np.testing.assert_array_equal(model.transform(y[::-1]), encoder.transform(y[::-1]))
    np.testing.assert_array_equal(model.transform(labels), encoder.transform(labels))
    assert skl2tflite.TFLiteModel(bytes(model)).transform(y).dtype == encoder.transform(y).dtype
    if y.dtype.kind == "b":
        return
    unknown = {"U": "z", "i": 2**24, "f": 7.0}[y.dtype.kind]
    with pytest.raises(InvalidInputError, match="unknown categories"):
        model.transform([unknown])
    raw = np.array([unknown], dtype={"U": object, "i": np.int32, "f": np.float32}[y.dtype.kind])
    assert LiteRTRunner(bytes(model)).run("transform", {"y": raw})["transform"].tolist() == [-1]
    with pytest.raises(InvalidInputError, match="2 axes, expected one"):
        model.transform(y.reshape(-1, 1))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("labels", [["b", "a", "ü"], [2**24 + 1, -1, 5], [1.5, 0.5], [True, False], ["a"], [0, 1, 2]])
def test_labels_back_from_positions(labels, target):
    encoder = LabelEncoder().fit(labels)
    model = skl2tflite.convert(encoder, np.array(labels), methods=("inverse_transform",), target=target)
    model = skl2tflite.TFLiteModel(bytes(model))
    positions = encoder.transform(labels)
    expected = encoder.inverse_transform(positions)
    np.testing.assert_array_equal(model.inverse_transform(positions), expected)
    assert model.inverse_transform(positions.tolist()).dtype == expected.dtype
    assert skl2tflite.verify(model, encoder, positions).faithful
    for bad in ([-1], [len(labels)], [0.5], ["b"]):
        with pytest.raises(InvalidInputError):
            model.inverse_transform(bad)
    (mark,) = model._runner.run("inverse_transform", {"y": np.array([len(labels)], np.int32)})["inverse_transform"]
    assert mark not in (labels if expected.dtype.kind == "i" else positions)


def test_both_ways_in_one_file():
    encoder = LabelEncoder().fit(["b", "a"])
    model = skl2tflite.convert(encoder, np.array(["a", "b", "b"]), methods=("transform", "inverse_transform"))
    assert model.inverse_transform(model.transform(["b", "a"])).tolist() == ["b", "a"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("labels", [["b", "a", "ü"], ["b", "a"], [7, -1], [5, 2**24 + 1, -3], [True, False], ["a"]])
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-2, 1), (3, 4)])
def test_labels_back_from_columns(labels, low, high, target):
    binarizer = LabelBinarizer(neg_label=low, pos_label=high).fit(labels)
    model = skl2tflite.convert(binarizer, methods=("inverse_transform",), target=target)
    middle = np.float32((low + high) / 2)
    edges = [low, np.nextafter(middle, np.float32(-9)), middle, np.nextafter(middle, np.float32(9)), high, 1e9, -1e9]
    width = binarizer.transform(labels).shape[1]
    rows = np.array(np.meshgrid(*[edges] * width), np.float32).reshape(width, -1).T
    np.testing.assert_array_equal(model.inverse_transform(rows), binarizer.inverse_transform(rows))
    assert skl2tflite.verify(model, binarizer, rows).faithful


def test_a_matrix_of_labels():
    y = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0]])
    for options in ({}, {"neg_label": -2, "pos_label": 5}, {"neg_label": -1, "pos_label": 0}):
        binarizer = LabelBinarizer(**options).fit(y)
        model = skl2tflite.convert(binarizer, y, methods=("transform", "inverse_transform"))
        np.testing.assert_array_equal(model.transform(y), binarizer.transform(y))
        Y = np.random.default_rng(0).normal(size=(50, 3), scale=3).astype(np.float32)
        np.testing.assert_array_equal(model.inverse_transform(Y), binarizer.inverse_transform(Y))


@pytest.mark.parametrize("categories", ["strings", "codes"])
@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["a", "", "Ærø"], [{"Ærø", "a"}, [], ("a", "a", ""), np.array(["a"]), "a"]),
        ([5, -3, 2**24 + 1], [{5, -3}, [], [2**24 + 1, 2**24 + 1], (5.0,), np.array([-3, 5])]),
    ],
)
def test_sets_of_labels(labels, rows, categories, tmp_path):
    binarizer = MultiLabelBinarizer().fit([labels])
    converted = skl2tflite.convert(binarizer, rows, categories=categories)
    model = skl2tflite.load(converted.save(tmp_path / "model.tflite"))
    text = isinstance(labels[0], str) and categories == "strings"
    assert model.inputs == {"y": ("string" if text else "int32", (-1, -1))}
    np.testing.assert_array_equal(model.transform(rows), binarizer.transform(rows))
    assert model.transform([]).shape == (0, 3)
    unknown = [[*labels, "unseen", None], [2**24, 2**70, np.nan, ("a",)]]
    with pytest.warns(UserWarning, match="unknown class") as theirs:
        expected = binarizer.transform(unknown)
    with pytest.warns(UserWarning, match="unknown class") as ours:
        np.testing.assert_array_equal(model.transform(unknown), expected)
    assert str(ours[0].message) == str(theirs[0].message)
    for bad, message in (
        (3, "row 0 is a int"),
        ([3], "row 0 is a int"),
        ([[["a"]]], "row 0 holds what can be no label"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            model.transform(bad)


@pytest.mark.parametrize(
    ("labels", "rows"),
    [
        (["a", "b"], np.array([["unseen", "b", "\uffff?"], ["\uffff?", "\uffff?", "\uffff?"]], dtype=object)),
        ([5, 2**24 + 1], np.array([[2**24, 2**24 + 1, -(2**31)], [-(2**31)] * 3], dtype=np.int32)),
    ],
)
def test_what_is_no_label_is_none_in_the_file(labels, rows):
    model = skl2tflite.convert(MultiLabelBinarizer().fit([labels]), categories="strings")
    assert LiteRTRunner(bytes(model)).run("transform", {"y": rows})["transform"].tolist() == [[0, 1], [0, 0]]


def test_classes_in_an_order_of_their_own():
    binarizer = MultiLabelBinarizer(classes=np.array([7, 2])).fit(None)
    np.testing.assert_array_equal(skl2tflite.convert(binarizer).transform([[2], [7, 2]]), [[0, 1], [1, 1]])


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([], "no labels"),
        ([1, "a"], "neither all text nor all integers"),
        ([0.5], "neither all text nor all integers"),
        (["\uffff"], "a reserved one"),
        ([2**31], "beyond 32 bits"),
        ([-(2**31)], "beyond 32 bits"),
    ],
)
def test_refused_sets_of_labels(classes, message):
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(MultiLabelBinarizer(classes=classes).fit(None))


def test_sets_of_labels_elsewhere():
    binarizer = MultiLabelBinarizer().fit([["a"]])
    with pytest.raises(UnsupportedOnTarget, match="no arrays of any length"):
        skl2tflite.convert(binarizer, target="micro")
    with pytest.raises(UnsupportedMethodError, match="sets of any length"):
        skl2tflite.convert(binarizer, methods=["inverse_transform"])


def test_whole_numbers_in_arrays_are_compared_as_such():
    X = np.array([[2**24 + 1], [2**24 + 2], [3]])
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(X)
    model = skl2tflite.convert(encoder, X)
    assert skl2tflite.verify(model, encoder, np.array([[2**24], [2**24 + 1]])).faithful


@pytest.mark.parametrize("categories", ["strings", "codes"])
def test_records(categories, tmp_path):
    pipe = make_pipeline(DictVectorizer(sparse=False), StandardScaler(), LogisticRegression())
    pipe.fit(RECORDS, np.arange(20) // 2 % 2)
    model = skl2tflite.convert(pipe, RECORDS, categories=categories)
    text = "string" if categories == "strings" else "int32"
    assert model.inputs == {"age": ("float32", (-1,)), "city": (text, (-1,)), "kids": ("float32", (-1,))}
    rows = [*RECORDS, {}, {"age": 3.5, "city": "unseen", "more": 1}, {"city": None, "kids": True}, {"kids": "two"}]
    again = skl2tflite.load(model.save(tmp_path / "model.tflite"))
    np.testing.assert_array_equal(again.predict(rows), pipe.predict(rows))
    assert skl2tflite.verify(again, pipe, rows).faithful
    for bad, message in (
        ([{"age": [1, 2]}], "feature 'age' is a list"),
        ([{"city=Rome": 1}], "the feature 'city=Rome', which holds '='"),
        ([[1, 2]], "row 0 is a list"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            model.predict(bad)


def test_refused_records():
    both = DictVectorizer().fit([{"a": "x"}, {"a": 1.0}])
    with pytest.raises(UnsupportedEstimatorError, match="feature 'a' is a number in some rows and text in others"):
        skl2tflite.convert(both)


NUMBERS = [{"age": 20.0 + i, "kids": i % 3, "Ærø": i % 2 == 0, "": -1, "x=y": 0.5} for i in range(20)]


def test_hashed_records(tmp_path):
    pipe = make_pipeline(FeatureHasher(16), StandardScaler(with_mean=False), LogisticRegression())
    pipe.fit(NUMBERS, np.arange(20) // 2 % 2)
    model = skl2tflite.load(skl2tflite.convert(pipe, NUMBERS).save(tmp_path / "model.tflite"))
    assert list(model.inputs) == ["", "age", "kids", "x=y", "Ærø"]
    assert bytes(model) == bytes(skl2tflite.convert(pipe, NUMBERS[::-1]))
    rows = [*NUMBERS, {}, {"age": 3.5, "kids": np.int64(7)}]
    assert skl2tflite.verify(model, pipe, rows).faithful
    np.testing.assert_array_equal(model.predict([{"age": 1.0}]), pipe.predict([{"age": 1.0}]))
    for bad, message in (
        ({"Age": 1.0}, "the feature 'Age', which was in no row given to convert"),
        ({"age": 1.0, 3: 1.0}, "the feature 3, which was in no row"),
        ({"kids": "two"}, "feature 'kids' is text, and any text has a hash of its own"),
        ({"kids": None}, "feature 'kids' is None"),
        ({"kids": np.nan}, "contains NaN .*'kids'"),
        (["kids"], "row 0 is a list"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            model.predict([bad])


def test_hashes_that_collide_and_holes():
    rows = [{f"ü{i}": 1.5 * i - j for i in range(30)} for j in range(3)] + [{"ü3": np.nan, "ü4": 1.0}]
    for hasher in (FeatureHasher(1), FeatureHasher(4, dtype=np.float32), FeatureHasher()):
        model = skl2tflite.convert(hasher, rows)
        expected = hasher.transform(rows).toarray()
        np.testing.assert_allclose(model.transform(rows), expected, rtol=0, atol=1e-6 * np.nanmax(np.abs(expected)))
    assert np.isnan(model.transform(rows)).sum() == 1


@pytest.mark.parametrize(
    ("hasher", "rows", "message"),
    [
        (FeatureHasher(8), None, "learns no names of features"),
        (FeatureHasher(8), [{}], "learns no names of features"),
        (FeatureHasher(input_type="pair"), NUMBERS, "use input_type='dict'"),
        (FeatureHasher(input_type="string"), NUMBERS, "join them by spaces for HashingVectorizer"),
        (FeatureHasher(dtype=np.int16), NUMBERS, "wraps around"),
    ],
)
def test_refused_hashers(hasher, rows, message):
    with pytest.raises(UnsupportedEstimatorError, match=message):
        skl2tflite.convert(hasher, rows)


def test_rows_that_name_no_features():
    for rows, message in (
        ([{"a": "text"}], "feature 'a' is text"),
        ([{"\ud800": 1.0}], "no text"),
        ([{3: 1.0}], "no text"),
        ([[1.0]], "expected a dict"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            skl2tflite.convert(FeatureHasher(8), rows)


def test_lists_of_strings_as_texts():
    """What the refusal of input_type='string' says to do instead."""
    rows = [["a", "B"], ["snake", "Dog", "x-y", "a", "Ærø"], []]
    vectorizer = HashingVectorizer(n_features=64, token_pattern=r"\S+", lowercase=False, norm=None)
    result = skl2tflite.convert(vectorizer).transform([" ".join(row) for row in rows])
    np.testing.assert_array_equal(result, FeatureHasher(64, input_type="string").transform(rows).toarray())
