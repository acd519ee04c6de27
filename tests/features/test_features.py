"""The input side: what scikit-learn takes is taken and rounded once, the rest is refused in a clear line."""

import msgspec
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from skl2tflite.errors import InvalidInputError
from skl2tflite.features import INPUT_NAME, Features, row_count
from skl2tflite.features.exactness import held_exactly
from skl2tflite.features.reference import reference_rows
from skl2tflite.stored import FeatureFacts


def matrix(features, rows):
    return features.tensors(rows)[INPUT_NAME]


FEATURES = Features(3)
NAMED = Features(3, ("a", "b", "c"))
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])

TAKEN = {
    "float64": X, "float32": X.astype(np.float32), "big-endian": X.astype(">f8"),
    "float32 big-endian": X.astype(">f4"), "fortran": np.asfortranarray(X), "read-only": np.broadcast_to(X, X.shape),
    "every second": np.repeat(X, 2, axis=0)[::2], "lists": X.tolist(), "tuples": tuple(map(tuple, X.tolist())),
    "object": X.astype(object), "strings of numbers in objects": X.astype(str).astype(object),
    "csr": sparse.csr_matrix(X),
    "csc array": sparse.csc_array(X), "matrix": np.asmatrix(X), "DataFrame": pd.DataFrame(X),
    "long double": X.astype("g"),
    "object DataFrame": pd.DataFrame(X.astype(object)), "nullable": pd.DataFrame(X).astype("Float64"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_taken(kind):
    tensors = FEATURES.tensors(TAKEN[kind])
    assert list(tensors) == [INPUT_NAME]
    matrix = tensors[INPUT_NAME]
    assert type(matrix) is np.ndarray
    assert matrix.dtype == np.dtype("=f4")
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix, X.astype(np.float32))
    assert row_count(TAKEN[kind]) == 2


@pytest.mark.parametrize("rows", [X.astype(np.float16), FRAME.assign(b=FRAME.b.astype(np.float16))])
def test_half_precision_is_refused(rows):
    """scikit-learn's scalers and others compute in it."""
    with pytest.raises(InvalidInputError, match=r"half precision.*X\.astype\('float32'\)"):
        NAMED.tensors(rows)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64", "bool", "Int64", "boolean", "UInt8"])
def test_integers_and_truths(dtype):
    values = pd.DataFrame({"a": [0, 1], "b": [1, 0], "c": [1, 1]})
    expected = values.to_numpy().astype(np.float32)
    np.testing.assert_array_equal(matrix(NAMED, values.astype(dtype)), expected)
    if dtype.islower() and dtype != "boolean":
        np.testing.assert_array_equal(matrix(FEATURES, values.to_numpy().astype(dtype)), expected)


def test_float32_rows_are_not_copied():
    rows = X.astype(np.float32)
    assert matrix(FEATURES, rows) is rows


def test_numbers_are_rounded_once_to_float32():
    big = np.array([[2**24 + 1, 2**53 + 1, 2**24 + 3]])
    assert matrix(FEATURES, big).tolist() == [[2.0**24, 2.0**53, 2.0**24 + 4]]
    assert matrix(FEATURES, np.array([[0.1, 1 / 3, 1e-30]])).tolist() == np.float32([[0.1, 1 / 3, 1e-30]]).tolist()
    np.testing.assert_array_equal(reference_rows(big), matrix(FEATURES, big))


def test_no_rows():
    assert matrix(FEATURES, np.empty((0, 3))).shape == (0, 3)
    assert row_count(np.empty((0, 3))) == 0
    assert row_count([[1, 2, 3]]) == 1


REFUSED = [
    (X[0], "X has 1 axis, expected rows of 3 features; use X.reshape(1, -1) for a single row"),
    (X[0].tolist(), "X has 1 axis"),
    (np.float64(3.0), "X has 0 axes"),
    (X[None], "X has 3 axes"),
    (pd.Series([1.0, 2.0, 3.0]), "X has 1 axis"),
    (X[:, :2], "X has 2 features, but the model takes 3"),
    (np.column_stack([X, X]), "X has 6 features"),
    (sparse.csr_matrix(X[:, :1]), "X has 1 features"),
    (X * 1j, "X holds complex128 values; the model takes real numbers"),
    (X.astype(str), "the model takes real numbers"),
    (X.astype("M8[s]"), "the model takes real numbers"),
    (np.array([["a", 1, 2]], dtype=object), "X holds values that are not numbers"),
    (np.array([[1j, 1, 2]], dtype=object), "X holds values that are not numbers"),
    ([[1, 2, 3], [4, 5]], "X is not a table of numbers"),
    (["abc"], "the model takes real numbers"),
    (None, "X is None"),
    (np.where(X == 2, np.nan, X), "X contains NaN (row 0, feature 1), which this estimator does not take"),
    (np.array([[1, None, 2]]), "X contains NaN (row 0, feature 1)"),
    (np.where(X == 5, np.inf, X), "X contains infinity or a value too large for float32 (row 1, feature 1)"),
    (np.where(X == 5, 1e39, X), "too large for float32 (row 1, feature 1)"),
    (np.where(X == 5, -1e300, X), "too large for float32 (row 1, feature 1)"),
]


@pytest.mark.parametrize(("rows", "message"), REFUSED, ids=[str(k) for k in range(len(REFUSED))])
def test_refused(rows, message):
    with pytest.raises(InvalidInputError) as error:
        FEATURES.tensors(rows)
    assert any(part in str(error.value) for part in message.split("|"))
    assert "\n" not in str(error.value)


def test_nan_where_it_is_taken():
    rows = np.where(X == 2, np.nan, X)
    allowed = Features(3, allows_nan=True)
    np.testing.assert_array_equal(matrix(allowed, rows), rows.astype(np.float32))
    assert np.isnan(matrix(allowed, np.array([[1, None, 2]]))[0, 1])
    with pytest.raises(InvalidInputError, match="infinity"):
        matrix(allowed, np.where(X == 5, np.inf, rows))


def test_nan_where_only_some_columns_take_it():
    rows = np.where(X == 2, np.nan, X)
    matrix(Features(3, allows_nan=(False, True, False)), rows)
    with pytest.raises(InvalidInputError, match="feature 'b'"):
        matrix(Features(3, ("a", "b", "c"), allows_nan=(True, False, True)), rows)


def test_missing_values_of_nullable_columns_are_nan():
    frame = pd.DataFrame({"a": [1, None], "b": [0.5, 1.5], "c": [True, False]}).astype({"a": "Int64"})
    np.testing.assert_array_equal(
        matrix(Features(3, ("a", "b", "c"), allows_nan=True), frame), np.float32([[1, 0.5, 1], [np.nan, 1.5, 0]])
    )
    with pytest.raises(InvalidInputError, match="X contains NaN \\(row 1, feature 'a'\\)"):
        matrix(NAMED, frame)


def test_reference_rows_are_the_same_numbers():
    frame = pd.DataFrame({"a": [1, None], "b": [0.5, 0.1], "c": [True, False]}).astype({"a": "Int64"})
    for rows in (X, X.tolist(), sparse.csr_matrix(X), FRAME, X.astype(object), frame, X.astype(">f8")):
        reference = reference_rows(rows)
        expected = matrix(Features(3, allows_nan=True), rows)
        assert sparse.issparse(reference) == sparse.issparse(rows)
        reference = reference.toarray() if sparse.issparse(reference) else reference
        np.testing.assert_array_equal(np.asarray(reference, dtype=np.float32), expected)
    assert list(reference_rows(FRAME).columns) == ["a", "b", "c"]


def test_names_of_columns():
    matrix(NAMED, FRAME)
    matrix(NAMED, X)  # scikit-learn only warns
    matrix(FEATURES, FRAME)
    for frame, message in (
        (FRAME[["c", "b", "a"]], r"columns are in another order .* use X\[\['a', 'b', 'c'\]\]"),
        (FRAME.rename(columns={"a": "x"}), "'a' missing; 'x' unknown"),
        (FRAME[["a", "b"]], "'c' missing"),
        (FRAME.assign(d=1), "'d' unknown"),
        (pd.DataFrame(X), "'a', 'b', 'c' missing; '0', '1', '2' unknown"),
    ):
        with pytest.raises(InvalidInputError, match=message):
            matrix(NAMED, frame)


def test_columns_that_are_not_numbers_are_named():
    for column in (["x", "y"], pd.to_datetime(["2020", "2021"]), pd.Categorical(["x", "y"]), [1j, 2j]):
        with pytest.raises(InvalidInputError, match="columns 'b' are not numeric"):
            matrix(NAMED, FRAME.assign(b=column))


def test_many_names_are_cut():
    features = Features(9, tuple("abcdefghi"))
    with pytest.raises(InvalidInputError, match="'a', 'b', 'c', 'd', 'e' and 4 more missing"):
        matrix(features, pd.DataFrame(np.ones((1, 9))))


@pytest.mark.parametrize(
    "features",
    [FEATURES, NAMED, Features(2, None, True), Features(2, ("é", "b c"), (True, False)), Features(3, read=(2,))],
)
def test_json(features):
    import json

    assert Features.from_facts(msgspec.json.decode(json.dumps(features.to_json()), type=FeatureFacts)) == features


EXACT = [
    np.array([[0.5, np.nan], [-np.inf, 2.0**100]]),
    np.array([[2**24, -(2**24)]]),
    np.array([[255, 0]], dtype=np.uint8),
    np.array([[True, False]]),
    np.array([[0.1, 2.0]], dtype=np.float16),
    np.array([[0.1, 2.0]], dtype=np.float32),
    np.array([[0.25, "text", None, 3, True]], dtype=object),
    [[1, 2.5], [3, 4]],
    pd.Series([0.5, 2.0], index=[7, 8]),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.array([0.5, None], dtype="Float64")}),
    pd.DataFrame({"a": pd.Categorical([10, 20])}),
    sparse.csr_matrix([[0.0, 0.5]]),
    np.zeros((0, 3)),
]
ROUNDED = [
    np.array([[0.1]]),
    np.array([[1e39]]),
    np.array([[2**24 + 1]]),
    np.array([[0, 2**63]], dtype=np.uint64),
    np.array([["text", 0.1]], dtype=object),
    [[1, 0.1]],
    pd.Series([0.1]),
    pd.DataFrame({"a": [1, 2], "b": [0.5, 0.1]}),
    pd.DataFrame({"a": pd.Categorical([0.1, 20])}),
    sparse.csr_matrix([[0.0, 0.1]]),
]


@pytest.mark.parametrize("rows", EXACT, ids=range(len(EXACT)))
def test_rows_that_float32_holds(rows):
    assert held_exactly(rows)


@pytest.mark.parametrize("rows", ROUNDED, ids=range(len(ROUNDED)))
def test_rows_that_float32_rounds(rows):
    assert not held_exactly(rows)


def test_features_that_nothing_looks_at():
    features = Features(3, ("a", "b", "c"), read=(2,))
    rows = pd.DataFrame({"a": ["x", None], "b": [np.nan, np.inf], "c": [1, 2]})
    np.testing.assert_array_equal(matrix(features, rows), [[0, 0, 1], [0, 0, 2]])
    np.testing.assert_array_equal(matrix(Features(3, read=(2,)), rows.to_numpy(dtype=object)), [[0, 0, 1], [0, 0, 2]])
    np.testing.assert_array_equal(matrix(Features(3, read=(2,)), [[np.nan, np.inf, 1.0]]), [[0, 0, 1]])
    with pytest.raises(InvalidInputError, match="columns 'c' are not numeric"):
        matrix(features, rows.assign(c=["x", "y"]))
    with pytest.raises(InvalidInputError, match="NaN"):
        matrix(features, rows.assign(c=np.nan))
    with pytest.raises(InvalidInputError, match="'a' missing"):
        matrix(features, rows[["b", "c"]])
    with pytest.raises(InvalidInputError, match="2 features"):
        matrix(Features(3, read=(2,)), rows.iloc[:, :2])
