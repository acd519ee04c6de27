"""Indexing of tensors, which must be NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skl2tflite.errors import GraphError
from skl2tflite.graph import DType, Graph, evaluate, input_tensor

X = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)


def recorded(x, key, unknown=False):
    """Return what a graph of the indexing computes, and the shape it was recorded with."""
    x = x.astype(np.float64)
    tensor = input_tensor("x", DType.FLOAT, (None, *x.shape[1:]) if unknown else x.shape)
    result = tensor[key]
    return evaluate(Graph("g", {"x": tensor}, {"y": result}), {"x": x})["y"], result.shape


@st.composite
def keys(draw, shape):
    """Draw an index with any number of None, integers and slices, at most one list and one ellipsis."""
    parts, lists = [], 0
    for length in shape[: draw(st.integers(0, len(shape)))]:
        kinds = ["int", "slice", "slice"] + ["list", "mask"] * (lists == 0)
        kind = draw(st.sampled_from(kinds))
        bound = st.none() | st.integers(-length - 2, length + 2)
        if kind == "int":
            parts.append(draw(st.integers(-length, length - 1)))
        elif kind == "slice":
            parts.append(slice(draw(bound), draw(bound), draw(st.sampled_from([None, 1, 2, -1, -2]))))
        else:
            lists = 1
            if kind == "list":
                parts.append(draw(st.lists(st.integers(-length, length - 1), max_size=4)))
            else:
                parts.append(np.array(draw(st.lists(st.booleans(), min_size=length, max_size=length)), dtype=bool))
    for _ in range(draw(st.integers(0, 2))):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):  # what stands behind the ellipsis counts from the last axis
        parts.append(Ellipsis)
    return tuple(parts)


@settings(max_examples=300)
@given(st.data())
def test_indexing_is_numpys(data):
    shape = tuple(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4)))
    x = np.arange(np.prod(shape)).reshape(shape)
    key = data.draw(keys(shape))
    result, inferred = recorded(x, key)
    np.testing.assert_array_equal(result, x[key])
    assert inferred == x[key].shape


@pytest.mark.parametrize(
    "key",
    [
        (..., 0), (..., [0, 2]), (0, ..., 1), (slice(None), ..., None), (..., None), (None, ..., 0, None),
        (0, slice(None), [1, 2]), (0, [1, 2]), (slice(None), [0, 1], 2), ([0, 1], slice(None), 0), (0, ..., [1, 2]),
        (0, None, [1, 2]), (slice(None), 0, None, [1, 2]), (slice(None), [[0, 1], [1, 2]]), (0, slice(None), [[1, 2]]),
        (np.int64(1), np.array(1)), np.array([True, False]), [True, False], ([], ), np.array(1), (0, 1, 2, 3),
        (slice(None), slice(None), slice(3, None, -1)), (slice(5, 9),),
    ],
    ids=str,
)  # fmt: skip
def test_indexing_of_many_kinds(key):
    result, inferred = recorded(X, key)
    np.testing.assert_array_equal(result, X[key])
    assert inferred == X[key].shape


@pytest.mark.parametrize(
    "key",
    [
        (slice(None), 1),
        (slice(None), [2, 0]),
        (..., 0),
        (slice(None), None),
        (..., None),
        (slice(None), slice(None), 1),
    ],
    ids=str,
)
def test_indexing_keeps_the_unknown_axis(key):
    result, inferred = recorded(X, key, unknown=True)
    np.testing.assert_array_equal(result, X[key])
    assert inferred[0] is None
    assert inferred[1:] == X[key].shape[1:]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ((slice(None), 3), "index 3 is out of range for an axis of length 3"),
        ((slice(None), -4), "index -4 is out of range"),
        ((slice(None), [0, 3]), "positions 0 to 3 leave an axis of length 3"),
        ((slice(None), [True, False]), "a mask of 2 values does not fit an axis of length 3"),
        ((slice(None), [0.5]), "cannot be used as an index"),
        ((slice(None), "a"), "cannot be used as an index"),
        (True, "cannot be used as an index"),
        ((0, 0, 0, 0, 0), "too many indices for 4 axes"),
        ((..., 0, ...), r"\.\.\. more than once"),
        ((slice(None), [0], [1]), "only one list of positions"),
        (0, "out of range for an axis of length unknown"),
        (slice(1, None), "known only at run time cannot be sliced"),
        ([True, False], "a mask of 2 values does not fit an axis of length unknown"),
        ([-1], "positions from the end"),
    ],
)
def test_refused_indices(key, message):
    tensor = input_tensor("x", DType.FLOAT, (None, *X.shape[1:]))
    with pytest.raises(GraphError, match=message) as error:
        tensor[key]
    assert "test_indexing.py" in str(error.value)


def test_tensors_as_indices():
    positions = input_tensor("i", DType.INT, (None,))
    truths = input_tensor("b", DType.BOOL, (None, 3))
    x = input_tensor("x", DType.FLOAT, (None, 3))
    assert x[:, positions].shape == (None, None)
    for mask in (truths, x > 0, x):
        with pytest.raises(GraphError, match="cannot be recorded"):
            x[mask]


def test_tensors_cannot_be_written_to():
    x = input_tensor("x", DType.FLOAT, (None, 3))
    with pytest.raises(GraphError, match=r"cannot be written to.*x\[:, 0\] = 1"):
        x[:, 0] = 1
